"""Signals of a shop's own: written as a tree of conditions, as an audience is, and told as they stand."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.audience.contract import Signal
from liftloop.kernel.dice import hash_text


class OwnDraft(Struct, frozen=True, kw_only=True):
    """What somebody wrote."""

    name: str
    where: Mapping[str, Any]
    half_life_days: float


async def write_signal(desk: Desk, identity: str | None, draft: OwnDraft, actor: str) -> tuple[str, int]:
    """Publish a signal, or the next version of `identity`, and return its id and version.

    Without an id, the same name, tree and half-life mean the signal that has them already.
    Raises `NotFound` for an id that nobody has, and `BadAudience` or `BadDefinition` for what it says.
    """
    body = {"name": draft.name, "where": draft.where, "half_life_days": draft.half_life_days}
    if identity is not None:
        desk.definitions.newest("signal", identity)
    chosen = identity or _same(desk, body) or _new_identity(draft.name, desk.clock.now_ms())
    return chosen, await desk.definitions.publish("signal", chosen, body, actor)


def half_life_of(body: Mapping[str, Any]) -> float:
    """Return after how many days a published signal is half as strong."""
    return float(body.get("half_life_days", Signal(name="", where={}).half_life_days))


def _same(desk: Desk, body: Mapping[str, Any]) -> str | None:
    return next((each for each, known in desk.definitions.live("signal").items() if known == body), None)


def _new_identity(name: str, now_ms: int) -> str:
    return f"sig_{hash_text('signal', name, str(now_ms)):016x}"[:16]
