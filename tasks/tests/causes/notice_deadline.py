"""The legal deadline of a notice."""

import datetime as dt

from leasing.models import Notice
from leasing.tests.factories import make_notice
from tasks.tests.causes.books import DAY, TODAY, Books, of_contract, six


def begin(contract):
    make_notice(contract, issued_on=dt.date(2026, 2, 25), legal_deadline=TODAY + 5 * DAY)


FIRST = {
    "kind": "notice",
    "cause": "notice_deadline",
    "facts": {"kind": "to_quit", "issued_on": "2026-02-25", "legal_deadline": "2026-03-25"},
    "due_at": six(TODAY + 5 * DAY),
}
GONE = {
    "notice closed": lambda c: Notice.objects.update(closed_on=TODAY),
    "notice expired": lambda c: Notice.objects.update(state="expired"),
}

NOTICE = {
    "cause": "notice_deadline",
    "kind": "notice",
    "facts": {"kind": "to_quit", "issued_on": "2026-02-20", "legal_deadline": "2026-03-22"},
}
WORDS = [
    (
        NOTICE,
        "Notice to quit: Fatoumata Diallo (P-1)",
        "The legal deadline is in 2 days (22 March).",
        "Préavis de départ : Fatoumata Diallo (P-1)",
        "Le délai légal expire dans 2 jours (22 mars).",
    ),
    (
        NOTICE | {"facts": NOTICE["facts"] | {"legal_deadline": "2026-03-20"}},
        "Notice to quit: Fatoumata Diallo (P-1)",
        "The legal deadline is today (20 March).",
        "Préavis de départ : Fatoumata Diallo (P-1)",
        "Le délai légal expire aujourd’hui (20 mars).",
    ),
    (
        NOTICE | {"facts": NOTICE["facts"] | {"legal_deadline": "2025-12-31"}},
        "Notice to quit: Fatoumata Diallo (P-1)",
        "The legal deadline passed 79 days ago (31 December 2025).",
        "Préavis de départ : Fatoumata Diallo (P-1)",
        "Le délai légal est dépassé de 79 jours (31 décembre 2025).",
    ),
]  # fmt: skip


def expected(books: Books):
    for n in Notice.objects.all():
        if n.closed_on is None and n.contract_id in books.contracts and (n.legal_deadline - books.today).days <= 5:
            facts = {"kind": n.kind, "issued_on": str(n.issued_on), "legal_deadline": str(n.legal_deadline)}
            yield of_contract(str(n.pk), "notice", facts, n.legal_deadline, books.contracts[n.contract_id])
