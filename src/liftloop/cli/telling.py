"""Tells a plan and a report in lines, as a person would."""

from typing import Any

import click

from liftloop.cli.connection import spoken
from liftloop.cli.main import language
from liftloop.kernel.money import yuan_text


def say(lines: list[str]) -> None:
    click.echo("\n".join(lines))


def lines_of_plan(plan: dict[str, Any]) -> list[str]:
    """Return what was understood, baseline, plan, forecast, the two verdicts and the price of proof."""
    english = language() == "en"
    lines = ["", f"「{plan['understood']['text']}」", spoken(plan["understood"]["said"])]
    lines += [f"  · {spoken(each['text'])}" for each in plan["understood"]["assumed"]]
    lines += [f"  ? {spoken(each['text'])}" for each in plan["questions"]]
    baseline, forecast = plan["baseline"], plan["forecast"]
    if baseline:
        words = "Baseline" if english else "现在"
        lines.append(
            f"{words}: {_share(baseline['value'])} ({_share(baseline['low'])} … {_share(baseline['high'])}), "
            f"{baseline['people']:,} {'people' if english else '人'}"
        )
    for action in plan["actions"]:
        people = f"{action['people']:,} {'people' if english else '人'}"
        assumed = forecast and forecast["assumed"]  # Then nothing is known of a single action.
        gain = "" if assumed else f" · +{_share(action['lift'])}"
        lines.append(f"  {spoken(action['label'])} · {action['channel']}: {people} · {yuan_text(action['cost'])}{gain}")
    if forecast:
        words = "Forecast" if english else "预测提升"
        assumed = ("  (assumed)" if english else "  （假定范围，还没有学到）") if forecast["assumed"] else ""
        lines.append(f"{words}: {_ranged(forecast['point'], forecast['i90'], plan)}{assumed}")
    for name in ("reachable", "provable"):
        if plan[name]:
            lines.append(f"  → {spoken(plan[name]['sentence'])}")
            if plan[name]["would_need"]:
                lines.append(f"    {spoken(plan[name]['would_need'])}")
    if plan["holdout"]:
        held = plan["holdout"]
        words = "Price of proof" if english else "证明的代价"
        lines.append(f"{words}: {_share(held['share'])}, {held['people']:,} · {yuan_text(held['cost'])}")
    lines.append(spoken(plan["sentence"]))
    return lines


def lines_of_measure(report: dict[str, Any], ledger: dict[str, Any]) -> list[str]:
    """Return the ledger that adds up, and measured lift beside the frozen forecast."""
    english = language() == "en"
    lines = [""]
    lines += [f"  {spoken(row['label'])}  {row['people']:,}" for row in ledger["rows"]]
    total = sum(row["people"] for row in ledger["rows"])
    lines.append(f"  = {total:,} / {ledger['qualified']:,}")
    words = "Forecast, frozen before launch" if english else "启动前冻结的预测"
    lines.append(f"{words}: {_ranged(report['forecast']['point'], report['forecast']['i90'], report)}")
    measured = report["lift"]
    if measured:
        words = "Measured, assigned against assigned" if english else "实测（分配对分配）"
        lines.append(f"{words}: {_ranged(measured['value'], [measured['low'], measured['high']], report)}")
    lines.append(spoken(report["sentence"]))
    return lines


def line_of_truth(report: dict[str, Any], points: float, relative: float) -> str:
    """Return the true lift, which only a simulator can know."""
    known = relative if report["lift_kind"] == "relative" else points
    words = "True, known to the simulator alone" if language() == "en" else "真实（只有模拟器知道）"
    return f"{words}: {_lift(known, report)}"


def _ranged(value: float, interval: list[float], of: dict[str, Any]) -> str:
    return f"{_lift(value, of)} ({_lift(interval[0], of)} … {_lift(interval[1], of)})"


def _share(value: float) -> str:
    return f"{value:.1%}"


def _lift(value: float, of: dict[str, Any]) -> str:
    if of["lift_kind"] == "relative":
        return f"{value:+.1%}"
    points = "points" if language() == "en" else "个百分点"
    return f"{value * 100:+.2f} {points}"
