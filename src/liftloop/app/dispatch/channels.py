"""Which channels there are now: opened from their live definitions, replaced when those change."""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from liftloop.deliver.contract import AddressKind, Channel, ChannelDefinition, ChannelLimits, Handover, Message, Repeat
from liftloop.deliver.coupons import COUPON_CHANNEL
from liftloop.deliver.media import medium_of
from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import StateReader, VaultDamaged

OpenChannel = Callable[[ChannelDefinition], Channel]

CHANNELS_MAX = 1_000  # Named by the outbox at once; a wrong name must not make lanes for ever.

_DEFINED = "SELECT id, version, body FROM definition WHERE kind = 'channel' AND status = 'live' ORDER BY version"
_NEXT_NAMED = "SELECT min(channel) FROM outbox WHERE channel > ?"  # One seek a name, however long the outbox.

_DEFINITION = msgspec.json.Decoder(ChannelDefinition)


class NoChannel:
    """Stands where a channel is missing or cannot be opened: whatever is due there ends with the reason."""

    address_kind: AddressKind = "customer_id"
    repeat: Repeat = "idempotent"

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        self.limits = ChannelLimits(batch_max=1_000, body_bytes_max=1 << 30, per_second_max=1e9)

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        return [Handover(key=message.key, outcome="rejected", reason=self.reason) for message in messages]

    async def close(self) -> None: ...


class CouponHandover:
    """Gives coupons without words: whatever is due there has its code already, and is done."""

    name = COUPON_CHANNEL
    address_kind: AddressKind = "customer_id"
    repeat: Repeat = "idempotent"
    limits = ChannelLimits(batch_max=1_000, body_bytes_max=1 << 20, per_second_max=1e9)

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        return [Handover(key=message.key, outcome="accepted") for message in messages]

    async def close(self) -> None: ...


class Opened(Struct, frozen=True, kw_only=True):
    """A channel and the definition's version that it was opened from, 0 where there is none."""

    channel: Channel
    version: int


class Channels:
    """Opens each channel once a version."""

    def __init__(self, state: StateReader, open_channel: OpenChannel) -> None:
        self._state = state
        self._open_channel = open_channel
        self._opened: dict[str, Opened] = {}
        self._media: dict[str, str] = {}

    def refresh(self) -> list[Opened]:
        """Return channels that are new or have another version since the last call."""
        defined = {identity: (version, body) for identity, version, body in self._state.rows(_DEFINED)}
        named = self._named()
        changed: list[Opened] = []
        for identity in [*defined, *(name for name in named if name not in defined)]:
            version, body = defined.get(identity, (0, b""))
            before = self._opened.get(identity)
            if before is None or before.version != version:
                opened = Opened(channel=self._open(identity, body), version=version)
                self._opened[identity] = opened
                changed.append(opened)
        return changed

    def get(self, name: str) -> Channel:
        """Return a channel by name, also one that is gone."""
        opened = self._opened.get(name)
        return opened.channel if opened else NoChannel(name, "channel_unknown")

    def medium(self, name: str) -> str:
        """Return what consent is asked for, by a channel's name; its name where it is gone."""
        return self._media.get(name, name)

    def _named(self) -> list[str]:
        """Return the channels that the outbox names."""
        names: list[str] = []
        last = ""
        while len(names) < CHANNELS_MAX:
            found: str | None = self._state.rows(_NEXT_NAMED, (last,))[0][0]
            if found is None:
                break
            names.append(found)
            last = found
        return names

    def _open(self, name: str, body: bytes) -> Channel:
        if name == COUPON_CHANNEL:
            return CouponHandover()
        if not body:
            return NoChannel(name, "channel_unknown")
        try:
            definition = _DEFINITION.decode(body)
            self._media[name] = medium_of(definition)
            return self._open_channel(definition)
        except msgspec.DecodeError:
            return NoChannel(name, "channel_unreadable")
        except LiftloopError as error:
            return NoChannel(name, f"channel_unusable:{error.code}")
        except VaultDamaged:
            return NoChannel(name, "channel_unusable:sealed")
