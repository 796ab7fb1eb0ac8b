"""The report of an experiment: the verdict in words, arms beside the control, guards, looks; as a document."""

from collections.abc import Sequence

from msgspec import Struct

from liftloop.inference.srm import MISMATCH_BELOW
from liftloop.measure.experiments.comparing import Compared
from liftloop.measure.experiments.definition import ExperimentDefinition, OutcomeMetric
from liftloop.measure.lift import LiftEstimate
from liftloop.measure.report import Status, VerdictName
from liftloop.measure.review.document import Bar, Chart, Fact, Note, Section, Table, Tone
from liftloop.measure.review.wording import alike, day, people, share
from liftloop.plan.record import Words

CONTAMINATED_ABOVE = 0.01
METHOD = Words(
    zh="按分到的分支比较，不管是否收到；转化用进入之前的行为做 CUPED 校正，打开率和点击率用 delta 法；"
    "所有分支和指标的范围十次里有九次同时成立，计划好的查看之间用更宽的、随时成立的范围",
    en="Compared as assigned, received or not; conversions adjusted by earlier behaviour (CUPED), rates by the delta "
    "method. All ranges hold together nine times out of ten; between planned looks the wider band is shown",
)


class Told(Struct, frozen=True, kw_only=True):
    """One metric: each arm beside the control, in the order of the arms."""

    metric: OutcomeMetric
    arms: tuple[Compared, ...]


class Experimented(Struct, frozen=True, kw_only=True):
    """What was counted of an experiment as of an instant; `looks` are past planned looks of the primary metric."""

    id: str
    definition: ExperimentDefinition
    now_ms: int
    offset_minutes: int
    arms: tuple[str, ...]
    shares: tuple[float, ...]
    people: tuple[int, ...]
    """Whose days are over."""
    entered: int
    ratio_p: float
    twice: int
    told: tuple[Told, ...]
    """The primary metric first, then the guards."""
    looks: tuple[tuple[int, tuple[Compared, ...] | None], ...]


class ExperimentReport(Struct, frozen=True, kw_only=True):
    """An experiment as a document; without a verdict while it is too early or the sides are off."""

    id: str
    name: str
    status: Status
    verdict: VerdictName
    winner: str
    headline: Words
    as_of_ms: int
    starts_ms: int
    ends_ms: int
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    method: Words


def report_of_experiment(given: Experimented) -> ExperimentReport:
    """Return the report."""
    definition = given.definition
    broken = given.ratio_p < MISMATCH_BELOW
    final = given.now_ms >= definition.ends_ms
    primary = given.told[0]
    known = [each for each in primary.arms if each.effect is not None] if not broken else []
    winner, verdict = _winner(given, primary) if known else ("", "too_early")
    status: Status = "final" if final else "running" if known else "too_early"
    sections = (
        *((_result(given, primary),) if known else ()),
        *((_guards(given),) if known and len(given.told) > 1 else ()),
        *((_looks(given),) if given.looks and not broken else ()),
        _trust(given),
    )
    return ExperimentReport(
        id=given.id,
        name=definition.name,
        status=status,
        verdict=verdict,
        winner=winner,
        headline=_headline(given, winner, verdict, broken=broken, final=final),
        as_of_ms=given.now_ms,
        starts_ms=definition.starts_ms,
        ends_ms=definition.ends_ms,
        facts=_facts(given, shown=bool(known)),
        sections=sections,
        method=METHOD,
    )


def _oriented(effect: LiftEstimate, metric: OutcomeMetric) -> LiftEstimate:
    """Return an effect of which more is better."""
    if metric.better == "up":
        return effect
    return LiftEstimate(value=-effect.value, low=-effect.high, high=-effect.low)


def _winner(given: Experimented, primary: Told) -> tuple[str, VerdictName]:
    """Return the best arm that is surely better than the control, else the control where all others are worse."""
    found = {
        name: _oriented(each.effect, primary.metric)
        for name, each in zip(given.arms, primary.arms, strict=True)
        if each.effect is not None
    }
    better = {name: effect for name, effect in found.items() if effect.low > 0}
    if better:
        return max(better, key=lambda name: better[name].value), "better"
    if all(effect.high < 0 for effect in found.values()):
        return given.definition.control, "worse"
    return "", "unclear"


def _headline(given: Experimented, winner: str, verdict: VerdictName, *, broken: bool, final: bool) -> Words:
    label, control = given.definition.primary.label(), given.definition.control
    if broken:
        return Words(
            zh="各分支的人数和计划的比例对不上，先查原因，这次不下结论",
            en="The arms do not have their planned sizes: find out why; no verdict is given",
        )
    if verdict == "too_early":
        return Words(
            zh=f"还没有足够的人满 {given.definition.days} 天，先等一等",
            en=f"Too few people have had their {given.definition.days} days; wait",
        )
    if verdict == "unclear":
        ends = day(given.definition.ends_ms, given.offset_minutes)
        if final:
            return Words(zh=f"{label.zh}：看不出差别", en=f"No difference in {label.en} to be seen")
        return Words(
            zh=f"{label.zh}：还看不出差别，等到 {ends}", en=f"No difference in {label.en} yet; wait until {ends}"
        )
    if verdict == "worse":
        return Words(
            zh=f"{label.zh}：都不如「{control}」",
            en=f"{label.en.capitalize()}: every other arm does worse than {control}",
        )
    place = given.arms.index(winner)
    effect = given.told[0].arms[place].effect
    assert effect is not None
    size = f"{abs(effect.value) * 100:.1f}"
    low, high = sorted((abs(effect.low) * 100, abs(effect.high) * 100))
    more_zh, more_en = ("多", "more") if effect.value > 0 else ("少", "fewer")
    return Words(
        zh=f"「{winner}」比「{control}」每百人{more_zh} {size}（{label.zh}；"
        f"十次里有九次在 {low:.1f}～{high:.1f} 之间）",
        en=f"{winner} has {size} {more_en} per hundred than {control} ({label.en}; nine times out of ten "
        f"{low:.1f} to {high:.1f})",
    )


def _facts(given: Experimented, *, shown: bool) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            label=alike(name),
            value=alike(_written(told.mean)) if shown else alike("—"),
            under=people(count),
        )
        for name, count, told in zip(given.arms, given.people, given.told[0].arms, strict=True)
    )


def _written(mean: float | None) -> str:
    return "—" if mean is None else share(mean, 1)


def _bars(given: Experimented, told: Told) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    for name, each in zip(given.arms, told.arms, strict=True):
        if each.effect is None:
            continue
        good = _oriented(each.effect, told.metric)
        tone: Tone = "good" if good.low > 0 else "harm" if good.high < 0 else "plain"
        value = each.effect.value * 100
        text = f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value):.1f}"
        bars.append(
            Bar(
                label=alike(name),
                value=each.effect.value,
                low=each.effect.low,
                high=each.effect.high,
                text=Words(zh=f"{text} 个百分点", en=f"{text} points"),
                tone=tone,
            )
        )
    return tuple(bars)


def _result(given: Experimented, primary: Told) -> Section:
    label, control = primary.metric.label(), given.definition.control
    return Section(
        id="result",
        title=Words(zh="和对照分支比", en="Beside the control"),
        lead=Words(
            zh=f"{label.zh}，进入后 {given.definition.days} 天内",
            en=f"{label.en.capitalize()} within {given.definition.days} days of entering",
        ),
        chart=Chart(
            kind="intervals",
            title=Words(zh=f"比「{control}」多或少", en=f"More or less than {control}"),
            unit="points",
            bars=_bars(given, primary),
        ),
    )


def _guards(given: Experimented) -> Section:
    rows: list[tuple[Words, ...]] = []
    harmed: list[Note] = []
    for told in given.told[1:]:
        rows.append((told.metric.label(), *(alike(_written(each.mean)) for each in told.arms)))
        for bar in _bars(given, told):
            if bar.tone == "harm":
                label = told.metric.label()
                text = Words(
                    zh=f"「{bar.label.zh}」的{label.zh}变差了（{bar.text.zh}）：先别推广",
                    en=f"{bar.label.en} does worse on {label.en} ({bar.text.en}): do not roll it out yet",
                )
                harmed.append(Note(tone="harm", text=text))
    lead = Words(zh="护栏没有看出变差", en="No guard is seen to do worse")
    return Section(
        id="guards",
        title=Words(zh="护栏指标", en="Guards"),
        lead=harmed[0].text if harmed else lead,
        table=Table(columns=(Words(zh="指标", en="Metric"), *map(alike, given.arms)), rows=tuple(rows)),
        notes=tuple(harmed[1:]),
    )


def _looks(given: Experimented) -> Section:
    rows = tuple(
        (
            alike(day(at_ms, given.offset_minutes)),
            *(_looked(each) for each in (found or [None] * len(given.arms))),
        )
        for at_ms, found in given.looks
    )
    return Section(
        id="looks",
        title=Words(zh="计划好的查看", en="Planned looks"),
        lead=Words(
            zh="只在这几天下结论，中间看多少次都不会看走眼",
            en="Conclusions are drawn on these days; looking in between misleads nobody",
        ),
        table=Table(columns=(Words(zh="日期", en="Day"), *map(alike, given.arms)), rows=rows),
    )


def _looked(each: Compared | None) -> Words:
    if each is None:
        return Words(zh="还没到", en="ahead")
    if each.effect is None:
        return alike(_written(each.mean))
    low, high = each.effect.low * 100, each.effect.high * 100
    between = f"{low:+.1f}～{high:+.1f}".replace("-", "−")
    return Words(
        zh=f"{_written(each.mean)}（{between}）", en=f"{_written(each.mean)} ({between.replace('～', ' to ')})"
    )


def _trust(given: Experimented) -> Section:
    counted = sum(given.people)
    notes = _notes(given, counted)
    return Section(
        id="trust",
        title=Words(zh="可不可信", en="Can it be believed"),
        lead=notes[0].text if notes else Words(zh="各分支可比", en="The arms can be compared"),
        facts=(
            Fact(
                label=Words(zh="进入的人", en="Entered"),
                value=people(given.entered),
                under=Words(
                    zh=f"其中 {counted:,} 人满 {given.definition.days} 天", en=f"{counted:,} have had their days"
                ),
            ),
            Fact(
                label=Words(zh="各分支占比", en="Shares"),
                value=alike(" / ".join(share(each / counted) if counted else "—" for each in given.people)),
                under=alike(" / ".join(share(each) for each in given.shares)),
            ),
            Fact(label=Words(zh="占了两个分支的人", en="In two arms"), value=people(given.twice)),
        ),
        notes=tuple(notes),
    )


def _notes(given: Experimented, counted: int) -> Sequence[Note]:
    notes: list[Note] = []
    if given.ratio_p < MISMATCH_BELOW:
        text = Words(
            zh="各分支人数和计划的比例对不上：查查是不是中途改过比例，或有人在进入前被挡掉",
            en="The arms do not have their planned sizes: were shares changed midway, or people lost before entering?",
        )
        notes.append(Note(tone="harm", text=text))
    if given.twice > CONTAMINATED_ABOVE * max(counted, 1):
        text = Words(
            zh=f"有 {given.twice:,} 人合并前走过两个分支，按第一次算，差别可能看小了",
            en=f"{given.twice:,} people went two ways before they were merged; they count as first drawn",
        )
        notes.append(Note(tone="decide", text=text))
    return notes
