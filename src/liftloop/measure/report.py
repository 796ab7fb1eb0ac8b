"""The report of a campaign: the lift in plain words beside the frozen forecast, what it cost, and what to do now."""

import math
from typing import Literal

from msgspec import Struct

from liftloop.inference.heavy_tails import Skew
from liftloop.kernel.money import yuan_text
from liftloop.measure.after import AfterTail
from liftloop.measure.lift import LiftEstimate, LookResult
from liftloop.measure.scorecard import Scored
from liftloop.measure.substitution import ItemEffects
from liftloop.plan.record import Forecast, LiftKind, MetricName, PlanRecord, Words

SHIFTED_SHARE = 0.5  # An adjustment that moves the difference by half of it is seen by whoever subtracts.
LEAK_SHARE = 0.01  # More coupons than that in the hands of people who were not assigned them blur the comparison.

MINUS = "\u2212"

Status = Literal["too_early", "running", "final"]
VerdictName = Literal["better", "worse", "unclear", "too_early"]


class SpendSoFar(Struct, frozen=True, kw_only=True):
    """Fen paid for messages and for coupons of assigned people; `by_others` are coupons that others redeemed."""

    messages_fen: int
    coupons_fen: int
    redeemed: int
    by_others: int

    @property
    def spent_fen(self) -> int:
        return self.messages_fen + self.coupons_fen

    def leaked(self) -> float:
        """Return the share of redeemed coupons that were redeemed by people who were not assigned them."""
        total = self.redeemed + self.by_others
        return self.by_others / total if total else 0.0


class RatioParts(Struct, frozen=True, kw_only=True):
    """A ratio and its parts, each per eligible person: treated, held out; `moved` is the denominator's change.

    `moved` is None where that cannot be told; an interval that leaves zero out says that treatment moved it.
    """

    numerator: Words
    denominator: Words
    numerators: tuple[float, float]
    denominators: tuple[float, float]
    moved: LiftEstimate | None

    def ratios(self) -> tuple[float | None, float | None]:
        """Return the ratio of the treated and of the held-out people, None over nothing."""
        treated, held = (
            over / under if under else None for over, under in zip(self.numerators, self.denominators, strict=True)
        )
        return treated, held


class Facts(Struct, frozen=True, kw_only=True):
    """What was counted: looks in order (those ahead too), whether the sides have their planned sizes, the spend."""

    campaign_id: str
    starts_ms: int
    ends_ms: int
    now_ms: int
    looks: tuple[LookResult, ...]
    broken: bool
    treated: int
    held_out: int
    spend: SpendSoFar
    assigned_twice: int = 0
    """People who turned out to be one with another assigned differently; they count under their first assignment."""
    parts: RatioParts | None = None
    skew: Skew | None = None
    """How amounts are spread over people; None where what counts is no amount."""
    after: AfterTail | None = None
    items: ItemEffects | None = None
    """What naming items did to them and to their categories; None where no action names one."""


class Report(Struct, frozen=True, kw_only=True):
    """What the campaign changed; `lift` has the kind of the frozen forecast.

    Where hardly anybody held out did it there is no relative lift: then the verdict is that of `difference` alone.
    """

    campaign_id: str
    plan_id: str
    as_of_ms: int
    starts_ms: int
    ends_ms: int
    goal_text: str
    status: Status
    verdict: VerdictName
    sentence: Words
    next: Words | None
    warnings: tuple[Words, ...]
    metric: MetricName
    goal_lift: float
    lift_kind: LiftKind
    forecast: Forecast
    forecast_hash: str
    lift: LiftEstimate | None
    difference: LiftEstimate | None
    treated_mean: float | None
    held_out_mean: float | None
    treated: int
    held_out: int
    looks: tuple[LookResult, ...]
    spend: SpendSoFar
    expected_fen: int
    budget_fen: int | None
    method: Words
    variance_removed: float | None
    scored: Scored | None
    parts: RatioParts | None = None
    adjusted: Words | None = None
    """Why the lift is not what one gets by subtracting the two sides, where the two differ much."""
    after: Words | None = None
    """What is left after the tail, or until when that is awaited; None before the window is over."""
    items: ItemEffects | None = None
    """Items that were put forward beside their categories, where any were."""


def report_of(record: PlanRecord, facts: Facts) -> Report:
    """Return the report; `record` is the plan that was launched, its forecast as frozen then."""
    assert record.metric is not None
    assert record.forecast is not None
    assert record.goal_lift is not None
    final = facts.now_ms >= facts.ends_ms
    told = None if facts.broken else _last_told(facts, final=final)
    lift = lift_in(told, record.lift_kind)
    good = 1.0 if record.goal_lift >= 0 else -1.0
    verdict = "unclear" if declined(record) else _verdict(told, good)
    return Report(
        campaign_id=facts.campaign_id,
        plan_id=record.plan_id,
        as_of_ms=facts.now_ms,
        starts_ms=facts.starts_ms,
        ends_ms=facts.ends_ms,
        goal_text=record.understood.goal.text,
        status="final" if final else "too_early" if told is None and not declined(record) else "running",
        verdict=verdict,
        sentence=_sentence(record, facts, told),
        next=_next(record, facts, told, final=final),
        warnings=_warnings(facts),
        metric=record.metric,
        goal_lift=record.goal_lift,
        lift_kind=record.lift_kind,
        forecast=record.forecast,
        forecast_hash=record.forecast_hash,
        lift=lift,
        difference=told.difference if told else None,
        treated_mean=told.treated_mean if told else None,
        held_out_mean=told.held_out_mean if told else None,
        treated=facts.treated,
        held_out=facts.held_out,
        looks=facts.looks,
        spend=facts.spend,
        expected_fen=record.cost_fen,
        budget_fen=record.budget_fen,
        method=METHOD,
        variance_removed=told.explained if told else None,
        scored=scored(record, facts, told) if final and told else None,
        parts=facts.parts if told else None,
        adjusted=adjusted(told, record.metric) if told else None,
        after=after_words(record.metric, told, facts) if told else None,
        items=facts.items,
    )


def after_words(metric: MetricName, told: LookResult, facts: Facts) -> Words | None:
    """Return in words what is left after the tail: what was only bought earlier is then taken off."""
    after, within = facts.after, told.difference
    if after is None or within is None:
        return None
    days, waits = after.days, after.waits_days(facts.now_ms)
    if after.difference is None:
        return Words(
            zh=f"有些人可能只是提前买了：再过 {waits} 天（窗口后 {days} 天，一个购买周期）看还剩多少",
            en=f"Some people may only have bought earlier: what is left shows in {waits} days ({days} after the "
            "window, one purchase cycle)",
        )
    left = after.difference
    first, last, low, high = (
        lift_words(each, metric.unit, "points") for each in (within.value, left.value, left.low, left.high)
    )
    return Words(
        zh=f"窗口里平均每人多 {first.zh}；再过 {days} 天（一个购买周期）还剩 {last.zh}"
        f"（十次里有九次在 {low.zh}～{high.zh} 之间）",
        en=f"{first.en} more a person within the window; {days} days (one purchase cycle) later {last.en} is left "
        f"(nine times out of ten {low.en} to {high.en})",
    )


def declined(record: PlanRecord) -> bool:
    """Say whether proof was declined: then nobody was left alone, and nothing can be claimed."""
    return record.holdout is not None and record.holdout.declined


METHOD = Words(
    zh="按分组比较（分到的，不是收到的），用活动前的行为做 CUPED 校正；区间在每次计划好的查看时都成立，"
    "平时看到的是更宽的、随时都成立的范围",
    en="Compared as assigned, not as received, adjusted by behaviour before the launch (CUPED). Intervals hold at "
    "every planned look; between looks the wider band that holds at any time is shown",
)


def lift_in(told: LookResult | None, kind: LiftKind) -> LiftEstimate | None:
    """Return a look's lift of the kind that was forecast."""
    if told is None:
        return None
    return told.relative if kind == "relative" else told.difference


def adjusted(told: LookResult, metric: MetricName) -> Words | None:
    """Return what the sides' difference was before and after the adjustment, where that moved it much."""
    if told.difference is None:
        return None
    plain, fair = told.treated_mean - told.held_out_mean, told.difference.value
    if plain * fair > 0 and abs(plain - fair) <= SHIFTED_SHARE * max(abs(plain), abs(fair)):
        return None
    before, after = (_signed(value, metric) for value in (plain, fair))
    return Words(
        zh=f"直接相减是 {before.zh}，但两边在活动之前就不一样；按各人之前的行为校正后，活动带来的是 {after.zh}",
        en=f"Plain subtraction gives {before.en}, but the sides differed before it began; "
        f"adjusted by what people did before, the campaign brought {after.en}",
    )


def _signed(value: float, metric: MetricName) -> Words:
    size = lift_words(abs(value), metric.unit, "points")
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return Words(zh=sign + size.zh, en=sign + size.en)


def scored(record: PlanRecord, facts: Facts, told: LookResult) -> Scored:
    """Return the forecast ledger's row of a finished campaign; in points where there is no relative lift to tell."""
    assert record.forecast is not None
    assert record.metric is not None
    assert told.difference is not None
    forecast, level = record.forecast, 1.0 if record.baseline is None else record.baseline.value
    measured, kind = lift_in(told, record.lift_kind), record.lift_kind
    unit, scale = (1.0 if kind == "relative" else level), 1.0
    if measured is None:
        measured, kind, unit, scale = told.difference, "points", level, level
    i50, i80, i90 = ((low * scale, high * scale) for low, high in (forecast.i50, forecast.i80, forecast.i90))
    return Scored(
        campaign_id=facts.campaign_id,
        plan_id=record.plan_id,
        title=record.understood.goal.text,
        forecast_hash=record.forecast_hash,
        kind=kind,
        metric_unit=record.metric.unit,
        starts_ms=facts.starts_ms,
        ends_ms=facts.ends_ms,
        assumed=forecast.assumed,
        unit=unit,
        error=math.hypot(forecast.evaluation, forecast.measurement, forecast.shift) * scale,
        forecast=forecast.point * scale,
        intervals=(i50, i80, i90),
        measured=measured.value,
        measured_low=measured.low,
        measured_high=measured.high if math.isfinite(measured.high) else None,
    )


def _last_told(facts: Facts, *, final: bool) -> LookResult | None:
    """Return the final look when the window is over, else the latest that tells a difference."""
    told = [look for look in facts.looks if look.difference is not None and look.at_ms <= facts.now_ms]
    if final:
        told = [look for look in told if look.planned]
    return max(told, key=lambda look: look.at_ms, default=None)


def _verdict(told: LookResult | None, good: float) -> VerdictName:
    """Return what the difference says; a relative lift leaves zero out exactly where that does."""
    if told is None or told.difference is None:
        return "too_early"
    found = told.difference
    if found.low > 0 or found.high < 0:
        return "better" if found.value * good > 0 else "worse"
    return "unclear"


def lift_words(value: float, record_unit: str, kind: LiftKind) -> Words:
    """Return a lift as its kind is written, with its sign where it is below zero."""
    sign, size = MINUS if value < 0 else "", abs(value)
    if kind == "relative":
        return Words(zh=f"{sign}{size:.1%}", en=f"{sign}{size:.1%}")
    if record_unit == "share":
        return Words(zh=f"{sign}{size * 100:.2f} 个百分点", en=f"{sign}{size * 100:.2f} points")
    if record_unit == "fen":
        return Words(zh=f"{sign}{yuan_text(round(size))}", en=f"{sign}{yuan_text(round(size))}")
    return Words(zh=f"{sign}{size:.3g}", en=f"{sign}{size:.3g}")


def range_words(estimate: LiftEstimate, record_unit: str, kind: LiftKind) -> Words:
    """Return in words where a lift lies nine times out of ten; an upper end that cannot be told is said to be so."""
    low = lift_words(estimate.low, record_unit, kind)
    if not math.isfinite(estimate.high):
        return Words(
            zh=f"十次里有九次不低于 {low.zh}；没被触达的人里做到的太少，上限说不准",
            en=f"nine times out of ten at least {low.en}; too few of the people left alone did it to say how much "
            "at most",
        )
    high = lift_words(estimate.high, record_unit, kind)
    return Words(zh=f"十次里有九次在 {low.zh}～{high.zh} 之间", en=f"nine times out of ten {low.en} to {high.en}")


NO_RELATIVE = Words(
    zh="没被触达的人里几乎没有人做到，说不出高了百分之几，只说每人差多少",
    en="hardly any of the people left alone did it, so no percentage can be told, only the difference a person",
)


def _sentence(record: PlanRecord, facts: Facts, told: LookResult | None) -> Words:
    assert record.metric is not None
    name, unit = record.metric.name, record.metric.unit
    if facts.broken:
        return Words(
            zh="两边的人数和计划的比例对不上，分组可能被破坏了，这次的结果不能信",
            en="The sizes of the two sides do not fit the planned shares: "
            "the comparison is broken and must not be believed",
        )
    if declined(record):
        return Words(
            zh=f"这次选了不做证明，没有留对照组：只能说发了多少、花了多少、用了多少券，不能说{name.zh}因此变了多少",
            en=f"Proof was declined and nobody left alone: we can tell what was sent, spent and redeemed, "
            f"not what it changed in {name.en}",
        )
    if told is None or told.difference is None:
        return Words(zh="刚开始，还没有足够的人过了观察期", en="It has just begun; too few people can be judged yet")
    lift, kind = lift_in(told, record.lift_kind), record.lift_kind
    between = range_words(lift or told.difference, unit, kind if lift else "points")
    if lift is None:
        lift, kind = told.difference, "points"
        between = Words(zh=f"{between.zh}；{NO_RELATIVE.zh}", en=f"{between.en}; {NO_RELATIVE.en}")
    if told.difference.low <= 0 <= told.difference.high:
        return Words(
            zh=f"{name.zh}和没被触达的人比，还看不出差别（{between.zh}）",
            en=f"No difference in {name.en} to be seen from people left alone ({between.en})",
        )
    size = lift_words(abs(lift.value), unit, kind)
    zh, en = ("高", "higher") if lift.value > 0 else ("低", "lower")
    so_far = facts.now_ms < facts.ends_ms
    name_en = f"So far {name.en}" if so_far else name.en.capitalize()
    return Words(
        zh=f"{'到目前为止，' if so_far else ''}{name.zh}比没被触达的人{zh} {size.zh}（{between.zh}）",
        en=f"{name_en} is {size.en} {en} than among people left alone ({between.en})",
    )


def _next(record: PlanRecord, facts: Facts, told: LookResult | None, *, final: bool) -> Words | None:
    if facts.broken:
        return Words(
            zh="检查是不是有人绕过了分组发消息，再重新做一次",
            en="Check whether messages went round the assignment, then run it again",
        )
    if declined(record):
        return Words(
            zh="想知道带来了多少，下次就留一部分人不发", en="To know what it brings, leave some people alone next time"
        )
    if _verdict(told, 1.0) in ("better", "worse"):
        return None
    if not final:
        days = max(1, -(-(facts.ends_ms - facts.now_ms) // 86_400_000))
        return Words(
            zh=f"再等 {days} 天，窗口结束时再看", en=f"Wait {days} more days and look again when the window ends"
        )
    detectable = record.provable.detectable if record.provable else 0.0
    assert record.metric is not None
    seen = lift_words(detectable, record.metric.unit, record.lift_kind)
    return Words(
        zh=f"这么多人只看得清 {seen.zh} 以上的变化；下次让更多人参加，或者把窗口放长",
        en=f"So many people show only changes above {seen.en}; next time include more people or a longer window",
    )


def _warnings(facts: Facts) -> tuple[Words, ...]:
    leaked, twice = facts.spend.leaked(), facts.assigned_twice
    warnings: list[Words] = []
    if leaked > LEAK_SHARE:
        warnings.append(
            Words(
                zh=f"{leaked:.1%} 的券是没分到的人用掉的，结果可能偏低",
                en=f"{leaked:.1%} of coupons were redeemed by people not assigned them; the lift may read too low",
            )
        )
    if twice > LEAK_SHARE * (facts.treated + facts.held_out):
        warnings.append(
            Words(
                zh=f"有 {twice} 人合并前被分到了两组，按第一次分组计算，结果可能偏低",
                en=f"{twice} people were assigned twice before their profiles were merged; they count as first "
                "assigned, and the lift may read too low",
            )
        )
    return (*warnings, *_about_parts(facts), *_about_skew(facts))


def _about_parts(facts: Facts) -> tuple[Words, ...]:
    """Return the warning that treatment moved the denominator, with what is told in its place."""
    parts = facts.parts
    if parts is None or parts.moved is None or parts.moved.low <= 0 <= parts.moved.high or facts.broken:
        return ()
    treated, held = parts.denominators
    up = treated > held
    return (
        Words(
            zh=f"触达也动了分母：{parts.denominator.zh}每人 {treated:.3g}，对照组 {held:.3g}，"
            f"所以两边的比值不能直接比。结论按每个合格的人算；要看比值，就看分子和分母各自{'多' if up else '少'}了多少",
            en=f"Treatment moved the denominator too: {parts.denominator.en} {treated:.3g} per person against "
            f"{held:.3g}, so the ratios of the two sides cannot be compared. The claim is per eligible person; "
            "for the ratio look at how numerator and denominator changed",
        ),
    )


def _about_skew(facts: Facts) -> tuple[Words, ...]:
    """Return the warning that few people decide the mean, with what would mend it."""
    skew = facts.skew
    if skew is None or facts.broken:
        return ()
    if "whale" in skew.warnings:
        return (
            Words(
                zh=f"最大的一位客户占了全部金额的 {skew.largest_share:.0%}，均值由他一个人决定，别按这个数花钱。"
                "看按人计的指标（如购买率），或等更多人下单",
                en=f"One customer holds {skew.largest_share:.0%} of the whole amount and decides the mean: do not "
                "spend by this number. Look at a metric that counts people, or wait until more have bought",
            ),
        )
    if "few_paid" in skew.warnings or "skewed" in skew.warnings:
        return (
            Words(
                zh=f"{skew.zeros:.1%} 的人没有金额，只有 {skew.paid:,} 人有；金额差得很大，这个范围可能偏窄。"
                f"要有大约 {max(skew.units_needed, skew.units):,} 人才靠得住，或看按人计的指标",
                en=f"{skew.zeros:.1%} of people have no amount and {skew.paid:,} have one, of very different sizes: "
                f"the range may be too narrow. It takes about {max(skew.units_needed, skew.units):,} people, or a "
                "metric that counts people",
            ),
        )
    return ()
