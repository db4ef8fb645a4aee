"""A stalled dispute."""

from leasing.models import Litigation
from leasing.tests.factories import make_interaction, make_litigation, make_payment
from tasks.tests.causes.books import DAY, TODAY, Books, of_contract, six


def begin(contract):
    make_litigation(contract, opened_on=TODAY - 14 * DAY)


FIRST = {
    "kind": "litigation",
    "cause": "litigation_idle",
    "facts": {"kind": "payment", "opened_on": "2026-03-06", "last_moved_on": "2026-03-06"},
    "due_at": six(TODAY),
}
GONE = {
    "dispute resolved": lambda c: Litigation.objects.update(state="resolved", resolved_on=TODAY),
    "tenant called": lambda c: make_interaction(c.tenant, happened_at=six(TODAY)),
    "something paid": lambda c: make_payment(c, received_on=TODAY),
}

DISPUTE = {
    "cause": "litigation_idle",
    "kind": "litigation",
    "facts": {"kind": "payment", "opened_on": "2025-12-01", "last_moved_on": "2026-03-01"},
}
WORDS = [
    (
        DISPUTE,
        "Move the dispute with Fatoumata Diallo (P-1) forward",
        "Nothing has happened in this dispute for 19 days (payment, opened on 1 December 2025).",
        "Faire avancer le litige avec Fatoumata Diallo (P-1)",
        "Rien ne s’est passé dans ce litige depuis 19 jours (motif : paiement, ouvert le 1er décembre 2025).",
    ),
]  # fmt: skip


def expected(books: Books):
    for li in Litigation.objects.filter(resolved_on=None):
        c = books.contracts.get(li.contract_id)
        if c is None:
            continue
        days = [x.happened_at.astimezone(books.zone).date() for x in books.interactions if x.tenant_id == c.tenant_id]
        days += [p.received_on for p in books.standing if p.contract_id == c.pk]
        moved = max([li.opened_on, *(day for day in days if day <= books.today)])
        if (books.today - moved).days >= 14:
            facts = {"kind": li.kind, "opened_on": str(li.opened_on), "last_moved_on": str(moved)}
            yield of_contract(f"{li.pk}:{moved}", "litigation", facts, moved + 14 * DAY, c)
