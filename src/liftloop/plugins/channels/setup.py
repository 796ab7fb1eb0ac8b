"""What it takes to set a channel up: what to get, where, how long it takes, and which settings it gives."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from liftloop.plugins.channels.aliyun_sms import AliyunSmsSettings
from liftloop.plugins.channels.apns import ApnsSettings
from liftloop.plugins.channels.calls import CallSettings
from liftloop.plugins.channels.fcm import FcmSettings
from liftloop.plugins.channels.jpush import JpushSettings
from liftloop.plugins.channels.robots import RobotSettings
from liftloop.plugins.channels.setup_devices import DEVICES
from liftloop.plugins.channels.setup_mainland import MAINLAND
from liftloop.plugins.channels.smtp import SmtpSettings
from liftloop.plugins.channels.tencent_sms import TencentSmsSettings
from liftloop.plugins.channels.webhook import WebhookSettings
from liftloop.plugins.channels.wechat import WechatSettings
from liftloop.plugins.channels.wecom import WecomAppSettings, WecomWelcomeSettings
from liftloop.plugins.channels.wecom_tasks import WecomTaskSettings


class Words(Struct, frozen=True, kw_only=True):
    """The same in both languages."""

    zh: str
    en: str


class Step(Struct, frozen=True, kw_only=True):
    """One thing to get."""

    what: Words
    where: Words
    takes: Words
    """How long it takes, as a rule."""
    fields: Sequence[str] = ()
    """The settings that it gives; without any, only a person can say whether it is done."""
    callback: bool = False
    """Here the provider is told our callback address."""


class Setup(Struct, frozen=True, kw_only=True):
    """All that a kind of channel takes."""

    kind: str
    name: Words
    settings: type[Struct]
    steps: Sequence[Step]


_SETTINGS: Mapping[str, type[Struct]] = {
    "aliyun_sms": AliyunSmsSettings,
    "tencent_sms": TencentSmsSettings,
    "wecom_app": WecomAppSettings,
    "wecom_task": WecomTaskSettings,
    "wecom_welcome": WecomWelcomeSettings,
    "wechat_template": WechatSettings,
    "wechat_subscribe": WechatSettings,
    "mini_program": WechatSettings,
    "jpush": JpushSettings,
    "fcm": FcmSettings,
    "apns": ApnsSettings,
    "call": CallSettings,
    "smtp": SmtpSettings,
    "robot": RobotSettings,
    "webhook": WebhookSettings,
}


WORDS = {**MAINLAND, **DEVICES}


def _step(row: Sequence[str], fields: Sequence[str], callback: bool) -> Step:
    what_zh, what_en, where_zh, where_en, takes_zh, takes_en = row
    return Step(
        what=Words(zh=what_zh, en=what_en),
        where=Words(zh=where_zh, en=where_en),
        takes=Words(zh=takes_zh, en=takes_en),
        fields=tuple(fields),
        callback=callback,
    )


SETUPS: Mapping[str, Setup] = {
    kind: Setup(
        kind=kind,
        name=Words(zh=WORDS[kind].zh, en=WORDS[kind].en),
        settings=settings,
        steps=tuple(_step(row.words, row.fields, row.callback) for row in WORDS[kind].steps),
    )
    for kind, settings in _SETTINGS.items()
}
"""By kind."""


def open_steps(kind: str, settings: Mapping[str, object]) -> list[tuple[Step, str]]:
    """Return each step of a kind with how it stands: `done`, `missing` or `by_hand`."""
    return [(step, _standing(step, settings)) for step in SETUPS[kind].steps]


def _standing(step: Step, settings: Mapping[str, object]) -> str:
    if not step.fields:
        return "by_hand"
    return "done" if all(settings.get(name) for name in step.fields) else "missing"
