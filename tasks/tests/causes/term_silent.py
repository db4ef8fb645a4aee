"""A term that is long over, without a sign of life."""

from leasing.models import Contract
from leasing.tests.factories import make_interaction, make_payment
from tasks.tests.causes.books import DAY, TODAY, Books, of_contract, six


def begin(contract):
    Contract.objects.filter(pk=contract.pk).update(end_date=TODAY - 61 * DAY)


FIRST = {
    "kind": "inspection",
    "cause": "term_silent",
    "facts": {"end_date": "2026-01-18"},
    "due_at": six(TODAY),
}
GONE = {
    "contract ended after its term": lambda c: Contract.objects.update(status="ended", ended_on=TODAY - DAY),
    "tenant called after the term": lambda c: make_interaction(c.tenant, happened_at=six(TODAY)),
    "rent paid after the term": lambda c: make_payment(c, received_on=TODAY),
}

WORDS = [
    (
        {"cause": "term_silent", "kind": "inspection", "facts": {"end_date": "2023-12-31"}},
        "Gone, or stayed on? Fatoumata Diallo (P-1)",
        ("The contract’s term ended on 31 December 2023, and since then there was neither a payment nor a word: end "
        "the contract if the tenant is gone, renew it if they have stayed."),
        "Parti ou resté ? Fatoumata Diallo (P-1)",
        ("Le bail est arrivé à échéance le 31 décembre 2023, et depuis il n’y a eu ni paiement ni contact : clôturez "
        "le bail si le locataire est parti, renouvelez-le s’il est resté."),
    ),
]  # fmt: skip


def expected(books: Books):
    received = ("cash", "bank", "mobile", "cheque")
    for c in books.contracts.values():
        if c.ended_on or not c.end_date or (books.today - c.end_date).days <= 60:
            continue
        days = [x.happened_at.astimezone(books.zone).date() for x in books.interactions if x.tenant_id == c.tenant_id]
        days += [p.received_on for p in books.standing if p.account_id == c.account_id and p.method in received]
        if not any(c.end_date < day <= books.today for day in days):
            yield of_contract(f"{c.pk}:{c.end_date}", "inspection", {"end_date": str(c.end_date)}, books.today, c)
