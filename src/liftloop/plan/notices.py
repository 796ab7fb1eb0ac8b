"""What has changed since a plan was made: things it hands out that are gone or scarce, and data it did not know."""

from collections.abc import Mapping

from msgspec import Struct

from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.plan.cold_start import REMINDER
from liftloop.plan.options import Words
from liftloop.plan.record import PlanRecord

STALE_DAYS = 7
"""People come and go, and caps fill: after a week a plan speaks of a shop that was."""
NEW_DATA_SHARE = 0.1
"""More news than a tenth of all that was known may change who should get what."""
_AGAIN = Words(zh="按现在的数据重新做一次计划", en="plan again with the data of now")


class Thing(Struct, frozen=True, kw_only=True):
    """Something that a plan hands out, as it is now: its name, and how many are left, None for no limit."""

    name: Words
    stock: int | None = None


class Now(Struct, frozen=True, kw_only=True):
    """What there is now: offers, items and channels by id, and how far the data have come."""

    offers: Mapping[str, Thing]
    items: Mapping[str, Thing]
    channels: Mapping[str, Thing]
    now_ms: int
    data_offset: int


class Notice(Struct, frozen=True, kw_only=True):
    """A change since the plan was made; what `stops` a launch leaves people with a promise that nobody keeps."""

    id: str
    stops: bool
    sentence: Words


class PlanOutdated(LiftloopError):
    """A plan hands out what is gone since it was made."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(
            "plan_outdated",
            zh=f"方案过时了：{notice.sentence.zh}",
            en=f"The plan is out of date: {notice.sentence.en}",
            next_zh=_AGAIN.zh,
            next_en=_AGAIN.en,
            status=409,
            exit_code=EXIT_REFUSED,
        )


def notices_of(record: PlanRecord, now: Now) -> tuple[Notice, ...]:
    """Return what has changed since, what stops a launch first."""
    if record.assigned is None:
        return ()
    gone = [*_gone("offer", record, now), *_gone("item", record, now), *_gone("channel", record, now)]
    found = [*gone, *_scarce(record, now), *_stale(record, now)]
    return tuple(sorted(found, key=lambda notice: not notice.stops))


def stops(record: PlanRecord, now: Now) -> Notice | None:
    """Return the first notice that stops a launch."""
    return next((notice for notice in notices_of(record, now) if notice.stops), None)


def _gone(kind: str, record: PlanRecord, now: Now) -> list[Notice]:
    there = {"offer": now.offers, "item": now.items, "channel": now.channels}[kind]
    drafted = any(missing.blocks_launch for missing in record.missing)
    if kind == "channel" and drafted:
        return []
    named = {getattr(action, kind): action.label for action in record.actions if getattr(action, kind)}
    found: list[Notice] = []
    for identity, label in named.items():
        if identity in there or (kind == "offer" and identity == REMINDER.id):
            continue
        said = Words(zh=identity, en=identity) if kind == "channel" else label
        found.append(
            Notice(
                id=f"gone:{kind}:{identity}",
                stops=True,
                sentence=Words(zh=f"{said.zh} 已经下线", en=f"{said.en} is no longer there"),
            )
        )
    return found


def _scarce(record: PlanRecord, now: Now) -> list[Notice]:
    """Return offers and items of which less is left than the plan hands out."""
    found: list[Notice] = []
    for kind, there in (("offer", now.offers), ("item", now.items)):
        people: dict[str, int] = {}
        for action in record.actions:
            people[getattr(action, kind)] = people.get(getattr(action, kind), 0) + action.people
        for identity, count in people.items():
            thing = there.get(identity)
            if thing is None or thing.stock is None or thing.stock >= count:
                continue
            zh = f"{thing.name.zh}只剩 {thing.stock:,} 份，方案要发 {count:,} 份"
            en = f"{thing.stock:,} of {thing.name.en} are left and the plan hands out {count:,}"
            found.append(Notice(id=f"stock:{kind}:{identity}", stops=thing.stock <= 0, sentence=Words(zh=zh, en=en)))
    return found


def _stale(record: PlanRecord, now: Now) -> list[Notice]:
    days = (now.now_ms - record.created_ms) // DAY_MS
    if days >= STALE_DAYS:
        sentence = Words(
            zh=f"这个方案是 {days} 天前做的，预测说的是那时的客户；{_AGAIN.zh}会更准",
            en=f"This plan is {days} days old and its forecast speaks of the customers of then; {_AGAIN.en}",
        )
        return [Notice(id="stale", stops=False, sentence=sentence)]
    known = record.data_offset
    if known > 0 and now.data_offset - known > NEW_DATA_SHARE * known:
        sentence = Words(
            zh=f"做方案之后又进来了 {now.data_offset - known:,} 条数据，它没有用到；{_AGAIN.zh}会更准",
            en=f"{now.data_offset - known:,} records have come in since that it does not know; {_AGAIN.en}",
        )
        return [Notice(id="new_data", stops=False, sentence=sentence)]
    return []
