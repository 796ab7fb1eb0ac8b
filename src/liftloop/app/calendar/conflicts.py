"""What gets in each other's way on a day to come: the same people twice, more than a channel carries, festivals."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

import numpy as np
from msgspec import Struct
from pyroaring import BitMap

from liftloop.app.audiences.overlap import bitmap
from liftloop.app.calendar.days import SALES, SOLEMN, Day
from liftloop.app.calendar.load import Load
from liftloop.app.calendar.senders import Sender, Wave
from liftloop.app.words import Said
from liftloop.plan.contract import Cap

ConflictKind = Literal["same_people", "cap", "overload", "solemn_day", "staff_off", "sale_begins"]
OVERLAP_MIN = 10
"""Fewer people in two groups are chance."""
PAIRS_MAX = 100
"""Of senders on one day; more are not looked at, and nobody could read them."""
_ONE_DAY = timedelta(days=1)


class Conflict(Struct, frozen=True, kw_only=True):
    """One thing to decide, on a day or several in a row; `people` are the most on one of these days."""

    kind: ConflictKind
    harm: bool
    """Whether something will not happen as wished; else it is a remark."""
    first: date
    last: date
    senders: tuple[str, ...]
    channel: str
    people: int
    sentence: Said
    next: Said


class Rules(Struct, frozen=True, kw_only=True):
    """What is asked of the days: everybody's caps, and channels that staff confirm by hand, with their names."""

    caps: Sequence[Cap]
    by_staff: frozenset[str]
    names: Mapping[str, Said]

    def name(self, channel: str) -> Said:
        return self.names.get(channel, Said(channel, channel))


def conflicts(
    days: Sequence[Day],
    waves: Sequence[Wave],
    load: Mapping[date, Sequence[Load]],
    senders: Sequence[Sender],
    rules: Rules,
    today: date,
) -> list[Conflict]:
    """Return what stands against the plans of days to come, what harms first, then by day."""
    ahead = [day for day in days if day.day >= today]
    found = [
        *_same_people(waves, rules),
        *_over_cap(waves, rules, [day.day for day in ahead]),
        *(each for day in ahead for each in _overload(day.day, load.get(day.day, ()), rules)),
        *(each for day in ahead for each in _unsuitable(day, waves, rules)),
        *_sales(ahead, senders),
    ]
    return sorted(_in_a_row(found), key=lambda each: (not each.harm, each.first, -each.people, each.kind))


def overlapping(waves: Sequence[Wave], day: date, first: str, second: str) -> BitMap:
    """Return who hears from both senders on a day."""
    groups = [_people(each for each in waves if each.day == day and each.sender.id == one) for one in (first, second)]
    return groups[0] & groups[1]


def _people(waves: Iterable[Wave]) -> BitMap:
    return BitMap.union(BitMap(), *(bitmap(each.people) for each in waves))


def _same_people(waves: Sequence[Wave], rules: Rules) -> list[Conflict]:
    """Return pairs of senders who write to the same people on one day; a cap of one a day lets one of them through."""
    by_day: dict[date, dict[str, list[Wave]]] = {}
    for wave in waves:
        by_day.setdefault(wave.day, {}).setdefault(wave.sender.id, []).append(wave)
    daily = min((cap.count for cap in rules.caps if cap.days <= 1), default=0)
    found: list[Conflict] = []
    for day, senders in by_day.items():
        groups = [(own[0].sender, _people(own)) for own in senders.values()]
        pairs = [(one, two) for place, one in enumerate(groups) for two in groups[place + 1 :]]
        for (one, first), (two, second) in pairs[:PAIRS_MAX]:
            both = first.intersection_cardinality(second)
            if both < OVERLAP_MIN:
                continue
            capped = daily == 1
            found.append(
                Conflict(
                    kind="same_people",
                    harm=capped,
                    first=day,
                    last=day,
                    senders=(one.id, two.id),
                    channel="",
                    people=both,
                    sentence=Said(
                        f"「{one.name}」和「{two.name}」同一天要找同样的 {both:,} 人"
                        + ("；每天只许一条，后到的那条不会发" if capped else ""),
                        f"“{one.name}” and “{two.name}” write to the same {both:,} people on one day"
                        + ("; one message a day is allowed, so the later is not sent" if capped else ""),
                    ),
                    next=Said(
                        "错开日期，或者给更要紧的活动更高的优先级",
                        "move one of them, or give one the higher priority",
                    ),
                )
            )
    return found


def _over_cap(waves: Sequence[Wave], rules: Rules, days: Sequence[date]) -> list[Conflict]:
    """Return the days on which planned messages alone pass a cap, and for how many people."""
    everybody = np.unique(np.concatenate([each.people for each in waves])) if waves else np.zeros(0, dtype=np.int64)
    if not everybody.size or not days or not rules.caps:
        return []
    counts = np.zeros((len(days), everybody.size), dtype=np.uint8)
    place = {day: row for row, day in enumerate(days)}
    for wave in waves:
        if wave.day in place:
            counts[place[wave.day], np.searchsorted(everybody, wave.people)] += 1
    found: list[Conflict] = []
    for cap in rules.caps:
        length = max(round(cap.days), 1)
        for row, day in enumerate(days):
            if not counts[row].any():
                continue
            heard = counts[max(row - length + 1, 0) : row + 1].sum(axis=0, dtype=np.int64)
            over = int(((heard > cap.count) & (counts[row] > 0)).sum())
            if over < OVERLAP_MIN:
                continue
            span = Said("每天", "a day") if length == 1 else Said(f"每 {length} 天", f"in {length} days")
            found.append(
                Conflict(
                    kind="cap",
                    harm=True,
                    first=day,
                    last=day,
                    senders=tuple(dict.fromkeys(each.sender.id for each in waves if each.day == day)),
                    channel="",
                    people=over,
                    sentence=Said(
                        f"{over:,} 人会超过「{span.zh}最多 {cap.count} 条」的上限，多出来的不会发",
                        f"{over:,} people would pass the cap of {cap.count} {span.en}; what is above it is dropped",
                    ),
                    next=Said(
                        "把其中一场挪到后面几天，或者缩小人群", "move one of them by some days, or narrow its people"
                    ),
                )
            )
    return found


def _overload(day: date, loads: Sequence[Load], rules: Rules) -> list[Conflict]:
    return [
        Conflict(
            kind="overload",
            harm=True,
            first=day,
            last=day,
            senders=(),
            channel=load.channel,
            people=load.over,
            sentence=Said(
                f"{rules.name(load.channel).zh}一天最多 {load.limit:,} 条，预计要发 {load.messages:,} 条，"
                f"有 {load.over:,} 条发不完",
                f"{rules.name(load.channel).en} carries {load.limit:,} a day, {load.messages:,} are expected: "
                f"{load.over:,} too many",
            ),
            next=Said("把人分到更多天，或者换一个渠道", "spread the people over more days, or take another channel"),
        )
        for load in loads
        if load.over and load.limit is not None
    ]


def _unsuitable(day: Day, waves: Sequence[Wave], rules: Rules) -> list[Conflict]:
    """Return what is sent on a day on which it had better not be."""
    today = [each for each in waves if each.day == day.day]
    if not today:
        return []
    found: list[Conflict] = []
    solemn = [kept.festival for kept in day.festivals if kept.itself and kept.festival.id in SOLEMN]
    senders = tuple(dict.fromkeys(each.sender.id for each in today))
    people = len(_people(today))
    if solemn:
        name = solemn[0]
        found.append(
            Conflict(
                kind="solemn_day",
                harm=True,
                first=day.day,
                last=day.day,
                senders=senders,
                channel="",
                people=people,
                sentence=Said(
                    f"{name.zh}当天要给 {people:,} 人发营销消息，容易招反感",
                    f"{people:,} people would get marketing on {name.en}, a day of mourning",
                ),
                next=Said("改到前后几天", "move it by some days"),
            )
        )
    staffed = [each for each in today if each.channel in rules.by_staff]
    if staffed and day.kind in ("holiday", "weekend"):
        count = len(_people(staffed))
        found.append(
            Conflict(
                kind="staff_off",
                harm=False,
                first=day.day,
                last=day.day,
                senders=tuple(dict.fromkeys(each.sender.id for each in staffed)),
                channel=staffed[0].channel,
                people=count,
                sentence=Said(
                    f"{rules.name(staffed[0].channel).zh}要员工确认才会发出，{count:,} 条正好落在休息日",
                    f"{rules.name(staffed[0].channel).en} waits for staff to confirm; {count:,} fall on a day off",
                ),
                next=Said("先问当班的人，或者改到工作日", "ask who is on duty, or move them to a working day"),
            )
        )
    return found


def _sales(ahead: Sequence[Day], senders: Sequence[Sender]) -> list[Conflict]:
    """Return campaigns into whose time a great sale begins: before and after compare badly."""
    began: dict[str, date] = {}
    names: dict[str, Said] = {}
    for day in ahead:
        for kept in day.festivals:
            if kept.festival.id in SALES:
                began.setdefault(kept.festival.id, kept.festival.period(_own(kept.festival.days, day.day))[0])
                names[kept.festival.id] = Said(kept.festival.zh, kept.festival.en)
    return [
        Conflict(
            kind="sale_begins",
            harm=False,
            first=day,
            last=day,
            senders=(sender.id,),
            channel="",
            people=0,
            sentence=Said(
                f"「{sender.name}」进行中赶上{names[festival].zh}，大家本来就会多买",
                f"{names[festival].en} begins while “{sender.name}” runs: people buy more anyway",
            ),
            next=Said("只和对照组比，不要和上个月比", "compare with the holdout only, not with the month before"),
        )
        for festival, day in began.items()
        for sender in senders
        if sender.kind == "campaign"
        and sender.state in ("running", "paused")
        and sender.last is not None
        and sender.first < day <= sender.last
    ]


def _own(days: Sequence[date], day: date) -> date:
    """Return the festival's own day that is nearest to a day."""
    return min(days, key=lambda each: abs((each - day).days))


def _in_a_row(found: Sequence[Conflict]) -> list[Conflict]:
    """Return the same conflict of days in a row as one; it tells of the worst of these days."""
    joined: list[Conflict] = []
    for each in sorted(found, key=lambda one: (one.kind, one.senders, one.channel, one.first)):
        before = joined[-1] if joined else None
        same = before and (before.kind, before.senders, before.channel) == (each.kind, each.senders, each.channel)
        if before is not None and same and each.first <= before.last + _ONE_DAY:
            worst = before if before.people >= each.people else each
            joined[-1] = Conflict(
                kind=worst.kind,
                harm=worst.harm,
                first=before.first,
                last=max(before.last, each.last),
                senders=worst.senders,
                channel=worst.channel,
                people=worst.people,
                sentence=worst.sentence,
                next=worst.next,
            )
        else:
            joined.append(each)
    return joined
