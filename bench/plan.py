"""From a sentence to a forecast for a million people and twenty actions: parsing, learning, scoring, solving, telling.

People are those of a simulated shop, repeated until there are as many as asked for, with as many past random contacts
as a study reads at the most (400,000), and three outcomes that must not be harmed, one of them named. Reading them from
the lake is not in `seconds`; `cpu_seconds` is what to compare on a busy machine.

    python -m bench.plan [--people 1000000]
"""

import argparse
import json
import resource
import sys
import time
from datetime import UTC, datetime
from typing import Literal

import numpy as np
from msgspec.structs import replace

from bench.policy import FEN_A_MEMBER, UNTIL_MS
from liftloop.app.planning.reading import LOG_ROWS_MAX
from liftloop.app.proving.seen import Question, drawn_of, inputs_at, menu_of
from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.goal.contract import Understood
from liftloop.plan.goal.grammar import parse_goal
from liftloop.plan.inputs import Guarded, People, StudyInputs
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.plan.study.whole import study
from liftloop.plan.writing.planned import Head, record_of
from liftloop.simulate.history import past
from liftloop.simulate.market import Market
from liftloop.simulate.world import sample_shop

TEXT = "30天内复购率 +5%，预算 100 万元"
PEOPLE, MEMBERS = 1_000_000, 200_000
WATCHED: tuple[tuple[str, Literal["no_drop", "no_rise"]], ...] = (
    ("gross_profit", "no_drop"),
    ("refund_rate", "no_rise"),
    ("average_order_value", "no_drop"),
)
"""What a plan looks at beside its goal."""
MUST_S, AIM_S = 120.0, 30.0


def inputs_of(people: int) -> StudyInputs:
    """Return what a shop of so many eligible people would give a study."""
    drawn = past(sample_shop(MEMBERS), np.random.default_rng(1), UNTIL_MS, ahead_days=60)
    market, options = Market(drawn), menu_of(drawn.world)
    log = [drawn_of(drawn.world, options, each) for each in drawn.campaigns]
    budget = people * FEN_A_MEMBER
    asked = Question(options=options, now_ms=UNTIL_MS, size=0.05, budget_fen=budget, salt="plan")
    inputs = inputs_at(market, log, asked)
    assert inputs.contacts is not None
    few = inputs.people
    place = np.arange(people) % few.count
    many = People(
        profile=np.arange(people, dtype=np.int64),
        features={name: column[place] for name, column in few.features.items()},
        reach=few.reach[place],
    )
    rows = np.arange(min(inputs.contacts.count, LOG_ROWS_MAX))
    given = {
        name: ({feature: column[rows] for feature, column in value.items()} if isinstance(value, dict) else value[rows])
        for name in inputs.contacts.__struct_fields__
        if (value := getattr(inputs.contacts, name)) is not None
    }
    guarded = tuple(
        Guarded(metric=BUILT_IN_CATALOGUE.by_id[metric], comparison=comparison, named=metric == "gross_profit")
        for metric, comparison in WATCHED
    )
    contacts = type(inputs.contacts)(**given)
    spent = np.random.default_rng(2).lognormal(4, 1, (len(rows), len(WATCHED))) * (contacts.outcome > 0)[:, None]
    contacts = replace(contacts, guarded=spent)
    return replace(inputs, people=many, contacts=contacts, budget_fen=budget, guarded=guarded)


def understood_of(text: str, catalogue: Catalogue) -> Understood:
    now = datetime.fromtimestamp(UNTIL_MS / 1000, UTC)
    return parse_goal(text, language="zh-CN", catalogue=catalogue, now=now, answers={})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", help="the last line is JSON in any case")
    parser.add_argument("--people", type=int, default=PEOPLE)
    given = parser.parse_args()
    inputs = inputs_of(given.people)
    assert inputs.contacts is not None
    print(f"{inputs.contacts.count} logged rows, {len(inputs.people.features)} features", file=sys.stderr)
    started, cpu = time.perf_counter(), time.process_time()
    understood = understood_of(TEXT, BUILT_IN_CATALOGUE)
    found = study(replace(inputs, goal=understood.goal, budget_fen=understood.goal.budget_fen))
    head = Head(plan_id="plan-bench", created_ms=UNTIL_MS, understood=understood)
    record = record_of(head, inputs, found)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    print(f"{record.status} {found.reason}: {record.sentence.en}", file=sys.stderr)
    missed = [f"seconds: {'must' if seconds > MUST_S else 'aim'}"] if seconds > AIM_S else []
    told = {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu_seconds, 1),
        "people": given.people,
        "actions": len(inputs.options),
        "rss_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "missed": missed,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
