"""Steps of a funnel, and events of other questions, as SQL: one query reads everything that any of them asks for."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from liftloop.app.results.asking import ACTIVE, MESSAGE_EVENTS, BadQuestion
from liftloop.app.results.groups import pointer

FILTERS_MAX = 5


class Test(Struct, frozen=True, kw_only=True):
    """What a property of an event must be: one of some values, or a number within bounds."""

    property: str
    one_of: tuple[str, ...] = ()
    gte: float | None = None
    lte: float | None = None


class Step(Struct, frozen=True, kw_only=True):
    """An event, or one of ACTIVE and MESSAGE_EVENTS; all tests must hold."""

    event: str
    where: tuple[Test, ...] = ()


class Read(Struct, frozen=True, kw_only=True):
    """A query for happenings and its parameters: profile, at_ms, "offset", mask and properties."""

    text: str
    given: tuple[Any, ...]


_OWN = """
SELECT profile, at_ms, "offset", properties, ({mask})::INTEGER AS mask FROM event_now
WHERE kind IN ('track', 'page', 'screen') AND at_ms >= $1 AND at_ms < $2{named}
"""
_SENT = """
SELECT coalesce(canonical.kept, message.profile) AS profile, said.at_ms, said.tick AS "offset",
    json_object('channel', message.channel, 'campaign', message.campaign, 'action', message.action) AS properties,
    ({mask})::INTEGER AS mask
FROM (
    SELECT message_key, at_ms, tick, 'message.' || receipt AS name FROM receipt
    UNION ALL SELECT message_key, at_ms, tick, 'message.sent' FROM message_settled WHERE outcome = 'accepted'
) AS said
JOIN (SELECT DISTINCT ON (message_key) message_key, profile, channel, campaign, action FROM message) AS message
USING (message_key)
LEFT JOIN canonical ON canonical.forwarded = message.profile
WHERE said.at_ms >= $1 AND said.at_ms < $2{named}
"""


def read(steps: Sequence[Step], from_ms: int, until_ms: int) -> Read:
    """Return the query for all events in [from_ms, until_ms) that are any of the steps, unsorted.

    Raises `BadQuestion` where a test asks nothing.
    """
    given: list[Any] = [from_ms, until_ms]
    own = [(place, step) for place, step in enumerate(steps) if step.event not in MESSAGE_EVENTS]
    sent = [(place, step) for place, step in enumerate(steps) if step.event in MESSAGE_EVENTS]
    parts = [_part(text, those, given) for text, those in ((_OWN, own), (_SENT, sent)) if those]
    whole = " UNION ALL ".join(parts)
    return Read(text=f"SELECT * FROM ({whole}) WHERE mask <> 0", given=tuple(given))


def _part(text: str, steps: Sequence[tuple[int, Step]], given: list[Any]) -> str:
    masks = " + ".join(f"(CASE WHEN {_holds(step, given)} THEN {1 << place} ELSE 0 END)" for place, step in steps)
    names = sorted({step.event for _, step in steps})
    if ACTIVE in names:
        return text.format(mask=masks, named="")
    given.append(names)
    return text.format(mask=masks, named=f" AND name IN (SELECT unnest(${len(given)}::VARCHAR[]))")


def _holds(step: Step, given: list[Any]) -> str:
    tests = [_test(test, given) for test in step.where]
    if step.event != ACTIVE:
        given.append(step.event)
        tests.insert(0, f"name = ${len(given)}")
    return " AND ".join(tests) or "TRUE"


def _test(test: Test, given: list[Any]) -> str:
    given.append(pointer(test.property))
    value = f"json_extract_string(properties, ${len(given)}::VARCHAR)"
    parts: list[str] = []
    if test.one_of:
        given.append(list(test.one_of))
        parts.append(f"{value} IN (SELECT unnest(${len(given)}::VARCHAR[]))")
    for sign, bound in ((">=", test.gte), ("<=", test.lte)):
        if bound is not None:
            given.append(float(bound))
            parts.append(f"coalesce(TRY_CAST({value} AS DOUBLE) {sign} ${len(given)}, FALSE)")
    if not parts:
        raise BadQuestion(
            f"对「{test.property}」没有写条件",
            f"nothing is asked of “{test.property}”",
            "写出它等于什么，或上下限",
            "say what it is to be, or between which bounds",
        )
    return " AND ".join(parts)
