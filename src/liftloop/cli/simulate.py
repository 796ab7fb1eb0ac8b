"""`liftloop simulate`: campaigns in a market with known truth, Liftloop beside a team's habits and an oracle."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from liftloop.app.proving.runs import GAP_DAYS, Player, Run, Series, play
from liftloop.cli.main import language
from liftloop.cli.telling import say, table
from liftloop.kernel.clock import SystemClock
from liftloop.simulate.history import past
from liftloop.simulate.world import Variant, World, frozen_world, read_world, resized, sample_shop

MEMBERS, CAMPAIGNS, SEED = 20_000, 4, 20_260_925
WORLDS: tuple[Variant, ...] = ("weak", "costly", "drift", "null")
PLAYERS: tuple[Player, ...] = ("nobody", "blast", "rfm", "response", "liftloop", "oracle")
GOAL = 0.05
NAMES: dict[str, tuple[str, str]] = {
    "nobody": ("谁也不打扰", "leave everybody alone"),
    "blast": ("全员群发", "blast to all"),
    "rfm": ("RFM 规则", "RFM rules"),
    "response": ("响应模型", "response model"),
    "liftloop": ("Liftloop", "Liftloop"),
    "oracle": ("全知者（上限）", "oracle, knows the truth"),
}


@click.command("simulate", short_help="在已知真相的市场里比较 / compare in a market with known truth")
@click.option("--world", default="sample_shop", show_default=True, help="市场或世界文件 / a market, or a world file")
@click.option("--members", type=int, default=MEMBERS, show_default=True, help="会员数 / members of the shop")
@click.option(
    "--campaigns", type=click.IntRange(1, 12), default=CAMPAIGNS, show_default=True, help="活动次数 / how many"
)
@click.option("--budget", type=float, help="每次活动预算（元）；不填则不设上限 / yuan a campaign; none: no limit")
@click.option("--seed", type=int, default=SEED, show_default=True, help="另一家门店 / another shop of the same kind")
@click.option("--cold", is_flag=True, help="不给过去的随机试验 / without past randomised campaigns")
@click.option("--json", "as_json", is_flag=True)
def command(
    world: str, members: int, campaigns: int, budget: float | None, seed: int, cold: bool, as_json: bool
) -> None:
    """同一个市场、同样的运气，看谁赚得多。 / One market, the same luck: who earns more.

    每次活动间隔 35 天，Liftloop 边做边学；利润 = 订单毛利 − 短信与券，减去谁也不打扰时的毛利。

    \b
    例 / Examples:
      liftloop simulate
      liftloop simulate --world drift --campaigns 6 --json
      liftloop simulate --world my-shop.json --members 50000 --budget 20000
    """
    series = Series(
        campaigns=campaigns,
        size=GOAL,
        budget_fen=None if budget is None else round(budget * 100),
        salt=f"simulate {seed}",
        cold=cold,
    )
    drawn = past(
        _world(world, members), np.random.default_rng(seed), _today_ms(), ahead_days=(campaigns + 2) * GAP_DAYS
    )
    runs = {player: play(drawn, player, series) for player in PLAYERS}
    told = {player: _told(run, runs["nobody"], runs["oracle"], members * campaigns) for player, run in runs.items()}
    if as_json:
        click.echo(json.dumps({"world": world, "members": members, "campaigns": campaigns, "players": told}))
        return
    say(_lines(told, runs["liftloop"]))


def _world(name: str, members: int) -> World:
    if name == "sample_shop":
        return sample_shop(members)
    for known in WORLDS:
        if name == known:
            return frozen_world(known, members)
    return resized(read_world(Path(name)), members)


def _today_ms() -> int:
    now = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC)
    return int(now.replace(hour=2, minute=0, second=0, microsecond=0).timestamp() * 1000)


def _told(run: Run, nobody: Run, oracle: Run, member_campaigns: int) -> dict[str, Any]:
    profit, most = run.earned_fen - nobody.earned_fen, oracle.earned_fen - nobody.earned_fen
    return {
        "profit_fen": round(profit),
        "profit_fen_per_member": round(profit / member_campaigns, 2),
        "profit_share_of_oracle": round(profit / most, 4) if most > 0 else None,
        "cost_fen": round(run.cost_fen),
        "extra_orders": round(run.orders - nobody.orders),
        "messages": sum(one.messages for one in run.campaigns),
        "campaigns": [
            {
                "number": one.number + 1,
                "status": one.status,
                "reason": one.reason,
                "forecast": None if one.forecast is None else round(one.forecast.point, 5),
                "i90": None if one.forecast is None else [round(each, 5) for each in one.forecast.i90],
                "assumed": None if one.forecast is None else one.forecast.assumed,
                "measured": None if one.measured is None else round(one.measured.value, 5),
                "true_lift": round(one.truth, 5),
                "messages": one.messages,
            }
            for one in run.campaigns
        ],
    }


def _lines(told: dict[str, dict[str, Any]], own: Run) -> list[str]:
    chinese = language() != "en"
    head = (
        ("做法", "利润（元）", "占上限", "花费（元）", "多出的订单", "消息")
        if chinese
        else ("who", "profit, yuan", "of the oracle's", "spent, yuan", "extra orders", "messages")
    )
    rows = [
        (
            NAMES[player][0 if chinese else 1],
            f"{each['profit_fen'] / 100:,.0f}",
            "-" if each["profit_share_of_oracle"] is None else f"{each['profit_share_of_oracle']:.0%}",
            f"{each['cost_fen'] / 100:,.0f}",
            f"{each['extra_orders']:,}",
            f"{each['messages']:,}",
        )
        for player, each in told.items()
    ]
    lines = ["", *table([head, *rows], frozenset(range(1, 6))), ""]
    lines.append("Liftloop 的每次活动" if chinese else "Liftloop's campaigns")
    head = (
        ("次", "状态", "预测", "十次里有九次在", "实测", "真实")
        if chinese
        else ("no.", "status", "forecast", "nine in ten within", "measured", "true")
    )
    return [*lines, *table([head, *(_campaign(one) for one in own.campaigns)], frozenset((2, 4, 5)))]


def _campaign(one: Any) -> tuple[str, ...]:
    forecast = one.forecast
    return (
        str(one.number + 1),
        one.status if not one.reason else f"{one.status} ({one.reason})",
        "-" if forecast is None else f"{forecast.point:+.1%}",
        "-" if forecast is None else f"{forecast.i90[0]:+.1%} … {forecast.i90[1]:+.1%}",
        "-" if one.measured is None else f"{one.measured.value:+.1%}",
        f"{one.truth:+.1%}",
    )
