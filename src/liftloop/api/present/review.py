"""From a review and the forecast ledger to what the app shows of them."""

import math

import msgspec

from liftloop.api.present.plan import instant
from liftloop.api.present.words import text
from liftloop.api.views import review as views
from liftloop.app.reviews.reviews import Handed
from liftloop.app.words import Said
from liftloop.measure.review.document import Review
from liftloop.measure.scorecard import Scorecard, Scored
from liftloop.plan.options import Words


def review_view(review: Review) -> views.Review:
    """Return the review as the API shows it: the same fields, instants as texts."""
    said = msgspec.to_builtins(review)
    for name in ("as_of", "starts", "ends"):
        said[{"as_of": "as_of"}.get(name, f"{name}_at")] = instant(said.pop(f"{name}_ms"))
    return views.Review.model_validate(said)


def handed_view(handed: Handed) -> views.ReviewHanded:
    return views.ReviewHanded(
        campaign_id=handed.campaign_id,
        channel=handed.channel,
        outcome=handed.outcome,
        reason=handed.reason,
        at=instant(handed.at_ms),
    )


def scorecard_view(card: Scorecard) -> views.Scorecard:
    scores = card.scores
    return views.Scorecard(
        standing=card.standing,
        sentence=_text(card.sentence),
        next=_text(card.next) if card.next else None,
        scores=views.ForecastScores(
            campaigns=scores.campaigns,
            coverage_50=_known(scores.coverage[0]),
            coverage_80=_known(scores.coverage[1]),
            coverage_90=_known(scores.coverage[2]),
            bias=_known(scores.bias),
            slope=_known(scores.slope),
            wrong_sign=_known(scores.wrong_sign),
            winkler=_known(scores.winkler),
        ),
        alarm=card.alarm.wrong,
        stretch_90=card.stretch[2],
        rows=[_row(row) for row in reversed(card.rows)],
    )


def _row(row: Scored) -> views.ForecastRow:
    return views.ForecastRow(
        campaign_id=row.campaign_id,
        plan_id=row.plan_id,
        goal=row.title,
        kind=row.kind,
        metric_unit=row.metric_unit,
        started_at=instant(row.starts_ms),
        ended_at=instant(row.ends_ms),
        assumed=row.assumed,
        forecast=row.forecast,
        i50=list(row.intervals[0]),
        i80=list(row.intervals[1]),
        i90=list(row.intervals[2]),
        measured=row.measured,
        measured_range=[row.measured_low, row.measured_high],
        inside=row.inside()[-1],
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _text(words: Words) -> views.Text:
    return text(Said(words.zh, words.en))
