"""The same money typed by two people: asked about once, before it is written down twice."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from changes.refusals import RuleBroken
from leasing.models import Contract, Payment
from screens import formats
from sites_app.models import Site


class SamePayment(RuleBroken):
    """There is a payment of this amount and day in the account already. `payments`: those that the person may not
    have seen."""

    status = 409

    def __init__(self, payments: list[Payment], sentence: str) -> None:
        super().__init__("", "same_payment", sentence, {"payments": [str(payment.pk) for payment in payments]})
        self.payments = payments


def require_no_other(
    contract: Contract, francs: int, received_on: dt.date, *, key: str, seen: Collection[UUID]
) -> None:
    """Raise SamePayment when the account has a standing payment of this amount and day that the person has not seen.

    Needs the account's lock: else two clerks would both find none.
    """
    alike = Payment.objects.standing().filter(
        site_id=contract.site_id, account=contract.account_id, received_on=received_on, amount=francs
    )
    others = list(alike.exclude(idempotency_key=key).exclude(pk__in=seen).select_related("recorded_by"))
    if others:
        last = max(others, key=lambda payment: payment.recorded_at)
        by = last.recorded_by.get_full_name() if last.recorded_by else ""
        raise SamePayment(others, told(francs, last.recorded_at, by, contract.site))


def told(francs: int, recorded_at: dt.datetime, by: str, site: Site) -> str:
    """That a payment of the amount is there already: who recorded it (perhaps nobody is known: ""), and when."""
    values = {
        "amount": formats.francs(francs, site.currency),
        "moment": formats.moment(recorded_at, site.timezone),
        "person": by,
    }
    if by:
        return _("%(person)s recorded %(amount)s of the same day for this account at %(moment)s.") % values
    return _("%(amount)s of the same day were recorded for this account at %(moment)s.") % values
