"""An agent's day and everybody's work: rights, menu, pages, programs' addresses, and the jobs that make the day."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from screens.declarations import (
    ANYONE,
    FORM,
    Address,
    Consequence,
    Daily,
    Declaration,
    Entry,
    Hourly,
    Include,
    Panel,
    TimelineSource,
)
from tasks.pages import panels

_WORK, _MANAGE = "tasks.work_on_tasks", "tasks.manage_tasks"
_ABOUT = "tasks/_about.html"

DECLARATION = Declaration(
    rights={"agent": (_WORK,), "manager": (_MANAGE,)},
    menu=(
        Entry(
            10,
            "tasks:today",
            _("Today"),
            "check",
            _WORK,
            _("Your three first tasks, with the reasons, and the rest of the day."),
            unless=_MANAGE,
        ),
        Entry(
            40,
            "tasks:board",
            _("Tasks"),
            "check",
            _MANAGE,
            _("Everyone’s workload, who takes what, and who stands in for whom."),
        ),
    ),
    jobs=(
        # Six o'clock, before the first agent looks at the day.
        Daily("tasks.jobs.begin_day", dt.time(6, 0), "each agent's tasks are there, in order"),
        Hourly("tasks.jobs.close_what_is_gone", "a task whose rent has come in is closed within the hour"),
    ),
    includes=(
        Include("tasks/", "tasks.pages.urls"),
        Include("api/tasks/", "tasks.api_urls"),
        # Its own address: a script serves what lies below it.
        Include("service-worker.js", "tasks.pages.offline_urls", needs_site=False),
    ),
    addresses={
        "tasks:board": Address(_MANAGE),
        "tasks:today": Address(_WORK),
        "tasks:round": Address(_WORK),
        "tasks:undo": Address(_WORK, ("POST",)),
        "tasks:new": Address(_MANAGE, FORM),
        "tasks:give": Address(_MANAGE, ("POST",)),
        "tasks:take-back": Address(_MANAGE, ("POST",)),
        "tasks:absent": Address(_MANAGE, FORM),
        "tasks:detail": Address(_WORK, row="tasks.Task"),
        "tasks:wait": Address(_WORK, ("POST",), row="tasks.Task"),
        "tasks:change": Address(_WORK, FORM, row="tasks.Task", arguments={"verb": "start"}),
        "tasks_api:today": Address(_WORK, arguments={"agent_id": "1"}),
        "tasks_api:change": Address(_WORK, ("PATCH",), row="tasks.Task"),
        "service_worker": Address(ANYONE),
    },
    panels=(
        Panel("leasing:tenant", 10, _ABOUT, panels.open_tasks_about, _WORK),
        Panel("leasing:contract", 10, _ABOUT, panels.open_tasks_of_contract, _WORK),
        Panel("leasing:property", 10, _ABOUT, panels.open_tasks_of_property, _WORK),
    ),
    timeline=(TimelineSource("tenant", "tasks", panels.tasks_done_about, _WORK),),
    consequences=(Consequence("money", panels.after_money),),
    administration={"tasks": 20},
)
