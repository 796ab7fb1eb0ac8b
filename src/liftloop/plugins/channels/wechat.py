"""WeChat: template and subscribe messages of a service account, subscribe messages of a mini-program.

Sources: developers.weixin.qq.com, "模板消息接口", "订阅通知", "发送订阅消息". Template messages carry no marketing; one
consent to a subscribe message is good for one message. Both are kept to at the gate, before anything comes here.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Literal

from msgspec import Struct

from liftloop.compose.fields import BadFields, Fields, read_fields
from liftloop.compose.subscribe_fields import fits
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
from liftloop.plugins.channels.errcodes import Desk, Outcomes, encoded

BASE_URL = "https://api.weixin.qq.com"
WAYS = 16
OUTCOMES: Outcomes = {
    40003: ("invalid_recipient", 0),
    45009: ("quota_exhausted", 0),
    45047: ("throttled", MINUTE_MS),
    48002: ("opted_out", 0),  # The person has blocked messages of this account.
}
OPTIONS = frozenset({"template", "url", "page", "appid"})

Kind = Literal["wechat_template", "wechat_subscribe", "mini_program"]
PATHS: Mapping[Kind, str] = {
    "wechat_template": "/cgi-bin/message/template/send",
    "wechat_subscribe": "/cgi-bin/message/subscribe/bizsend",
    "mini_program": "/cgi-bin/message/subscribe/send",
}


class WechatSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person copies from mp.weixin.qq.com."""

    app_id: str
    app_secret: str
    template: str = ""
    """Where a content names no other by `@template`."""
    callback_token: str = ""
    encoding_aes_key: str = ""
    """Both from "服务器配置": results, follows and consents come by it."""
    long_term: bool = False
    """The template is one that WeChat approved for more than one message a consent."""
    base_url: str = BASE_URL


class WechatChannel:
    """A `Channel` of one of the three kinds."""

    repeat: Repeat = "neither"

    def __init__(self, kind: Kind, definition: ChannelDefinition, surroundings: Surroundings) -> None:
        settings = read_settings(WechatSettings, definition.settings)
        if not (settings.app_id and settings.app_secret):
            raise bad_setting("app_id, app_secret")
        self.name = definition.id
        self.address_kind: AddressKind = "mini_openid" if kind == "mini_program" else "openid"
        self.limits = ChannelLimits(batch_max=100, body_bytes_max=8_000, per_second_max=definition.per_second_max)
        self._kind: Kind = kind
        self._settings = settings
        self._line = Line(surroundings)
        base = base_address(settings.base_url, surroundings)
        granting = base.with_path("/cgi-bin/stable_token")
        asking = {
            "grant_type": "client_credential",
            "appid": settings.app_id,
            "secret": settings.app_secret,
            "force_refresh": False,
        }

        async def fetch() -> Reply | Verdict:
            return await self._line.ask(granting, encoded(asking))

        self._desk = Desk(self._line, base, fetch, OUTCOMES)

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        return await one_by_one(messages, self._carry, WAYS)

    async def close(self) -> None:
        await self._line.close()

    async def _carry(self, message: Message) -> Verdict:
        try:
            fields = read_fields(message.body, OPTIONS)
        except BadFields as wrong:
            return Verdict(outcome="rejected", reason=f"fields:{wrong}")
        template = fields.options.get("template", self._settings.template)
        if not template:
            return Verdict(outcome="rejected", reason="no_template")
        problem = next((name for name, value in fields.values.items() if not fits(name, value)), "")
        if problem:
            return Verdict(outcome="rejected", reason=f"field_does_not_fit:{problem}")
        said = await self._desk.ask(PATHS[self._kind], self._body(message, template, fields))
        if isinstance(said, Verdict):
            return said
        return Verdict(outcome="accepted", provider_id=str(said.get("msgid") or ""))

    def _body(self, message: Message, template: str, fields: Fields) -> dict[str, Any]:
        body: dict[str, Any] = {
            "touser": message.address,
            "template_id": template,
            "data": {name: {"value": value} for name, value in fields.values.items()},
        }
        options, page = fields.options, fields.options.get("page", "")
        match self._kind:
            case "wechat_template":
                # For ten minutes WeChat takes one id once: a message told twice by mistake arrives once.
                body["client_msg_id"] = blake2b(message.key.encode(), digest_size=16).hexdigest()
                body |= {"url": options["url"]} if "url" in options else {}
            case "wechat_subscribe":
                body |= {"page": options.get("url", "")} if "url" in options else {}
            case "mini_program":
                return body | {"page": page, "miniprogram_state": "formal", "lang": "zh_CN"}
        if page and "appid" in options:
            body["miniprogram"] = {"appid": options["appid"], "pagepath": page}
        return body


def open_wechat_template(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel of template messages. Raises `LiftloopError` where settings are wrong."""
    return WechatChannel("wechat_template", definition, surroundings)


def open_wechat_subscribe(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a channel of subscribe messages. Raises `LiftloopError` where settings are wrong."""
    return WechatChannel("wechat_subscribe", definition, surroundings)


def open_mini_program(definition: ChannelDefinition, surroundings: Surroundings) -> Channel:
    """Return a mini-program's channel. Raises `LiftloopError` where settings are wrong."""
    return WechatChannel("mini_program", definition, surroundings)
