"""Tells a plan and a report in lines, as a person would."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import click

from liftloop.cli.connection import spoken
from liftloop.cli.main import language
from liftloop.kernel.money import yuan_text
from liftloop.plan.options import CHANNEL_NAMES

ACTIONS_SHOWN = 6
"""Lines of a plan that fit a glance; the others, small tries that keep learning, are told together."""
_WIDE = frozenset("WF")


def say(lines: list[str]) -> None:
    click.echo("\n".join(lines))


def lines_of_plan(plan: dict[str, Any]) -> list[str]:
    """Return what was understood, baseline, plan, forecast, the two verdicts and the price of proof."""
    lines = [*_understood(plan), *_baseline(plan), *_diagnosis(plan), *_actions(plan), *_phases(plan), *_forecast(plan)]
    for name, zh, en in (("reachable", "做得到吗", "Reachable?"), ("provable", "证明得了吗", "Provable?")):
        if plan[name]:
            lines += ["", _said(zh, en), f"  {spoken(plan[name]['sentence'])}"]
            if plan[name]["would_need"]:
                lines.append(f"  {spoken(plan[name]['would_need'])}")
    if plan["guarded"]:
        guarded = [f"  {spoken(each['sentence'])}" for each in plan["guarded"]]
        lines += ["", _said("不能伤到的", "Not to be harmed"), *guarded]
    return lines + _price_of_proof(plan)


def lines_of_rehearsal(found: dict[str, Any]) -> list[str]:
    """Return who would be left after each gate, why the others stop, and what runs out."""
    rows = [(_said("计划里", "In the plan"), f"{found['people']:,}", "")]
    for step in found["steps"]:
        rows.append((spoken(step["label"]), f"-{step['stopped']:,}", ""))
        rows += [("", f"{reason['people']:,}", spoken(reason["label"])) for reason in step["reasons"]]
    rows.append((_said("会收到", "Would get it"), f"{found['handed_over']:,}", yuan_text(found["cost"])))
    limits = [f"  {spoken(each['sentence'])}" for each in found["runs_out"]]
    return [spoken(found["sentence"]), "", *table(rows, frozenset({1})), *limits]


def lines_of_measure(report: dict[str, Any], ledger: dict[str, Any]) -> list[str]:
    """Return the ledger that adds up, and measured lift beside the frozen forecast."""
    return [*_ledger(ledger), *_compared(report, None), *_said_of(report)]


def lines_of_truth(report: dict[str, Any], ledger: dict[str, Any], points: float, relative: float) -> list[str]:
    """Return what `lines_of_measure` does, with the true lift, which only a simulator can know."""
    known = relative if report["lift_kind"] == "relative" else points
    lines = [*_ledger(ledger), *_compared(report, known), *_said_of(report)]
    low, high = report["forecast"]["i90"]
    measured = report["lift"]
    if measured and not low <= measured["value"] <= high:
        lines.append(
            _said("  实测落在预测区间之外：这次预测错了", "  The measured lift is outside the forecast: it missed")
        )
    if measured and not (measured["low"] <= known and (measured["high"] is None or known <= measured["high"])):
        lines.append(_said("  真实值落在实测区间之外", "  The truth is outside the measured interval"))
    return lines


def _said_of(report: dict[str, Any]) -> list[str]:
    said = [f"  {spoken(each)}" for each in (report["sentence"], report["adjusted"]) if each]
    return [*said, *(f"  ! {spoken(each)}" for each in report["warnings"])]


def table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Return rows as lines with aligned columns, those in `right` by their end; Chinese counts two columns each."""
    widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    return ["  " + "   ".join(_cell(row[p], w, p in right) for p, w in enumerate(widths)).rstrip() for row in rows]


def padded(text: str, width: int) -> str:
    """Return the text filled up to a width on the screen."""
    return text + " " * (width - _width(text))


def _cell(text: str, width: int, right: bool) -> str:
    return " " * (width - _width(text)) + text if right else padded(text, width)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in _WIDE else 1 for letter in text)


def _said(zh: str, en: str) -> str:
    return en if language() == "en" else zh


def _understood(plan: dict[str, Any]) -> list[str]:
    understood = plan["understood"]
    lines = ["", _said("目标", "Goal"), f"  「{understood['text']}」", f"  {spoken(understood['said'])}"]
    lines += [f"  · {spoken(each['text'])}" for each in understood["assumed"]]
    return lines + [f"  ? {spoken(each['text'])}" for each in plan["questions"]]


def _baseline(plan: dict[str, Any]) -> list[str]:
    baseline = plan["baseline"]
    if not baseline:
        return []
    value, low, high = (_share(baseline[name]) for name in ("value", "low", "high"))
    people = f"{baseline['people']:,}"
    return [
        "",
        _said("不做活动时的水平", "If nothing is done"),
        _said(
            f"  {value}（十次里有九次在 {low}～{high} 之间），{people} 人",
            f"  {value} (nine times in ten between {low} and {high}), {people} people",
        ),
    ]


def _diagnosis(plan: dict[str, Any]) -> list[str]:
    found = plan["diagnosis"]
    if not found:
        return []
    steps = [f"{spoken(each['name'])} {_share(each['before'])} → {_share(each['now'])}" for each in found["steps"]]
    lines = ["", _said("丢在哪里", "Where it is lost"), f"  {spoken(found['sentence'])}"]
    lines += [f"  · {spoken(each['sentence'])}" for each in found["parts"]]
    return [*lines, "  " + " | ".join(steps)] if steps else lines


def _actions(plan: dict[str, Any]) -> list[str]:
    lines = ["", _said("方案", "Plan"), f"  {spoken(plan['sentence'])}"]
    lines += [f"  → {spoken(plan['next'])}"] if plan["next"] else []
    if not plan["actions"]:
        return lines
    actions = sorted(plan["actions"], key=lambda action: -action["people"])
    learned = bool(plan["forecast"]) and not plan["forecast"]["assumed"]
    heads = (("做什么", "What"), ("渠道", "By"), ("人数", "People"), ("花费", "Cost"), ("每人提升", "Lift each"))
    rows = [[_said(*words) for words in heads], *(_action(action, plan) for action in actions[:ACTIONS_SHOWN])]
    rest = actions[ACTIONS_SHOWN:]
    if rest:
        words = _said(f"另外 {len(rest)} 种，小范围继续试", f"{len(rest)} more, tried on a few to keep learning")
        people, cost = sum(each["people"] for each in rest), sum(each["cost"] for each in rest)
        rows.append([words, "", f"{people:,}", _yuan(cost), ""])
    return lines + table([row if learned else row[:-1] for row in rows], right=frozenset({2, 3, 4}))


def _phases(plan: dict[str, Any]) -> list[str]:
    """Return what is recommended, and how its people start over time."""
    recommended = [f"  · {spoken(each['recommended'])}" for each in plan["actions"] if each["recommended"]]
    if plan["waves"]:
        return [*recommended[:ACTIONS_SHOWN], "", f"{_said('分批', 'Waves')}  {spoken(plan['waves'])}"]
    if not plan["phases"]:
        return recommended[:ACTIONS_SHOWN]
    rows = [
        [
            spoken(phase["label"]),
            _said(*_days(phase)),
            f"{phase['people']:,}",
            " · ".join(spoken(phase[part]) for part in ("hero", "series", "format") if phase[part]),
        ]
        for phase in plan["phases"]
    ]
    return [*recommended[:ACTIONS_SHOWN], "", _said("分期", "Phases"), *table(rows, right=frozenset({2}))]


def _days(phase: dict[str, Any]) -> tuple[str, str]:
    first, last = int(phase["from_hours"] // 24) + 1, max(int((phase["from_hours"] + phase["hours"] - 1) // 24) + 1, 1)
    return (f"第 {first}～{last} 天", f"days {first} to {last}") if last > first else (f"第 {first} 天", f"day {first}")


def _action(action: dict[str, Any], plan: dict[str, Any]) -> list[str]:
    what, lift = spoken(action["label"]), _lift(action["lift"], plan)
    return [what, _channel(action["channel"]), f"{action['people']:,}", _yuan(action["cost"]), lift]


def _channel(identity: str) -> str:
    """Return a channel in words where it is a usual one."""
    usual = CHANNEL_NAMES.get(identity)
    return _said(usual.zh, usual.en) if usual else identity


def _forecast(plan: dict[str, Any]) -> list[str]:
    forecast = plan["forecast"]
    if not forecast:
        return []
    point, low, high = (_lift(value, plan) for value in (forecast["point"], *forecast["i90"]))
    assumed = _said("  这是假定的范围，还没有学到", "  Assumed: nothing has been learned yet")
    return [
        "",
        _said("预测提升", "Forecast lift"),
        _said(
            f"  {point}（十次里有九次在 {low}～{high} 之间）", f"  {point} (nine times in ten between {low} and {high})"
        ),
        *([assumed] if forecast["assumed"] else []),
    ]


def _price_of_proof(plan: dict[str, Any]) -> list[str]:
    held = plan["holdout"]
    if not held or held["declined"]:
        return []
    share, people, cost = _share(held["share"]), f"{held['people']:,}", _yuan(held["cost"])
    return [
        "",
        _said("证明的代价", "Price of proof"),
        _said(
            f"  留出 {share}（{people} 人）不触达，用来对照；大约少赚 {cost}",
            f"  {share} ({people} people) are left alone to compare with; about {cost} less earned",
        ),
    ]


def _ledger(ledger: dict[str, Any]) -> list[str]:
    rows = [[spoken(row["label"]).rstrip("。."), f"{row['people']:,}"] for row in ledger["rows"]]
    total = sum(row["people"] for row in ledger["rows"])
    rows.append(
        [
            _said(f"合计（符合条件 {ledger['qualified']:,} 人）", f"In all, of {ledger['qualified']:,} who qualified"),
            f"{total:,}",
        ]
    )
    return ["", _said("每个人的去向", "What became of everybody"), *table(rows, right=frozenset({1}))]


def _compared(report: dict[str, Any], known: float | None) -> list[str]:
    """Return forecast, measured and true lift below each other."""
    forecast, measured = report["forecast"], report["lift"]
    rows = [["", _said("提升", "Lift"), _said("十次里有九次在", "Nine times in ten")]]
    rows.append(
        [
            _said("预测，启动前冻结", "Forecast, frozen before launch"),
            *_ranged(forecast["point"], forecast["i90"], report),
        ]
    )
    if measured:
        interval = [measured["low"], measured["high"]]
        rows.append(
            [
                _said("实测，分配对分配", "Measured, assigned against assigned"),
                *_ranged(measured["value"], interval, report),
            ]
        )
    if known is not None:
        rows.append([_said("真实，只有模拟器知道", "True, known to the simulator alone"), _lift(known, report), ""])
    return ["", _said("带来了多少", "What it changed"), *table(rows, right=frozenset({1})), *_ratio(report)]


def _ratio(report: dict[str, Any]) -> list[str]:
    """Return a ratio taken apart, per eligible person, where treatment can move its base."""
    ratio = report.get("ratio")
    if not ratio:
        return []
    rows = [
        [spoken(part["name"]), f"{part['treated']:.3g}", f"{part['held_out']:.3g}"]
        for part in (ratio["numerator"], ratio["denominator"])
    ]
    heads = ["", _said("触达组", "Treated"), _said("对照组", "Left alone")]
    return ["", _said("拆开看（每人）", "Taken apart, per person"), *table([heads, *rows], right=frozenset({1, 2}))]


def _ranged(value: float, interval: Sequence[float | None], of: dict[str, Any]) -> list[str]:
    """Return a lift and its range; an upper end that cannot be told is left open in words."""
    low, high = (None if end is None else _lift(end, of) for end in interval)
    if high is None:
        return [_lift(value, of), _said(f"不低于 {low}，上限说不准", f"at least {low}; no upper end can be told")]
    return [_lift(value, of), f"{low} ～ {high}"]


def _share(value: float) -> str:
    return f"{value:.1%}"


def _yuan(fen: int) -> str:
    return yuan_text(round(fen / 100) * 100)


def _lift(value: float, of: dict[str, Any]) -> str:
    if of["lift_kind"] == "relative":
        return f"{value:+.1%}"
    return f"{value * 100:+.2f} {_said('个百分点', 'points')}"
