"""One event and then another: `加购后 24 小时没下单`, `added to cart but didn't order within a day`."""

from collections.abc import Sequence

from liftloop.audience.sentence.drafts import Fields
from liftloop.audience.sentence.filters import filters_of
from liftloop.audience.sentence.reading import Reading
from liftloop.audience.sentence.tokens import Token
from liftloop.audience.sentence.words import (
    AFTER,
    AMOUNT,
    AND,
    BUT,
    CLOSE,
    COMMA,
    EVENT,
    EXCEPT,
    EXCEPT_END,
    FILTER,
    GOOD,
    MEANWHILE_NOT,
    NOT,
    OPEN,
    OR,
    QUANTITY,
    SEQUENCE,
    THEN,
    WINDOW,
)

_EDGES = frozenset({COMMA, AND, OR, BUT, OPEN, CLOSE, EXCEPT, EXCEPT_END, THEN, AFTER, SEQUENCE})
_WITHIN_DAYS = 30
"""How far back the first step may lie where nobody says."""
_SOON_DAYS = 2
"""A shorter time than this after something, in Chinese, is counted from it."""
_TIMES = frozenset({WINDOW, QUANTITY, AMOUNT})


class Steps:
    """Two events and the tokens that speak of them."""

    def __init__(self, first: int, then: int) -> None:
        self.first = first
        self.then = then
        self.used = {first, then}
        self.negated = False
        self.gap: Token | None = None
        self.window: Token | None = None


def with_sequences(tokens: list[Token], reading: Reading) -> list[Token]:
    """Return tokens in which each sequence is one; words of order between no two events are commas."""
    at = 0
    while at < len(tokens):
        steps = _steps(tokens, at, reading)
        if steps is not None:
            tokens, at = _folded(tokens, at, steps, reading)
        at += 1
    plain = {THEN: COMMA, AFTER: COMMA, MEANWHILE_NOT: NOT}
    return [Token(kind=plain[t.kind], start=t.start, end=t.end) if t.kind in plain else t for t in tokens]


def _steps(tokens: list[Token], at: int, reading: Reading) -> Steps | None:
    match tokens[at].kind:
        case _ if tokens[at].kind == THEN:
            first, then = _event_before(tokens, at), _event_after(tokens, at)
            return _between(tokens, at, (first, then)) if first >= 0 and then >= 0 else None
        case _ if tokens[at].kind == AFTER:
            first, then = _event_after(tokens, at), _event_before(tokens, at)
            return _between(tokens, at, (first, then)) if first >= 0 and then >= 0 else None
        case _ if tokens[at].kind in (BUT, AND, NOT):
            return _implied(tokens, at, reading)
        case _:
            return None


def _event_before(tokens: list[Token], at: int) -> int:
    for place in range(at - 1, -1, -1):
        if tokens[place].kind in _EDGES:
            return -1
        if tokens[place].kind == EVENT:
            return place
    return -1


def _event_after(tokens: list[Token], at: int) -> int:
    for place in range(at + 1, len(tokens)):
        if tokens[place].kind in _EDGES:
            return -1
        if tokens[place].kind == EVENT:
            return place
    return -1


def _between(tokens: list[Token], at: int, events: tuple[int, int]) -> Steps:
    """Return the steps of a word of order at `at`: the gap stands beside the second event, the window by the first."""
    steps = Steps(*events)
    steps.used.add(at)
    later = range(at + 1, len(tokens)) if steps.then > at else range(at - 1, -1, -1)
    for place in later:
        token = tokens[place]
        if token.kind in _EDGES:
            break
        if token.kind in _TIMES and token.word in ("days", "within", "for", "in", "recent", "") and steps.gap is None:
            if token.kind == WINDOW or token.word == "days":
                steps.gap, steps.used = token, {*steps.used, place}
        elif token.kind == NOT:
            steps.negated, steps.used = not steps.negated, {*steps.used, place}
    earlier = range(at - 1, -1, -1) if steps.then > at else range(at + 1, len(tokens))
    for place in earlier:
        if tokens[place].kind in _EDGES:
            break
        if tokens[place].kind == WINDOW and steps.window is None:
            steps.window, steps.used = tokens[place], {*steps.used, place}
    return steps


def _implied(tokens: list[Token], at: int, reading: Reading) -> Steps | None:
    """Return the steps of `did this but not that within a day`, if it is to be read as a sequence."""
    before = tokens[:at]
    while before and before[-1].kind == COMMA:
        before = before[:-1]
    first = next((n for n in range(len(before) - 1, -1, -1) if before[n].kind in _EDGES | {EVENT, WINDOW}), -1)
    if first < 0 or before[first].kind != EVENT or any(token.kind == NOT for token in before[first:]):
        return None
    if first and before[first - 1].kind in (NOT, WINDOW):
        return None
    rest = tokens[at:] if tokens[at].kind == NOT else tokens[at + 1 :]
    offset = at if tokens[at].kind == NOT else at + 1
    kinds = [token.kind for token in rest[:3]]
    if kinds == [NOT, EVENT, WINDOW] and rest[2].word == "within" and not rest[2].chinese:
        order, window = (0, 1), rest[2]
        usual = 0
    elif kinds == [WINDOW, NOT, EVENT] and rest[0].word == "within" and rest[0].chinese:
        order, window = (1, 2), rest[0]
        usual = 0 if window.value <= _SOON_DAYS else 1
    else:
        return None
    ways = [("从前一件事算起", "counted from the event before"), ("从现在往回算", "counted back from now")]
    if reading.choose("counted", reading.span(window), ways, usual):
        return None
    steps = Steps(first, offset + order[1])
    steps.used |= {offset + place for place in range(3)}
    if tokens[at].kind != NOT:
        steps.used |= set(range(len(before), at + 1))
    steps.negated, steps.gap = True, window
    return steps


def _folded(tokens: list[Token], at: int, steps: Steps, reading: Reading) -> tuple[list[Token], int]:
    """Return the tokens with the sequence at the place of its first step, and where that is."""
    first, then = _step(tokens, steps.first, steps, reading), _step(tokens, steps.then, steps, reading)
    gap = steps.gap
    days, gap_days = _spans(steps, gap, reading)
    leaf: Fields = {"sequence": [first, then], "within_days": days, "gap_days": gap_days}
    after = max(steps.used) + 1
    if tokens[after : after + 1] and tokens[after].kind == MEANWHILE_NOT and _event_after(tokens, after) == after + 1:
        steps.used |= {after, after + 1}
        leaf["without"] = _step(tokens, after + 1, steps, reading)
    tree: Fields = leaf
    if steps.negated:
        done = {**first, "days_since_last": {"gte": gap_days, "lte": days}}
        tree = {"all": [done, {"not": leaf}]}
    used = sorted(steps.used)
    spans = tuple(reading.span(tokens[place]) for place in used)
    place = min(steps.first, steps.then)
    whole = Token(kind=SEQUENCE, start=tokens[place].start, end=tokens[place].end, spans=spans, tree=tree, chinese=True)
    out = [whole if n == place else token for n, token in enumerate(tokens) if n == place or n not in steps.used]
    return out, sum(1 for n in range(place) if n not in steps.used)


def _step(tokens: list[Token], at: int, steps: Steps, reading: Reading) -> Fields:
    """Return one event with what it is filtered by: a bracket, or the goods beside it."""
    step: Fields = {"event": tokens[at].word}
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    where: Sequence[Fields] = ()
    if following is not None and following.kind == FILTER:
        where = filters_of(following, reading) or ()
    elif following is not None and following.kind == GOOD:
        where = reading.named_good(following)
    if where:
        steps.used.add(at + 1)
        step["where"] = list(where)
    return step


def _spans(steps: Steps, gap: Token | None, reading: Reading) -> tuple[float, float]:
    gap_days = (gap.value or next(iter(gap.bounds.values()), 0)) if gap is not None else 0
    if not gap_days:
        gap_days = _WITHIN_DAYS
        reading.assume("gap", f"没有说隔多久，按 {gap_days} 天内理解", f"how soon is not said: within {gap_days} days")
    if steps.window is not None and steps.window.value:
        return steps.window.value, gap_days
    days = max(_WITHIN_DAYS, 2 * gap_days)
    reading.assume(
        "sequence",
        f"先后两件事，前一件按最近 {days:g} 天内理解",
        f"the first of two events is looked for in the last {days:g} days",
    )
    return days, gap_days
