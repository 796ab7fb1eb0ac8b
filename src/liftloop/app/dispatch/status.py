"""How the dispatcher is, as operators see it."""

from msgspec import Struct

from liftloop.app.dispatch.lane import Lane


class LaneStatus(Struct, frozen=True, kw_only=True):
    """One channel as operators see it."""

    channel: str
    in_flight: int
    """Batches."""
    under_way: int
    """Messages handed over and not folded, or waiting."""
    paused_until_ms: int
    pause_reason: str


class DispatchStatus(Struct, frozen=True, kw_only=True):
    """The dispatcher as operators see it."""

    lanes: list[LaneStatus]
    untold: int
    """Settled batches that the tick has not taken yet."""
    outcomes: dict[str, int]
    """Messages settled since the start, by outcome."""
    by_channel: dict[str, dict[str, int]]
    """The same, by channel."""


def lane_status(lane: Lane) -> LaneStatus:
    return LaneStatus(
        channel=lane.channel.name,
        in_flight=len(lane.flights),
        under_way=lane.under_way(),
        paused_until_ms=lane.pause.until_ms if lane.pause else 0,
        pause_reason=lane.pause.reason if lane.pause else "",
    )
