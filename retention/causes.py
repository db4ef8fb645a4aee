"""Why agents have tasks of campaigns, in words: to speak to a tenant about staying, and to ask an owner first."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from screens import formats
from tasks.causes.cause import About, Cause, Facts

ACTION, CONSENT = "retention_action", "owner_consent"
LISTED = "retention"
"""The cause of a talk that a manager has ordered from the list."""


def offer_name(facts: Facts) -> str:
    """What is offered, in the reader's language or the first that there is."""
    names = facts["offer"]
    return names.get((get_language() or "")[:2]) or names.get("fr") or next(iter(names.values()), "")


def _title(about: About) -> str:
    values = {"tenant": about.whom}
    if about.facts.get("call"):
        return gettext("Call %(tenant)s about staying") % values
    return gettext("Speak to %(tenant)s about staying") % values


def _subject(_about: About) -> str:
    return gettext("Tenant to keep")


def _reason(about: About) -> str:
    values = {"campaign": about.facts["campaign"], "offer": offer_name(about.facts)}
    if about.facts["kind"] == "talk":
        return gettext("They may be about to leave (campaign “%(campaign)s”): settle what is open with them.") % values
    return gettext("They may be about to leave (campaign “%(campaign)s”): “%(offer)s” can be offered to them.") % values


def _francs(about: About) -> int | None:
    return about.facts["francs"] or None


def _consent_title(about: About) -> str:
    return gettext("Ask %(owner)s to agree to a lower rent") % {"owner": about.facts["owner"]}


def _consent_subject(_about: About) -> str:
    return gettext("Owner’s consent")


def _consent_reason(about: About) -> str:
    homes = about.facts["homes"]
    values = {
        "count": formats.number(len(homes)),
        "homes": ", ".join(home["home"] for home in homes),
        "francs": formats.francs(about.facts["francs"], about.currency),
    }
    return (
        ngettext(
            "So that a tenant stays: %(homes)s, %(francs)s in all. The talk waits for the answer.",
            "So that %(count)s tenants stay: %(homes)s, %(francs)s in all. The talks wait for the answer.",
            len(homes),
        )
        % values
    )


def retention_action(ended: Callable[[Any], None], reopened: Callable[[Any], None]) -> Cause:
    """The cause of a talk with a tenant. What follows from its end is given: it reads tables, and causes do not."""
    return Cause(
        name=ACTION,
        label=gettext_lazy("campaign"),
        kind="retention",
        title=_title,
        subject=_subject,
        reason=_reason,
        francs=_francs,
        stands_for=("term_ending", LISTED),
        ended=ended,
        reopened=reopened,
    )


def owner_consent(ended: Callable[[Any], None], reopened: Callable[[Any], None]) -> Cause:
    """The cause of asking an owner first."""
    return Cause(
        name=CONSENT,
        label=gettext_lazy("an owner’s consent"),
        kind="admin",
        title=_consent_title,
        subject=_consent_subject,
        reason=_consent_reason,
        ended=ended,
        reopened=reopened,
    )
