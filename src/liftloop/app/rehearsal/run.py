"""The rehearsal of a plan: launched in memory, walked from due instant to due instant, counted by gate and hour."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.app.facts import fact, published
from liftloop.app.rehearsal.pacing import Left, Pace, Waiting, paced, spend_by_hour
from liftloop.app.rehearsal.sample import Sample
from liftloop.app.rehearsal.stage import Known, RehearsedState, fold_over, settle
from liftloop.deliver.contract import ENVELOPE, ChannelDefinition
from liftloop.deliver.settings import daily
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.kernel.codec import pack
from liftloop.kernel.ids import Offset
from liftloop.plan.contract import ASSIGNED
from liftloop.plan.launch import Launch
from liftloop.runtime.fold import Fold
from liftloop.storage.contract import Entry, Record, Row

STEPS_MAX = 20_000  # A launch to ten million people takes 2,500; more means that something is due for ever.
ACTOR = "system:rehearsal"
_STATE, _REASON, _CHANGED = 11, 12, 13
"""Places in a row of the ledger."""


class Stop(Struct, frozen=True, kw_only=True):
    """How many people end in a state for a reason; everybody counted, not the sample."""

    state: str
    reason: str
    people: int


class Hour(Struct, frozen=True, kw_only=True):
    """What leaves and is spent in the hour that begins then."""

    at_ms: int
    messages: int
    fen: int


class RunsOut(Struct, frozen=True, kw_only=True):
    """`what` is `budget` or `channel:ID`; it runs out on that day, counted from 0, and so many people wait or get none.

    `waits` says that a channel's people get theirs on a later day.
    """

    what: str
    day: int
    people: int
    waits: bool


class Rehearsal(Struct, frozen=True, kw_only=True):
    """What a launch now would do, counted over everybody; `rehearsed` is how many people stood for them."""

    plan_id: str
    starts_ms: int
    rehearsed: int
    everybody: int
    stops: tuple[Stop, ...]
    handed_over: int
    late: int
    spent_fen: int
    hours: tuple[Hour, ...]
    runs_out: tuple[RunsOut, ...]


class Play(Struct, frozen=True, kw_only=True, eq=False):
    """What is rehearsed: the launch, the definitions that it meets, its people and what memory holds of them."""

    plan_id: str
    launch: Launch
    channels: Mapping[str, Mapping[str, Any]]
    contents: Mapping[str, Mapping[str, Any]] = {}
    """Those that were there before and that the launch uses."""
    delivery: Mapping[str, Any] | None
    sample: Sample
    known: Known


def rehearse(play: Play) -> Rehearsal:
    """Return what would happen. The same play gives the same rehearsal; nothing outside it is read or written."""
    store = RehearsedState()
    fold = fold_over(store)
    campaign = play.launch.campaign
    offset = _step(fold, 0, _definitions(play), campaign.starts_ms)
    settle(fold, play.known)
    assigned = fact(ASSIGNED, play.launch.campaign_id, play.sample.assigned, ACTOR, campaign.starts_ms)
    _step(fold, offset, [assigned], campaign.starts_ms)
    for _ in range(STEPS_MAX):
        due_ms = fold.next_due_ms()
        if due_ms >= campaign.ends_ms:
            break
        fold.step([], max(due_ms, campaign.starts_ms), 1)
    return _counted(play, store)


def _step(fold: Fold, offset: int, records: Sequence[Record], now_ms: int) -> int:
    entry = Entry(first=Offset(offset), count=len(records), body=pack(list(records)))
    fold.step([entry], now_ms, 1)
    return offset + len(records)


def _definitions(play: Play) -> list[Record]:
    """Return the facts that publish what a launch publishes and what it meets, the budget scaled to the sample."""
    at_ms, share = play.launch.campaign.starts_ms, play.sample.share

    def told(kind: str, identity: str, body: Mapping[str, Any]) -> Record:
        if kind == "campaign":
            body = {**body, "budget_fen": round(body["budget_fen"] * share)}
        return published(kind, identity, 1, body, ACTOR, at_ms)

    met = [told("channel", identity, body) for identity, body in play.channels.items()]
    met += [told("content", identity, body) for identity, body in play.contents.items()]
    met += [told("setting", "delivery", play.delivery)] if play.delivery is not None else []
    return [*met, *(told(each.kind, each.id, each.body) for each in play.launch.definitions)]


def _counted(play: Play, store: RehearsedState) -> Rehearsal:
    share, campaign = play.sample.share, play.launch.campaign
    left = _left(play, store.outbox)
    stops = Counter((str(row[_STATE]), str(row[_REASON])) for row in store.ledger)
    late = sum(int(each.late.sum()) for each, _ in left.values())
    hours = spend_by_hour(left, campaign.starts_ms, HOUR_MS)

    def whole(count: float) -> int:
        return round(count / share)

    return Rehearsal(
        plan_id=play.plan_id,
        starts_ms=campaign.starts_ms,
        rehearsed=play.sample.profile.size,
        everybody=play.sample.everybody,
        stops=tuple(
            Stop(state=state, reason=reason, people=whole(count)) for (state, reason), count in stops.most_common()
        ),
        handed_over=whole(sum(messages for messages, _ in hours.values())),
        late=whole(late),
        spent_fen=whole(sum(fen for _, fen in hours.values())),
        hours=tuple(
            Hour(at_ms=campaign.starts_ms + hour * HOUR_MS, messages=whole(messages), fen=whole(fen))
            for hour, (messages, fen) in hours.items()
        ),
        runs_out=(*_budget_gone(store.ledger, campaign.starts_ms, share), *_channels_full(left, share)),
    )


def _left(play: Play, outbox: Sequence[Row]) -> dict[str, tuple[Left, int]]:
    """Return by channel when its messages leave, and what one costs."""
    by_channel: dict[str, list[tuple[int, int, int]]] = {}
    for _, channel, due_ms, body in outbox:
        envelope = ENVELOPE.decode(body)
        by_channel.setdefault(channel, []).append((due_ms, envelope.expires_ms, envelope.cost_fen))
    found: dict[str, tuple[Left, int]] = {}
    for channel, rows in by_channel.items():
        due, expires, costs = np.array(rows, dtype=np.int64).T
        pace = _pace(msgspec.convert(play.channels[channel], type=ChannelDefinition, strict=False), play.sample.share)
        waiting = Waiting(due_ms=due, expires_ms=expires)
        found[channel] = (paced(waiting, pace, play.launch.campaign.starts_ms), int(costs.max()))
    return found


def _pace(channel: ChannelDefinition, share: float) -> Pace:
    capacity = channel.capacity
    return Pace(
        per_second=max(channel.per_second_max * share, 1e-6),
        per_day=daily(capacity) * share if capacity is not None else 0.0,
        per_hour=capacity.per_hour * share if capacity is not None else 0.0,
        from_hour=capacity.from_hour if capacity is not None else 0,
        until_hour=capacity.until_hour if capacity is not None else 24,
    )


def _budget_gone(ledger: Sequence[Row], starts_ms: int, share: float) -> tuple[RunsOut, ...]:
    late = [int(row[_CHANGED]) for row in ledger if row[_STATE] == "no_budget"]
    if not late:
        return ()
    day = (min(late) - starts_ms) // DAY_MS
    return (RunsOut(what="budget", day=day, people=round(len(late) / share), waits=False),)


def _channels_full(left: Mapping[str, tuple[Left, int]], share: float) -> tuple[RunsOut, ...]:
    """Return the channels that run full, each on the first day on which it does."""
    return tuple(
        RunsOut(
            what=f"channel:{channel}",
            day=each.full_days[0],
            people=round(_after(each) / share),
            waits=not bool(each.late.any()),
        )
        for channel, (each, _) in left.items()
        if each.full_days
    )


def _after(left: Left) -> int:
    """Return how many messages left later than the first day that ran full."""
    first = left.at_ms.min()
    return int(((left.at_ms - first) // DAY_MS > left.full_days[0]).sum())
