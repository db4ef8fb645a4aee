"""A rent that is late."""

from leasing.models import Instalment
from leasing.tests.factories import make_instalment
from tasks.tests.causes.books import DAY, TODAY, Books, of_contract, six


def rent(contract, due):
    return make_instalment(contract, due, due_date=due, paid_amount=500_000)


def begin(contract):
    rent(contract, TODAY - 3 * DAY)


FIRST = {
    "kind": "payment_follow",
    "cause": "rent_late",
    "facts": {"since": "2026-03-17", "periods": ["2026-03-01"], "amount": 1_000_000},
    "due_at": six(TODAY),
}
GONE = {"rent taken back": lambda c: Instalment.objects.all().delete()}

RENT = {
    "cause": "rent_late",
    "kind": "payment_follow",
    "facts": {"since": "2026-03-05", "periods": ["2026-03-01"], "amount": 1_500_000},
}


def rent_late(**facts):
    return RENT | {"facts": RENT["facts"] | facts}


WORDS = [
    (
        RENT,
        "Ask Fatoumata Diallo (P-1) for the rent of March",
        "The rent of March is 15 days late: 1,500,000 GNF.",
        "Relancer Fatoumata Diallo (P-1) pour le loyer de mars",
        "Le loyer de mars a 15 jours de retard : 1 500 000 GNF.",
    ),
    (
        rent_late(periods=["2025-10-01"], since="2026-03-19", amount=1),
        "Ask Fatoumata Diallo (P-1) for the rent of October 2025",
        "The rent of October 2025 is 1 day late: 1 GNF.",
        "Relancer Fatoumata Diallo (P-1) pour le loyer d’octobre 2025",
        "Le loyer d’octobre 2025 a 1 jour de retard : 1 GNF.",
    ),
    (
        rent_late(periods=["2025-12-01", "2026-01-01"], since="2025-12-05", amount=3_000_000),
        "Ask Fatoumata Diallo (P-1) for the rents of December 2025 and of January",
        "2 rents are late, the oldest by 105 days: 3,000,000 GNF.",
        "Relancer Fatoumata Diallo (P-1) pour les loyers de décembre 2025 et de janvier",
        "2 loyers sont en retard, le plus ancien de 105 jours : 3 000 000 GNF.",
    ),
    (
        rent_late(periods=["2026-01-01", "2026-02-01", "2026-03-01"], since="2026-01-05", amount=4_500_000),
        "Ask Fatoumata Diallo (P-1) for 3 overdue rents",
        "3 rents are late, the oldest by 74 days: 4,500,000 GNF.",
        "Relancer Fatoumata Diallo (P-1) pour 3 loyers en retard",
        "3 loyers sont en retard, le plus ancien de 74 jours : 4 500 000 GNF.",
    ),
    (
        rent_late(charges=[["repair", "gate"], ["penalty", "late"]], amount=1_580_000),
        "Ask Fatoumata Diallo (P-1) for the rent of March",
        "Late, the oldest by 15 days: Rent of March, Penalty (late), Repair (gate). In all 1,580,000 GNF.",
        "Relancer Fatoumata Diallo (P-1) pour le loyer de mars",
        ("En retard, le plus ancien de 15 jours : Loyer de mars, Pénalité (late), Réparation (gate). En tout "
        "1 580 000 GNF."),
    ),
    (
        rent_late(periods=[], charges=[["opening", ""]], since="2026-03-19", amount=500_000),
        "Ask Fatoumata Diallo (P-1) for: Balance brought forward",
        "Late, the oldest by 1 day: Balance brought forward. In all 500,000 GNF.",
        "Relancer Fatoumata Diallo (P-1) pour : Solde reporté",
        "En retard, le plus ancien de 1 jour : Solde reporté. En tout 500 000 GNF.",
    ),
]  # fmt: skip


def expected(books: Books):
    """Of accounts that have a running lease."""
    today, owed, leases = books.today, {}, {}
    for c in books.contracts.values():
        leases.setdefault(c.account_id, []).append(c)
    for i in Instalment.objects.all():
        if i.account_id in leases and i.paid_amount < i.amount and (today - i.due_date).days >= 3:
            owed.setdefault(i.account_id, []).append(i)
    for account, late in owed.items():
        running = [c for c in leases[account] if c.ended_on is None or c.ended_on >= today]
        if not running:
            continue
        begun = [c for c in running if c.start_date <= today]
        c = min(begun or running, key=lambda c: (-c.start_date.toordinal(), c.pk))
        asked = []
        for i in late:
            step = next(step for step in (20, 10, 3) if (today - i.due_date).days >= step)
            asked.append(i.due_date + step * DAY)
        due = max(asked)
        while due + 30 * DAY <= today:
            due += 30 * DAY
        rents = {i.period for i in late if i.kind in ("rent", "service")}
        facts = {
            "since": str(min(i.due_date for i in late)), "periods": [str(period) for period in sorted(rents)],
            "amount": sum(i.amount - i.paid_amount for i in late),
        }  # fmt: skip
        others = sorted((i.due_date, i.kind, i.label) for i in late if i.kind not in ("rent", "service"))
        if others:
            facts["charges"] = [[kind, label] for _due, kind, label in others]
        yield of_contract(f"{account}:{due}", "payment_follow", facts, due, c)
