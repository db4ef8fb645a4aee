"""What the law says of scores, by country. Every line is to be confirmed by counsel, and the pages say so."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from screens.texts import Text

_LAWS: dict[str, Sequence[Text]] = {
    "GN": (
        gettext_lazy("Guinea, law L/2016/037/AN: personal data, access to them, and the right to object"),
        gettext_lazy("Guinea, law L/2016/035/AN: no messages that advertise without consent"),
    ),
    "SN": (gettext_lazy("Senegal, law 2008-12: personal data, access to them, and the right to object"),),
    "ML": (
        gettext_lazy("Mali, law 2013-015: no decision with legal effect on a profile alone"),
        gettext_lazy("Mali, law 2013-015: the right to the reasoning, and to object"),
    ),
}


def laws_of(country: str) -> Sequence[Text]:
    """The laws that AKIG knows of for a country."""
    return _LAWS.get(country, ())
