"""What to say to a tenant who may leave: the talk guides of what lowers the score most, filled with its facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from leasing.models import Interaction, Tenant
from retention.models import TalkGuide
from retention.pages.profile_page import PartShown, ScoreShown
from screens import formats

_MOST = 3


@dataclass(frozen=True)
class GuideShown:
    """A reason to speak of, with its fact, and the newest record behind it."""

    name: str
    sentence: str
    record: str
    guide: TalkGuide


@dataclass(frozen=True)
class TalkShown:
    """What to say, and the text for WhatsApp; `why_not`: why it cannot be sent."""

    guides: Sequence[GuideShown]
    message: str
    whatsapp: str
    why_not: str


def guides_by_term() -> Mapping[str, TalkGuide]:
    """Every guide by the term that it is for. One statement."""
    return {guide.key: guide for guide in TalkGuide.objects.all()}


def talk_shown(
    tenant: Tenant, score: ScoreShown, guides: Mapping[str, TalkGuide], *, agent: str, may_write: bool
) -> TalkShown | None:
    """What to say of the terms that lower the score most. None where none does, or there is no guide for any."""
    harmful = [part for part in score.parts if part.points < 0 and part.key in guides]
    if not harmful:
        return None
    message = _message(tenant, guides[harmful[0].key], agent)
    return TalkShown(
        guides=[GuideShown(part.name, part.sentence, _newest(part), guides[part.key]) for part in harmful[:_MOST]],
        message=message,
        whatsapp=formats.whatsapp(tenant.phone, message) if may_write else "",
        why_not=_why_not(tenant, may_write=may_write),
    )


def _newest(part: PartShown) -> str:
    return f"{formats.date_middle(part.rows[0].day)}: {part.rows[0].text}" if part.rows else ""


def _message(tenant: Tenant, guide: TalkGuide, agent: str) -> str:
    """In the tenant's language, as far as the guide has been written in it; else in French."""
    with translation.override(tenant.language or settings.LANGUAGE_CODE):
        values = {"name": tenant.name, "agent": agent, "site": tenant.site.name}
        hello = _("Hello %(name)s, this is %(agent)s of %(site)s.") % values
        return f"{hello} {guide.opening} {guide.question}"


def _why_not(tenant: Tenant, *, may_write: bool) -> str:
    if not tenant.phone:
        return _("No phone number is on record.")
    if not may_write:
        return _("%(channel)s is opted into: write it down once they agree.") % {
            "channel": Interaction.Channel.WHATSAPP.label
        }
    return ""
