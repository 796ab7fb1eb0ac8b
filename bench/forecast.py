"""Whether frozen forecasts keep their word in a market whose effects drift, given that the plan was launched.

Each seed draws a shop of the frozen world `drift`; campaigns follow each other every 35 days, each forecast from the
campaigns before it and never from itself, launched where the study says ready, and measured 30 days later as a report
measures it. `bias`: summed forecast over summed true lift, minus one (`bias_measured`: over the measured lift),
`bias_error` its standard error over seeds; `bias_usual`, `bias_usual_error`: the same over the lifts of a market in
its usual mood, for no forecast can know the mood of a coming week, and a few weeks' moods move `bias` by 5% and more.
`coverage_90`: share of 90% intervals that held the measured lift. `width_ratio`: their mean width over that of the
measured lift's own 90% interval. `cold` begins with nothing but orders, `learned` with ten past campaigns.

    python -m bench.forecast [--seeds 12] [--members 20000] [--campaigns 4] [--plot FOLDER]
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from bench.policy import FEN_A_MEMBER, UNTIL_MS, seeds_of
from liftloop.app.proving.runs import GAP_DAYS, Played, Series, play
from liftloop.inference.arrays import Floats
from liftloop.inference.intervals import z_two_sided
from liftloop.simulate.history import past
from liftloop.simulate.world import Variant, frozen_world

GOAL = 0.01
SEEDS, MEMBERS, CAMPAIGNS = 12, 30_000, 4
BIAS, COVERAGE, WIDTH = (0.05, 0.02), ((0.86, 0.94), (0.88, 0.92)), (2.5, 2.0)


class Kept(Struct, frozen=True, kw_only=True):
    """What became of a set of launched forecasts."""

    bias: float
    bias_error: float
    bias_usual: float
    bias_usual_error: float
    bias_measured: float
    coverage_90: float
    coverage_true: float
    width_ratio: float
    campaigns: int


def launched(world: Variant, seed: int, members: int, campaigns: int, cold: bool) -> list[Played]:
    drawn = past(
        frozen_world(world, members), np.random.default_rng(seed), UNTIL_MS, ahead_days=(campaigns + 2) * GAP_DAYS
    )
    series = Series(
        campaigns=campaigns, size=GOAL, budget_fen=members * FEN_A_MEMBER, salt=f"forecast {seed}", cold=cold
    )
    played = play(drawn, "liftloop", series).campaigns
    for one in played:
        told = (
            f"{one.forecast.point:+.4f} {one.forecast.i90[0]:+.4f}..{one.forecast.i90[1]:+.4f}" if one.forecast else ""
        )
        measured = f"{one.measured.value:+.4f} ± {one.measured.error:.4f}" if one.measured else "-"
        print(
            f"{world} seed {seed}{' cold' if cold else ''} #{one.number}: {one.status} {one.reason} forecast {told}, "
            f"true {one.truth:+.4f} ({one.usual:+.4f} in the usual mood), measured {measured}",
            file=sys.stderr,
        )
    return [one for one in played if one.status == "ready" and one.measured is not None]


def kept(series: Sequence[Sequence[Played]]) -> Kept:
    """Return the figures of launched campaigns, one sequence a series; NaN where none was launched."""
    played = [one for each in series for one in each if one.forecast and one.measured]
    if not played:
        return Kept(**dict.fromkeys(Kept.__struct_fields__, math.nan) | {"campaigns": 0})
    pairs = [(one.forecast, one.measured, one.truth) for one in played if one.forecast and one.measured]
    width = float(np.mean([forecast.i90[1] - forecast.i90[0] for forecast, _, _ in pairs]))
    own = float(np.mean([2 * z_two_sided(0.9) * measured.error for _, measured, _ in pairs]))
    sums = np.array([_sums(each) for each in series])
    bias, bias_error = _bias(sums[:, 0], sums[:, 1])
    usual, usual_error = _bias(sums[:, 0], sums[:, 2])
    return Kept(
        bias=bias,
        bias_error=bias_error,
        bias_usual=usual,
        bias_usual_error=usual_error,
        bias_measured=_bias(sums[:, 0], sums[:, 3])[0],
        coverage_90=float(np.mean([one.i90[0] <= measured.value <= one.i90[1] for one, measured, _ in pairs])),
        coverage_true=float(np.mean([one.i90[0] <= truth <= one.i90[1] for one, _, truth in pairs])),
        width_ratio=width / own,
        campaigns=len(pairs),
    )


def _sums(played: Sequence[Played]) -> tuple[float, float, float, float]:
    told = [
        (one.forecast.point, one.truth, one.usual, one.measured.value)
        for one in played
        if one.forecast and one.measured
    ]
    forecast, truth, usual, measured = np.array(told).sum(axis=0).tolist() if told else (0.0, 0.0, 0.0, 0.0)
    return forecast, truth, usual, measured


def _bias(forecast: Floats, lift: Floats) -> tuple[float, float]:
    """Return summed forecast over summed lift minus one, and its standard error by leaving out one series at a time."""
    bias = float(forecast.sum() / lift.sum()) - 1
    if forecast.size < 2:
        return bias, math.nan
    without = (forecast.sum() - forecast) / (lift.sum() - lift) - 1
    return bias, math.sqrt((forecast.size - 1) * float(without.var()))


def told_of(all_: Kept) -> dict[str, Any]:
    return {name: round(value, 4) for name, value in zip(all_.__struct_fields__, _values(all_), strict=True)}


def _values(one: Kept) -> list[float]:
    return [getattr(one, name) for name in one.__struct_fields__]


def missed_of(found: Kept) -> list[str]:
    missed: list[str] = []
    for place, word in ((1, "aim"), (0, "must")):
        low, high = COVERAGE[place]
        bad = {
            "bias": not abs(found.bias) <= BIAS[place],
            "coverage_90": not low <= found.coverage_90 <= high,
            "width_ratio": not found.width_ratio <= WIDTH[place],
        }
        for name, is_bad in bad.items():
            if is_bad:
                missed = [one for one in missed if not one.startswith(name)] + [f"{name}: {word}"]
    return missed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", help="the last line is JSON in any case")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--first", type=int, default=1, help="the first of the fixed seeds")
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--campaigns", type=int, default=CAMPAIGNS)
    parser.add_argument("--world", default="drift")
    parser.add_argument("--states", default="learned,cold")
    parser.add_argument("--plot", type=Path, help="a folder for forecast.png")
    given = parser.parse_args()
    started = time.process_time()
    found = {
        state: [
            launched(given.world, seed, given.members, given.campaigns, state == "cold")
            for seed in seeds_of(given.seeds, given.first)
        ]
        for state in given.states.split(",")
    }
    # The states of one seed share its market: they are one series where errors over seeds are asked for.
    together = kept([[one for each in seed for one in each] for seed in zip(*found.values(), strict=True)])
    told = told_of(together) | {state: told_of(kept(series)) for state, series in found.items()}
    everything = [one for series in found.values() for each in series for one in each]
    print(f"{time.process_time() - started:.0f} s CPU, one thread", file=sys.stderr)
    if given.plot and everything:
        from bench.forecast_picture import draw_forecasts

        path = draw_forecasts(f"Forecasts in the world {given.world}", everything, given.plot / "forecast.png")
        print(path, file=sys.stderr)
    print(json.dumps(told | {"missed": missed_of(together)}))


if __name__ == "__main__":
    main()
