"""What may be done for a person: offers x items x channels, each with what it costs and how it is called."""

from collections.abc import Sequence

from msgspec import Struct

RECOMMENDED_OPTIONS_MAX = 24
"""Of all options: each person is open to those of one item only, but each must be tried on enough people."""
DAYS_VALID = 30  # A coupon without a date is taken to be valid for a month, the custom of retail.
OPTIONS_MAX = 60  # Propensity vectors of a floor of 10% over more actions fall below what can be learned from.


class Offer(Struct, frozen=True, kw_only=True):
    """What a contact promises; kind `offer` among the definitions.

    `face_fen` is what the customer sees, `cost_fen` what one redemption costs (by default the face value).
    """

    id: str
    name_zh: str = ""
    name_en: str = ""
    face_fen: int = 0
    cost_fen: int | None = None
    valid_days: int = DAYS_VALID
    stock: int | None = None

    def redemption_fen(self) -> int:
        return self.face_fen if self.cost_fen is None else self.cost_fen


class ChannelChoice(Struct, frozen=True, kw_only=True):
    """A connected channel: what consent is asked for, and what a message costs."""

    id: str
    medium: str
    name_zh: str
    name_en: str
    cost_fen: int
    confirmed: float = 1.0
    """Share of its messages that staff send on, where they must; the others cost nothing."""


class ItemChoice(Struct, frozen=True, kw_only=True):
    """An item that an offer can be about; `margin_fen` None is unknown, `stock` None unlimited."""

    id: str
    name_zh: str
    name_en: str
    category: str
    price_fen: int | None
    margin_fen: int | None
    stock: int | None
    series: str = ""


class Option(Struct, frozen=True, kw_only=True):
    """One offer through one channel, perhaps on one item; a `recommended` one only for whom that item is."""

    id: str
    offer: Offer | None
    item: ItemChoice | None
    channel: ChannelChoice
    recommended: bool = False

    @property
    def send_fen(self) -> int:
        return round(self.channel.cost_fen * self.channel.confirmed)

    @property
    def face_fen(self) -> int:
        return self.offer.face_fen if self.offer else 0

    @property
    def redemption_fen(self) -> int:
        return self.offer.redemption_fen() if self.offer else 0

    @property
    def valid_days(self) -> int:
        return self.offer.valid_days if self.offer else DAYS_VALID


class Words(Struct, frozen=True, kw_only=True):
    """A label or a sentence in both languages."""

    zh: str
    en: str


CHANNEL_NAMES: dict[str, Words] = {
    "sms": Words(zh="短信", en="SMS"),
    "email": Words(zh="邮件", en="e-mail"),
    "wecom": Words(zh="企业微信", en="WeCom"),
    "wechat": Words(zh="微信", en="WeChat"),
    "push": Words(zh="App 推送", en="app push"),
    "call": Words(zh="电话", en="call"),
    "mini_program": Words(zh="小程序", en="mini-program"),
}


def action_id(offer: str, channel: str, item: str = "") -> str:
    """Return the id of an action.

    >>> action_id("coupon_5", "sms"), action_id("coupon_5", "sms", "milk")
    ('coupon_5.sms', 'coupon_5.sms.milk')
    """
    return ".".join(part for part in (offer, channel, item) if part)


def recommended_id(offer: str, channel: str, item: str) -> str:
    """Return the id of an action on an item that goes only to those for whom it is recommended.

    >>> recommended_id("coupon_5", "sms", "milk")
    'coupon_5.sms.milk.recommended'
    """
    return f"{action_id(offer, channel, item)}.recommended"


def options_of(
    offers: Sequence[Offer],
    channels: Sequence[ChannelChoice],
    items: Sequence[ItemChoice],
    tried: Sequence[str],
    recommended: Sequence[str] = (),
) -> tuple[Option, ...]:
    """Return every offer through every channel, and those on an item that were `tried` before (ids of actions).

    Offers on `recommended` items (ids, the one for most people first) come last. An item without stock is no option,
    nor is an offer without.
    """
    ready = [offer for offer in offers if offer.stock is None or offer.stock > 0]
    in_stock = {item.id: item for item in items if item.stock is None or item.stock > 0}
    plain = [
        Option(id=action_id(offer.id, channel.id), offer=offer, item=None, channel=channel)
        for channel in channels
        for offer in ready
    ]
    wanted = frozenset(tried)
    on_items = [
        Option(id=name, offer=offer, item=item, channel=channel)
        for channel in channels
        for offer in ready
        for item in in_stock.values()
        if (name := action_id(offer.id, channel.id, item.id)) in wanted
    ]
    for_some = [
        Option(
            id=recommended_id(offer.id, channel.id, item.id), offer=offer, item=item, channel=channel, recommended=True
        )
        for item in (in_stock[name] for name in recommended if name in in_stock)
        for channel in channels
        for offer in ready
        if action_id(offer.id, channel.id, item.id) not in wanted
    ]
    return (*plain, *on_items, *for_some[:RECOMMENDED_OPTIONS_MAX])[:OPTIONS_MAX]


def label(option: Option) -> Words:
    """Return offer and item in words; the channel stands beside it."""
    offer = offer_name(option.offer)
    if option.item is None:
        return offer
    return Words(zh=f"{offer.zh} · {option.item.name_zh}", en=f"{offer.en} · {option.item.name_en}")


def offer_name(offer: Offer | None) -> Words:
    if offer is None:
        return Words(zh="提醒，不送优惠", en="a reminder, no offer")
    return Words(zh=offer.name_zh or offer.id, en=offer.name_en or offer.name_zh or offer.id)
