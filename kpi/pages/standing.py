"""One agent's own place among the agents of a site: theirs to see, and nobody else's numbers."""

import datetime as dt
from dataclasses import dataclass

from kpi.counting.periods import Period, last_full_months
from kpi.counting.snapshots import record_of
from kpi.pages.page import LeaderCell
from kpi.pages.report_page import leader_cells
from kpi.report.leaders import leaders
from sites_app.models import Site


@dataclass(frozen=True)
class AgentStanding:
    """What an agent did in a month, each with its place among those who have one."""

    period: Period
    cells: tuple[LeaderCell, ...]


def standing_of(site: Site, user_id: int, today: dt.date) -> AgentStanding | None:
    """The agent's marks of the last full month; None for who is no agent of the site. Needs the site in scope.

    One statement when the month has its snapshot, five at most.
    """
    period = last_full_months(today, 1)
    record = record_of([site.code], [period], figured=period)
    if user_id not in record.agents:
        return None
    ranked = leaders(record.figures[site.code].agents, record.agents)
    mine = next(leader for leader in ranked if leader.agent == user_id)
    cells = tuple(cell for key, mark in mine.marks.items() for cell in leader_cells(key, [mark], site.currency))
    return AgentStanding(period, cells)
