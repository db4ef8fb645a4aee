"""A score in words: terms, levels, where a probability comes from, and why somebody has no score.

`name` of a term, `short` for lists and panels, `sentence` for the tenant's own page, `absent` where nothing is known of
it; `level`, `source`, `not_scored`. Words are read from the row's profile and window, and ask no statement.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from insight.points import CLAMP
from retention.models import RetentionScore
from retention.queries import SiteMeasures
from retention.standing import TenancyStanding
from retention.terms import LEAST_CONTACTS_PER_MONTH, WINDOW_DAYS
from screens import formats
from screens.texts import Text

FEW_DEPARTURES = 5
"""With fewer of them expected, what was assumed outweighs what was seen."""

_NAMES: Mapping[str, Text] = {
    "window": gettext_lazy("Anniversary or end of term"),
    "prepaid": gettext_lazy("Rent paid ahead"),
    "late_change": gettext_lazy("Paying later than usual"),
    "missed": gettext_lazy("Rents missed"),
    "complaints": gettext_lazy("Complaints"),
    "overdue_requests": gettext_lazy("Requests beyond their day"),
    "satisfaction": gettext_lazy("Satisfaction"),
    "inbound": gettext_lazy("Getting in touch"),
    "silence": gettext_lazy("Silence"),
    "loyalty": gettext_lazy("Years with us"),
    "referrals": gettext_lazy("Tenants recommended"),
    CLAMP: gettext_lazy("No less than 0, no more than 100"),
}


def name(key: str) -> str:
    """The name of a term, or of the clamp."""
    return str(_NAMES[key])


def level(key: str) -> str:
    """A level as a word."""
    return str(RetentionScore.Level(key).label)


def short(row: RetentionScore, key: str, today: dt.date) -> str:
    """What a term says of a tenancy, for a list: "2 complaints in 180 days"."""
    return _PIECES[key](row, row.profile, today)


def sentence(row: RetentionScore, key: str, today: dt.date) -> str:
    """The same as a sentence without its full stop, with the day where there is one."""
    if key == CLAMP:
        return _("A score ends at 0 and at 100")
    piece = short(row, key, today)
    day = row.window_on if key == "window" else _day(row.profile["last_activity_on"]) if key == "silence" else None
    return f"{piece[:1].upper()}{piece[1:]}{f' ({formats.date_middle(day)})' if day else ''}"


def absent(row: RetentionScore, key: str) -> str:
    """Why nothing is known of a term."""
    if key == "inbound" and Decimal(row.profile["contacts_per_month"]) < LEAST_CONTACTS_PER_MONTH:
        return _("contacts are not recorded here")
    words: Mapping[str, str] = {
        "prepaid": _("no advance was agreed"),
        "late_change": _("too few rents to compare"),
        "missed": _("no rent has been judged yet"),
        "satisfaction": _("not asked in a year"),
        "inbound": _("no contact before to compare with"),
        "silence": _("no sign of them is on record"),
    }
    return words.get(key) or _("nothing is on record")


def source(row: RetentionScore, measures: SiteMeasures | None = None) -> str:
    """Where the probability comes from, honestly."""
    if row.source == RetentionScore.Source.MODEL and row.model is not None:
        day = formats.date_middle(row.model.trained_at.date())
        return _("Learned from the departures of all sites, on %(day)s") % {"day": day}
    factor = measures.factor if measures else None
    if row.source != RetentionScore.Source.MEASURED or factor is None:
        return str(RetentionScore.Source(row.source).label)
    values = {
        "n": formats.number(factor.seen),
        "expected": formats.number(factor.expected, 1),
        "day": formats.date_middle(factor.since),
    }
    seen = ngettext(
        "Measured: %(n)s departure seen where %(expected)s were expected since %(day)s",
        "Measured: %(n)s departures seen where %(expected)s were expected since %(day)s",
        factor.seen,
    )
    if factor.expected < FEW_DEPARTURES:
        return _("%(measured)s; still mostly assumption") % {"measured": seen % values}
    return seen % values


def not_scored(standing: TenancyStanding, objected_on: dt.date | None) -> str:
    """Why a tenancy has no score."""
    days = {
        "day": formats.date_middle(standing.noticed_on),
        "last": formats.date_middle(standing.leaves_on),
        "observed": formats.date_middle(standing.observed_from),
    }
    match standing.standing:
        case "objected" if objected_on is None:
            return _("They do not want to be scored.")
        case "objected":
            return _("They do not want to be scored, since %(day)s.") % {"day": formats.date_middle(objected_on)}
        case "unobserved":
            if standing.observed_from is None:
                return _("No contract of this site is on record before today.")
            return _("Ends of tenancies are on record here from %(observed)s only.") % days
        case "eviction":
            return _("They are being put out: whether they would stay is not asked.")
        case "repossession":
            return _("The owner takes the home back: whether they would stay is not asked.")
        case "leaving" if standing.noticed_on and standing.leaves_on:
            return _("They gave notice on %(day)s, and leave on %(last)s: there is nothing to foretell.") % days
        case "leaving" if standing.leaves_on:
            return _("They leave on %(last)s: there is nothing to foretell.") % days
        case "leaving":
            return _("They gave notice on %(day)s: there is nothing to foretell.") % days
        case "applicant":
            return _("The contract is a draft: they do not rent yet.")
    return _("Not analysed yet: the scores of this site are made each night, at a quarter to one.")


def _window(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    if row.window_on is None or profile["days_to_window"] > WINDOW_DAYS:
        return _("nothing within %(days)s days") % {"days": WINDOW_DAYS}
    days, months = max(0, (row.window_on - today).days), profile["window_age_months"]
    values = {"days": formats.number(days), "year": formats.number(months // 12)}
    if not days:
        return _("year %(year)s ends today") % values if months and not months % 12 else _("the term ends today")
    if months and not months % 12:
        return ngettext("year %(year)s ends in %(days)s day", "year %(year)s ends in %(days)s days", days) % values
    return ngettext("the term ends in %(days)s day", "the term ends in %(days)s days", days) % values


def _prepaid(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    months = profile["prepaid_months"]
    return _n(ngettext("%(n)s month is paid ahead", "%(n)s months are paid ahead", months), months)


def _late_change(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    days = round(Decimal(profile["late_change_days"]))
    if days <= 0:
        return _("pays no later than usual")
    return _n(ngettext("pays %(n)s day later than usual", "pays %(n)s days later than usual", days), days)


def _missed(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    n = profile["missed_in_year"]
    return _n(ngettext("%(n)s rent missed in 12 months", "%(n)s rents missed in 12 months", n), n)


def _complaints(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    n = profile["complaints"]
    return _n(ngettext("%(n)s complaint in 180 days", "%(n)s complaints in 180 days", n), n)


def _overdue(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    n = profile["overdue_requests"]
    return _n(ngettext("%(n)s request is open beyond its day", "%(n)s requests are open beyond their day", n), n)


def _satisfaction(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    [rating], n = formats.numbers_at_most([Decimal(profile["satisfaction"])]), profile["satisfaction_n"]
    values = {"rating": rating, "n": formats.number(n)}
    return (
        ngettext("rates us %(rating)s out of 10 (%(n)s answer)", "rates us %(rating)s out of 10 (%(n)s answers)", n)
        % values
    )


def _inbound(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    n, [usual] = profile["inbound_recent"], formats.numbers_at_most([Decimal(profile["inbound_prior"])])
    values = {"n": formats.number(n), "usual": usual}
    return (
        ngettext(
            "got in touch %(n)s time in 90 days, before that %(usual)s",
            "got in touch %(n)s times in 90 days, before that %(usual)s",
            n,
        )
        % values
    )


def _silence(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    if profile["prepaid_months"]:
        return _("has paid ahead: silence says nothing")
    last = _day(profile["last_activity_on"])
    days = max(0, (today - last).days) if last else 0
    return _n(ngettext("last sign %(n)s day ago", "last sign %(n)s days ago", days), days)


def _loyalty(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    months = profile["tenure_months"]
    if months < 24:
        return _n(ngettext("has rented for %(n)s month", "has rented for %(n)s months", months), months)
    return _n(ngettext("has rented for %(n)s year", "has rented for %(n)s years", months // 12), months // 12)


def _referrals(row: RetentionScore, profile: Mapping[str, Any], today: dt.date) -> str:
    n = profile["referrals"]
    return _n(ngettext("%(n)s tenant recommended to us", "%(n)s tenants recommended to us", n), n)


_PIECES: Mapping[str, Callable[[RetentionScore, Mapping[str, Any], dt.date], str]] = {
    "window": _window,
    "prepaid": _prepaid,
    "late_change": _late_change,
    "missed": _missed,
    "complaints": _complaints,
    "overdue_requests": _overdue,
    "satisfaction": _satisfaction,
    "inbound": _inbound,
    "silence": _silence,
    "loyalty": _loyalty,
    "referrals": _referrals,
    CLAMP: lambda _row, _profile, _today: _("a score ends at 0 and at 100"),
}


def _n(words: str, n: int) -> str:
    return words % {"n": formats.number(n)}


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
