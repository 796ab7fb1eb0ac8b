"""`liftloop policy learn` and `liftloop policy decide`."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from liftloop.app import policy_files
from liftloop.cli.connection import data_option, json_option
from liftloop.cli.main import language
from liftloop.kernel.errors import EXIT_REFUSED
from liftloop.learn.contract import Money, PolicyReport, PolicyRequest


@click.group("policy", short_help="从实验记录学策略 / learn from an experiment log")
def command() -> None:
    """从随机发放的记录学出该对谁做什么，值不值得。 / Learn from randomised contacts whom to treat."""


@command.command("learn")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--treatment", required=True, help="处理列 / column of what was done")
@click.option("--treated", help="两组时：表示已处理的值 / with two arms: the value that means treated")
@click.option("--control", help="多组时：表示不处理的值 / with several: the value that means nobody")
@click.option("--outcome", required=True, help="结果列 / column of the outcome")
@click.option("--value", type=float, default=1.0, show_default=True, help="一个结果值多少钱 / worth of one outcome")
@click.option("--cost", type=float, default=0.0, show_default=True, help="处理一次花多少钱 / cost of one treatment")
@click.option("--id", "unit_id", help="编号列 / column of the id")
@click.option("--trust", "trusted", multiple=True, help="确认是事前已知的列 / a column known before the contact")
@click.option("--after", multiple=True, help="触达之后才有的列，不使用 / a column written after the contact, left out")
@click.option(
    "--propensity",
    help="分组概率列：触达的概率，或各组概率的 JSON / column of chances: the contact's, or JSON by arm",
)
@click.option("--save", help="保存为 / save under this name")
@data_option
@json_option
def learn(file: Path, save: str | None, data: Path, as_json: bool, **given: Any) -> None:
    """学一个策略；证据不足时拒绝，退出码 3。 / Learn a policy; refuse with exit code 3 where the data allow no claim.

    \b
    例 / Examples:
      liftloop policy learn train.csv --treatment Promotion --treated Yes \\
        --outcome purchase --value 10 --cost 0.15 --id ID --save promo --json
      liftloop policy learn mail.csv --treatment segment --control "No E-Mail" --outcome spend
      liftloop policy learn chosen.csv --treatment sent --treated 1 --outcome bought --propensity chance --after opened
    """
    if (given["treated"] is None) == (given["control"] is None):
        raise click.UsageError("--treated 或 --control，二选一 / exactly one of --treated and --control")
    report = policy_files.learn(file, PolicyRequest(**given))
    if save and report.model is not None:
        policy_files.save(data / "models", save, report)
    if as_json:
        click.echo(json.dumps(_plain(report), ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(report)))
    if report.model is None:
        sys.exit(EXIT_REFUSED)


@command.command("decide")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到 / write to")
@data_option
@json_option
def decide(name: str, file: Path, out: Path, data: Path, as_json: bool) -> None:
    """用学到的策略为一份名单逐行决定。 / Decide for every row of a list with a learned policy.

    \b
    例 / Example:
      liftloop policy decide promo people.csv --out decisions.csv
    """
    decisions = policy_files.decide_file(policy_files.load(data / "models", name), file, out, language())
    counts: dict[str, int] = {}
    for action in decisions.action:
        counts[str(action)] = counts.get(str(action), 0) + 1
    notices = [notice.en if language() == "en" else notice.zh for notice in decisions.notices]
    if as_json:
        click.echo(json.dumps({"rows": len(decisions.ids), "actions": counts, "notices": notices}, ensure_ascii=False))
    else:
        click.echo(
            "\n".join([f"{out}: {len(decisions.ids):,}", *(f"  {a}: {n:,}" for a, n in counts.items()), *notices])
        )


def _plain(report: PolicyReport) -> dict[str, Any]:
    """Return the report without the model, for `--json`."""
    spoken = language()
    return {
        "verdict": report.verdict,
        "reasons": [_notice(each, spoken) for each in report.reasons],
        "warnings": [_notice(each, spoken) for each in report.warnings],
        "rows": report.rows,
        "profit_per_1000": _money(report.profit_per_1000),
        "treated_share": report.treated_share,
        "arms": [
            {
                "arm": each.arm,
                "rows": each.rows,
                "outcome_mean": each.outcome_mean,
                "profit_per_1000": _money(each.profit_per_1000),
                "policy_gain_per_1000": _money(each.policy_gain_per_1000),
                "policy_share": each.policy_share,
            }
            for each in report.arms
        ],
        "learner": report.learner,
        "irr": report.irr,
        "nir": report.nir,
    }


def _money(money: Money | None) -> dict[str, float] | None:
    if money is None:
        return None
    return {
        "value": money.value,
        "low_90": money.low_90,
        "high_90": money.high_90,
        "low_95": money.low_95,
        "high_95": money.high_95,
    }


def _notice(notice: Any, spoken: str) -> dict[str, Any]:
    return {"code": notice.code, "text": notice.en if spoken == "en" else notice.zh, "column": notice.column}


def _lines(report: PolicyReport) -> list[str]:
    english = language() == "en"
    lines = [f"{'Verdict' if english else '结论'}: {report.verdict}"]
    lines += [f"  {each.en if english else each.zh}" for each in report.reasons]
    if report.profit_per_1000 is not None:
        money = report.profit_per_1000
        words = "per 1,000 people against treating nobody" if english else "每千人比谁都不处理多赚"
        lines.append(f"{words}: {money.value:.1f} ({money.low_95:.1f} … {money.high_95:.1f})")
    for arm in report.arms:
        if arm.profit_per_1000 is not None:
            lines.append(f"  {'everybody' if english else '全部'} {arm.arm}: {arm.profit_per_1000.value:.1f}")
    lines += [f"! {each.en if english else each.zh}" for each in report.warnings]
    return lines
