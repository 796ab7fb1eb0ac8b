"""Give ten million people at most one of 50 actions each, under a budget and five channel caps.

The people are drawn: the value of an action is its own mean times a person's response, skewed; its cost depends on the
action and on who would redeem it. Limits are what a campaign has: money for about a fifth of what all would like, five
channels of unequal room. `gap` is the share of the dual bound that is missing; violations are recounted from the
actions alone. `seconds` is wall time of the allocation on one thread (CPU seconds on stderr), `rss_gb` the peak of the
whole process, tables included.

    python -m bench.allocate [PEOPLE]
"""

import json
import resource
import sys
import time

import numpy as np

from liftloop.inference.allocation import NO_ACTION, Allocation, Constraint, Problem, allocate

PEOPLE, ACTIONS, CHANNELS = 10_000_000, 50, 5
DRAWN_AT_ONCE = 250_000
SECONDS_MAX, SECONDS_AIM, RSS_MAX, GAP_MAX, GAP_AIM = 60, 20, 6.0, 0.003, 0.0005
BUDGET_PER_PERSON = 0.2
ROOM = (0.02, 0.05, 0.03, 0.08, 0.015)


def drawn(people: int) -> Problem:
    """Return values and costs [people, 50] in single precision, and the six limits."""
    chance = np.random.default_rng(1)
    liking, price = chance.gamma(2, 0.5, ACTIONS), chance.uniform(0.1, 2, ACTIONS)
    channel = chance.integers(0, CHANNELS, ACTIONS)
    value, cost = (np.empty((people, ACTIONS), dtype=np.float32) for _ in range(2))
    for first in range(0, people, DRAWN_AT_ONCE):
        rows = slice(first, min(first + DRAWN_AT_ONCE, people))
        shape = value[rows].shape
        response = np.exp(chance.standard_normal((shape[0], 1), dtype=np.float32))
        value[rows] = response * liking * chance.standard_exponential(shape, dtype=np.float32) - 0.2
        cost[rows] = price * (0.5 + chance.random(shape, dtype=np.float32))
    caps = [
        Constraint(name=f"channel {c}", limit=float(int(people * room)), use=(channel == c) * 1.0)
        for c, room in enumerate(ROOM)
    ]
    budget = Constraint(name="budget", limit=BUDGET_PER_PERSON * people, use=cost)
    return Problem(value=value, constraints=(budget, *caps))


def violations(problem: Problem, plan: Allocation) -> int:
    """Return how many limits the actions break, summed afresh in double precision."""
    people = np.flatnonzero(plan.action != NO_ACTION)
    taken = plan.action[people]
    used = [
        float((item.use[taken] if item.use.ndim == 1 else item.use[people, taken]).sum(dtype=np.float64))
        for item in problem.constraints
    ]
    return sum(amount > item.limit * (1 + 1e-9) for amount, item in zip(used, problem.constraints, strict=True))


def main() -> None:
    numbers = [int(each.replace("_", "")) for each in sys.argv[1:] if not each.startswith("-")]
    people = numbers[0] if numbers else PEOPLE
    problem = drawn(people)
    started, worked = time.perf_counter(), time.process_time()
    plan = allocate(problem)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    broken = violations(problem, plan)
    rss_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    gap = plan.certificate.gap
    print(f"{worked:.1f} s CPU; {np.mean(plan.action != NO_ACTION):.1%} of the people get an action", file=sys.stderr)
    for use in plan.certificate.uses:
        share = use.used / use.limit
        print(f"  {use.name}: {share:.3%} used, one more unit buys {use.shadow_price:.4f}", file=sys.stderr)
    if seconds > SECONDS_MAX or rss_gb > RSS_MAX or broken or gap > GAP_MAX:
        print("missed: 60 s, 6 GB, no violation, a gap of 0.3%", file=sys.stderr)
    elif seconds > SECONDS_AIM or gap > GAP_AIM:
        print("aim missed: 20 s, a gap of 0.05%", file=sys.stderr)
    figures = {"seconds": round(seconds, 2), "rss_gb": round(rss_gb, 2), "violations": broken, "gap": round(gap, 6)}
    print(json.dumps({**figures, "people": people, "actions": ACTIONS}))


if __name__ == "__main__":
    main()
