"""What questions about results have in common: days by the shop's clock, events that are there, how errors are told."""

import difflib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from liftloop.app.following import Follower
from liftloop.app.shop_clock import SHANGHAI_OFFSET_MINUTES, shop_moment
from liftloop.kernel.clock import DAY_MS, MINUTE_MS
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

ZONE_MS = SHANGHAI_OFFSET_MINUTES * MINUTE_MS
DAYS_MAX = 3_660
"""Ten years: longer than any lake keeps."""
DAYS_USUAL = 30
ORDER = "Order Completed"
ACTIVE = "any"
"""Stands for whatever somebody does themselves."""
MESSAGE_EVENTS = ("message.sent", "message.delivered", "message.opened", "message.clicked", "message.replied")
"""What became of our own messages, asked for as if it were an event of the person."""
_NAMES = "SELECT name, count(*) AS times FROM event WHERE kind <> 'identify' GROUP BY name ORDER BY times DESC, name"
_KNOWN = "SELECT DISTINCT name FROM event WHERE kind <> 'identify' AND name IN (SELECT unnest($1::VARCHAR[]))"
_SPAN = "SELECT min(at_ms) AS first_ms, max(at_ms) AS last_ms, count(*) AS events FROM event WHERE kind <> 'identify'"


class BadQuestion(LiftloopError):
    """A question about results that cannot be answered as it stands."""

    def __init__(self, zh: str, en: str, next_zh: str, next_en: str) -> None:
        super().__init__(
            "bad_question",
            zh=zh,
            en=en,
            next_zh=next_zh,
            next_en=next_en,
            status=422,
            exit_code=EXIT_USAGE,
        )


class UnknownEvent(LiftloopError):
    """An event that was never seen."""

    def __init__(self, name: str, alike: Sequence[str]) -> None:
        near, nearly = "、".join(alike), ", ".join(alike)
        super().__init__(
            "unknown_event",
            zh=f"没有收到过事件「{name}」",
            en=f"no event “{name}” ever came in",
            next_zh=f"是不是：{near}" if near else "在「数据」里看有哪些事件",
            next_en=f"did you mean: {nearly}" if nearly else "see under Data which events there are",
            status=422,
            exit_code=EXIT_USAGE,
        )


class Period(Struct, frozen=True, kw_only=True):
    """Days by the shop's clock, the last one included; `from_ms` is its first instant, `to_ms` the one after it."""

    first: date
    last: date

    @property
    def from_ms(self) -> int:
        return day_ms(self.first)

    @property
    def to_ms(self) -> int:
        return day_ms(self.last) + DAY_MS

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


class Span(Struct, frozen=True, kw_only=True):
    """Between which instants events lie, and how many there are."""

    first_ms: int
    last_ms: int
    events: int


def day_ms(day: date) -> int:
    """Return the first instant of a day of the shop."""
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000) - ZONE_MS


def shop_day(at_ms: int) -> date:
    return shop_moment(at_ms).date()


def period(first: date | None, last: date | None, now_ms: int) -> Period:
    """Return the days asked for; without a last one up to today, without a first one thirty of them.

    Raises `BadQuestion` where they end before they begin or reach too far.
    """
    end = last or shop_day(now_ms)
    start = first or end - timedelta(days=DAYS_USUAL - 1)
    if end < start:
        raise BadQuestion(
            f"结束日 {end} 早于开始日 {start}",
            f"the period ends on {end}, before it begins on {start}",
            "把两个日期对调",
            "swap the two dates",
        )
    if (end - start).days >= DAYS_MAX:
        raise BadQuestion(
            f"一次最多看 {DAYS_MAX} 天", f"at most {DAYS_MAX} days at once", "缩短时间范围", "choose a shorter period"
        )
    return Period(first=start, last=end)


async def span_of(follower: Follower) -> Span | None:
    """Return when events happened, None where there are none."""
    found = await follower.select(_SPAN)
    if not found["events"][0]:
        return None
    return Span(first_ms=int(found["first_ms"][0]), last_ms=int(found["last_ms"][0]), events=int(found["events"][0]))


async def events_seen(follower: Follower) -> list[tuple[str, int]]:
    """Return which events came in and how often, the commonest first."""
    found = await follower.select(_NAMES)
    return [(str(name), int(times)) for name, times in zip(found["name"], found["times"], strict=True) if name]


async def check_events(follower: Follower, names: Iterable[str]) -> None:
    """Raise `UnknownEvent` for the first of these that never came in, with those it is likest to."""
    asked = sorted({name for name in names if name != ACTIVE and name not in MESSAGE_EVENTS})
    known = set(map(str, (await follower.select(_KNOWN, [asked]))["name"])) if asked else set[str]()
    missing = next((name for name in asked if name not in known), None)
    if missing is not None:
        there = [name for name, _ in await events_seen(follower)]
        raise UnknownEvent(missing, difflib.get_close_matches(missing, there, n=3, cutoff=0.5))
