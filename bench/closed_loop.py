"""Campaign after campaign in one market with known truth: Liftloop beside a team's habits and an oracle.

Every player lives the same market with the same luck, the same holdout share and the same limits; the planner learns
from its own campaigns. Profit is the margin of all orders less messages and coupons, over leaving everybody alone.
`profit_share_of_oracle`, `versus_blast`, `versus_rfm` are ratios and differences of profit summed over seeds, the last
two in fen a member and campaign; `coverage_90` counts the launched forecasts.

    python -m bench.closed_loop [--seeds 4] [--members 20000] [--campaigns 6]
"""

import argparse
import json
import sys
import time

import numpy as np

from bench.forecast import kept
from bench.policy import UNTIL_MS, seeds_of
from liftloop.app.proving.runs import GAP_DAYS, Played, Player, Series, play
from liftloop.simulate.history import past
from liftloop.simulate.world import sample_shop

PLAYERS: tuple[Player, ...] = ("nobody", "liftloop", "blast", "rfm", "response", "oracle")
SEEDS, MEMBERS, CAMPAIGNS = 4, 20_000, 6
GOAL = 0.01


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", help="the last line is JSON in any case")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--campaigns", type=int, default=CAMPAIGNS)
    given = parser.parse_args()
    started = time.process_time()
    profit = dict.fromkeys(PLAYERS, 0.0)
    launched: list[list[Played]] = []
    seeds = seeds_of(given.seeds)
    for seed in seeds:
        drawn = past(
            sample_shop(given.members),
            np.random.default_rng(seed),
            UNTIL_MS,
            ahead_days=(given.campaigns + 2) * GAP_DAYS,
        )
        series = Series(campaigns=given.campaigns, size=GOAL, budget_fen=None, salt=f"loop {seed}")
        runs = {player: play(drawn, player, series) for player in PLAYERS}
        for player, run in runs.items():
            profit[player] += run.earned_fen - runs["nobody"].earned_fen
        launched.append([one for one in runs["liftloop"].campaigns if one.status == "ready" and one.measured])
        parts = ", ".join(f"{name} {value / 100:,.0f}" for name, value in profit.items())
        print(f"seed {seed}: profit so far in yuan: {parts}", file=sys.stderr)
    each = len(seeds) * given.members * given.campaigns
    forecasts = kept(launched)
    print(f"{time.process_time() - started:.0f} s CPU, one thread", file=sys.stderr)
    told = {
        "profit_share_of_oracle": round(profit["liftloop"] / profit["oracle"], 4),
        "versus_blast": round((profit["liftloop"] - profit["blast"]) / each, 3),
        "versus_rfm": round((profit["liftloop"] - profit["rfm"]) / each, 3),
        "coverage_90": round(forecasts.coverage_90, 4),
        "campaigns": len(seeds) * given.campaigns,
        "fen_per_member": {name: round(value / each, 3) for name, value in profit.items()},
    }
    print(json.dumps(told | {"missed": []}))


if __name__ == "__main__":
    main()
