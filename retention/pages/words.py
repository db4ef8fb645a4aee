"""A score in words: its terms short and as sentences, what nothing is known of and why, who is not scored.

`short(row, key, today)` is a piece for a list, `sentence(row, key, today)` a whole sentence; `absent(row, key)` says
why nothing is known of a term. They read the facts of the row itself and ask for nothing.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from retention.models import RetentionScore
from screens import formats
from screens.texts import Text

NAMES: Mapping[str, Text] = {
    "window": gettext_lazy("End of the year of the lease"),
    "prepaid": gettext_lazy("Rent paid ahead"),
    "late_change": gettext_lazy("Pays later than usual"),
    "missed": gettext_lazy("Rents missed"),
    "complaints": gettext_lazy("Complaints"),
    "overdue_requests": gettext_lazy("Requests left waiting"),
    "satisfaction": gettext_lazy("Satisfaction"),
    "inbound": gettext_lazy("Gets in touch less"),
    "silence": gettext_lazy("No sign of life"),
    "loyalty": gettext_lazy("Here for years"),
    "referrals": gettext_lazy("Brought other tenants"),
    "clamp": gettext_lazy("Held between 0 and 100"),
}
_ABSENT: Mapping[str, Text] = {
    "prepaid": gettext_lazy("no advance was agreed"),
    "late_change": gettext_lazy("fewer than six rents of two years can be compared"),
    "missed": gettext_lazy("no rent has been due for long enough"),
    "satisfaction": gettext_lazy("no survey in a year"),
    "inbound": gettext_lazy("too few contacts are recorded here to tell"),
    "silence": gettext_lazy("no payment, contact, request or survey is on record"),
}
_STANDINGS: Mapping[str, Text] = {
    "leaving": gettext_lazy("is leaving: a notice or an end is on record"),
    "eviction": gettext_lazy("an eviction is under way"),
    "repossession": gettext_lazy("the owner takes the home back"),
    "objected": gettext_lazy("does not want to be scored"),
    "unobserved": gettext_lazy("no end of a tenancy was on record yet on this day"),
    "applicant": gettext_lazy("has no contract in force yet"),
}
_YEAR = 12
_AS_USUAL_DAYS = Decimal(3)


class NotScored(Protocol):
    """Somebody who is not scored, and why."""

    @property
    def standing(self) -> str: ...


def name(key: str) -> str:
    """A term as a heading."""
    return str(NAMES[key])


def level(key: str) -> str:
    """The level as one word."""
    return str(RetentionScore.Level(key).label)


def source(row: RetentionScore) -> str:
    """Where the probability of a score comes from, in short: the page says the rest once."""
    if row.model_id is not None:
        return _("learned from departures on record")
    if row.source == RetentionScore.Source.MEASURED:
        return _("measured against departures seen")
    return _("starting assumption")


def not_scored(found: NotScored, objected_on: dt.date | None = None) -> str:
    """Why somebody is not scored."""
    if found.standing == "objected" and objected_on is not None:
        return _("does not want to be scored, since %(day)s") % {"day": formats.date_middle(objected_on)}
    return str(_STANDINGS[found.standing])


def absent(_row: RetentionScore, key: str) -> str:
    """Why nothing is known of a term."""
    return str(_ABSENT.get(key, gettext_lazy("nothing is on record")))


def short(row: RetentionScore, key: str, today: dt.date) -> str:
    """What a term says of a tenancy, as a piece of a line."""
    return _SHORT[key](row, today)


def sentence(row: RetentionScore, key: str, today: dt.date) -> str:
    """The same as a sentence."""
    return _SENTENCES[key](row, today)


def _counted(one: str, many: str, count: int, **values: Any) -> str:
    return ngettext(one, many, count) % {"count": formats.number(count), **values}


def _window(row: RetentionScore, today: dt.date) -> str:
    if row.window_on is None or _is_far(row):
        return _("no year of the lease ends within four months")
    days = (row.window_on - today).days
    months = row.profile["window_age_months"]
    if months % _YEAR or not months:
        if days <= 0:
            return _("the term ends today")
        return _counted("the term ends in %(count)s day", "the term ends in %(count)s days", days)
    year = formats.number(months // _YEAR)
    if days <= 0:
        return _("year %(year)s ends today") % {"year": year}
    return _counted("year %(year)s ends in %(count)s day", "year %(year)s ends in %(count)s days", days, year=year)


def _is_far(row: RetentionScore) -> bool:
    return any(key == "window" and band == 0 for key, band, _points in row.contributions)


def _window_sentence(row: RetentionScore, today: dt.date) -> str:
    if row.window_on is None or _is_far(row):
        return _("No year of the lease and no term ends within 120 days: few tenants leave at such a time.")
    day = formats.date_in_year(row.window_on, today.year)
    return _("On %(day)s %(what)s: most tenants who leave do so around such a day.") % {
        "day": day,
        "what": _what_ends(row),
    }


def _what_ends(row: RetentionScore) -> str:
    months = row.profile["window_age_months"]
    if months % _YEAR or not months:
        return _("the term of the lease ends")
    return _("year %(year)s of the lease ends") % {"year": formats.number(months // _YEAR)}


def _prepaid(row: RetentionScore, _today: dt.date) -> str:
    months = row.profile["prepaid_months"]
    if not months:
        return _("nothing paid ahead")
    return _counted("%(count)s month paid ahead", "%(count)s months paid ahead", months)


def _prepaid_sentence(row: RetentionScore, _today: dt.date) -> str:
    months = row.profile["prepaid_months"]
    if not months:
        return _("An advance was agreed, and nothing is paid ahead now.")
    return _counted("%(count)s month of rent is paid ahead.", "%(count)s months of rent are paid ahead.", months)


def _late_change(row: RetentionScore, _today: dt.date) -> str:
    days = Decimal(row.profile["late_change_days"])
    if days < _AS_USUAL_DAYS:
        return _("pays as usual")
    return _counted("pays %(count)s day later than usual", "pays %(count)s days later than usual", round(days))


def _late_change_sentence(row: RetentionScore, _today: dt.date) -> str:
    days = Decimal(row.profile["late_change_days"])
    if days < _AS_USUAL_DAYS:
        return _("The last three rents came about as late or as early as those before them.")
    return _counted(
        "The last three rents came %(count)s day later than those of two years before them.",
        "The last three rents came %(count)s days later than those of two years before them.",
        round(days),
    )


def _missed(row: RetentionScore, _today: dt.date) -> str:
    count = row.profile["missed_in_year"]
    if not count:
        return _("no rent missed in a year")
    return _counted("%(count)s rent missed in a year", "%(count)s rents missed in a year", count)


def _missed_sentence(row: RetentionScore, _today: dt.date) -> str:
    count = row.profile["missed_in_year"]
    if not count:
        return _("No rent of the last twelve months was unpaid for 30 days.")
    return _counted(
        "%(count)s rent of the last twelve months was unpaid 30 days after it fell due.",
        "%(count)s rents of the last twelve months were unpaid 30 days after they fell due.",
        count,
    )


def _complaints(row: RetentionScore, _today: dt.date) -> str:
    count = row.profile["complaints"]
    return _counted("%(count)s complaint", "%(count)s complaints", count) if count else _("no complaint")


def _complaints_sentence(row: RetentionScore, _today: dt.date) -> str:
    count = row.profile["complaints"]
    if not count:
        return _("No complaint in 180 days.")
    return _counted("%(count)s complaint in 180 days.", "%(count)s complaints in 180 days.", count)


def _overdue_requests(row: RetentionScore, _today: dt.date) -> str:
    count = row.profile["overdue_requests"]
    if not count:
        return _("no request left waiting")
    return _counted("%(count)s request left waiting", "%(count)s requests left waiting", count)


def _overdue_requests_sentence(row: RetentionScore, _today: dt.date) -> str:
    count = row.profile["overdue_requests"]
    if not count:
        return _("No request is open beyond the days that the site allows itself.")
    return _counted(
        "%(count)s request is open for longer than the site allows itself.",
        "%(count)s requests are open for longer than the site allows itself.",
        count,
    )


def _rating(row: RetentionScore) -> str:
    rating = Decimal(row.profile["satisfaction"])
    return formats.numbers_at_most([rating])[0]


def _satisfaction(row: RetentionScore, _today: dt.date) -> str:
    return _("satisfaction %(rating)s out of 10") % {"rating": _rating(row)}


def _satisfaction_sentence(row: RetentionScore, _today: dt.date) -> str:
    return _counted(
        "Satisfaction of %(rating)s out of 10 in a year, from %(count)s answer.",
        "Satisfaction of %(rating)s out of 10 in a year, from %(count)s answers.",
        row.profile["satisfaction_n"],
        rating=_rating(row),
    )


def _inbound_fell(row: RetentionScore) -> bool:
    return any(key == "inbound" and band == 0 for key, band, _points in row.contributions)


def _inbound(row: RetentionScore, _today: dt.date) -> str:
    return _("gets in touch less than half as often") if _inbound_fell(row) else _("gets in touch as usual")


def _inbound_sentence(row: RetentionScore, _today: dt.date) -> str:
    prior = formats.numbers_at_most([Decimal(row.profile["inbound_prior"])])[0]
    return _counted(
        "Got in touch %(count)s time in 90 days; in as many days before that, %(prior)s on average.",
        "Got in touch %(count)s times in 90 days; in as many days before that, %(prior)s on average.",
        row.profile["inbound_recent"],
        prior=prior,
    )


def _silent_since(row: RetentionScore) -> dt.date:
    return dt.date.fromisoformat(row.profile["last_activity_on"])


def _is_silent(row: RetentionScore) -> bool:
    return any(key == "silence" and band for key, band, _points in row.contributions)


def _silence(row: RetentionScore, today: dt.date) -> str:
    if not _is_silent(row):
        return _("still gives signs of life")
    days = (today - _silent_since(row)).days
    return _counted("no sign of life for %(count)s day", "no sign of life for %(count)s days", days)


def _silence_sentence(row: RetentionScore, today: dt.date) -> str:
    if not _is_silent(row):
        if row.profile["last_activity_on"] is None:
            return _("Rent is paid ahead: nobody expects a sign of life.")
        return _("Last payment, contact, request or survey: %(day)s.") % {
            "day": formats.date_in_year(_silent_since(row), today.year)
        }
    return _("No payment, contact, request or survey since %(day)s.") % {
        "day": formats.date_in_year(_silent_since(row), today.year)
    }


def _loyalty(row: RetentionScore, _today: dt.date) -> str:
    years = row.profile["tenure_months"] // _YEAR
    if not years:
        return _("here for less than a year")
    return _counted("here for %(count)s year", "here for %(count)s years", years)


def _loyalty_sentence(row: RetentionScore, _today: dt.date) -> str:
    months = row.profile["tenure_months"]
    return _counted("Has rented this home for %(count)s month.", "Has rented this home for %(count)s months.", months)


def _referrals(row: RetentionScore, _today: dt.date) -> str:
    count = row.profile["referrals"]
    if not count:
        return _("has brought nobody")
    return _counted("brought %(count)s tenant", "brought %(count)s tenants", count)


def _referrals_sentence(row: RetentionScore, _today: dt.date) -> str:
    count = row.profile["referrals"]
    if not count:
        return _("No other tenant came on this tenant’s word.")
    return _counted(
        "%(count)s other tenant came on this tenant’s word.",
        "%(count)s other tenants came on this tenant’s word.",
        count,
    )


def _clamp(_row: RetentionScore, _today: dt.date) -> str:
    return _("a score is never below 0 or above 100")


def _clamp_sentence(_row: RetentionScore, _today: dt.date) -> str:
    return _("A score is never below 0 or above 100.")


_Words = Callable[[RetentionScore, dt.date], str]
_SHORT: Mapping[str, _Words] = {
    "window": _window,
    "prepaid": _prepaid,
    "late_change": _late_change,
    "missed": _missed,
    "complaints": _complaints,
    "overdue_requests": _overdue_requests,
    "satisfaction": _satisfaction,
    "inbound": _inbound,
    "silence": _silence,
    "loyalty": _loyalty,
    "referrals": _referrals,
    "clamp": _clamp,
}
_SENTENCES: Mapping[str, _Words] = {
    "window": _window_sentence,
    "prepaid": _prepaid_sentence,
    "late_change": _late_change_sentence,
    "missed": _missed_sentence,
    "complaints": _complaints_sentence,
    "overdue_requests": _overdue_requests_sentence,
    "satisfaction": _satisfaction_sentence,
    "inbound": _inbound_sentence,
    "silence": _silence_sentence,
    "loyalty": _loyalty_sentence,
    "referrals": _referrals_sentence,
    "clamp": _clamp_sentence,
}
