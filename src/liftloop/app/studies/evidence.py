"""How a studied trait of one person came about: the counts and dates behind it, in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.app.category_names import category_names
from liftloop.app.code_names import SOURCE_NAMES, STAGE_NAMES, hour_of_week, medium_name
from liftloop.app.following import Follower
from liftloop.app.item_names import item_names
from liftloop.app.shop_clock import SHANGHAI_OFFSET_MINUTES, shop_moment
from liftloop.app.studies.reading import HABIT_DAYS
from liftloop.app.words import Said
from liftloop.kernel.clock import MINUTE_MS
from liftloop.kernel.money import yuan_text
from liftloop.profile.studied import CATEGORY_TRAITS, ITEM_TRAITS, STUDIED
from liftloop.profile.studies.habits import ANSWERS_WEIGHT, HABIT_WEIGHT, INTEREST_HALF_LIFE_DAYS
from liftloop.profile.studies.lifecycle import DORMANT_SHARE, LOST_SHARE

VALUES_OF_ONE = """
SELECT name, number, word, at_ms FROM trait_studied WHERE profile IN (SELECT unnest($2::BIGINT[]))
QUALIFY row_number() OVER (
    PARTITION BY name ORDER BY number IS NULL AND word IS NULL, profile <> $1, profile, "offset" DESC
) = 1 ORDER BY name
"""
"""The view `trait_now` of one person and what studies said: by the view it would be drawn up for everybody first."""
# Of one person by all their numbers: the views that follow merges would be drawn up for everybody first.
_PURCHASES = """
SELECT count(*) AS days, min(at_ms) AS first_ms, max(at_ms) AS last_ms, sum(value) AS value FROM (
    SELECT min(at_ms) AS at_ms, sum(revenue - back) * 100 AS value FROM order_sold_of($1::BIGINT[])
    WHERE at_ms <= $2 AND void_ms IS NULL GROUP BY (at_ms + $3) // 86400000
)
"""
_ITEM = """
SELECT count(DISTINCT (at_ms + $3) // 86400000) AS days, max(at_ms) AS last_ms FROM order_line_sold_of($1::BIGINT[])
WHERE at_ms <= $2 AND product_id = $4 AND void_ms IS NULL
"""
_EVENTS = """
SELECT count(*) AS times FROM event
WHERE profile IN (SELECT unnest($1::BIGINT[])) AND kind IN ('track', 'page', 'screen')
    AND at_ms <= $2 AND at_ms > $2 - $3
"""
_SENT = """
WITH own AS MATERIALIZED (SELECT message_key FROM message WHERE profile IN (SELECT unnest($1::BIGINT[]))),
answer AS (
    SELECT DISTINCT message_key FROM receipt WHERE receipt IN ('opened', 'clicked', 'replied', 'redeemed')
    AND message_key IN (FROM own)
)
SELECT count(*) AS sent, count(*) FILTER (message_key IN (FROM answer)) AS answered FROM (
    SELECT DISTINCT message_key FROM message_settled WHERE channel = $2 AND message_key IN (FROM own)
)
"""
HIDDEN = frozenset(
    {"rfm_recency_score", "rfm_frequency_score", "rfm_monetary_score", "lifecycle_since_ms", "recommended_why"}
)
"""Shown as parts of others: the three scores as `rfm`, the instant in how the stage came about."""


class StudiedValue(Struct, frozen=True, kw_only=True):
    """A studied trait of one person, fit to be shown, with how it came about."""

    id: str
    value: str | float
    at_ms: int
    """When it was studied, or since when it holds."""
    how: Said
    words: Said | None = None
    """The value as people say it, where it is a code or a name in one language."""


class Evidence(Struct, frozen=True, kw_only=True):
    """What explanations draw on."""

    values: Mapping[str, str | float]
    since_ms: Mapping[str, int]
    days: int
    """Days with a purchase."""
    last_ms: int
    mean_fen: float
    rhythm: Mapping[str, Any]
    item: Mapping[str, Any]
    """Days on which the item of replenish_item was bought, and the last."""
    item_name: str
    events: int
    messages: Mapping[str, Any]


async def studied_values(
    follower: Follower, numbers: Sequence[int], now_ms: int, report: Mapping[str, Any] | None
) -> list[StudiedValue]:
    """Return what the last study knows of a person, each with the facts that it follows from.

    `numbers` are the person's own number and then those that became it.
    """
    number = numbers[0]
    rows = await follower.select(VALUES_OF_ONE, [number, list(numbers)])
    values: dict[str, str | float] = {}
    since_ms: dict[str, int] = {}
    for name, value, word, at_ms in zip(rows["name"], rows["number"], rows["word"], rows["at_ms"], strict=True):
        if word is not None or value == value:
            values[str(name)] = str(word) if word is not None else float(value)
            since_ms[str(name)] = int(at_ms)
    if not values or report is None:
        return []
    names = await item_names(follower, [str(values[each]) for each in ITEM_TRAITS & values.keys()])
    categories = await category_names(follower, [str(values[each]) for each in CATEGORY_TRAITS & values.keys()])
    evidence = await _evidence(follower, numbers, now_ms, (values, since_ms, report, names))
    return [
        StudiedValue(
            id=name,
            value=_shown(name, value),
            at_ms=since_ms[name],
            how=_HOW[name](evidence),
            words=categories.get(str(value)) if name in CATEGORY_TRAITS else _words(name, value, names),
        )
        for name, value in values.items()
        if name in _HOW and name not in HIDDEN
    ]


async def _evidence(
    follower: Follower,
    numbers: Sequence[int],
    now_ms: int,
    known: tuple[Mapping[str, str | float], Mapping[str, int], Mapping[str, Any], Mapping[str, str]],
) -> Evidence:
    values, since_ms, report, names = known
    own = list(numbers)
    offset_ms = SHANGHAI_OFFSET_MINUTES * MINUTE_MS
    bought = await follower.select(_PURCHASES, [own, now_ms, offset_ms])
    days = int(bought["days"][0])
    replenish = str(values.get("replenish_item", ""))
    item = await follower.select(_ITEM, [own, now_ms, offset_ms, replenish])
    events = await follower.select(_EVENTS, [own, now_ms, HABIT_DAYS * 24 * 60 * MINUTE_MS])
    messages = await follower.select(_SENT, [own, str(values.get("best_channel", ""))])
    return Evidence(
        values=values,
        since_ms=since_ms,
        days=days,
        last_ms=int(bought["last_ms"][0]) if days else 0,
        mean_fen=float(bought["value"][0]) / days if days else 0.0,
        rhythm=report["rhythm"],
        item={name: column[0] for name, column in item.items()},
        item_name=names.get(replenish, replenish),
        events=int(events["times"][0]),
        messages={name: int(column[0]) for name, column in messages.items()},
    )


def _shown(trait: str, value: str | float) -> str | float:
    if isinstance(value, str):
        return value
    match STUDIED[trait].unit:
        case "instant":
            return shop_moment(int(value)).isoformat()
        case "share":
            return f"{value:.1%}"
        case "times" | "days" if not float(value).is_integer():
            return f"{value:g}"
        case _:
            return value


def _words(trait: str, value: str | float, names: Mapping[str, str]) -> Said | None:
    if trait in ITEM_TRAITS and value in names:
        return Said(names[str(value)], names[str(value)])
    if STUDIED[trait].unit == "instant":
        return Said(_day(int(value)), _day(int(value)))
    if trait == "best_channel":
        return medium_name(str(value))
    if trait == "lifecycle_stage":
        return STAGE_NAMES[str(value)]
    if STUDIED[trait].unit == "hour_of_week":
        return hour_of_week(int(value))
    return None


def _alive(e: Evidence) -> Said:
    if e.days < 2:
        return Said(
            "只买过一天：模型（BG/NBD）要到第二次购买后才能判断流失，所以是 1。",
            "Bought on one day only: the model (BG/NBD) can tell a loss only after a second purchase, hence 1.",
        )
    return Said(
        f"有 {e.days} 天买过，最后一次 {_day(e.last_ms)}，平时约每 {e.values.get('order_interval_days', 0):g} 天一次；"
        "照这个节奏还没来的时间越长，这个概率越低（BG/NBD）。",
        f"Bought on {e.days} days, last on {_day(e.last_ms)}, usually about every "
        f"{e.values.get('order_interval_days', 0):g} days; the longer the pause against that, the lower (BG/NBD).",
    )


def _expected(e: Evidence) -> Said:
    return Said(
        f"有 {e.days} 天买过，最后一次 {_day(e.last_ms)}；BG/NBD 对今后 365 天的预计。",
        f"Bought on {e.days} days, last on {_day(e.last_ms)}; what BG/NBD expects of the coming 365 days.",
    )


def _worth(e: Evidence) -> Said:
    times = e.values.get("orders_expected_365d", 0)
    return Said(
        f"预计今后 365 天购买 {times} 次 × 每次的预计金额；自己平均每次 {yuan_text(round(e.mean_fen))}，"
        "买得少时向所有人的平均靠拢（Gamma-Gamma），不折现。",
        f"{times} purchases expected within 365 days × the value expected of each; their own mean is "
        f"{yuan_text(round(e.mean_fen))}, drawn to everybody's by few purchases (Gamma-Gamma), not discounted.",
    )


def _stage(e: Evidence) -> Said:
    stage, since = str(e.values["lifecycle_stage"]), _day(e.since_ms["lifecycle_stage"])
    dormant, lost = e.rhythm["dormant_days"], e.rhythm["lost_days"]
    name = STAGE_NAMES[stage]
    return Said(
        f"从 {since} 起{name.zh}。本店 {DORMANT_SHARE:.0%} 的复购在 {dormant} 天之内（超过算沉睡），"
        f"{LOST_SHARE:.0%} 在 {lost} 天之内（超过算流失）。",
        f"Since {since} {name.en}. In this shop {DORMANT_SHARE:.0%} of repurchases come within {dormant} days "
        f"(longer is dormant) and {LOST_SHARE:.0%} within {lost} (longer is lost).",
    )


def _interval(e: Evidence) -> Said:
    return Said(
        f"{max(e.days - 1, 0)} 个购买间隔的中位数，间隔少时向本店的中位数靠拢。",
        f"The median of {max(e.days - 1, 0)} gaps between purchases, drawn to the shop's by few of them.",
    )


def _replenish(e: Evidence) -> Said:
    item, days = e.item_name, int(e.item["days"])
    last = _day(int(e.item["last_ms"])) if days else "—"
    return Said(
        f"{item} 有 {days} 天买过，最后一次 {last}；加上这件商品的补货周期（自己的间隔少时向所有人的靠拢）。",
        f"{item} was bought on {days} days, last on {last}; plus the item's cycle "
        "(by few gaps of their own drawn to everybody's).",
    )


def _successor(e: Evidence) -> Said:
    return Said(
        "最近买的商品之后，别人下一次明显更常买它，或商品资料里写明是它的后续；本人还没买过。",
        "What others clearly more often buy next after what was bought last, or what the catalog names as its "
        "successor; not bought by this person yet.",
    )


def _recommended(e: Evidence) -> Said:
    because = SOURCE_NAMES.get(str(e.values.get("recommended_why", "")), Said("", ""))
    return Said(
        f"因为{because.zh}。缺货、亏本、下架和刚买过的不推荐。",
        f"Because {because.en}. What is sold out, sold at a loss, retired or just bought is never recommended.",
    )


def _interest(e: Evidence) -> Said:
    half_life = f"{INTEREST_HALF_LIFE_DAYS:g}"
    return Said(
        f"浏览（1）、加购（3）、购买（5）按品类相加，每 {half_life} 天减半；"
        f"第一名占 {e.values.get('interest_share', 0):.0%}。",
        f"Views (1), carts (3) and purchases (5) by category, halved every {half_life} days; "
        f"the first has {e.values.get('interest_share', 0):.0%}.",
    )


def _hour(e: Evidence) -> Said:
    hour = hour_of_week(int(e.values["best_hour_of_week"]))
    return Said(
        f"{hour.zh}。最近 {HABIT_DAYS} 天自己的 {e.events} 个行为，加上相当于 {HABIT_WEIGHT:g} 个行为的所有人的习惯。",
        f"{hour.en}. Their own {e.events} events of {HABIT_DAYS} days, "
        f"with everybody's habit worth {HABIT_WEIGHT:g} events.",
    )


def _channel(e: Evidence) -> Said:
    name = medium_name(str(e.values["best_channel"]))
    sent, answered = e.messages["sent"], e.messages["answered"]
    return Said(
        f"在{name.zh}收到 {sent} 条，回应了 {answered} 条；加上相当于 {ANSWERS_WEIGHT:g} 条的所有人的回应率，它最高。",
        f"Got {sent} messages by {name.en} and answered {answered}; with everybody's rate worth "
        f"{ANSWERS_WEIGHT:g} messages it is the highest.",
    )


_HOW: Mapping[str, Callable[[Evidence], Said]] = {
    "alive_probability": _alive,
    "orders_expected_365d": _expected,
    "clv_fen": _worth,
    "lifecycle_stage": _stage,
    "order_interval_days": _interval,
    "replenish_item": _replenish,
    "replenish_due_ms": _replenish,
    "successor_item": _successor,
    "recommended_item": _recommended,
    "interest_category": _interest,
    "interest_share": _interest,
    "interest_category_second": _interest,
    "best_hour_of_week": _hour,
    "best_channel": _channel,
}


def _day(at_ms: int) -> str:
    return shop_moment(at_ms).date().isoformat()
