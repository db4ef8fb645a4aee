"""Parts of sentences that several causes share."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Choices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from screens import formats
from tasks.causes.cause import Text

# French puts the month behind "de" or "d’": no language glues the two together here.
_OF_MONTH: tuple[Text, ...] = (
    gettext_lazy("of January"),
    gettext_lazy("of February"),
    gettext_lazy("of March"),
    gettext_lazy("of April"),
    gettext_lazy("of May"),
    gettext_lazy("of June"),
    gettext_lazy("of July"),
    gettext_lazy("of August"),
    gettext_lazy("of September"),
    gettext_lazy("of October"),
    gettext_lazy("of November"),
    gettext_lazy("of December"),
)


def whom(name: str, property_code: str) -> str:
    """The tenant, and the property where it is known: "Aïssatou Bah (S-102)"."""
    if name and property_code:
        return _("%(tenant)s (%(property)s)") % {"tenant": name, "property": property_code}
    return name or property_code


def label_of(choices: type[Choices], value: str) -> str:
    """What a screen calls a value; the value itself when the records know it no more."""
    return str(dict(choices.choices).get(value, value))


def of_months(periods: Sequence[dt.date], today: dt.date) -> list[str]:
    """ "of March", with the year where it is another one."""
    names = [(str(_OF_MONTH[month.month - 1]), month.year) for month in periods]
    return [name if year == today.year else f"{name} {year}" for name, year in names]


def days(number: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": formats.number(number)}


def date_of(text: str) -> dt.date:
    """From the text of a fact."""
    return dt.date.fromisoformat(text)
