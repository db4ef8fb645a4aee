"""A service request past the site's days to answer."""

from leasing.models import ServiceRequest
from leasing.tests.factories import make_request
from tasks.tests.causes.books import DAY, RESPONSE_DAYS, TODAY, AskedTask, Books, six


def begin(contract):
    make_request(contract, opened_on=TODAY - (RESPONSE_DAYS + 1) * DAY, priority="urgent")


FIRST = {
    "kind": "maintenance",
    "cause": "request_overdue",
    "facts": {"category": "plumbing", "priority": "urgent", "opened_on": "2026-03-14", "response_days": 5},
    "due_at": six(TODAY),
}
GONE = {"request closed": lambda c: ServiceRequest.objects.update(closed_on=TODAY)}

REQUEST = {
    "cause": "request_overdue",
    "kind": "maintenance",
    "facts": {"category": "plumbing", "priority": "normal", "opened_on": "2026-03-10", "response_days": 3},
}
WORDS = [
    (
        REQUEST,
        "Answer the request of Fatoumata Diallo (P-1): Plumbing",
        "This request has waited for 10 days, since 10 March; the site answers within 3 days.",
        "Répondre à la demande de Fatoumata Diallo (P-1) : Plomberie",
        "Cette demande attend depuis 10 jours, depuis le 10 mars ; l’agence répond en 3 jours.",
    ),
]  # fmt: skip


def expected(books: Books):
    for r in ServiceRequest.objects.filter(closed_on=None):
        if (books.today - r.opened_on).days > RESPONSE_DAYS:
            home = (r.tenant_id, r.property_id)
            theirs = [c for c in books.contracts.values() if (c.tenant_id, c.property_id) == home]
            c = min(theirs, key=lambda c: (-c.start_date.toordinal(), c.pk), default=None)
            facts = {
                "category": r.category, "priority": r.priority, "opened_on": str(r.opened_on), "response_days": 5,
            }  # fmt: skip
            due = r.opened_on + (RESPONSE_DAYS + 1) * DAY
            yield AskedTask(str(r.pk), "maintenance", facts, due, c, *home)
