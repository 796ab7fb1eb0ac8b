"""A world: the shop, its calendar, its people's habits and how they answer, as one JSON file.

Nothing here is drawn; `history` and `Market` draw from it with a generator that the caller seeds.
"""

from datetime import date
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias, assert_never

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from liftloop.kernel.errors import LiftloopError

NOBODY: Final = "nobody"
MEMBERS_MIN: Final = 100  # Below this a store or an action can have no one, and rates mean nothing.
ARMS_MAX: Final = 40  # Eligible arms are packed into the bits of one integer.
MEMBERS_MAX: Final = 1_000_000  # Person and time share one 63-bit sort key; see purchases.sort_keys.

Share: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]
Inner: TypeAlias = Annotated[float, Meta(gt=0.0, lt=1.0)]
Positive: TypeAlias = Annotated[float, Meta(gt=0.0)]
Amount: TypeAlias = Annotated[float, Meta(ge=0.0)]
Fen: TypeAlias = Annotated[int, Meta(ge=0)]
Days: TypeAlias = Annotated[int, Meta(ge=1)]
Hours: TypeAlias = Annotated[tuple[Positive, ...], Meta(min_length=24, max_length=24)]

Variant = Literal["null", "weak", "costly", "drift"]


class Zone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    name_zh: str
    name_en: str


class Region(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A city; `tier` 1 is the largest kind, 3 the smallest."""

    id: str
    zone: str
    name_zh: str
    name_en: str
    tier: Literal[1, 2, 3]


class Store(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    region: str
    name_zh: str
    name_en: str
    weight: Positive


class Category(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shelf; the weights say how often a family with a baby, and another, picks from it."""

    id: str
    name_zh: str
    name_en: str
    weight_baby: Positive
    weight_other: Positive


class Series(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    category: str
    name_zh: str
    name_en: str


class Item(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One article; an item with months is for babies of that age, and `successor` follows it."""

    id: str
    series: str
    name_zh: str
    name_en: str
    price_fen: Fen
    margin_fen: int
    stock: Annotated[int, Meta(ge=0)]
    months_from: int | None = None
    months_to: int | None = None
    successor: str | None = None


class Offer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a contact promises: nothing but words (0 fen), a coupon, or a gift (costs less than it is worth)."""

    id: str
    name_zh: str
    name_en: str
    face_fen: Fen
    cost_fen: Fen
    valid_days: Days


class Channel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way to reach people: cost of a send, share that sees it, how much it intrudes, how fast it works.

    `age_tilt` above 0 reaches the older better; `tier_pull` multiplies its effect by size of city.
    """

    id: str
    name_zh: str
    name_en: str
    cost_fen: Fen
    reach: Inner
    intrusion: Amount
    delay_days: Positive
    consent_share: Share
    reports_opens: bool
    tier_pull: tuple[Amount, Amount, Amount]
    age_tilt: float


class Festival(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A peak around each date, and a dip of the same length after it; lunar dates are given as such."""

    id: str
    name_zh: str
    name_en: str
    dates: tuple[date, ...]
    days_before: int
    days_after: int
    peak: Positive
    dip: Positive


class Season(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Relative demand by month, day of week (Monday first) and hour, and the festivals."""

    months: Annotated[tuple[Positive, ...], Meta(min_length=12, max_length=12)]
    weekdays: Annotated[tuple[Positive, ...], Meta(min_length=7, max_length=7)]
    hours_weekday: Hours
    hours_weekend: Hours
    festivals: tuple[Festival, ...]


class Habits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often people buy, look and leave when nobody contacts them.

    `hidden` is the spread of traits that nothing visible foretells; at 0 age, city and family tell all.
    """

    cycle_days_median: Positive
    cycle_spread: Amount
    always_share: Share
    always_cycle_days: tuple[Positive, Positive]
    touchy_share: Share
    baby_share: Share
    stay_days_mean: Positive
    first_order_share: Share
    tenure_days_max: Days
    browse_per_order: Positive
    visit_per_order: Positive
    extra_line_share: Inner
    hidden: Amount


class Response(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How contacts work; `response.py` and `contacts.py` say what each number does.

    `scale` is the general strength of a pull and `annoy` that of a push away; both at 0 make no effect.
    `content` and `coupon` weigh words and money, `dose_half_fen` is where money begins to saturate.
    `pull_forward` of extra orders only replace an own order of the next `pull_forward_days`.
    `mood_spread` lets all effects wander from week to week, `drift_per_year` makes coupons wear off
    and words work better as time passes from `drift_from`.
    """

    scale: Amount
    content: Amount
    coupon: Amount
    dose_half_fen: Positive
    annoy: Amount
    fatigue: Amount
    fatigue_days: Positive
    annoy_fatigue: Amount
    pause_days: Days
    pull_forward: Share
    pull_forward_days: Days
    redeem_pulled: Share
    redeem_habit: float
    mood_spread: Amount
    drift_per_year: float
    drift_from: date


class PastCampaign(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A randomised campaign of the past.

    `nobody` is the whole chance of no contact, `holdout` the part of it that was withheld for proof.
    With `lapsed_weights` people without an order in 120 days are drawn by those weights instead.
    """

    id: str
    name_zh: str
    name_en: str
    days_before: Days
    hour: Annotated[int, Meta(ge=0, le=23)]
    members_share: Share
    holdout: Inner
    nobody: Inner
    actions: Annotated[tuple[str, ...], Meta(min_length=1, max_length=ARMS_MAX)]
    weights: tuple[Positive, ...]
    lapsed_weights: tuple[Positive, ...] | None = None


class World(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that is fixed about a market before the dice are thrown."""

    id: str
    name_zh: str
    name_en: str
    members: int
    utc_offset_minutes: Annotated[int, Meta(ge=-720, le=840)]
    zones: tuple[Zone, ...]
    regions: tuple[Region, ...]
    stores: tuple[Store, ...]
    categories: tuple[Category, ...]
    series: tuple[Series, ...]
    items: tuple[Item, ...]
    offers: tuple[Offer, ...]
    channels: tuple[Channel, ...]
    season: Season
    habits: Habits
    response: Response
    campaigns: tuple[PastCampaign, ...]


class Action(Struct, frozen=True, kw_only=True):
    """Offer by channel, perhaps for one item; its id is `offer.channel` or `offer.channel.item`."""

    offer: str
    channel: str
    item: str | None = None

    @property
    def id(self) -> str:
        parts = [self.offer, self.channel] if self.item is None else [self.offer, self.channel, self.item]
        return ".".join(parts)


def parse_action(action_id: str) -> Action:
    """Return the parts of `offer.channel[.item[.recommended]]`; raise ValueError on any other shape.

    Why an item was named is the sender's matter: who reads the message sees the item.
    """
    parts = action_id.split(".")
    match parts:
        case [offer, channel]:
            return Action(offer=offer, channel=channel)
        case [offer, channel, item] | [offer, channel, item, "recommended"]:
            return Action(offer=offer, channel=channel, item=item)
        case _:
            raise ValueError(f"an action is offer.channel or offer.channel.item, not {action_id!r}")


def past_actions(world: World) -> tuple[Action, ...]:
    """Return every action that a past campaign tried, in order of first use."""
    ids = dict.fromkeys(action for campaign in world.campaigns for action in campaign.actions)
    return tuple(parse_action(action) for action in ids)


def sample_shop(members: int = 150_000) -> World:
    """Return the shop of the demo: a Chinese retailer of mother-and-baby goods and food."""
    text = resources.files("liftloop.simulate").joinpath("worlds/sample_shop.json").read_bytes()
    return resized(decode_world(text), members)


def frozen_world(name: Variant, members: int) -> World:
    """Return one of the four worlds by which planning is judged; their files were fixed before what they judge."""
    text = resources.files("liftloop.simulate").joinpath(f"worlds/{name}.json").read_bytes()
    return resized(decode_world(text), members)


def resized(world: World, members: int) -> World:
    if not MEMBERS_MIN <= members <= MEMBERS_MAX:
        raise _refused(f"members must be {MEMBERS_MIN:,} to {MEMBERS_MAX:,}, not {members:,}")
    return replace(world, members=members)


def variant(world: World, name: Variant) -> World:
    """Return the same structure with no effect, weak effects, dear offers, or effects that move with time."""
    response = world.response
    match name:
        case "null":
            changed = replace(response, scale=0.0, annoy=0.0)
        case "weak":
            changed = replace(response, scale=response.scale * 0.35, annoy=response.annoy * 0.35)
        case "costly":
            changed = replace(response, scale=response.scale * 0.7, redeem_habit=response.redeem_habit + 1.0)
        case "drift":
            changed = replace(response, drift_per_year=0.9, mood_spread=0.25)
        case _:
            assert_never(name)
    offers = world.offers
    if name == "costly":
        offers = tuple(replace(offer, cost_fen=offer.cost_fen * 3) for offer in offers)
    return replace(world, id=f"{world.id}_{name}", response=changed, offers=offers)


def read_world(path: Path) -> World:
    """Return the world of a file; raise LiftloopError `world_invalid` when it is not one."""
    return decode_world(path.read_bytes())


def write_world(world: World, path: Path) -> None:
    path.write_bytes(encode_world(world))


def encode_world(world: World) -> bytes:
    return msgspec.json.format(msgspec.json.encode(world), indent=1) + b"\n"


def decode_world(text: bytes) -> World:
    try:
        world = msgspec.json.decode(text, type=World)
    except msgspec.DecodeError as error:
        raise _refused(str(error)) from error
    problem = _inconsistency(world)
    if problem is not None:
        raise _refused(problem)
    return resized(world, world.members)


def _inconsistency(world: World) -> str | None:
    """Name the first reference that leads nowhere, or nothing."""
    references = [
        *((region.zone, {zone.id for zone in world.zones}) for region in world.regions),
        *((store.region, {region.id for region in world.regions}) for store in world.stores),
        *((series.category, {category.id for category in world.categories}) for series in world.series),
        *((item.series, {series.id for series in world.series}) for item in world.items),
        *((item.successor, {item.id for item in world.items}) for item in world.items if item.successor),
    ]
    for name, known in references:
        if name not in known:
            return f"{name!r} is named but not defined"
    return _campaign_inconsistency(world)


def _campaign_inconsistency(world: World) -> str | None:
    offers = {offer.id for offer in world.offers}
    channels = {channel.id for channel in world.channels}
    items = {item.id for item in world.items} | {None}
    for campaign in world.campaigns:
        if campaign.holdout > campaign.nobody:
            return f"campaign {campaign.id!r}: the holdout is part of nobody and cannot be larger"
        for weights in (campaign.weights, campaign.lapsed_weights or campaign.weights):
            if len(weights) != len(campaign.actions):
                return f"campaign {campaign.id!r}: one weight an action is needed"
        for action_id in campaign.actions:
            offer, _, rest = action_id.partition(".")
            channel, _, item = rest.partition(".")
            if offer not in offers or channel not in channels or (item or None) not in items:
                return f"campaign {campaign.id!r}: unknown action {action_id!r}"
    return None


def _refused(reason: str) -> LiftloopError:
    return LiftloopError(
        "world_invalid",
        zh=f"这个模拟市场文件不能用：{reason}",
        en=f"This market file cannot be used: {reason}",
        next_zh="请对照 sample_shop 的世界文件改正后再试。",
        next_en="Compare it with the sample_shop world, correct it and try again.",
    )
