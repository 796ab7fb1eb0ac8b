"""The first plan of a shop that has orders and little else: drafted by what is usual, with what is missing before it.

Such a plan sizes a trial and shows its range; it is not launched before everything that blocks it is there.
"""

from msgspec import Struct

from liftloop.plan.options import CHANNEL_NAMES, ChannelChoice, Offer, Words
from liftloop.plan.record import MissingThing

SMS_FEN = 5  # What a mainland marketing SMS costs at the usual volumes.
CHANNEL_LEAD_DAYS = 5  # 签名 and template are reviewed within days; e-mail domains take as long to be trusted.

REMINDER = Offer(id="reminder", name_zh="提醒，不送优惠", name_en="a reminder, no offer")
"""What can be said where no offer was defined."""
USUAL_CHANNEL = ChannelChoice(
    id="sms",
    medium="sms",
    name_zh=CHANNEL_NAMES["sms"].zh,
    name_en=CHANNEL_NAMES["sms"].en,
    cost_fen=SMS_FEN,
)
"""What a plan is drafted with where no channel is connected."""


class Start(Struct, frozen=True, kw_only=True):
    """What a shop has of all that a message takes."""

    channels: bool
    awaiting: bool = False
    """A channel is connected whose texts its provider has yet to approve."""
    addresses: bool
    consents: bool
    offers: bool

    @property
    def drafted(self) -> bool:
        """Say whether who can be reached is unknown, so that a plan reckons with everybody."""
        return not (self.channels and self.consents)


def missing_of(start: Start) -> tuple[MissingThing, ...]:
    """Return what is missing, the slowest first; without an offer a reminder can be sent, so that blocks nothing."""
    return tuple(thing for there, thing in zip(_has(start), _MISSING, strict=True) if not there)


def next_of(start: Start) -> Words | None:
    """Return what to do before a drafted plan can be launched."""
    if not start.drafted:
        return None
    return Words(
        zh="这是草案：按所有人都能触达来估算。补齐下面缺的，再做一次计划，就能启动",
        en="This is a draft that reckons with reaching everybody. Add what is missing below, plan again, and launch",
    )


def _has(start: Start) -> tuple[bool, ...]:
    return start.channels or start.awaiting, start.addresses, start.consents, start.offers


_MISSING = (
    MissingThing(
        label=Words(
            zh="接通一个渠道（短信、邮件或企业微信）；草案先按短信、每条 ¥0.05 算",
            en="Connect a channel (SMS, e-mail or WeCom); the draft reckons with SMS at ¥0.05 each",
        ),
        lead_days=CHANNEL_LEAD_DAYS,
        blocks_launch=True,
    ),
    MissingThing(
        label=Words(
            zh="导入客户的手机号或邮箱：订单里没有联系方式",
            en="Import customers with phone or e-mail: orders alone have no address",
        ),
        lead_days=0,
        blocks_launch=True,
    ),
    MissingThing(
        label=Words(
            zh="导入营销授权：没有同意就一条也不发；草案先按都同意算",
            en="Import consents to marketing: without them nothing is sent; the draft reckons with everybody's",
        ),
        lead_days=0,
        blocks_launch=True,
    ),
    MissingThing(
        label=Words(
            zh="加一两个优惠一起试：现在只能试一条不带优惠的提醒",
            en="Add an offer or two to try beside it: so far there is only a reminder without one",
        ),
        lead_days=0,
        blocks_launch=False,
    ),
)
