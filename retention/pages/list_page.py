"""The list of who may leave: its columns, its filters, and the sentence above it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from insight.points import STARTING_TABLE
from retention.listed import DEBT_MONTHS, Deciding, found_by
from retention.models import RetentionScore
from retention.pages import words
from retention.pages.words import FEW_DEPARTURES
from retention.queries import ListCameTrue, RateWithInterval, SiteMeasures
from screens import formats
from screens.lists import Column, Empty, Kind, Listing, Phone, SearchField

SOON_DAYS = 31
_MAIN_REASONS = 3
_WORSE = {"critical": 0, "high": 1, "medium": 2}


def main_reasons(row: RetentionScore) -> list[str]:
    """The terms that lower the score most, in short."""
    harmful = sorted((float(points), key) for key, band, points in row.contributions if band is not None)
    today = row.site.today()
    return [words.short(row, key, today) for points, key in harmful[:_MAIN_REASONS] if points < 0]


def _said(row: RetentionScore) -> str:
    return " · ".join(main_reasons(row))


SCORES = Listing(
    name="tenants-to-keep",
    columns=(
        Column(
            "tenant",
            gettext_lazy("Tenant"),
            "tenant.name",
            sort=True,
            template="retention/_listed_tenant.html",
            phone=Phone.LINE,
        ),
        Column(
            "level",
            gettext_lazy("Risk"),
            lambda row: words.level(row.risk_level),
            sort="rank",
            template="retention/_level.html",
            phone=Phone.LINE,
        ),
        Column("score", gettext_lazy("Score"), "score", Kind.NUMBER, on_page=False),
        Column("why", gettext_lazy("Why"), _said, phone=Phone.LINE),
        Column(
            "probability",
            gettext_lazy("Leaves within 3 months"),
            "probability",
            Kind.PERCENT,
            sort=True,
        ),
        Column("rent", gettext_lazy("Rent at stake"), "rent_at_stake", Kind.FRANCS, on_page=False),
        Column("loss", gettext_lazy("Re-letting loss"), "relet_loss", Kind.FRANCS, sort=True, total=False),
        Column("gain", gettext_lazy("Expected gain"), "expected_gain", Kind.FRANCS, sort=True, total=False),
        Column("offer", gettext_lazy("Proposal"), lambda row: row.offer and row.offer.name, on_page=False),
        Column("by", gettext_lazy("Act before"), "intervene_by", Kind.DATE, sort=True),
        Column("home", gettext_lazy("Property"), "contract.property.code", on_page=False),
        Column("contract", gettext_lazy("Contract"), "contract.reference", on_page=False),
        Column("phone", gettext_lazy("Phone"), "tenant.phone", Kind.PHONE, on_page=False),
        Column("window", gettext_lazy("Decides by"), "window_on", Kind.DATE, on_page=False),
        Column(
            "agent",
            gettext_lazy("Agent"),
            lambda row: row.contract.agent and row.contract.agent.get_full_name(),
            on_page=False,
        ),
        Column("source", gettext_lazy("Source of the probability"), lambda row: words.source(row), on_page=False),
    ),
    empty=Empty(
        gettext_lazy("Nobody has been scored yet"),
        text=gettext_lazy("Every tenant in force is scored each night. “Analyse now” does it at once."),
    ),
    currency="site.currency",
)


class ScoreFilter(forms.Form):
    """Which of the scored tenants: by words, level, agent, the day of the window, a reason, a debt."""

    q = SearchField()
    level = forms.ChoiceField(
        label=gettext_lazy("Risk"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("critical", gettext_lazy("Critical")),
            ("high", gettext_lazy("High and worse")),
            ("medium", gettext_lazy("Medium and worse")),
        ],
    )
    window = forms.ChoiceField(
        label=gettext_lazy("Decides within"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("31", gettext_lazy("31 days")),
            ("62", gettext_lazy("62 days")),
            ("120", gettext_lazy("120 days")),
        ],
    )
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    debt = forms.ChoiceField(
        label=gettext_lazy("Debt"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("less", gettext_lazy("Owes less than two months")),
            ("more", gettext_lazy("Owes two months or more: a plan first")),
        ],
    )
    agent = forms.ChoiceField(label=gettext_lazy("Agent"), required=False)

    def __init__(self, *args: Any, agents: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("All"))
        reasons = [(key, words.name(key)) for key in STARTING_TABLE.keys]
        cast("forms.ChoiceField", self.fields["reason"]).choices = [every, *reasons]
        cast("forms.ChoiceField", self.fields["agent"]).choices = [every, *((str(pk), name) for pk, name in agents)]

    def chosen(self, rows: QuerySet, today: dt.date) -> QuerySet:
        """Those that are wanted; a filter that is wrong takes nothing away."""
        self.is_valid()
        asked = self.cleaned_data
        if level := asked.get("level"):
            rows = rows.filter(rank__lte=_WORSE[level])
        if window := asked.get("window"):
            rows = rows.filter(window_on__lte=today + dt.timedelta(int(window)))
        if key := asked.get("reason"):
            rows = rows.filter(_lowered_by(key))
        if debt := asked.get("debt"):
            rows = rows.filter(**{"owes_months__gte" if debt == "more" else "owes_months__lt": DEBT_MONTHS})
        if agent := asked.get("agent"):
            rows = rows.filter(contract__agent=int(agent))
        return rows.filter(found_by(asked["q"])) if asked.get("q") else rows


def _lowered_by(key: str) -> Q:
    """The scores that a term lowers. Which bands do so the points say; contributions are [key, band, points]."""
    harmful = [
        band for bands in STARTING_TABLE.bands if bands.key == key for band, p in enumerate(bands.points) if p < 0
    ]
    found = Q(pk__in=[])
    for band in harmful:
        found |= Q(contributions__contains=[[key, band]])
    return found


@dataclass(frozen=True)
class Deciders:
    """The sentence above the list, whom it names, and the address of all of them."""

    sentence: str
    names: str
    url: str


def deciders(deciding: Deciding | None, currency: str) -> Deciders:
    """Who at risk decides soon, or that nobody does."""
    if deciding is None:
        return Deciders(_("No tenant at risk decides within 31 days."), "", "")
    more = deciding.count - len(deciding.names)
    names = ", ".join(deciding.names)
    if more:
        names = _("%(names)s and %(count)s more") % {"names": names, "count": formats.number(more)}
    values = {
        "count": formats.number(deciding.count),
        "day": formats.date_middle(deciding.until),
        "amount": formats.francs(deciding.rent_at_stake, currency),
    }
    sentence = ngettext(
        "%(count)s tenant at risk decides before %(day)s (%(amount)s of rents at stake)",
        "%(count)s tenants at risk decide before %(day)s (%(amount)s of rents at stake)",
        deciding.count,
    )
    return Deciders(sentence % values, names, f"?level=high&window={SOON_DAYS}")


def record_of(found: ListCameTrue) -> str:
    """Whether the list is any good: what became of those who stood first on it."""
    first = _("Of the %(n)s first 90 days ago %(k)s have decided to leave (%(interval)s)") % _rate(found.first)
    if found.rest is None:
        return first + "."
    return _("%(first)s; of the %(n)s others %(k)s (%(interval)s).") % {"first": first, **_rate(found.rest)}


def _rate(found: RateWithInterval) -> dict[str, str]:
    low, high = formats.percent(found.interval.low), formats.percent(found.interval.high)
    return {
        "n": formats.number(found.rate.n),
        "k": formats.number(found.rate.successes),
        "interval": _("%(low)s to %(high)s") % {"low": low, "high": high},
    }


def source_of(measures: SiteMeasures, is_learned: bool) -> str:
    """Where the probabilities come from, with the departures that stand behind them."""
    if measures.factor is None:
        if measures.observed_from is None:
            return _("No tenancy end is on record yet: what you see are assumptions. Import past contracts.")
        day = formats.date_middle(measures.observed_from)
        return _("Ends of tenancies are on record from %(day)s: too short yet, what you see are assumptions.") % {
            "day": day
        }
    factor = measures.factor
    values = {
        "seen": formats.number(factor.seen),
        "expected": formats.number(factor.expected, 1),
        "day": formats.date_middle(factor.since),
    }
    sentence = ngettext(
        "%(seen)s departure seen where %(expected)s were expected since %(day)s",
        "%(seen)s departures seen where %(expected)s were expected since %(day)s",
        factor.seen,
    )
    counted = sentence % values
    if is_learned:
        return _("Learned from departures of all sites; here %(counted)s.") % {"counted": counted}
    if factor.expected < FEW_DEPARTURES:
        return _("Measured: %(counted)s; still mostly assumption.") % {"counted": counted}
    return _("Measured: %(counted)s.") % {"counted": counted}
