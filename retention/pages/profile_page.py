"""What the page of a tenant shows of each tenancy: why its score is what it is, and how it came to it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from leasing.models import Interaction, ServiceRequest
from retention.models import RetentionScore
from retention.pages import words
from retention.queries import SiteMeasures
from retention.reading import Shift, parts_of, shifts, without_points
from retention.standing import TenancyStanding
from retention.story import RowBehind
from screens import formats

TONES = {"low": "good", "medium": "", "high": "warn", "critical": "bad"}
LISTED_CHANGES = 12
_WEEKS = 52
# The kind of row behind a term, and the part of which page has all of them.
_BEHIND = {
    "complaints": ("complaint", "leasing:property", "#matters"),
    "overdue_requests": ("overdue", "leasing:property", "#matters"),
    "satisfaction": ("survey", "", ""),
    "referrals": ("referral", "", ""),
    "inbound": ("contact", "leasing:tenant", "#timeline"),
    "silence": ("contact", "leasing:tenant", "#timeline"),
    "window": ("", "leasing:contract", "#next"),
    "loyalty": ("", "leasing:contract", "#terms"),
    "prepaid": ("", "leasing:contract", "#months"),
    "late_change": ("", "leasing:contract", "#months"),
    "missed": ("", "leasing:contract", "#months"),
}


@dataclass(frozen=True)
class RowShown:
    """A record behind a term: its day, what it says, and its page, if it has one."""

    day: dt.date
    text: str
    url: str


@dataclass(frozen=True)
class PartShown:
    """A bar: the term, its facts, its points as a number and in writing, the score without it, and what is behind."""

    key: str
    name: str
    sentence: str
    points: Decimal
    written: str
    without: str
    url: str
    rows: Sequence[RowShown]


@dataclass(frozen=True)
class ScoreShown:
    """Why a score is what it is. `low` and `high` are the ends of the axis that the bars share."""

    row: RetentionScore
    written: str
    level: str
    tone: str
    probability: str
    source: str
    parts: Sequence[PartShown]
    low: Decimal
    high: Decimal
    indifferent: Sequence[tuple[str, str]]
    absent: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ChangeShown:
    """From a day on another score: which, and what had changed."""

    day: dt.date
    text: str
    why: Sequence[str]


@dataclass(frozen=True)
class WeekShown:
    value: Decimal | None


@dataclass(frozen=True)
class HistoryShown:
    """The score week by week, for a drawing, and each change in words, the newest first."""

    weeks: Sequence[WeekShown]
    first: dt.date
    middle: dt.date
    last: dt.date
    changes: Sequence[ChangeShown]
    earlier: int


def score_shown(
    row: RetentionScore, behind: Iterable[RowBehind], measures: SiteMeasures | None, today: dt.date
) -> ScoreShown:
    """The parts of a score with their facts, links and rows."""
    parts = parts_of(row.contributions)
    by_kind: dict[str, list[RowBehind]] = {}
    for one in behind:
        by_kind.setdefault(one.kind, []).append(one)
    sums = [part.points for part in parts]
    return ScoreShown(
        row=row,
        written=number(row.score),
        level=words.level(row.risk_level),
        tone=TONES[row.risk_level],
        probability=share(row.probability),
        source=words.source(row, measures),
        parts=[
            PartShown(
                key=part.key,
                name=words.name(part.key),
                sentence=words.sentence(row, part.key, today),
                points=part.points,
                written=signed(part.points),
                without="" if part.without is None else number(part.without),
                url=_page_of(part.key, row),
                rows=[_row_shown(one) for one in by_kind.get(_BEHIND.get(part.key, ("", "", ""))[0], ())],
            )
            for part in parts
        ],
        low=min([Decimal(0), *sums]),
        high=max([Decimal(0), *sums]),
        indifferent=[(words.name(key), words.sentence(row, key, today)) for key in without_points(row.contributions)],
        absent=[(words.name(key), words.absent(row, key)) for key in row.absent],
    )


def history_shown(scores: Sequence[RetentionScore], today: dt.date) -> HistoryShown | None:
    """The score of one tenancy over twelve months. None where it never had one."""
    if not scores:
        return None
    days = [today - dt.timedelta(weeks=back) for back in range(_WEEKS, -1, -1)]
    changes = [_change(before, after) for before, after in zip([None, *scores], scores, strict=False)]
    last = scores[-1].valid_to
    if last is not None and last <= today:
        changes.append(ChangeShown(last, _("No longer scored"), ()))
    return HistoryShown(
        weeks=[WeekShown(_on(scores, day)) for day in days],
        first=days[0],
        middle=days[_WEEKS // 2],
        last=days[-1],
        changes=list(reversed(changes))[:LISTED_CHANGES],
        earlier=max(0, len(changes) - LISTED_CHANGES),
    )


def number(score: Decimal) -> str:
    """A score: whole, or with the one decimal of learned points."""
    return formats.numbers_at_most([score])[0]


def signed(points: Decimal) -> str:
    """Points with their sign: "+5", "−14"."""
    return f"+{number(points)}" if points > 0 else number(points)


def share(probability: float) -> str:
    """A probability, of small ones with a decimal: "19 %", "2,5 %"."""
    return formats.percent(probability, 0 if probability >= 0.0995 else 1)


def _page_of(key: str, row: RetentionScore) -> str:
    _kind, page, part = _BEHIND.get(key, ("", "", ""))
    ids = {
        "leasing:contract": row.contract_id, "leasing:tenant": row.tenant_id,
        "leasing:property": row.contract.property_id,
    }  # fmt: skip
    return f"{reverse(page, args=[ids[page]])}{part}" if page else ""


def _row_shown(row: RowBehind) -> RowShown:
    facts = row.facts
    match row.kind:
        case "complaint":
            closed = facts["closed_on"]
            state = _closed(closed) if closed else _("still open")
            text, url = f"{_category(facts)} · {state}", ""
        case "overdue":
            day = {"day": formats.date_short(dt.date.fromisoformat(facts["answer_by"]))}
            text, url = f"{_category(facts)} · {_('to be answered by %(day)s') % day}", ""
        case "survey":
            text, url = _("%(rating)s out of 10") % {"rating": facts["rating"]}, ""
        case "referral":
            text, url = facts["name"], reverse("leasing:tenant", args=[row.about])
        case _:
            text, url = str(Interaction.Channel(facts["channel"]).label), ""
    return RowShown(row.day, text, url)


def _closed(day: str) -> str:
    return _("closed on %(day)s") % {"day": formats.date_short(dt.date.fromisoformat(day))}


def _category(facts: Mapping[str, Any]) -> str:
    return str(ServiceRequest.Category(facts["category"]).label)


def _on(scores: Sequence[RetentionScore], day: dt.date) -> Decimal | None:
    return next(
        (one.score for one in scores if one.valid_from <= day and (one.valid_to is None or day < one.valid_to)), None
    )


def _change(before: RetentionScore | None, after: RetentionScore) -> ChangeShown:
    now = {"score": number(after.score), "level": words.level(after.risk_level).lower()}
    if before is None:
        return ChangeShown(after.valid_from, _("Score %(score)s, %(level)s") % now, ())
    values = now | {"before": number(before.score)}
    if before.valid_to is not None and before.valid_to < after.valid_from:
        return ChangeShown(after.valid_from, _("Scored again: %(score)s, %(level)s") % now, ())
    why = [_shift(one) for one in shifts(before.contributions, after.contributions)]
    if before.source != after.source or before.model_id != after.model_id:
        why.append(_("the probability comes from elsewhere: %(source)s") % {"source": words.source(after)})
    if before.score == after.score:
        return ChangeShown(after.valid_from, _("Still %(score)s, %(level)s") % values, why)
    return ChangeShown(after.valid_from, _("From %(before)s to %(score)s, %(level)s") % values, why)


def _shift(shift: Shift) -> str:
    values = {"term": words.name(shift.key), "points": signed(shift.by)}
    if shift.after is None:
        return _("%(term)s: nothing is known any more (%(points)s)") % values
    return _("%(term)s (%(points)s)") % values


def of_tenancy(scores: Iterable[RetentionScore], home: UUID) -> list[RetentionScore]:
    """The scores of the tenancy of one home."""
    return [one for one in scores if one.contract.property_id == home]


def current(scores: Iterable[RetentionScore], standing: TenancyStanding) -> RetentionScore | None:
    """The score of now, of a tenancy that is to have one."""
    if standing.standing != "scored":
        return None
    return next((one for one in scores if one.valid_to is None and one.contract_id == standing.contract_id), None)
