"""Tasks to talk to tenants who may leave: ordered from the list, for the agent of the contract."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from retention.causes import ACTION, LISTED
from retention.models import RetentionAction, RetentionScore
from screens import formats
from sites_app.models import Site
from tasks.actions.orders import TaskOrder, create_tasks
from tasks.causes.cause import About, Cause
from tasks.generation import END_OF_DAY
from tasks.models import Task

SOURCE = LISTED
"""The cause of these tasks, and the first word of their sources: retention:talk:<contract>:<day>."""


def _title(about: About) -> str:
    return _("Talk to %(tenant)s") % {"tenant": about.whom}


def _subject(_about: About) -> str:
    return _("Tenant to keep")


def _reason(about: About) -> str:
    facts = about.facts
    values = {"share": formats.percent(facts["probability"]), "score": formats.number(float(facts["score"]))}
    if facts["window_on"] is None:
        return _("May leave within 3 months (%(share)s; score %(score)s of 100).") % values
    window = dt.date.fromisoformat(facts["window_on"])
    values["day"] = formats.date_in_year(window, about.today.year)
    return _("May leave within 3 months (%(share)s; score %(score)s of 100): decides by %(day)s.") % values


TALK = Cause(
    name=SOURCE, label=gettext_lazy("tenant to keep"), kind="retention", title=_title, subject=_subject, reason=_reason
)


def order_talks(*, site: Site, contracts: Iterable[UUID], now: dt.datetime) -> int:
    """A task for each tenancy to talk to its tenant, due by the day of its score, for the contract's agent.

    Where one is open already none is made, nor for whom a campaign has set aside; of a contract that is not on the site
    or not scored nothing is said. Five statements. Returns how many were made.
    """
    rows = RetentionScore.objects.filter(site=site, valid_to=None, contract__in=set(contracts))
    scores = list(rows.select_related("contract").order_by("pk"))
    of_scores = [row.contract_id for row in scores]
    of_them = Task.objects.open().filter(site=site, cause__in=(SOURCE, ACTION), contract__in=of_scores)
    asked = set(of_them.values_list("contract_id", flat=True))
    today = site.today()
    aside = RetentionAction.objects.filter(site=site, arm=RetentionAction.Arm.CONTROL, campaign__verdict_on__gt=today)
    asked |= set(aside.filter(contract__in=of_scores).values_list("contract_id", flat=True))
    orders = [_order(site, row, today) for row in scores if row.contract_id not in asked]
    return create_tasks(site=site, orders=orders, now=now)


def _order(site: Site, row: RetentionScore, today: dt.date) -> TaskOrder:
    due = dt.datetime.combine(max(row.intervene_by, today), END_OF_DAY, zoneinfo.ZoneInfo(site.timezone))
    return TaskOrder(
        cause=SOURCE,
        source=f"{SOURCE}:talk:{row.contract_id}:{today:%Y%m%d}",
        due_at=due,
        facts={
            "score": str(row.score),
            "level": row.risk_level,
            "probability": round(row.probability, 4),
            "window_on": row.window_on and row.window_on.isoformat(),
        },
        agent_id=row.contract.agent_id,
        contract_id=row.contract_id,
    )
