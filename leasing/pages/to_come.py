"""What comes next on a lease, by day: the end of its term, of what is paid ahead, a change of rent, deadlines."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from leasing.models import Contract
from leasing.stories.contract import ContractStory
from screens import formats


@dataclass(frozen=True)
class ToCome:
    """A day, and what it brings. `is_over`: the day has gone by, and nobody has done what it asks for."""

    day: dt.date
    text: str
    is_over: bool


def what_comes_next(contract: Contract, story: ContractStory, today: dt.date) -> list[ToCome]:
    """In order of the days. Nothing for a lease that has ended."""
    if contract.ended_on is not None and contract.ended_on < today:
        return []
    found = [*_of_the_lease(contract, story, today), *_of_notices(story)]
    return sorted((ToCome(day, text, day < today) for day, text in found), key=lambda one: one.day)


def _of_the_lease(contract: Contract, story: ContractStory, today: dt.date) -> Iterator[tuple[dt.date, str]]:
    if contract.start_date > today:
        yield contract.start_date, _("The lease begins.")
    if contract.ended_on is not None:
        yield contract.ended_on, _("Last day of the lease.")
    elif contract.end_date is not None:
        ends = _("The term ends.")
        over = _("The term ended and nobody has ended the lease: it runs on.")
        yield contract.end_date, ends if contract.end_date >= today else over
    if story.paid_until is not None and story.paid_until >= today:
        yield story.paid_until, _("Rent is paid until this day.")
    for step in story.steps:
        if step.from_month > today:
            amount = formats.francs(step.rent, contract.site.currency)
            yield step.from_month, _("The rent changes to %(amount)s") % {"amount": amount}


def _of_notices(story: ContractStory) -> Iterator[tuple[dt.date, str]]:
    for matter in story.matters:
        if matter.deadline is not None:
            yield matter.deadline, _("Legal deadline: %(notice)s") % {"notice": matter.what}
