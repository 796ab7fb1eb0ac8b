"""What can be wrong with the times of a journey: its waits, its trigger, when it runs and who may come again."""

from datetime import date

from liftloop.journey.bounds import SECONDS_MAX
from liftloop.journey.contract import BadJourney, Journey
from liftloop.journey.occasions import check_times
from liftloop.journey.resting import comes
from liftloop.journey.triggers import OnDate, OnEvent, OnSchedule
from liftloop.journey.waits import Until, UntilBestHour, UntilDate, UntilEvent, Wait, Waiting
from liftloop.kernel.local_time import zone_of
from liftloop.profile.reading import told

DAY_MINUTES = 24 * 60
OFFSET_DAYS_MAX = 3_660
CONCURRENT_MAX = 20
"""Each is a whole walk with its messages; who is inside more often than that is in a loop of somebody's making."""
ANSWERS_MAX = 20
CAP_COUNT_MAX = 256
CAP_DAYS_MAX = 90
"""As far back as the gate remembers of everybody what was sent."""
INSTANT_MAX_MS = 4_102_444_800_000
"""The year 2100."""


def check_journey_times(journey: Journey) -> None:
    """Raise `BadJourney` or `UnknownCondition` where the trigger, the validity or re-entry cannot be worked with."""
    match journey.trigger:
        case OnSchedule() | OnDate():
            check_times(journey.trigger)
        case OnEvent(name=name, where=where):
            if where or name:
                told.check_event(name, where)
        case _:
            pass
    for way in journey.exits:
        if isinstance(way, OnEvent):
            told.check_event(way.name, way.where)
    _check_validity(journey)
    _check_reentry(journey)


def check_wait(node: Waiting | UntilDate) -> None:
    """Raise `BadJourney` where a node that waits could never let anybody go, or says no time."""
    match node:
        case Wait(duration_s=seconds) if not 0 < seconds <= SECONDS_MAX:
            raise BadJourney(
                f"节点 {node.id} 的等待时间要大于 0，且不超过十年",
                f"node {node.id} must wait more than 0, at most ten years",
            )
        case Until(minute=minute, offset_minutes=offset) if not (
            0 <= minute < DAY_MINUTES and abs(offset) < DAY_MINUTES
        ):
            raise _not_a_minute(node.id)
        case Until(weekdays=weekdays) if not set(weekdays) <= set(range(1, 8)) or not comes(tuple(weekdays), node.days):
            raise BadJourney(
                f"节点 {node.id} 的 weekdays 用 1（周一）到 7（周日），而且要等得到这样的日子",
                f"weekdays of node {node.id} go from 1 (Monday) to 7 (Sunday), and such a day must come",
            )
        case Until(zone=zone) | UntilDate(zone=zone) if zone not in ("", told.RECIPIENT) and zone_of(zone) is None:
            raise BadJourney(
                f"节点 {node.id}：没有这个时区 {zone}；用 Asia/Shanghai 这样的名字，或 recipient",
                f"node {node.id}: there is no zone {zone}; use a name such as Asia/Shanghai, or recipient",
            )
        case UntilBestHour(otherwise_minute=minute) | UntilDate(minute=minute) if not 0 <= minute < DAY_MINUTES:
            raise _not_a_minute(node.id)
        case UntilDate():
            _check_date(node)
        case UntilEvent(timeout_s=seconds) if not 0 < seconds <= SECONDS_MAX:
            raise BadJourney(
                f"节点 {node.id} 的 timeout_s 要大于 0，且不超过十年",
                f"timeout_s of node {node.id} is more than 0, at most ten years",
            )
        case UntilEvent(answers=answers) if len(answers) > ANSWERS_MAX or not all(each.where for each in answers):
            raise BadJourney(
                f"节点 {node.id} 的 answers 最多 {ANSWERS_MAX} 项，每项都要写 where",
                f"node {node.id} takes at most {ANSWERS_MAX} answers, each with where",
            )
        case UntilEvent(name=name, where=where, answers=answers):
            told.check_event(name, where)
            for answer in answers:
                told.check_event(name, answer.where)
        case _:
            pass


def _check_date(node: UntilDate) -> None:
    if bool(node.date) == bool(node.trait) or abs(node.offset_days) > OFFSET_DAYS_MAX:
        raise BadJourney(
            f"节点 {node.id} 的 date 和 trait 要且只要写一个，offset_days 不超过十年",
            f"node {node.id} takes one of date and trait, and offset_days of at most ten years",
        )
    try:
        date.fromisoformat(node.date or "2026-01-01")
    except ValueError:
        raise BadJourney(
            f"节点 {node.id} 的 date 要写成 2026-06-18 的样子", f"the date of node {node.id} looks like 2026-06-18"
        ) from None


def _check_validity(journey: Journey) -> None:
    validity = journey.validity
    if validity is None:
        return
    if not 0 <= validity.from_ms < validity.until_ms <= INSTANT_MAX_MS:
        raise BadJourney(
            "validity 的 from_ms 要早于 until_ms，都是毫秒时刻",
            "from_ms of validity comes before until_ms, both instants",
        )
    if not (0 <= validity.from_minute < DAY_MINUTES and 0 < validity.until_minute <= DAY_MINUTES):
        raise BadJourney(
            "validity 的 from_minute 和 until_minute 是一天里的第几分钟，0 到 1440",
            "from_minute and until_minute of validity are minutes of the day, 0 to 1440",
        )


def _check_reentry(journey: Journey) -> None:
    if not 0 <= journey.reentry_days <= OFFSET_DAYS_MAX or (journey.reentry == "after_days") != (
        journey.reentry_days > 0
    ):
        raise BadJourney(
            "reentry 为 after_days 时要写 reentry_days（大于 0，不超过十年），其他时候不写",
            "after_days takes reentry_days, above 0 and at most ten years; the others take none",
        )
    if not 1 <= journey.concurrent_max <= CONCURRENT_MAX or (
        journey.concurrent_max > 1 and journey.reentry != "always"
    ):
        raise BadJourney(
            f"concurrent_max 在 1 到 {CONCURRENT_MAX} 之间，大于 1 时 reentry 要是 always",
            f"concurrent_max lies between 1 and {CONCURRENT_MAX}, and above 1 takes the reentry always",
        )
    for cap in journey.caps:
        if not (0 <= cap.count <= CAP_COUNT_MAX and 0 < cap.days <= CAP_DAYS_MAX and cap.from_ms < cap.until_ms):
            raise BadJourney(
                f"caps：count 在 0 到 {CAP_COUNT_MAX} 之间，days 大于 0、不超过 {CAP_DAYS_MAX}，from_ms 早于 until_ms",
                f"caps: count is 0 to {CAP_COUNT_MAX}, days above 0 up to {CAP_DAYS_MAX}, from_ms before until_ms",
            )
    if not 0 <= journey.stay_days <= OFFSET_DAYS_MAX:
        raise BadJourney(
            "stay_days 在 0（不限）到十年之间", "stay_days lies between 0, which is no limit, and ten years"
        )
    if not 0 <= journey.entries_per_day <= 1_000_000_000:
        raise BadJourney("entries_per_day 不能小于 0；0 是不限", "entries_per_day is at least 0, which is no limit")


def _not_a_minute(node: str) -> BadJourney:
    return BadJourney(
        f"节点 {node} 的 minute 是一天里的第几分钟，0 到 {DAY_MINUTES - 1}",
        f"the minute of node {node} is one of the day, 0 to {DAY_MINUTES - 1}",
    )
