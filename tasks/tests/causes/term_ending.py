"""The end of a contract's term."""

from leasing.models import Contract, RentStep
from leasing.tests.factories import make_contract
from tasks.tests.causes.books import DAY, TODAY, Books, of_contract, six


def begin(contract):
    Contract.objects.filter(pk=contract.pk).update(end_date=TODAY + 60 * DAY)


FIRST = {
    "kind": "retention",
    "cause": "term_ending",
    "facts": {"end_date": "2026-05-19", "monthly_rent": 1_500_000},
    "due_at": six(TODAY + 30 * DAY),
}


def renew(c):
    Contract.objects.filter(pk=c.pk).update(status="ended", ended_on=TODAY)
    make_contract(c.site, property=c.property, tenant=c.tenant, renewal_of=c, start_date=TODAY + DAY)


def move(c):
    Contract.objects.filter(pk=c.pk).update(status="ended", ended_on=TODAY, end_reason="moved")
    make_contract(c.site, tenant=c.tenant, account=c.account, moved_from=c, start_date=TODAY + DAY)


GONE = {
    "contract ended": lambda c: Contract.objects.update(status="ended", ended_on=TODAY - DAY),
    "term moved": lambda c: Contract.objects.update(end_date=TODAY + 400 * DAY),
    "contract renewed": renew,
    "tenant moved": move,
}

TERM = {
    "cause": "term_ending",
    "kind": "retention",
    "facts": {"end_date": "2026-05-01", "monthly_rent": 900_000},
}
WORDS = [
    (
        TERM,
        "Offer Fatoumata Diallo (P-1) a renewal",
        "The contract’s term ends in 42 days (1 May): 900,000 GNF a month.",
        "Proposer le renouvellement à Fatoumata Diallo (P-1)",
        "Le bail arrive à échéance dans 42 jours (1er mai) : 900 000 GNF par mois.",
    ),
    (
        TERM | {"facts": TERM["facts"] | {"end_date": "2026-03-20"}},
        "Offer Fatoumata Diallo (P-1) a renewal",
        "The contract’s term ends today (20 March): 900,000 GNF a month.",
        "Proposer le renouvellement à Fatoumata Diallo (P-1)",
        "Le bail arrive à échéance aujourd’hui (20 mars) : 900 000 GNF par mois.",
    ),
    (
        TERM | {"facts": TERM["facts"] | {"end_date": "2026-03-15"}},
        "Offer Fatoumata Diallo (P-1) a renewal",
        "The contract’s term ended on 15 March and it runs on: 900,000 GNF a month.",
        "Proposer le renouvellement à Fatoumata Diallo (P-1)",
        "Le bail est arrivé à échéance le 15 mars et continue : 900 000 GNF par mois.",
    ),
]  # fmt: skip


def expected(books: Books):
    changes = list(RentStep.objects.all())
    renewed = {c.renewal_of_id for c in books.contracts.values()}
    for c in books.contracts.values():
        if (
            c.is_in_force_on(books.today)
            and not c.ended_on
            and c.end_date
            and 0 <= (c.end_date - books.today).days <= 60
            and c.pk not in renewed
        ):
            steps = [s for s in changes if s.contract_id == c.pk and s.from_month <= books.today]
            rent = max(steps, key=lambda s: s.from_month).monthly_rent if steps else c.monthly_rent
            facts = {"end_date": str(c.end_date), "monthly_rent": rent}
            yield of_contract(f"{c.pk}:{c.end_date}", "retention", facts, c.end_date - 30 * DAY, c)
