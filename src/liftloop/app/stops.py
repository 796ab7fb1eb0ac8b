"""The use cases of the stop: everything or one channel stands still at once, and goes on again."""

from collections.abc import Callable, Mapping

import msgspec

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.deliver.stops import SETTING, Stop, Stops

REASON_CHARACTERS_MAX = 200


def read_stops(desk: Desk) -> Stops:
    """Return what stands still now."""
    body = desk.definitions.live("setting").get(SETTING)
    return msgspec.convert(body, type=Stops, strict=False) if body else Stops()


def waiting(desk: Desk) -> int:
    """Return how many messages are in the outbox now."""
    return int(desk.state.rows("SELECT count(*) FROM outbox")[0][0])


async def stop(desk: Desk, channel: str, reason: str, actor: str) -> Stops:
    """Let nothing leave through a channel, or with an empty one no marketing at all. Raises `NotFound`."""
    if channel and channel not in desk.definitions.live("channel"):
        raise NotFound("channel", channel)
    made = Stop(reason=reason[:REASON_CHARACTERS_MAX], by=actor, at_ms=desk.clock.now_ms())

    def change(stops: Stops) -> Stops:
        if channel:
            return msgspec.structs.replace(stops, channels={**stops.channels, channel: made})
        return msgspec.structs.replace(stops, marketing=made)

    return await _changed(desk, change, actor)


async def go_on(desk: Desk, channel: str, actor: str) -> Stops:
    """Let a channel, or with an empty one all marketing, go on; what waits and still has time leaves at once."""

    def change(stops: Stops) -> Stops:
        if not channel:
            return msgspec.structs.replace(stops, marketing=None)
        others: Mapping[str, Stop] = {each: stop for each, stop in stops.channels.items() if each != channel}
        return msgspec.structs.replace(stops, channels=others)

    return await _changed(desk, change, actor)


async def _changed(desk: Desk, change: Callable[[Stops], Stops], actor: str) -> Stops:
    """Publish the next state; a stop that somebody else makes at the same time is never lost (`Conflict`)."""
    version = (await desk.tick.ask("definition", kind="setting", id=SETTING))["version"]
    stops = change(read_stops(desk))
    body = {name: value for name, value in msgspec.to_builtins(stops).items() if value}
    if body != (desk.definitions.live("setting").get(SETTING) or {}):
        await desk.definitions.publish("setting", SETTING, body, actor, version=version + 1)
    return stops
