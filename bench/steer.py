"""What steering gains and whether claims stay honest beneath it, in one configuration.

The worlds are drawn, not real: tests of 2 to 8 arms (mostly 4), about 14,400 people in 24 hourly batches, rates around
1.6% that differ within a test by 13% (relative, log-normal): sizes and spread of published headline tests, in which
equal shares lose 12% of the best arm's conversions. The prior's spread is learned from 200 tests of another seed.

`gain_floor_*`: of what always showing the best arm would add over equal shares, the part that steering got; a tenth of
the people always assigned uniformly. `false_positive`: how often the batched estimator calls two equal arms different
at 5%, in streams whose rate swings by half up and down over the day; the worse of the two floors.

    python -m bench.steer
"""

import json
import sys
import time

import numpy as np
from msgspec.structs import replace

from liftloop.inference.adaptive import BatchSums, batched_difference, weighted_difference
from liftloop.inference.arrays import Flags, Floats
from liftloop.inference.steering import Steering, next_shares, patience, propensities
from liftloop.inference.thompson import Batches, beta_beliefs, past_spread

ARMS = {2: 0.1, 3: 0.15, 4: 0.45, 5: 0.12, 6: 0.13, 8: 0.05}
TESTS, STREAMS, PAST_TESTS = 6_000, 20_000, 200
BATCHES, PEOPLE, PEOPLE_SPREAD, PEOPLE_MIN = 24, 14_400, 0.5, 4_000
RATE, RATE_SPREAD, ARM_SPREAD = 0.016, 0.4, 0.13
DRIFT = 0.5
GROUP = 2_000  # Streams simulated at once; their arrays stay small.
Z = 1.959964
FALSE_MAX, FALSE_AIM = 0.055, 0.052
GAINS = {0.1: (0.20, 0.25), 0.02: (0.33, 0.40)}


def rates_of(count: int, arms: int, spread: float, dice: np.random.Generator) -> Floats:
    level = RATE * np.exp(dice.normal(0, RATE_SPREAD, (count, 1)))
    return np.asarray(np.minimum(level * np.exp(dice.normal(0, spread, (count, arms))), 0.5))


def sizes_of(count: int, dice: np.random.Generator) -> Floats:
    size = PEOPLE * np.exp(dice.normal(0, PEOPLE_SPREAD, count) - PEOPLE_SPREAD**2 / 2)
    return np.asarray(np.round(np.maximum(size, PEOPLE_MIN) / BATCHES))


def simulate(
    steering: Steering, rates: Floats, spread: float, drift: float, dice: np.random.Generator
) -> tuple[Batches, Floats]:
    """Return what was assigned and converted, and the chances [tests, batches, arms] that were logged."""
    count, arms = rates.shape
    size = sizes_of(count, dice)
    people, total, chance = (np.zeros((count, BATCHES, arms)) for _ in range(3))
    share = np.full((count, arms), 1 / arms)
    start = dice.uniform(0, 1, (count, 1))
    for batch in range(BATCHES):
        chance[:, batch] = propensities(steering, share)
        people[:, batch] = dice.multinomial(size.astype(np.int64), chance[:, batch])
        hour = 1 + drift * np.sin(2 * np.pi * (batch / BATCHES + start))
        total[:, batch] = dice.binomial(people[:, batch].astype(np.int64), rates * hour)
        so_far = Batches(people=people[:, : batch + 1], total=total[:, : batch + 1])
        beliefs = beta_beliefs(so_far, spread)
        elapsed = (batch + 1) / BATCHES
        share = next_shares(steering, beliefs, share, total.sum(axis=(1, 2)), elapsed).share
    return Batches(people=people, total=total), chance


def learned_spread(dice: np.random.Generator) -> float:
    rates, people = [], []
    for arms, part in ARMS.items():
        count = round(PAST_TESTS * part)
        size = np.repeat(sizes_of(count, dice)[:, None] * BATCHES / arms, arms, axis=1).round()
        seen = dice.binomial(size.astype(np.int64), rates_of(count, arms, ARM_SPREAD, dice)) / size
        rates += list(seen)
        people += list(size)
    return past_spread(rates, people)


def gain(steering: Steering, spread: float, seed: int) -> float:
    got, best, equal = 0.0, 0.0, 0.0
    for arms, part in ARMS.items():
        dice = np.random.default_rng((seed, arms))
        rates = rates_of(round(TESTS * part), arms, ARM_SPREAD, dice)
        people = simulate(steering, rates, spread, 0.0, dice)[0].people.sum(axis=1)
        got += float((people * rates).sum())
        best += float((people.sum(axis=1) * rates.max(axis=1)).sum())
        equal += float((people.sum(axis=1) * rates.mean(axis=1)).sum())
    print(f"  equal shares lose {1 - equal / best:.1%} of the best", file=sys.stderr)
    return (got - equal) / (best - equal)


def false_claims(steering: Steering, spread: float, seed: int) -> tuple[float, float, float]:
    """Return how often equal arms 0 and 1 are told apart: batched, adaptively weighted, and by pooled means."""
    found: list[Flags] = []
    for arms, part in ARMS.items():
        left, dice = round(STREAMS * part), np.random.default_rng((seed, arms))
        while left > 0:
            count = min(left, GROUP)
            rates = rates_of(count, arms, 0.0, dice)
            batches, chance = simulate(steering, rates, spread, DRIFT, dice)
            found += [claims(batches, chance, row) for row in range(count)]
            left -= count
    shares = np.mean(found, axis=0)
    return float(shares[0]), float(shares[1]), float(shares[2])


def claims(batches: Batches, chance: Floats, row: int) -> Flags:
    people, total = batches.people[row], batches.total[row]
    sums = BatchSums(people=people, total=total, square=total, chance=chance[row])
    z = [batched_difference(sums, 1, 0).z, weighted_difference(sums, 1, 0).z, pooled_z(people, total)]
    return np.abs(z) > Z


def pooled_z(people: Floats, total: Floats) -> float:
    size, sums = people.sum(axis=0)[:2], total.sum(axis=0)[:2]
    rate = float(sums.sum() / size.sum())
    error = np.sqrt(rate * (1 - rate) * (1 / size).sum())
    return float((sums[1] / size[1] - sums[0] / size[0]) / error) if error > 0 else 0.0


def main() -> None:
    started = time.process_time()
    spread = learned_spread(np.random.default_rng(1))
    print(f"spread within past tests: {spread:.3f} (true {ARM_SPREAD})", file=sys.stderr)
    worst, gains = 0.0, {}
    for floor, (must, aim) in GAINS.items():
        steering = Steering(floor=floor, conversions_min=patience(PAST_TESTS))
        gains[floor] = gain(steering, spread, seed=2)
        batched, weighted, pooled = false_claims(steering, spread, seed=3)
        waiting = gain(replace(steering, conversions_min=patience(0)), spread, seed=2)
        worst = max(worst, batched)
        print(
            f"floor {floor:.0%}: gain {gains[floor]:.1%} (waiting for 100 conversions {waiting:.1%}); false claims: "
            f"batched {batched:.2%}, weighted {weighted:.2%}, pooled means {pooled:.2%}",
            file=sys.stderr,
        )
        if gains[floor] < aim:
            print(f"{'missed' if gains[floor] < must else 'aim missed'}: gain at floor {floor:.0%}", file=sys.stderr)
    if worst > FALSE_AIM:
        print(f"{'missed' if worst > FALSE_MAX else 'aim missed'}: false positives {worst:.2%}", file=sys.stderr)
    print(f"{TESTS} tests, {STREAMS} streams a floor, {time.process_time() - started:.0f} s CPU", file=sys.stderr)
    print(
        json.dumps(
            {
                "false_positive": round(worst, 4),
                "gain_floor_10": round(gains[0.1], 4),
                "gain_floor_2": round(gains[0.02], 4),
            }
        )
    )


if __name__ == "__main__":
    main()
