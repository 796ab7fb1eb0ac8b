"""Channels that carry messages out: one file a kind, each true to `liftloop.testing.channels.ChannelConformance`."""

from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points

from liftloop.deliver.contract import Channel, ChannelDefinition
from liftloop.kernel.clock import Clock
from liftloop.plugins.channels.aliyun_sms import open_aliyun_sms
from liftloop.plugins.channels.apns import open_apns
from liftloop.plugins.channels.calls import open_call
from liftloop.plugins.channels.contract import ChannelFactory, Network, Surroundings, bad_setting
from liftloop.plugins.channels.fcm import open_fcm
from liftloop.plugins.channels.jpush import open_jpush
from liftloop.plugins.channels.robots import open_robot
from liftloop.plugins.channels.smtp import open_smtp
from liftloop.plugins.channels.tencent_sms import open_tencent_sms
from liftloop.plugins.channels.webhook import open_webhook
from liftloop.plugins.channels.wechat import open_mini_program, open_wechat_subscribe, open_wechat_template
from liftloop.plugins.channels.wecom import open_wecom_app, open_wecom_welcome
from liftloop.plugins.channels.wecom_tasks import open_wecom_tasks

ENTRY_POINTS = "liftloop.channels"

BUILT_IN: Mapping[str, ChannelFactory] = {
    "webhook": open_webhook,
    "smtp": open_smtp,
    "robot": open_robot,
    "aliyun_sms": open_aliyun_sms,
    "tencent_sms": open_tencent_sms,
    "wecom_app": open_wecom_app,
    "wecom_task": open_wecom_tasks,
    "wecom_welcome": open_wecom_welcome,
    "wechat_template": open_wechat_template,
    "wechat_subscribe": open_wechat_subscribe,
    "mini_program": open_mini_program,
    "jpush": open_jpush,
    "fcm": open_fcm,
    "apns": open_apns,
    "call": open_call,
}


def open_channel(definition: ChannelDefinition, allow: Sequence[Network], wall: Clock) -> Channel:
    """Return the channel that a definition describes; it connects when it first sends.

    `wall` is the machine's own clock, also where a manual one rules. Raises `LiftloopError` where the kind is unknown
    or its settings are wrong.
    """
    factory = factories().get(definition.kind)
    if factory is None:
        raise bad_setting(f"kind: {definition.kind}")
    return factory(definition, Surroundings(allow=tuple(allow), wall=wall))


def factories() -> Mapping[str, ChannelFactory]:
    """Return every kind there is: the built-in ones and those of installed plug-ins. A name can be taken once."""
    known = dict(BUILT_IN)
    for point in entry_points(group=ENTRY_POINTS):
        assert point.name not in known, f"two plug-ins want to be the channel kind {point.name}"
        known[point.name] = point.load()
    return known
