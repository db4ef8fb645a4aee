"""Legal notices: their deadline is the site's rule, and no eviction is carried out when the law forbids it."""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken, require_past
from leasing.actions.locks import locked_contract
from leasing.models import Contract, Notice
from leasing.refusals import cited, require_signed
from screens import formats
from sites_app.deadlines import execution_of_notice, legal_deadline
from sites_app.queries import calendar_of, rules_for

_DAYS_RULE = {
    Notice.Kind.TO_QUIT: "notice_to_quit_days",
    Notice.Kind.EVICTION: "eviction_notice_days",
    Notice.Kind.REPAIRS: "maintenance_response_days",
    Notice.Kind.RENEWAL: "notice_to_quit_days",
}
# Something is done to the tenant at the end of these: not before the lawful day.
_EXECUTED = (Notice.Kind.TO_QUIT, Notice.Kind.EVICTION)


def issue_notice(
    *,
    contract: Contract,
    kind: str,
    issued_on: dt.date,
    by: Actor,
    today: dt.date,
    execute_on: dt.date | None = None,
    given_by: str = "",
) -> Notice:
    """Issue a notice. Its legal deadline is the day of issue plus the site's days, on or after a business day.

    `execute_on`: the day on which an eviction or a notice to quit is to be carried out, when that is not the legal
    deadline itself; the notice then carries that day. The rules are those of the day of issue. The same notice asked
    for twice on a contract is one notice.

    Raises RuleBroken: an eviction would be carried out in the closed season, or it or the end of a notice to quit
    before the legal deadline (the sentence names the rule, its source and the first lawful day); the contract is a
    draft or not on a site in scope; the day of issue is to come.
    """
    kind = Notice.Kind(kind)
    with change(by):
        contract = locked_contract(contract.pk)
        require_signed(contract)
        require_past("issued_on", issued_on, today)
        deadline = _lawful_day(contract, kind, issued_on, execute_on)
        known = Notice.objects.filter(
            site_id=contract.site_id, contract=contract, kind=kind, issued_on=issued_on, closed_on=None
        )
        return known.first() or Notice.objects.create(
            site_id=contract.site_id,
            contract=contract,
            kind=kind,
            given_by=given_by,
            issued_on=issued_on,
            legal_deadline=deadline,
        )


def _lawful_day(contract: Contract, kind: Notice.Kind, issued_on: dt.date, execute_on: dt.date | None) -> dt.date:
    rules = rules_for(contract.site, issued_on)
    notice_rule = rules.get(_DAYS_RULE[kind])
    calendar = calendar_of(contract.site)
    deadline = legal_deadline(issued_on, notice_rule.value, calendar)
    if kind not in _EXECUTED:
        if execute_on is not None:
            raise RuleBroken(
                "execute_on",
                "only_some_notices_are_executed",
                _("Only an eviction and a notice to quit are carried out on a day."),
            )
        return deadline
    closed_season = rules.eviction_closed_season if kind == Notice.Kind.EVICTION else None
    execution = execution_of_notice(issued_on, notice_rule.value, calendar, closed_season, execute_on)
    if execution.allowed:
        return execute_on or deadline
    values = {
        "day": formats.date_short(execute_on or deadline),
        "first": formats.date_short(execution.first_lawful_day),
    }
    if execution.in_closed_season:
        season = rules.get("eviction_closed_season")
        raise RuleBroken(
            "execute_on",
            "eviction_closed_season",
            _(
                "No eviction may be carried out on %(day)s, which is in the closed season from %(from)s to %(to)s"
                " (%(cited)s). The first lawful day is %(first)s."
            )
            % (
                values
                | {
                    "from": "{1:02}/{0:02}".format(*season.value.first),
                    "to": "{1:02}/{0:02}".format(*season.value.last),
                    "cited": cited(season),
                }
            ),
        )
    raise RuleBroken(
        "execute_on",
        notice_rule.rule_type,
        _(
            "%(day)s is too early: a notice issued on %(issued)s gives %(days)s days (%(cited)s)."
            " The first lawful day is %(first)s."
        )
        % (values | {"issued": formats.date_short(issued_on), "days": notice_rule.value, "cited": cited(notice_rule)}),
    )
