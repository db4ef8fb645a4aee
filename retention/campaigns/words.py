"""What a campaign costs, can show and has shown, in sentences. Asks the database nothing."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from retention.campaigns.planned import BeforeLaunch
from retention.campaigns.results import CampaignCounts
from retention.models import CampaignResult
from screens import formats


def before_launch_sentences(found: BeforeLaunch, currency: str) -> list[str]:
    """What is to be known before it begins, the cost first."""
    values = {
        "cost": formats.francs(found.cost, currency),
        "budget": formats.francs(found.budget, currency),
        "departures": formats.number(found.expected_departures, 1),
        "preventable": formats.number(found.most_preventable, 1),
        "gain": formats.francs(found.gain, currency),
    }
    sentences = [
        _("If all accept it costs %(cost)s of %(budget)s.") % values,
        _("Without it %(departures)s departures are expected in 90 days; at most %(preventable)s can be prevented.")
        % values,
        _("Expected gain: %(gain)s.") % values,
        what_it_can_show(found),
    ]
    if found.homes_to_keep:
        sentences.append(
            ngettext("To pay it must keep %(homes)s home.", "To pay it must keep %(homes)s homes.", found.homes_to_keep)
            % {"homes": formats.number(found.homes_to_keep)}
        )
    return sentences


def what_it_can_show(found: BeforeLaunch) -> str:
    """Whether anything can be proven by it, said before it begins."""
    values = {"contacted": formats.number(found.contacted), "aside": formats.number(found.set_aside)}
    if not found.set_aside:
        return _("Nobody is set aside: nothing can be proven.")
    if not found.can_prove or found.detectable is None:
        return _("%(contacted)s contacted, %(aside)s set aside: nothing will be proven.") % values
    values["points"] = formats.number(found.detectable * 100)
    return (
        _("%(contacted)s contacted, %(aside)s set aside: a difference beyond %(points)s points can be shown.") % values
    )


def result_sentences(result: CampaignResult, counts: CampaignCounts, currency: str) -> list[str]:
    """How it stands; with the verdict from its day on."""
    values = {
        "n1": formats.number(counts.contacted),
        "k1": formats.number(counts.contacted_kept),
        "n2": formats.number(counts.set_aside),
        "k2": formats.number(counts.set_aside_kept),
    }
    sentences = [_("Contacted %(n1)s, kept %(k1)s.") % values]
    if counts.set_aside:
        sentences.append(_("Set aside %(n2)s, kept %(k2)s.") % values)
    if result.verdict:
        sentences += [verdict_sentence(result, counts), cost_sentence(counts, currency)]
    return sentences


def verdict_sentence(result: CampaignResult, counts: CampaignCounts) -> str:
    """The verdict in words: between how many homes it lies."""
    shown = counts.verdict().difference
    if shown is None:
        return str(result.get_verdict_display()) + "."
    values = {
        "verdict": result.get_verdict_display(),
        "low": _signed(shown.homes_interval.low),
        "high": _signed(shown.homes_interval.high),
    }
    return _("%(verdict)s: between %(low)s and %(high)s homes.") % values


def cost_sentence(counts: CampaignCounts, currency: str) -> str:
    """What it has cost, and how many homes are worth that."""
    homes = counts.verdict().homes_to_keep
    values = {"cost": formats.francs(counts.spent, currency), "homes": formats.number(homes)}
    if not homes:
        return _("It has cost nothing.")
    return (
        ngettext(
            "Cost %(cost)s: it pays if it kept %(homes)s home.",
            "Cost %(cost)s: it pays if it kept %(homes)s homes.",
            homes,
        )
        % values
    )


def _signed(homes: float) -> str:
    number = formats.number(round(homes))
    return f"+{number}" if round(homes) > 0 else number
