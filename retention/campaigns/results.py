"""How campaigns stand: counts each night, by assignment, and one verdict on the ninetieth day, which is for ever."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from changes import sql
from changes.audit import change
from leasing.readings import is_in_force, is_signed
from retention.campaigns.decisions import end_what_is_open
from retention.models import CampaignResult, Offer, RetentionAction, RetentionCampaign
from retention.verdict import Arm, CampaignVerdict, verdict
from sites_app.models import Site

Status = RetentionCampaign.Status

# Kept: a contract of the account, so also a renewal or one to which the tenant moved, is in force, without a notice
# that ends it.
_KEPT = f"""
    SELECT a.id, a.campaign_id, a.arm, a.state, a.cost, a.consent, a.probability, a.relet_loss, EXISTS (
        SELECT FROM leasing_contract own
        JOIN leasing_contract c ON c.site_id = own.site_id AND c.account_id = own.account_id
        WHERE own.site_id = a.site_id AND own.id = a.contract_id
            AND {is_signed("c")} AND {is_in_force("c", "day.day")}
            AND NOT EXISTS (
                SELECT FROM leasing_notice n
                WHERE n.site_id = c.site_id AND n.contract_id = c.id AND n.kind IN ('to_quit', 'eviction')
                    AND n.issued_on <= day.day AND (n.closed_on IS NULL OR n.closed_on > day.day)
            )
    ) AS kept
    FROM retention_retentionaction a
    JOIN unnest(%(campaigns)s::uuid[], %(days)s::date[]) AS day (campaign_id, day) ON day.campaign_id = a.campaign_id
    WHERE a.site_id = %(site)s AND a.arm <> ''
"""


@dataclass(frozen=True)
class CampaignCounts:
    """What a campaign's figures are made of on a day, by assignment: whoever was drawn counts, reached or not."""

    contacted: int
    contacted_kept: int
    set_aside: int
    set_aside_kept: int
    accepted: int
    refused: int
    thinking: int
    unreached: int
    waiting: int
    expected_lost: float
    spent: int
    mean_loss: float

    def verdict(self) -> CampaignVerdict:
        """What they show, and between which bounds: a proof on the ninetieth day alone."""
        contacted = Arm(self.contacted, self.contacted_kept)
        return verdict(contacted, Arm(self.set_aside, self.set_aside_kept), mean_loss=self.mean_loss, spent=self.spent)


def counts_of(result: CampaignResult) -> CampaignCounts:
    """The counts that a row has kept."""
    return CampaignCounts(**{name: getattr(result, name) for name in CampaignCounts.__dataclass_fields__})


def record_results(*, site: Site, day: dt.date, now: dt.datetime) -> int:
    """The counts of every campaign that has no verdict yet, as of a day; of one whose ninetieth day has come, as of
    that day, its verdict, and its end. Returns how many rows were written. Twice on a day changes nothing.

    An offer of a campaign that did harm is not offered any more, until a manager offers it again.
    """
    with change(None):
        waiting = RetentionCampaign.objects.select_related("site").select_for_update(of=("self",)).filter(
            site=site, status__in=(Status.RUNNING, Status.STOPPED, Status.CLOSED)
        )  # fmt: skip
        campaigns = list(waiting.exclude(results__verdict__gt="").order_by("pk"))
        if not campaigns:
            return 0
        days = {campaign.pk: min(day, campaign.verdict_on or day) for campaign in campaigns}
        rows = list(sql.rows(_KEPT, {"site": site.code, "campaigns": list(days), "days": list(days.values())}))
        newest = {
            row.campaign_id: row
            for row in CampaignResult.objects.filter(site=site, campaign__in=campaigns).order_by("day")
        }
        results = []
        for campaign in campaigns:
            mine = [row for row in rows if row["campaign_id"] == campaign.pk]
            counts, as_of = counts_from(mine), days[campaign.pk]
            is_last = campaign.verdict_on is not None and as_of >= campaign.verdict_on
            before = newest.get(campaign.pk)
            if not is_last and before is not None and counts_of(before) == counts:
                continue
            word = counts.verdict().word if is_last else ""
            results.append(CampaignResult(site=site, campaign=campaign, day=as_of, verdict=word, **asdict(counts)))
            if is_last:
                _close(campaign, mine, word, now)
        CampaignResult.objects.bulk_create(
            results,
            update_conflicts=True,
            unique_fields=["site", "campaign", "day"],
            update_fields=["verdict", *CampaignCounts.__dataclass_fields__],
        )
        return len(results)


def counts_from(rows: Sequence[dict]) -> CampaignCounts:
    """The counts of the rows of one campaign."""
    contacted = [row for row in rows if row["arm"] == "contacted"]
    aside = [row for row in rows if row["arm"] == "control"]
    states = [row["state"] for row in contacted]
    return CampaignCounts(
        contacted=len(contacted),
        contacted_kept=sum(row["kept"] for row in contacted),
        set_aside=len(aside),
        set_aside_kept=sum(row["kept"] for row in aside),
        accepted=states.count("accepted"),
        refused=states.count("refused"),
        thinking=states.count("thinking"),
        unreached=states.count("unreached"),
        waiting=states.count("open"),
        expected_lost=sum(row["probability"] for row in contacted),
        # Where the owner did not agree it was talk that they accepted.
        spent=sum(row["cost"] for row in contacted if row["state"] == "accepted" and row["consent"] != "refused"),
        mean_loss=sum(row["relet_loss"] for row in contacted) / len(contacted) if contacted else 0.0,
    )


def _close(campaign: RetentionCampaign, rows: Sequence[dict], word: str, now: dt.datetime) -> None:
    by_kept: dict[bool, list[UUID]] = {True: [], False: []}
    for row in rows:
        by_kept[row["kept"]].append(row["id"])
    for kept, ids in by_kept.items():
        campaign.actions.filter(pk__in=ids).update(kept=kept)
    if campaign.status == Status.RUNNING:
        campaign.status, campaign.over_at = Status.CLOSED, now
        campaign.save(update_fields=["status", "over_at"])
        note = _("Campaign “%(name)s” is over.") % {"name": campaign.name}
        end_what_is_open(campaign.site, campaign, note, now, RetentionAction.State.GONE)
    if word == CampaignResult.Verdict.HARM:
        # Talk is what is left when nothing else is offered: it stays.
        used = campaign.actions.filter(arm=RetentionAction.Arm.CONTACTED).values("offer")
        Offer.objects.filter(pk__in=used, active=True).exclude(kind=Offer.Kind.TALK).update(active=False)
