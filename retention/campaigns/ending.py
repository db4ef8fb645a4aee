"""What is asked for no more: the tenant has given notice, left, renewed, or does not want to be approached."""

import datetime as dt
from collections import defaultdict
from uuid import UUID

from django.utils.translation import gettext as _

from changes import sql
from changes.audit import change
from leasing.readings import is_signed
from retention.models import RetentionAction
from sites_app.models import Site
from tasks.actions import close_tasks

# The first that holds, of each action to whose tenant somebody is still to speak.
_GONE = f"""
    SELECT a.id, a.task_source, CASE
        WHEN o.id IS NOT NULL THEN 'objected'
        WHEN EXISTS (
            SELECT FROM leasing_contract r
            WHERE r.site_id = a.site_id AND r.renewal_of_id = a.contract_id AND {is_signed("r")}
        ) THEN 'renewed'
        WHEN c.ended_on IS NOT NULL THEN 'left'
        WHEN EXISTS (
            SELECT FROM leasing_notice n
            WHERE n.site_id = a.site_id AND n.contract_id = a.contract_id AND n.kind IN ('to_quit', 'eviction')
                AND n.issued_on <= %(today)s AND (n.closed_on IS NULL OR n.closed_on > %(today)s)
        ) THEN 'notice'
    END AS why
    FROM retention_retentionaction a
    JOIN leasing_contract c ON c.site_id = a.site_id AND c.id = a.contract_id
    LEFT JOIN retention_scoringobjection o ON o.site_id = a.site_id AND o.tenant_id = a.tenant_id
    WHERE a.site_id = %(site)s AND a.state IN ('open', 'thinking')
"""


def close_what_is_gone(*, site: Site, today: dt.date, now: dt.datetime) -> int:
    """Close the tasks of campaigns whose cause is gone, with a word. Returns how many actions are over by it."""
    found = [row for row in sql.rows(_GONE, {"site": site.code, "today": today}) if row["why"]]
    by_why: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    for row in found:
        by_why[row["why"]].append((row["id"], row["task_source"]))
    with change(None):
        for why, actions in sorted(by_why.items()):
            close_tasks(site=site, sources=[source for _pk, source in actions if source], reason=_word(why), now=now)
            undecided = RetentionAction.objects.filter(
                site=site, pk__in=[pk for pk, _source in actions], state__in=RetentionAction.UNDECIDED
            )
            undecided.update(state=RetentionAction.State.GONE)
    return len(found)


def _word(why: str) -> str:
    return {
        "objected": _("The tenant does not want to be approached."),
        "renewed": _("The contract is renewed."),
        "left": _("The tenancy ends."),
        "notice": _("Notice is given."),
    }[why]
