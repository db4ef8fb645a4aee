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
]  # fmt: skip


def expected(books: Books):
    today, debts = books.today, {}
    for i in Instalment.objects.order_by("due_date", "period"):
        if i.contract_id in books.contracts and i.paid_amount < i.amount and (today - i.due_date).days >= 3:
            debts.setdefault(i.contract_id, []).append(i)
    for contract_id, rents in debts.items():
        asked = []
        for i in rents:
            step = next(step for step in (20, 10, 3) if (today - i.due_date).days >= step)
            asked.append(i.due_date + step * DAY)
        due = max(asked)
        while due + 30 * DAY <= today:
            due += 30 * DAY
        facts = {
            "since": str(rents[0].due_date), "periods": [str(i.period) for i in rents],
            "amount": sum(i.amount - i.paid_amount for i in rents),
        }  # fmt: skip
        yield of_contract(f"{contract_id}:{due}", "payment_follow", facts, due, books.contracts[contract_id])
