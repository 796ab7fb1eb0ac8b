"""Robots of group chats in DingTalk, Feishu and WeCom: reviews and alerts for a team, one text a call.

Sources: open.dingtalk.com "自定义机器人安全设置", open.feishu.cn "自定义机器人使用指南", developer.work.weixin.qq.com
document 91770. A robot speaks to a group, never to customers.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal

import aiohttp
import msgspec
from msgspec import Struct
from yarl import URL

from liftloop.deliver.contract import (
    AddressKind,
    Channel,
    ChannelDefinition,
    ChannelLimits,
    Handover,
    Message,
    Outcome,
    Repeat,
    TryLater,
)
from liftloop.kernel.clock import MINUTE_MS, SECOND_MS
from liftloop.kernel.codec import parse_json
from liftloop.plugins.channels.contract import Surroundings, bad_setting, read_settings
from liftloop.plugins.channels.outbound import BadReceiver, NeverLeft, NoAnswer, exchange, open_session, receiver

Provider = Literal["dingtalk", "feishu", "wecom"]


class RobotSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person copies from the group's settings."""

    provider: Provider
    token: str
    """The last part of the robot's address: access_token (DingTalk), the id after /hook/ (Feishu), key (WeCom)."""
    secret: str = ""
    """Where the robot is secured by a signature (加签); WeCom's robots know none."""
    base_url: str = ""


class _Provider(Struct, frozen=True, kw_only=True):
    base_url: str
    path: str
    query: str
    """The query parameter that holds the token; empty where it is the last part of the path."""
    per_minute: int
    characters_max: int
    """Of one text; the provider refuses what is longer."""


_PROVIDERS: Mapping[Provider, _Provider] = {
    "dingtalk": _Provider(
        base_url="https://oapi.dingtalk.com",
        path="/robot/send",
        query="access_token",
        per_minute=20,
        characters_max=5_000,
    ),
    "feishu": _Provider(
        base_url="https://open.feishu.cn",
        path="/open-apis/bot/v2/hook",
        query="",
        per_minute=100,
        characters_max=6_000,
    ),
    "wecom": _Provider(
        base_url="https://qyapi.weixin.qq.com",
        path="/cgi-bin/webhook/send",
        query="key",
        per_minute=20,
        characters_max=1_300,  # 4,096 bytes, of three each.
    ),
}
_BLOCKED_MS: Mapping[tuple[Provider, int], int] = {
    ("dingtalk", 130101): 10 * MINUTE_MS,
    ("feishu", 11232): MINUTE_MS,
    ("wecom", 45009): MINUTE_MS,
}
"""How long a provider takes nothing after too many texts, by its code."""
_NOT_ADMITTED = frozenset({("dingtalk", 310000), ("feishu", 19021), ("feishu", 19022), ("wecom", 93000)})
"""Wrong signature, address or key: nothing of ours is admitted until a person mends the robot's settings."""


class RobotChannel:
    """A `Channel` into one group; `address_kind` keeps what is meant for customers out of it."""

    address_kind: AddressKind = "group"
    repeat: Repeat = "neither"

    def __init__(self, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(RobotSettings, definition.settings)
        if not settings.token or "/" in settings.token:
            raise bad_setting("token")
        if settings.provider == "wecom" and settings.secret:
            raise bad_setting("secret: a WeCom robot knows none")
        provider = _PROVIDERS[settings.provider]
        self.name = definition.id
        self.limits = ChannelLimits(
            batch_max=1,
            body_bytes_max=20_000,
            per_second_max=min(definition.per_second_max, provider.per_minute / 60),
        )
        self._settings = settings
        self._provider = provider
        self._url = _address(settings, provider, surroundings)
        self._surroundings = surroundings
        self._session: aiohttp.ClientSession | None = None

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        (message,) = messages
        url, body = _request(self._settings, self._provider, self._url, message, self._surroundings.wall.now_ms())
        if self._session is None:
            self._session = open_session(self._surroundings.allow)
        try:
            status, answer = await exchange(self._session, url, msgspec.json.encode(body), self._surroundings.wall)
        except NeverLeft as never:
            return [Handover(key=message.key, outcome="rejected", reason=str(never))]
        except NoAnswer as silence:
            return [Handover(key=message.key, outcome="uncertain", reason=str(silence))]
        outcome, reason = told(self._settings.provider, status, answer)
        return [Handover(key=message.key, outcome=outcome, reason=reason)]

    async def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()


def open_robot(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a robot's channel. Raises `LiftloopError` where settings are wrong or the address may not be reached."""
    return RobotChannel(definition, surroundings)


def told(provider: Provider, status: int, answer: bytes) -> tuple[Outcome, str]:
    """Return what an answer says of the text, with its reason. Raises `TryLater` where nothing was taken.

    All three answer 200 also where they refuse; what counts is the code in the body.
    """
    if status >= 500:
        return "uncertain", f"http_{status}"
    if status != 200:
        return "rejected", f"http_{status}"
    try:
        body = parse_json(answer)
    except msgspec.DecodeError:
        body = None
    code = body.get("code" if provider == "feishu" else "errcode") if isinstance(body, dict) else None
    if not isinstance(code, int):
        return "uncertain", "unreadable_answer"
    if code == 0:
        return "accepted", ""
    if (provider, code) in _BLOCKED_MS:
        raise TryLater(_BLOCKED_MS[provider, code], f"{provider}_{code}")
    return "credential_expired" if (provider, code) in _NOT_ADMITTED else "rejected", f"{provider}_{code}"


def dingtalk_signature(secret: str, timestamp_ms: int) -> str:
    """Return the base64 of HMAC-SHA256 under the secret over `timestamp\\nsecret`."""
    return b64encode(hmac.new(secret.encode(), f"{timestamp_ms}\n{secret}".encode(), sha256).digest()).decode()


def feishu_signature(secret: str, timestamp_s: int) -> str:
    """Return the base64 of HMAC-SHA256 under `timestamp\\nsecret` over nothing: DingTalk's the other way round."""
    return b64encode(hmac.new(f"{timestamp_s}\n{secret}".encode(), b"", sha256).digest()).decode()


def _request(
    settings: RobotSettings, provider: _Provider, url: URL, message: Message, now_ms: int
) -> tuple[URL, dict[str, Any]]:
    """Return where one text goes, signed where the robot asks for it, and as which body."""
    text = f"{message.subject}\n\n{message.body}".strip()
    if len(text) > provider.characters_max:
        text = f"{text[: provider.characters_max - 1]}…"
    match settings.provider:
        case "dingtalk":
            if settings.secret:
                signed = dingtalk_signature(settings.secret, now_ms)
                url = url.update_query(timestamp=str(now_ms), sign=signed)
            return url, {"msgtype": "text", "text": {"content": text}}
        case "feishu":
            body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
            if settings.secret:
                at_s = now_ms // SECOND_MS
                body |= {"timestamp": str(at_s), "sign": feishu_signature(settings.secret, at_s)}
            return url, body
        case "wecom":
            return url, {"msgtype": "text", "text": {"content": text}}


def _address(settings: RobotSettings, provider: _Provider, surroundings: Surroundings) -> URL:
    try:
        base = receiver(settings.base_url or provider.base_url, surroundings.allow)
    except BadReceiver as error:
        raise bad_setting(f"base_url: {error}") from error
    if provider.query:
        return base.with_path(provider.path).with_query({provider.query: settings.token})
    return base.with_path(f"{provider.path}/{settings.token}")
