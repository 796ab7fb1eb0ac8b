"""How often 48 looks at an experiment without an effect find one, and what the looks cost in power.

Drawn experiments: two halves of 12,000 people each in 48 hourly batches of uneven size, 5% of whom convert; looked at
after every hour at the planned boundaries (5%, two-sided). `power_ratio`: of the experiments with a lift of 15% that a
single look at the end proves, how many the 48 looks prove. Fractions are those of the planned people.

    python -m bench.looks
"""

import json
import sys
import time

import numpy as np

from liftloop.inference.arrays import Flags, Floats
from liftloop.inference.sequential import planned_boundaries, sequence_limit

STREAMS, LOOKS, PEOPLE = 20_000, 48, 12_000
RATE, LIFT, ALPHA, Z = 0.05, 0.15, 0.05, 1.959964
FALSE_MAX, FALSE_AIM, RATIO_MIN, RATIO_AIM = 0.055, 0.052, 0.94, 0.96


def hourly_people() -> Floats:
    """Return people of each hour and half: the day is three times as busy as the night."""
    hour = np.arange(LOOKS) % 24
    weight = np.where((hour >= 8) & (hour < 23), 3.0, 1.0)
    return np.asarray(np.round(PEOPLE * weight / weight.sum()))


def standard_scores(lift: float, dice: np.random.Generator) -> Floats:
    """Return z [streams, looks] of the difference so far, with the variance estimated from the same people."""
    people = hourly_people()
    drawn = [
        dice.binomial(people.astype(np.int64), rate, (STREAMS, LOOKS)).cumsum(axis=1)
        for rate in (RATE * (1 + lift), RATE)
    ]
    size = people.cumsum()
    treated, control = (part / size for part in drawn)
    variance = (treated * (1 - treated) + control * (1 - control)) / size
    return np.asarray((treated - control) / np.sqrt(np.maximum(variance, 1e-12)))


def ever(z: Floats, limits: Floats) -> Flags:
    return np.asarray((np.abs(z) > limits).any(axis=1))


def main() -> None:
    started = time.process_time()
    size = hourly_people().cumsum()
    fractions = (size / size[-1]).tolist()
    limits = np.array(planned_boundaries(fractions, ALPHA))
    band = np.array([sequence_limit(fraction, ALPHA) for fraction in fractions])
    null, lifted = (standard_scores(lift, np.random.default_rng(seed)) for lift, seed in ((0.0, 1), (LIFT, 2)))
    false_positive = float(ever(null, limits).mean())
    fixed = float((np.abs(lifted[:, -1]) > Z).mean())
    ratio = float(ever(lifted, limits).mean()) / fixed
    plain = ever(null, np.full(LOOKS, Z)).mean()
    print(
        f"plain test at every look {plain:.1%} false, "
        f"confidence sequence {ever(null, band).mean():.1%}; "
        f"power: one look {fixed:.1%}, 48 looks {ratio * fixed:.1%}, "
        f"confidence sequence {ever(lifted, band).mean():.1%}",
        file=sys.stderr,
    )
    for name, missed, limit in (
        ("missed", false_positive > FALSE_MAX or ratio < RATIO_MIN, "5.5% and 94%"),
        ("aim missed", false_positive > FALSE_AIM or ratio < RATIO_AIM, "5.2% and 96%"),
    ):
        if missed:
            print(f"{name}: {false_positive:.2%} false, {ratio:.1%} of the power; {limit}", file=sys.stderr)
            break
    print(f"{STREAMS} streams of {2 * PEOPLE} people, {time.process_time() - started:.0f} s CPU", file=sys.stderr)
    print(json.dumps({"false_positive": round(false_positive, 4), "power_ratio": round(ratio, 4)}))


if __name__ == "__main__":
    main()
