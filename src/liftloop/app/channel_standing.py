"""How each channel stands: what is still unanswered there, and asking its provider for it."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from liftloop.app.channel_pauses import Advice, advice
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.dispatch.reconciling import CANNOT, Asked
from liftloop.app.dispatch.status import LaneStatus
from liftloop.app.dispatch.telling import AskProvider, DispatchAway, InDoubt, ReadDoubts, ask_dispatch
from liftloop.app.health import dispatch_status
from liftloop.deliver.quotas import Use
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError

_WAITING = "SELECT count(*) FROM outbox WHERE channel = ? AND due_ms <= ?"


class CannotBeAsked(LiftloopError):
    """The channel's provider has no question for what became of a message."""

    def __init__(self, channel: str) -> None:
        super().__init__(
            "channel_cannot_be_asked",
            zh=f"渠道 {channel} 的服务商没有查询接口，问不到结果",
            en=f"the provider of {channel} cannot be asked what became of a message",
            next_zh="这些消息保持“没有答复”，营销消息不会重发；若服务商控制台有记录，可以在那里核对",
            next_en="they stay uncertain, and marketing is not sent again; look into the provider's console",
            status=409,
            exit_code=EXIT_REFUSED,
        )


class Standing(Struct, frozen=True, kw_only=True):
    """One channel."""

    channel: str
    kind: str
    can_be_asked: bool
    """Whether its provider can be asked what became of a message."""
    in_doubt: int
    """Messages whose answer was lost and that are still asked for."""
    asked_next_ms: int
    """0 where there are none."""
    quotas: Sequence[Use]
    paused: "Paused | None"


class Paused(Struct, frozen=True, kw_only=True):
    """A channel that takes nothing for now."""

    until_ms: int
    """When it is tried again by itself."""
    waiting: int
    """Messages that are due and wait for it."""
    advice: Advice


async def standing(desk: Desk) -> list[Standing]:
    """Return every live channel; where dispatch does not answer, nothing is known to be in doubt."""
    try:
        told = await ask_dispatch(desk.folder.dispatch_socket, ReadDoubts(), InDoubt)
    except DispatchAway:
        told = InDoubt(waiting=[], can_be_asked=[])
    answered = await desk.tick.ask("quotas", now_ms=desk.clock.now_ms())
    status = await dispatch_status(desk.folder.dispatch_socket)
    lanes = {lane.channel: lane for lane in (status.lanes if status else ()) if lane.pause_reason}
    uses = msgspec.convert(answered["uses"], type=list[Use])
    waiting = {each.channel: each for each in told.waiting}
    return [
        Standing(
            channel=identity,
            kind=str(body.get("kind", "")),
            can_be_asked=identity in told.can_be_asked,
            in_doubt=waiting[identity].count if identity in waiting else 0,
            asked_next_ms=waiting[identity].next_ms if identity in waiting else 0,
            quotas=[use for use in uses if use.channel == identity],
            paused=_paused(desk, lanes[identity], str(body.get("kind", ""))) if identity in lanes else None,
        )
        for identity, body in sorted(desk.definitions.live("channel").items())
    ]


def _paused(desk: Desk, lane: LaneStatus, kind: str) -> Paused | None:
    ((waiting,),) = desk.state.rows(_WAITING, (lane.channel, desk.clock.now_ms()))
    told = advice(kind, lane.pause_reason)
    if told.trouble == "busy" and lane.paused_until_ms <= desk.clock.now_ms():
        return None  # Its pause is over, and nothing was sent since.
    return Paused(until_ms=lane.paused_until_ms, waiting=waiting, advice=told)


async def ask_provider(desk: Desk, channel: str) -> Asked:
    """Ask a channel's provider for all that is unanswered, now. Raises `NotFound`, `CannotBeAsked`, `DispatchAway`."""
    if channel not in desk.definitions.live("channel"):
        raise NotFound("channel", channel)
    asked = await ask_dispatch(desk.folder.dispatch_socket, AskProvider(channel=channel), Asked)
    if asked.reason == CANNOT:
        raise CannotBeAsked(channel)
    return asked
