"""Once a month: the points learned from what became of the tenancies of all sites, adopted or rejected."""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from insight import artefact
from insight.adoption import LEAST_DECISIONS, adoption, forecast, has_matured
from insight.evaluate import Forecast
from insight.fit import MONTHLY_WEIGHT, Example
from insight.points import STARTING_TABLE
from retention.cases import PastCase, month_days, past_cases, quarter_days
from retention.figures import calibration_rows, figures
from retention.fitting import learned_apart
from retention.models import ScoreModel
from retention.yardsticks import model_in_use
from sites_app.models import Site
from sites_app.scope import site_scope

log = logging.getLogger(__name__)

QUARTERS = 4
MOST_OTHERS = 60_000
"""So many rows of tenants who stayed say as much as all of them. Those who decided are all taken."""
_SEED = 1
NOT_READABLE = "not readable"
REASON_SEPARATOR = "; "
_LONGEST_REFUSAL = 80


@dataclass(frozen=True)
class Learned:
    """What a month's learning came to: no model where too few decided."""

    rows: int
    decisions: int
    model: ScoreModel | None


def learn(*, today: dt.date) -> Learned:
    """Fit the points anew, and write the model down, adopted or rejected with the reason. Sees all sites.

    With fewer than 30 decisions nothing is fitted. Raises FitFailed: the child process came to nothing; nothing is
    written, and the model in use stays.
    """
    codes = list(Site.objects.order_by("code").values_list("code", flat=True))
    with site_scope(codes):
        newest = set(quarter_days(today, QUARTERS))
        known: list[PastCase] = [
            case for case in past_cases(codes, month_days(today), today=today) if not case.is_censored
        ]
        decisions = len({case.key for case in known if case.decided})
        if decisions < LEAST_DECISIONS:
            return Learned(len(known), decisions, None)
        quarters = [[as_example(case, weight=1.0) for case in known if case.day == day] for day in sorted(newest)]
        answer = learned_apart(sampled(known), quarters)
        return Learned(len(known), decisions, keep_model(answer, quarters, rows=len(known), decisions=decisions))


def as_example(case: PastCase, *, weight: float = MONTHLY_WEIGHT) -> Example:
    """A case as something to learn from: of the tenancy itself nothing is left."""
    return Example(case.day, case.site, case.terms, case.decided, weight)


def sampled(cases: Iterable[PastCase]) -> list[Example]:
    """All rows of those who decided; of the others a sample, always the same one, each standing for those left out."""
    examples = [as_example(case) for case in cases]
    others = [each for each in examples if not each.decided]
    if len(others) <= MOST_OTHERS:
        return examples
    drawn = Random(_SEED).sample(others, MOST_OTHERS)  # noqa: S311 -- the same rows each time
    share = len(others) / MOST_OTHERS
    return [each for each in examples if each.decided] + [replace(each, weight=each.weight * share) for each in drawn]


@transaction.atomic
def keep_model(
    answer: dict[str, Any], quarters: Sequence[Sequence[Example]], *, rows: int, decisions: int
) -> ScoreModel | None:
    """Write down what the child learned: adopted only if it is a table, no worse than what there is, and right in
    number. None where it learned nothing."""
    if "artefact" not in answer:
        log.warning("nothing was learned from %s rows: %s", rows, answer.get("nothing", "no reason given"))
        return None
    content, refusal = _readable(answer["artefact"])
    cases = [example for quarter in quarters for example in quarter]
    learned = [
        Forecast(probability, example.decided)
        for probability, example in zip((p for said in answer["in_turn"] for p in said), cases, strict=True)
    ]
    current, beside_current = _of_current(cases, learned)
    found = adoption(
        learned,
        [forecast(example, STARTING_TABLE) for example in cases],
        current,
        beside_current=beside_current,
        decisions=decisions,
    )
    reasons = [refusal] * bool(refusal) + [str(rejection) for rejection in found.rejections]
    losses = {"table_log_loss": found.table_log_loss, "current_log_loss": found.current_log_loss}
    return ScoreModel.objects.create(
        trained_at=timezone.now(),
        artefact=content.decode(),
        sha256=artefact.fingerprint(content),
        rows=rows,
        decisions=decisions,
        metrics=figures(learned) | losses,
        calibration=calibration_rows(learned),
        status=ScoreModel.Status.REJECTED if reasons else ScoreModel.Status.ADOPTED,
        reason=REASON_SEPARATOR.join(reasons),
    )


def _readable(text: Any) -> tuple[bytes, str]:
    """The artefact, or nothing with the reason: what is no table is not kept either, for nobody could read it."""
    try:
        content = text.encode()
        artefact.read(content, artefact.fingerprint(content))
    except (AttributeError, ValueError) as refusal:
        return b"", f"{NOT_READABLE}: {refusal}"[:_LONGEST_REFUSAL]
    return content, ""


def _of_current(
    cases: Sequence[Example], learned: Sequence[Forecast]
) -> tuple[list[Forecast] | None, list[Forecast] | None]:
    """What the model in use, and what was learned, say of the cases that had not matured when that model was made.

    Of those that it has learned it knows the outcome: no other would ever look as good. None where there are none.
    """
    in_use = model_in_use()
    if in_use is None:
        return None, None
    made_on = in_use.trained_at.date()
    new_to_it = [n for n, example in enumerate(cases) if not has_matured(example, made_on)]
    if not new_to_it:
        return None, None
    return [forecast(cases[n], in_use.table) for n in new_to_it], [learned[n] for n in new_to_it]
