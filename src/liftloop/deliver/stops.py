"""The stop: no marketing at all leaves, or nothing through one channel, until somebody lets it go on.

What is in the outbox stays there, is asked for at its second look, and leaves later or when its time is over.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from liftloop.runtime.contract import Definitions

SETTING = "stop"


class Stop(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why something stands still, and since when."""

    reason: str
    by: str
    at_ms: int


class Stops(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands still; the setting `stop`."""

    marketing: Stop | None = None
    """All marketing; transactional and service messages go on."""
    channels: Mapping[str, Stop] = {}
    """Everything through these channels, confirmations included."""

    def standing(self, channel: str, purpose: str) -> str:
        """Return why a message does not leave now, empty where it may."""
        if channel in self.channels:
            return f"stopped:{channel}"
        return "stopped:marketing" if self.marketing is not None and purpose == "marketing" else ""


def stops_of(definitions: Definitions) -> Stops:
    """Return what stands still now."""
    live = definitions.live("setting").get(SETTING)
    return msgspec.convert(live.body, type=Stops, strict=False) if live is not None else Stops()
