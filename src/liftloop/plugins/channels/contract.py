"""What every channel is made with, and how a kind is added."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

import msgspec
from msgspec import Struct

from liftloop.deliver.contract import AddressKind, Channel, ChannelDefinition, Receipt
from liftloop.kernel.clock import Clock
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.kernel.ids import MessageKey

Network = IPv4Network | IPv6Network
Settings = TypeVar("Settings", bound=Struct)


class Surroundings(Struct, frozen=True, kw_only=True):
    """What the installation gives to its channels."""

    allow: Sequence[Network]
    """Private networks that may be reached; empty means none."""
    wall: Clock
    """The machine's own clock: receivers check signatures against theirs, whatever a manual clock says."""


class ChannelFactory(Protocol):
    """Make a channel of one kind; the entry points of group `liftloop.channels` name such functions."""

    def __call__(self, definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
        """Return a channel that has not opened anything yet. Raises `LiftloopError` where settings are wrong."""
        ...


class ProviderReceipt(Struct, frozen=True, kw_only=True):
    """What a provider tells of a message that it had accepted."""

    provider_id: str
    """As the hand-over named it."""
    receipt: Receipt
    at_ms: int
    reason: str = ""


class PersonSaid(Struct, frozen=True, kw_only=True):
    """What a person told us through a channel, whichever message it answers."""

    identifier: Literal["phone", "wecom_id", "openid", "mini_openid"]
    value: str
    what: Literal["opted_out", "replied", "added", "accepted_one"]
    """`accepted_one`: one message of one template may be sent (subscribe messages)."""
    identity: str
    """The same for what a provider tells twice, and for nothing else."""
    at_ms: int
    text: str = ""
    extra: Mapping[str, str] = {}


class Doubt(Struct, frozen=True, kw_only=True):
    """A message whose answer was lost: it may be with the provider or not."""

    key: MessageKey
    address: str
    """Of the person, as of now."""
    left_ms: int
    """When it was handed over, on the machine's own clock."""


class Finding(Struct, frozen=True, kw_only=True):
    """What a provider knows of such a message."""

    key: str
    what: Literal["sent", "not_sent", "unknown"]
    """`not_sent` only where the provider shows all that it took, and this is not among it, or says that it failed."""
    evidence: str
    """What it said, in one word or two; the ledger keeps it."""
    provider_id: str = ""
    """Under which its receipts will speak of it."""


@runtime_checkable
class Queried(Protocol):
    """A channel whose provider can be asked what became of a message whose answer was lost."""

    @property
    def address_kind(self) -> AddressKind: ...

    async def found(self, doubts: Sequence[Doubt]) -> Sequence[Finding]:
        """Return what is known of each; one left out is unknown. Sends nothing.

        Raises `TryLater` where the provider cannot be asked now.
        """
        ...


@runtime_checkable
class Polled(Protocol):
    """A channel whose provider tells nothing by itself: what became of messages is asked now and then."""

    async def receipts(self, calls: Sequence[str]) -> Sequence[ProviderReceipt]:
        """Return what is known by now; `calls` are provider ids of messages handed over."""
        ...


def read_settings(kind: type[Settings], settings: Mapping[str, Any]) -> Settings:
    """Return a channel's settings. Raises `LiftloopError` that names the field."""
    try:
        return msgspec.convert(settings, kind)
    except msgspec.ValidationError as error:
        raise bad_setting(str(error)) from error


def bad_setting(detail: str) -> LiftloopError:
    return LiftloopError(
        "channel_settings",
        zh=f"渠道设置有误：{detail}",
        en=f"the channel's settings are wrong: {detail}",
        next_zh="改正这一项后重新保存渠道",
        next_en="correct it and save the channel again",
        status=422,
        exit_code=EXIT_USAGE,
    )
