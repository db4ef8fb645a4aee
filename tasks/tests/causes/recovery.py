"""A rent that is late when the tenant has left."""

from leasing.models import Contract, Instalment
from tasks.tests.causes.books import DAY, TODAY, Books, six
from tasks.tests.causes.rent_late import debts, rent

ROOT = "rent_late"
"""The task of the late rents goes on."""


def begin(contract):
    rent(contract, TODAY - 3 * DAY)
    Contract.objects.filter(pk=contract.pk).update(status="ended", ended_on=TODAY - 2 * DAY)


FIRST = {
    "kind": "payment_follow",
    "cause": "recovery",
    "facts": {"since": "2026-03-17", "periods": ["2026-03-01"], "amount": 1_000_000},
    "due_at": six(TODAY),
}
GONE = {"debt of a tenant who left taken back": lambda c: Instalment.objects.all().delete()}

OWED = {
    "cause": "recovery",
    "kind": "payment_follow",
    "facts": {
        "since": "2026-01-05", "periods": ["2026-01-01", "2026-02-01"], "amount": 1_600_000,
        "charges": [["repair", "gate"], ["repair", "gate"], ["opening", ""]],
    },
}  # fmt: skip
WORDS = [
    (
        OWED,
        "Recover what Fatoumata Diallo (P-1) owes",
        ("The tenant has left and still owes 1,600,000 GNF, the oldest since 5 January: 2 late rents, Balance brought "
        "forward, Repair (gate)."),
        "Recouvrer ce que doit Fatoumata Diallo (P-1)",
        ("Le locataire est parti et doit encore 1 600 000 GNF, le plus ancien depuis le 5 janvier : 2 loyers en "
        "retard, Réparation (gate), Solde reporté."),
    ),
]  # fmt: skip


def expected(books: Books):
    return debts(books, is_over=True)
