"""Changes to one part of a channel: its credentials; everything else stays as it was published."""

from collections.abc import Mapping
from typing import Any

from liftloop.app.channel_pauses import credential_step
from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.dispatch.telling import Resume, Resumed, ask_dispatch


async def renew(desk: Desk, channel: str, settings: Mapping[str, Any], actor: str) -> int:
    """Publish a channel with new credentials, return its version; what waited for them goes on at once.

    Raises `NotFound`, `BadDefinition` where a setting is no credential of this kind.
    """
    body = _readable(desk, channel)
    step = credential_step(str(body.get("kind")))
    foreign = sorted(set(settings) - set(step.fields if step else ()))
    if foreign or not settings:
        names = ", ".join(foreign) or "settings"
        allowed = ", ".join(step.fields if step else ())
        raise BadDefinition(
            "channel", f"{names}: only {allowed} can be renewed here", f"{names}：这里只能更新 {allowed}"
        )
    body["settings"] = {**body["settings"], **settings}
    version = await desk.definitions.publish("channel", channel, body, actor)
    await resume(desk, channel)
    return version


async def resume(desk: Desk, channel: str) -> bool:
    """Let a paused channel go on at once; tell whether it paused. Raises `NotFound`, `DispatchAway`."""
    _readable(desk, channel)
    return (await ask_dispatch(desk.folder.dispatch_socket, Resume(channel=channel), Resumed)).paused


def _readable(desk: Desk, channel: str) -> dict[str, Any]:
    if channel not in desk.definitions.live("channel"):
        raise NotFound("channel", channel)
    return desk.definitions.readable("channel", channel)
