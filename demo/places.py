"""The six towns: neighbourhoods with their rent level, what is let there and for how much, how people pay and call."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Place:
    """A town as the generators see it. Rents are whole francs a month before the neighbourhood's factor."""

    neighbourhoods: tuple[tuple[str, str, float, int], ...]
    """(commune, quarter, rent factor, share of the portfolio)"""
    rents: dict[str, tuple[int, int]]
    """kind: (lowest, highest)"""
    kinds: dict[str, int]
    """kind: share of the portfolio"""
    round_to: int
    advance: dict[int, int]
    """months paid ahead at the signature: share of the contracts"""
    pays_ahead_again: float
    """share of those who pay a new block of months when theirs is used up"""
    methods: dict[str, int]
    """method: its weight, where the site's rules allow it"""
    mobile_limit: int
    """largest payment that people send by mobile money, in francs"""
    phone: tuple[str, tuple[str, ...], int]
    """(country code, mobile prefixes, digits after the prefix)"""
    lateness: float
    """what the ordinary delays of payment are multiplied by"""
    vacancy_days: int
    """mean days between two tenants"""
    deposit_months: tuple[int, ...]

    @property
    def has_communes(self) -> bool:
        return len({commune for commune, *_rest in self.neighbourhoods}) > 1


_GN_KINDS = {"studio": 20, "apartment": 44, "house": 19, "shop": 12, "office": 5}
_GN_PREFIXES = ("620", "621", "622", "625", "628", "661", "664", "666", "669")

PLACES: dict[str, Place] = {
    "GN_CONAKRY": Place(
        neighbourhoods=(
            ("Kaloum", "Almamya", 1.55, 5),
            ("Kaloum", "Boulbinet", 1.35, 3),
            ("Kaloum", "Coronthie", 1.25, 3),
            ("Kaloum", "Sandervalia", 1.45, 3),
            ("Dixinn", "Camayenne", 1.35, 5),
            ("Dixinn", "Landréah", 1.15, 4),
            ("Dixinn", "Minière", 1.4, 4),
            ("Dixinn", "Belle Vue", 1.2, 4),
            ("Matam", "Madina", 1.0, 6),
            ("Matam", "Coléah", 1.05, 4),
            ("Matam", "Bonfi", 0.9, 4),
            ("Matam", "Hermakono", 0.85, 3),
            ("Ratoma", "Kipé", 1.3, 8),
            ("Ratoma", "Nongo", 1.2, 7),
            ("Ratoma", "Lambanyi", 1.15, 7),
            ("Ratoma", "Taouyah", 1.1, 5),
            ("Ratoma", "Kaporo", 0.95, 5),
            ("Ratoma", "Hamdallaye", 0.85, 6),
            ("Ratoma", "Cosa", 0.8, 5),
            ("Ratoma", "Sonfonia", 0.75, 6),
            ("Matoto", "Gbessia", 0.8, 6),
            ("Matoto", "Yimbaya", 0.7, 5),
            ("Matoto", "Enta", 0.65, 5),
            ("Matoto", "Tombolia", 0.6, 5),
            ("Matoto", "Simbaya", 0.7, 5),
        ),
        rents={
            "studio": (900_000, 1_800_000),
            "apartment": (1_800_000, 5_500_000),
            "house": (4_500_000, 15_000_000),
            "shop": (1_200_000, 5_000_000),
            "office": (5_000_000, 20_000_000),
        },
        kinds=_GN_KINDS,
        round_to=50_000,
        advance={0: 26, 3: 14, 6: 30, 12: 22, 18: 3, 24: 5},
        pays_ahead_again=0.45,
        methods={"bank": 34, "mobile": 38, "cash": 28},
        mobile_limit=5_000_000,
        phone=("+224", _GN_PREFIXES, 6),
        lateness=1.0,
        vacancy_days=58,
        deposit_months=(1, 2, 2, 3),
    ),
    "GN_KINDIA": Place(
        neighbourhoods=(
            ("Kindia", "Manquepas", 1.2, 7),
            ("Kindia", "Tafory", 1.05, 6),
            ("Kindia", "Gadawondé", 1.0, 5),
            ("Kindia", "Wondy", 0.95, 5),
            ("Kindia", "Sinanya", 0.9, 5),
            ("Kindia", "Caravansérail", 1.0, 4),
            ("Kindia", "Kénéndé", 0.85, 4),
            ("Kindia", "Féréfou", 0.8, 4),
            ("Kindia", "Damakania", 0.7, 3),
        ),
        rents={
            "studio": (300_000, 600_000),
            "apartment": (600_000, 1_500_000),
            "house": (1_200_000, 3_500_000),
            "shop": (400_000, 1_800_000),
            "office": (1_000_000, 3_500_000),
        },
        kinds=_GN_KINDS,
        round_to=25_000,
        advance={0: 44, 3: 30, 6: 20, 12: 6},
        pays_ahead_again=0.3,
        methods={"cash": 52, "mobile": 36, "bank": 12},
        mobile_limit=4_000_000,
        phone=("+224", _GN_PREFIXES, 6),
        lateness=1.1,
        vacancy_days=66,
        deposit_months=(1, 1, 2),
    ),
    "GN_MAMOU": Place(
        neighbourhoods=(
            ("Mamou", "Pétel", 1.15, 6),
            ("Mamou", "Loppé", 1.0, 5),
            ("Mamou", "Almamya", 1.1, 5),
            ("Mamou", "Horé Fello", 0.9, 5),
            ("Mamou", "Sabou", 0.95, 4),
            ("Mamou", "Tambassa", 0.85, 4),
            ("Mamou", "Poudrière", 1.0, 4),
            ("Mamou", "Télico", 0.75, 3),
        ),
        rents={
            "studio": (250_000, 450_000),
            "apartment": (450_000, 1_100_000),
            "house": (900_000, 2_500_000),
            "shop": (350_000, 1_500_000),
            "office": (800_000, 2_500_000),
        },
        kinds=_GN_KINDS,
        round_to=25_000,
        advance={0: 48, 3: 28, 6: 18, 12: 6},
        pays_ahead_again=0.3,
        methods={"cash": 64, "mobile": 36},
        mobile_limit=3_000_000,
        phone=("+224", _GN_PREFIXES, 6),
        lateness=1.3,
        vacancy_days=74,
        deposit_months=(1, 1, 2),
    ),
    "GN_LABE": Place(
        neighbourhoods=(
            ("Labé", "Tata", 1.1, 6),
            ("Labé", "Kouroula", 1.2, 5),
            ("Labé", "Daka", 1.0, 6),
            ("Labé", "Pounthioun", 0.9, 4),
            ("Labé", "Mairie", 1.15, 4),
            ("Labé", "N’Diolou", 0.85, 4),
            ("Labé", "Donghol", 0.8, 4),
            ("Labé", "Konkola", 0.75, 3),
            ("Labé", "Safatou", 0.75, 3),
        ),
        rents={
            "studio": (250_000, 500_000),
            "apartment": (500_000, 1_200_000),
            "house": (900_000, 2_800_000),
            "shop": (350_000, 1_600_000),
            "office": (800_000, 2_500_000),
        },
        kinds=_GN_KINDS,
        round_to=25_000,
        advance={0: 40, 3: 28, 6: 24, 12: 8},
        pays_ahead_again=0.35,
        methods={"cash": 58, "mobile": 42},
        mobile_limit=3_000_000,
        phone=("+224", ("620", "621", "622", "625", "628"), 6),
        lateness=1.05,
        vacancy_days=80,
        deposit_months=(1, 1, 2),
    ),
    "SN_DAKAR": Place(
        neighbourhoods=(
            ("Dakar", "Plateau", 1.5, 8),
            ("Dakar", "Médina", 0.8, 7),
            ("Dakar", "Almadies", 1.9, 6),
            ("Dakar", "Ngor", 1.4, 5),
            ("Dakar", "Ouakam", 1.0, 6),
            ("Dakar", "Mermoz", 1.3, 6),
            ("Dakar", "Point E", 1.45, 4),
            ("Dakar", "Fann", 1.5, 4),
            ("Dakar", "Sacré-Cœur", 1.2, 6),
            ("Dakar", "Liberté 6", 0.9, 6),
            ("Dakar", "HLM", 0.75, 5),
            ("Dakar", "Grand Yoff", 0.65, 6),
            ("Dakar", "Yoff", 0.8, 6),
            ("Dakar", "Parcelles Assainies", 0.6, 8),
        ),
        rents={
            "studio": (90_000, 180_000),
            "apartment": (160_000, 420_000),
            "house": (400_000, 1_000_000),
            "shop": (100_000, 350_000),
            "office": (250_000, 900_000),
        },
        kinds={"studio": 24, "apartment": 50, "house": 10, "shop": 9, "office": 7},
        round_to=5_000,
        advance={0: 30, 1: 30, 2: 24, 3: 12, 6: 4},
        pays_ahead_again=0.08,
        methods={"mobile": 50, "bank": 38, "cheque": 12},
        mobile_limit=900_000,
        phone=("+221", ("77", "78", "76", "70"), 7),
        lateness=0.85,
        vacancy_days=46,
        deposit_months=(1, 2, 2),
    ),
    "ML_BAMAKO": Place(
        neighbourhoods=(
            ("Bamako", "Hippodrome", 1.3, 6),
            ("Bamako", "ACI 2000", 1.6, 7),
            ("Bamako", "Badalabougou", 1.35, 5),
            ("Bamako", "Hamdallaye", 1.0, 5),
            ("Bamako", "Lafiabougou", 0.85, 5),
            ("Bamako", "Faladié", 0.9, 5),
            ("Bamako", "Kalaban Coura", 0.7, 6),
            ("Bamako", "Magnambougou", 0.75, 5),
            ("Bamako", "Missira", 0.85, 4),
            ("Bamako", "Niaréla", 1.05, 4),
            ("Bamako", "Quinzambougou", 1.0, 4),
            ("Bamako", "Sotuba", 0.9, 4),
            ("Bamako", "Djélibougou", 0.75, 4),
            ("Bamako", "Baco-Djicoroni", 0.8, 5),
        ),
        rents={
            "studio": (40_000, 80_000),
            "apartment": (80_000, 220_000),
            "house": (150_000, 500_000),
            "shop": (50_000, 200_000),
            "office": (120_000, 500_000),
        },
        kinds={"studio": 20, "apartment": 40, "house": 24, "shop": 10, "office": 6},
        round_to=5_000,
        advance={0: 34, 1: 26, 3: 26, 6: 11, 12: 3},
        pays_ahead_again=0.15,
        methods={"mobile": 58, "bank": 42},
        mobile_limit=700_000,
        phone=("+223", ("70", "73", "76", "79", "66", "69"), 6),
        lateness=1.15,
        vacancy_days=60,
        deposit_months=(1, 2, 2),
    ),
}


def draw(random: Random, shares: Mapping[K, float]) -> K:
    """One key, as often as its share says."""
    return random.choices(list(shares), list(shares.values()))[0]


def rent_for(random: Random, place: Place, kind: str, factor: float) -> int:
    """A month's rent, nearer to the lowest of its kind than to the highest, in the town's round francs."""
    lowest, highest = place.rents[kind]
    asked = factor * random.triangular(lowest, highest, lowest + (highest - lowest) // 4)
    return max(place.round_to, round(asked / place.round_to) * place.round_to)


def phone_number(random: Random, place: Place) -> str:
    """A number of the country's form. They begin with 00 after the prefix: few such numbers are in service."""
    country, prefixes, digits = place.phone
    return f"{country}{random.choice(prefixes)}00{random.randrange(10 ** (digits - 2)):0{digits - 2}d}"
