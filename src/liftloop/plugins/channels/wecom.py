"""WeCom: notices to colleagues in an app of one's own, and the welcome to a customer who has just been added.

Source: developer.work.weixin.qq.com, documents 90236 and 92599.
"""

from collections.abc import Sequence

from msgspec import Struct

from liftloop.deliver.contract import (
    AddressKind,
    Channel,
    ChannelDefinition,
    ChannelLimits,
    Handover,
    Message,
    Repeat,
)
from liftloop.kernel.clock import MINUTE_MS
from liftloop.plugins.channels.calling import Line, Reply, Verdict, base_address, one_by_one
from liftloop.plugins.channels.contract import Surroundings, bad_setting, read_settings
from liftloop.plugins.channels.errcodes import Desk, Outcomes

BASE_URL = "https://qyapi.weixin.qq.com"
WAYS = 8
TEXT_BYTES_MAX = 2_048
WELCOME_BYTES_MAX = 4_000
APP_OUTCOMES: Outcomes = {
    45009: ("throttled", MINUTE_MS),
    81013: ("invalid_recipient", 0),
    40003: ("invalid_recipient", 0),
    60111: ("invalid_recipient", 0),
}
WELCOME_OUTCOMES: Outcomes = {
    41050: ("rejected", 0),  # The code's twenty seconds are over.
    41051: ("rejected", 0),  # Somebody has been welcomed already.
    41096: ("retry", 1_000),
    45009: ("throttled", MINUTE_MS),
    84061: ("invalid_recipient", 0),
}


class WecomAppSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person copies from the app's page in the WeCom console."""

    corp_id: str
    secret: str
    agent_id: int
    to: str
    """Members who get it: userids with `|` between them."""
    base_url: str = BASE_URL


class WecomAppChannel:
    """A `Channel` to colleagues; `address_kind` keeps what is meant for customers out of it."""

    address_kind: AddressKind = "group"
    repeat: Repeat = "neither"

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(WecomAppSettings, definition.settings)
        if not (settings.corp_id and settings.secret and settings.to):
            raise bad_setting("corp_id, secret, to")
        self.name = definition.id
        self.limits = ChannelLimits(
            batch_max=100,
            body_bytes_max=TEXT_BYTES_MAX,
            per_second_max=min(definition.per_second_max, 0.5),  # 30 a minute and member; more is dropped silently.
        )
        self._settings = settings
        self._line = Line(surroundings)
        self._desk = wecom_desk(self._line, surroundings, (settings.base_url, settings.corp_id, settings.secret))

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        return await one_by_one(messages, self._carry, WAYS)

    async def close(self) -> None:
        await self._line.close()

    async def _carry(self, message: Message) -> Verdict:
        wanted = self._settings.to.split("|")
        body = {
            "touser": self._settings.to,
            "msgtype": "text",
            "agentid": self._settings.agent_id,
            "text": {"content": cut(f"{message.subject}\n\n{message.body}".strip(), TEXT_BYTES_MAX)},
        }
        said = await self._desk.ask("/cgi-bin/message/send", body)
        if isinstance(said, Verdict):
            return said
        missed = [each for each in str(said.get("invaliduser") or "").split("|") if each]
        if len(missed) >= len(wanted):
            return Verdict(outcome="invalid_recipient", reason="invaliduser")
        reason = f"invaliduser:{len(missed)}" if missed else ""
        return Verdict(outcome="accepted", provider_id=str(said.get("msgid") or ""), reason=reason)


class WecomWelcomeSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person copies from the app that may speak to customers."""

    corp_id: str
    secret: str
    callback_token: str = ""
    encoding_aes_key: str = ""
    """Both from "接收事件服务器": the event of a new customer brings the code that a welcome needs."""
    base_url: str = BASE_URL


class WecomWelcomeChannel:
    """A `Channel` for the first words to a customer: once, within twenty seconds of being added."""

    address_kind: AddressKind = "wecom_welcome_code"
    repeat: Repeat = "idempotent"  # A code is good for one welcome.

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(WecomWelcomeSettings, definition.settings)
        if not (settings.corp_id and settings.secret):
            raise bad_setting("corp_id, secret")
        self.name = definition.id
        self.limits = ChannelLimits(
            batch_max=100, body_bytes_max=WELCOME_BYTES_MAX, per_second_max=definition.per_second_max
        )
        self._line = Line(surroundings)
        self._desk = wecom_desk(
            self._line, surroundings, (settings.base_url, settings.corp_id, settings.secret), WELCOME_OUTCOMES
        )

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        return await one_by_one(messages, self._carry, WAYS)

    async def close(self) -> None:
        await self._line.close()

    async def _carry(self, message: Message) -> Verdict:
        text = f"{message.subject}\n{message.body}".strip()
        if len(text.encode()) > WELCOME_BYTES_MAX:
            return Verdict(outcome="rejected", reason="too_long")
        body = {"welcome_code": message.address, "text": {"content": text}}
        said = await self._desk.ask("/cgi-bin/externalcontact/send_welcome_msg", body)
        if isinstance(said, Verdict):
            # Another attempt of ours was the one that came first.
            repeated = said.reason == "errcode_41051" and not message.attempt.endswith(".1")
            return Verdict(outcome="accepted", reason="repeated") if repeated else said
        return Verdict(outcome="accepted")


def open_wecom_app(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel to colleagues. Raises `LiftloopError` where settings are wrong."""
    return WecomAppChannel(definition, surroundings)


def open_wecom_welcome(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel of welcomes. Raises `LiftloopError` where settings are wrong."""
    return WecomWelcomeChannel(definition, surroundings)


def wecom_desk(line: Line, surroundings: Surroundings, who: tuple[str, str, str], own: Outcomes = APP_OUTCOMES) -> Desk:
    """Return WeCom's interface for one app; `who` is base_url, corp id and secret."""
    base_url, corp_id, secret = who
    base = base_address(base_url, surroundings)
    token = base.with_path("/cgi-bin/gettoken").with_query(corpid=corp_id, corpsecret=secret)

    async def fetch() -> Reply | Verdict:
        return await line.ask(token, None)

    return Desk(line, base, fetch, own)


def cut(text: str, bytes_max: int) -> str:
    """Return a text of at most `bytes_max` in UTF-8, with an ellipsis where it was longer."""
    if len(text.encode()) <= bytes_max:
        return text
    return text.encode()[: bytes_max - 3].decode(errors="ignore") + "…"
