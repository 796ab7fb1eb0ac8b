"""What a plan must not harm beside its goal, and how much of it followed each past contact."""

from collections.abc import Sequence

import numpy as np

from liftloop.app.planning.reading import Look, outcomes
from liftloop.measure.steering.guardrails import guardrails_of
from liftloop.plan.components import components
from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.goal.contract import Goal
from liftloop.plan.inputs import Flags, Floats, Guarded
from liftloop.plan.outcome import Outcome, outcome_of
from liftloop.profile.metric import Metric


def guarded_of(goal: Goal, metric: Metric, catalogue: Catalogue) -> tuple[Guarded, ...]:
    """Return what campaigns watch against doing nothing, of what people do; rates of messages are only watched live."""
    named = {each.metric for each in goal.guardrails}
    found: list[Guarded] = []
    for each in guardrails_of(goal.guardrails):
        other = catalogue.by_id.get(each.metric)
        if other is None or other.id == metric.id or _columns(other, catalogue) is None:
            continue
        if each.comparison == "no_drop" or each.comparison == "no_rise":
            found.append(Guarded(metric=other, comparison=each.comparison, named=other.id in named))
    return tuple(found)


def guarded_outcomes(look: Look, guarded: Sequence[Guarded], asked: tuple[Catalogue, int, Flags]) -> Floats:
    """Return [rows, guarded] of the rows `kept`: what each person did of it within the window after the moment.

    Of a ratio it is numerator less denominator at the usual ratio: more orders alone make no more refunds an order.
    """
    catalogue, window_ms, kept = asked
    found = np.zeros((int(kept.sum()), len(guarded)))
    for place, each in enumerate(guarded):
        parts = _columns(each.metric, catalogue) or ()
        values = [outcomes(look, part, window_ms)[kept] for part in parts]
        if len(values) == 1:
            found[:, place] = values[0]
        elif values[1].sum() > 0:
            ratio = values[0].sum() / values[1].sum()
            found[:, place] = (values[0] - ratio * values[1]) / values[1].mean()
    return found


def _columns(metric: Metric, catalogue: Catalogue) -> tuple[Outcome, ...] | None:
    """Return what is counted a person: one outcome, or both parts of a ratio whose denominator contacts can move."""
    parts = components(metric, catalogue)
    if parts:
        return tuple(part.outcome for part in parts)
    alone = outcome_of(metric)
    return None if metric.movable or alone is None or alone.before else (alone,)
