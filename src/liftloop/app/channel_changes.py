"""Changes to one part of a channel, its credentials or its quotas; everything else stays as it was published."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from liftloop.app.channel_pauses import credential_step
from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.dispatch.telling import Resume, Resumed, ask_dispatch
from liftloop.deliver.contract import Quota


async def renew(desk: Desk, channel: str, settings: Mapping[str, Any], actor: str) -> int:
    """Publish a channel with new credentials, return its version; what waited for them goes on at once.

    Raises `NotFound`, `BadDefinition` where a setting is no credential of this kind.
    """
    body = _published(desk, channel)
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


async def limit(desk: Desk, channel: str, quotas: Sequence[Quota], actor: str) -> int:
    """Publish a channel with these quotas in place of its own, return its version.

    Raises `NotFound`, `BadDefinition` where one cannot be kept.
    """
    body = _published(desk, channel)
    body["quotas"] = msgspec.to_builtins(quotas)
    return await desk.definitions.publish("channel", channel, body, actor)


async def resume(desk: Desk, channel: str) -> bool:
    """Let a paused channel go on at once; tell whether it paused. Raises `NotFound`, `DispatchAway`."""
    _published(desk, channel)
    return (await ask_dispatch(desk.folder.dispatch_socket, Resume(channel=channel), Resumed)).paused


def _published(desk: Desk, channel: str) -> dict[str, Any]:
    if channel not in desk.definitions.live("channel"):
        raise NotFound("channel", channel)
    return dict(desk.definitions.newest("channel", channel)[1])  # Its secrets stay sealed.
