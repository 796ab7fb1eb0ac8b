"""How much of what could be had the study's policy gets, on four frozen worlds with known truth.

Each seed draws a shop anew, with its past randomised campaigns; 10,000 members give about 20,000 logged rows, 50,000
give 100,000. The study plans for 1 yuan a member. `value_*` is (V - V_nobody) / (V_oracle - V_nobody) in expected
additional buyers, over all seeds of a world together: V as the plan would draw (exploration included), the oracle on
the same people without exploration, same holdout, same budget. `harm_share`: seeds in which fewer buy than if the arm
that is truly best for all had been given to as many as the budget pays for, by more than 0.5%. `null_claims`: seeds of
the null world in which a lift was forecast. A few seeds come from the commit's hash.

    python -m bench.policy [--seeds 10] [--worlds weak,drift] [--sizes 20000] [--plot FOLDER]
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from liftloop.app.proving.seen import Question, drawn_of, inputs_at, menu_of
from liftloop.app.proving.worth import Outcome, judge_of
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.study.whole import study
from liftloop.simulate.history import past
from liftloop.simulate.market import Market
from liftloop.simulate.world import Variant, frozen_world

UNTIL_MS = 1_788_192_000_000  # 2026-09-01 00:00 in Shanghai.
MEMBERS = {20_000: 10_000, 100_000: 50_000}
FEN_A_MEMBER = 100
GOAL = 0.01  # Small, so that the policy is judged and not the goal.
TOLERANCE = 0.005
MUST = {20_000: 0.85, 100_000: 0.92}
AIM = {20_000: 0.92, 100_000: 0.97}
HARM_MAX, HARM_AIM = 0.05, 0.01
SEEDS = {20_000: 20, 100_000: 6}
FROM_COMMIT = 2  # Of the seeds, those that nobody can have tried before the commit was made.


def shop(world: Variant, members: int, seed: int) -> tuple[Market, StudyInputs]:
    drawn = past(frozen_world(world, members), np.random.default_rng(seed), UNTIL_MS, ahead_days=60)
    market, options = Market(drawn), menu_of(drawn.world)
    log = [drawn_of(drawn.world, options, each) for each in drawn.campaigns]
    asked = Question(
        options=options, now_ms=UNTIL_MS, size=GOAL, budget_fen=members * FEN_A_MEMBER, salt=f"{world} {seed}"
    )
    return market, inputs_at(market, log, asked)


def judged(world: Variant, members: int, seed: int) -> Outcome:
    market, inputs = shop(world, members, seed)
    found = study(inputs)
    outcome = judge_of(market, inputs).outcome(found)
    rows = inputs.contacts.count if inputs.contacts else 0
    rule = found.judged.selected.rule if found.judged else "-"
    print(
        f"{world} {members} seed {seed}: {rows} rows, {outcome.status} {outcome.reason} {rule}, "
        f"value {outcome.share:.1%} of {outcome.oracle:.0f} buyers, static {outcome.static_arm} "
        f"{outcome.static / max(outcome.oracle, 1e-9):.1%}, spent {outcome.cost_fen / (members * FEN_A_MEMBER):.0%}",
        file=sys.stderr,
    )
    return outcome


def seeds_of(count: int, first: int = 1) -> list[int]:
    """Return fixed seeds from `first` on, and a few that come from the commit that is measured."""
    fresh = min(FROM_COMMIT, count // 2)
    folder = Path(__file__).parent
    asked = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=folder, check=False)
    commit = int(asked.stdout.strip() or "0", 16)
    return [
        *range(first, first + count - fresh),
        *(1_000 + (commit >> (16 * place)) % 1_000_000 for place in range(fresh)),
    ]


def value_of(outcomes: Sequence[Outcome]) -> float:
    return sum(one.value for one in outcomes) / max(sum(one.oracle for one in outcomes), 1e-9)


def figures(found: dict[tuple[Variant, int], list[Outcome]]) -> dict[str, Any]:
    worlds: dict[str, dict[str, float]] = {}
    for (world, size), outcomes in found.items():
        row = worlds.setdefault(world, {})
        row[f"value_{size // 1000}k"] = round(100 * value_of(outcomes), 1) if world != "null" else 0.0
    for world, row in worlds.items():
        everything = [one for (name, _), outcomes in found.items() if name == world for one in outcomes]
        row["harm_share"] = round(float(np.mean([one.harmed(TOLERANCE) for one in everything])), 4)
    judged_worlds = [row for world, row in worlds.items() if world != "null"]
    told: dict[str, Any] = {"worlds": worlds}
    for size in MEMBERS:
        values = [row[f"value_{size // 1000}k"] for row in judged_worlds if f"value_{size // 1000}k" in row]
        told[f"value_{size // 1000}k"] = min(values, default=None)
    told["harm_share"] = max((row["harm_share"] for row in worlds.values()), default=None)
    claims = [one.status == "ready" for (world, _), outcomes in found.items() if world == "null" for one in outcomes]
    told["null_claims"] = sum(claims)
    told["seeds"] = sum(len(outcomes) for outcomes in found.values())
    told["missed"] = missed_of(told)
    return told


def missed_of(told: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for size in MEMBERS:
        name = f"value_{size // 1000}k"
        value = told[name]
        if value is not None and value < 100 * AIM[size]:
            found.append(f"{name}: {'must' if value < 100 * MUST[size] else 'aim'}")
    if told["harm_share"] is not None and told["harm_share"] > HARM_AIM:
        found.append(f"harm_share: {'must' if told['harm_share'] > HARM_MAX else 'aim'}")
    return [*found, *(["null_claims: must"] if told["null_claims"] else [])]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", help="the last line is JSON in any case")
    parser.add_argument("--seeds", type=int, help="seeds a world at 20,000 rows; a third of them at 100,000")
    parser.add_argument("--worlds", default=",".join(get_args(Variant)))
    parser.add_argument("--sizes", default=",".join(map(str, MEMBERS)))
    parser.add_argument("--plot", type=Path, help="a folder for policy.png")
    given = parser.parse_args()
    counts = dict(SEEDS) if given.seeds is None else {20_000: given.seeds, 100_000: max(1, given.seeds // 3)}
    started = time.process_time()
    found: dict[tuple[Variant, int], list[Outcome]] = {}
    for world in given.worlds.split(","):
        for size in map(int, given.sizes.split(",")):
            found[world, size] = [judged(world, MEMBERS[size], seed) for seed in seeds_of(counts[size])]
    print(f"{time.process_time() - started:.0f} s CPU, one thread", file=sys.stderr)
    if given.plot:
        from bench.policy_picture import draw_values

        sizes = dict.fromkeys(size for _, size in found)
        by_size = {size: {world: each for (world, of), each in found.items() if of == size} for size in sizes}
        print(draw_values(by_size, MUST, AIM, given.plot / "policy.png"), file=sys.stderr)
    print(json.dumps(figures(found)))


if __name__ == "__main__":
    main()
