"""Reader of guardrails: what must not be harmed while the goal is pursued."""

import re

from msgspec import Struct

from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.goal.contract import Comparison, Guardrail
from liftloop.plan.goal.draft import Draft
from liftloop.plan.goal.tokens import AT_LEAST, DOWN, METRIC, MONEY, PERCENT, POINTS, UP, Token
from liftloop.profile.metric import Metric

_BOUNDED = re.compile(r"K?(?P<metric>M)[KR]*(?P<bound>[XG])R?(?P<amount>[PQYNC])[vXG]?")
_BOUND_AFTER = re.compile(r"K?(?P<metric>M)[KR]*(?P<amount>[PQYN])(?P<bound>[GX])")
_UNHARMED = re.compile(
    r"(?:Z(?P<verb>[hDU])(?P<metric>M)|(?P<metric2>M)Z(?P<verb2>[hDU])|Z(?P<metric3>M)(?P<verb3>[hDU]))"
)


class _Found(Struct, frozen=True, kw_only=True):
    start: int
    end: int
    ids: tuple[str, ...]
    guardrail: Guardrail


def read_guardrails(draft: Draft, catalogue: Catalogue) -> tuple[Guardrail, ...]:
    """Read bounds on metrics other than the goal's own; the only metric of a sentence is its goal."""
    found = sorted((*_bounded(draft, catalogue), *_unharmed(draft, catalogue)), key=lambda candidate: candidate.start)
    inside = {index for candidate in found for index in range(candidate.start, candidate.end)}
    others = [
        token.more for index, token in enumerate(draft.tokens) if draft.kinds[index] == METRIC and index not in inside
    ]
    if not others:
        found = _without_goal(draft, found)
    kept = [candidate for candidate in found if candidate.ids not in others]
    for candidate in kept:
        draft.claim("guardrails", range(candidate.start, candidate.end))
    return tuple(candidate.guardrail for candidate in kept)


def _without_goal(draft: Draft, found: list[_Found]) -> list[_Found]:
    """Leave out the metric that must be the goal itself: the first with a bound, or with a rate to reach."""
    rates = any(kind in (PERCENT, POINTS) for kind in draft.kinds)
    for index, candidate in enumerate(found):
        if candidate.guardrail.value is not None or rates:
            return found[:index] + found[index + 1 :]
    return found


def _bounded(draft: Draft, catalogue: Catalogue) -> list[_Found]:
    found: list[_Found] = []
    for pattern in (_BOUNDED, _BOUND_AFTER):
        for match in pattern.finditer(draft.kinds):
            metric = draft.tokens[match.start("metric")]
            amount = draft.tokens[match.start("amount")]
            owner = _owner(metric.more, amount, catalogue)
            value = _value(owner, amount)
            if value is None or any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            comparison: Comparison = "at_least" if match.group("bound") == AT_LEAST else "at_most"
            guardrail = Guardrail(metric=owner.id, comparison=comparison, value=value)
            found.append(_Found(start=match.start(), end=match.end(), ids=metric.more, guardrail=guardrail))
    return found


def _unharmed(draft: Draft, catalogue: Catalogue) -> list[_Found]:
    found: list[_Found] = []
    for match in _UNHARMED.finditer(draft.kinds):
        which = next(each for each in ("", "2", "3") if match.group(f"metric{each}"))
        index = match.start(f"metric{which}")
        ids = draft.tokens[index].more
        owner = _owner(ids, None, catalogue)
        comparison = _direction_forbidden(match.group(f"verb{which}"), owner)
        guardrail = Guardrail(metric=owner.id, comparison=comparison)
        found.append(_Found(start=match.start(), end=match.end(), ids=ids, guardrail=guardrail))
    return found


def _direction_forbidden(verb: str, metric: Metric) -> Comparison:
    if verb == DOWN:
        return "no_drop"
    if verb == UP:
        return "no_rise"
    return "no_drop" if metric.good == "up" else "no_rise"


def _owner(ids: tuple[str, ...], amount: Token | None, catalogue: Catalogue) -> Metric:
    """Return the metric meant: of several with one name, a percentage bounds a rate, money an amount."""
    metrics = [catalogue.by_id[id_] for id_ in ids]
    if amount is not None and len(metrics) > 1:
        unit = "share" if amount.kind in (PERCENT, POINTS) else "fen" if amount.kind == MONEY else "count"
        metrics = [metric for metric in metrics if metric.unit == unit] or metrics
    return next((metric for metric in metrics if metric.unit == "share"), metrics[0])


def _value(metric: Metric, amount: Token) -> float | None:
    rate = amount.kind in (PERCENT, POINTS)
    if metric.unit == "share":
        return amount.amount if rate else None
    if rate:
        return None
    if metric.unit == "fen":
        return amount.amount if amount.kind == MONEY else amount.amount * 100
    return None if amount.kind == MONEY else amount.amount
