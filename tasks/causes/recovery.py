"""What a tenant owes who has left: the task of their late rents goes on as this one.

There while an instalment is not paid in full, 3 days or more after its due date, and no lease of the account runs any
more. It asks, and asks again, like `rent_late`.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screens import formats
from tasks.causes.cause import About, Cause, LateRent, Records
from tasks.causes.rent_late import asked_of, debt_of, francs_of, what_is_late


def _title(about: About) -> str:
    return _("Recover what %(tenant)s owes") % {"tenant": about.whom}


def _subject(_about: About) -> str:
    return _("Recovery")


def _reason(about: About) -> str:
    debt = about.debt or LateRent()
    if debt.since is None:
        return _("The money has come in: this task closes by itself within the hour.")
    return _("The tenant has left and still owes %(amount)s, the oldest since %(day)s: %(what)s.") % {
        "amount": formats.francs(debt.francs, about.currency),
        "day": formats.date_in_year(debt.since, about.today.year),
        "what": what_is_late(about),
    }


RECOVERY = Cause(
    name="recovery",
    label=gettext_lazy("recovery"),
    kind="payment_follow",
    records=Records(select=asked_of("d.is_over"), asks_again=True, goes_on_from="rent_late"),
    title=_title,
    subject=_subject,
    reason=_reason,
    tells_when=True,
    francs=francs_of,
    debt_of=debt_of,
)
