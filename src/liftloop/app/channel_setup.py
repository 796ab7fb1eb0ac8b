"""How far a channel is set up: what is missing, where to get it, how long it takes, and where its provider posts to."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.tick.callbacks import CALLBACKS
from liftloop.deliver.contract import ADDRESS_ATTRIBUTES
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.plugins.channels import factories
from liftloop.plugins.channels.callbacks import READERS
from liftloop.plugins.channels.setup import SETUPS, Setup, Step, open_steps

SIGNED = frozenset({"wecom_task", "wecom_welcome", "wechat_template", "wechat_subscribe", "mini_program", "call"})
"""Kinds whose callbacks are signed; the others' address ends in the callback token."""


class UnknownKind(LiftloopError):
    """There is no such kind of channel."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            "unknown_channel_kind",
            zh=f"没有这种渠道：{kind}",
            en=f"there is no kind of channel called {kind}",
            next_zh="用 liftloop channel kinds 查看有哪些",
            next_en="see liftloop channel kinds",
            status=404,
            exit_code=EXIT_USAGE,
        )


class Checked(Struct, frozen=True, kw_only=True):
    """A channel, or a kind that is not set up yet, with its steps and how each stands."""

    channel: str
    """Empty for a kind."""
    setup: Setup
    steps: Sequence[tuple[Step, str]]
    callback_path: str
    """Where the provider posts to, below the server's address; empty where it posts nothing."""

    def missing(self) -> list[str]:
        """Return the settings that are not there yet."""
        return [name for step, standing in self.steps if standing == "missing" for name in step.fields]


def setup_kinds() -> list[Setup]:
    return list(SETUPS.values())


def check_kind(kind: str) -> Checked:
    """Return what a kind takes. Raises `UnknownKind`."""
    return _checked("", kind, {})


def check_channel(desk: Desk, identity: str) -> Checked:
    """Return how far a channel is. Raises `NotFound`, or `UnknownKind` where its kind is a plug-in's."""
    body = desk.definitions.newest("channel", identity)[1]
    return _checked(identity, str(body.get("kind")), body.get("settings", {}))


def addresses_of(kind: str) -> Sequence[str]:
    """Return under which attributes a person's address for a kind stands, none where it needs none."""
    return ADDRESS_ATTRIBUTES.get(ADDRESSES.get(kind, ""), ())


ADDRESSES: Mapping[str, str] = {
    "smtp": "email",
    "aliyun_sms": "phone",
    "tencent_sms": "phone",
    "call": "phone",
    "wecom_task": "wecom_id",
    "wecom_welcome": "wecom_welcome_code",
    "wechat_template": "openid",
    "wechat_subscribe": "openid",
    "mini_program": "mini_openid",
    "jpush": "registration_id",
    "fcm": "fcm_token",
    "apns": "apns_token",
}
"""Where each kind delivers."""


def _checked(identity: str, kind: str, settings: Mapping[str, Any]) -> Checked:
    if kind not in SETUPS or kind not in factories():
        raise UnknownKind(kind)
    path = ""
    if kind in READERS:
        path = f"{CALLBACKS}{identity or '{id}'}" + ("" if kind in SIGNED else "/{callback_token}")
    return Checked(channel=identity, setup=SETUPS[kind], steps=open_steps(kind, settings), callback_path=path)
