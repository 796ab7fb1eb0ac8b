"""How many sentences the goal grammar reads exactly, to the last field; every miss goes to stderr.

`accuracy` and `phrasings` are over the sets that the grammar was built on (`fitted`): a regression figure.
`held_out` is over phrasings that were measured once and never mended for; only they say how new sentences fare.
What each set scored at first sight stands in tests/golden/plan/README.md.

    python -m bench.goals
"""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.plain_text import is_chinese
from liftloop.plan.goal.contract import Goal, ScopeCondition, Understood, Waves
from liftloop.plan.goal.grammar import parse_goal
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "plan"
FITTED = ("dev", "heldout", "heldout_second", "trades", "waves")
HELD_OUT = ("fresh",)
PHRASINGS_MIN = 200
DEFAULTS: Mapping[str, Any] = {
    "metric": None,
    "direction": None,
    "size": None,
    "size_kind": None,
    "against": "nobody",
    "against_period": None,
    "stated_baseline": None,
    "window_days": None,
    "starts": None,
    "ends": None,
    "festival": None,
    "scope": [],
    "budget_fen": None,
    "budget_period": None,
    "channels": [],
    "caps": [],
    "guardrails": [],
    "standing": None,
    "waves": None,
    "questions": [],
}
"""What a phrasing's `expect` leaves out."""


def load(name: str) -> tuple[datetime, list[tuple[str, dict[str, Any]]]]:
    """Return the day on which a set of phrasings was typed, and its sentences with what they mean."""
    held = json.loads((GOLDEN / f"phrasings_{name}.json").read_text(encoding="utf-8"))
    return datetime.fromisoformat(held["now"]), [(p["text"], p["expect"]) for p in held["phrasings"]]


def flat(understood: Understood) -> dict[str, Any]:
    """Return what was understood as plain values, in the form of the phrasings."""
    goal: Goal = understood.goal
    return {
        **{name: getattr(goal, name) for name in DEFAULTS if hasattr(goal, name)},
        "starts": goal.starts.isoformat() if goal.starts else None,
        "ends": goal.ends.isoformat() if goal.ends else None,
        "scope": [_scope(condition) for condition in goal.scope],
        "channels": [f"{wish.wish} {wish.channel}" for wish in goal.channels],
        "caps": [f"{cap.touches_max}/{cap.period}" for cap in goal.caps],
        "guardrails": [
            f"{g.metric} {g.comparison}" + ("" if g.value is None else f" {g.value:g}") for g in goal.guardrails
        ],
        "waves": _waves(goal.waves),
        "questions": [question.id for question in understood.questions],
    }


def _waves(waves: Waves | None) -> str | None:
    if waves is None:
        return None
    return f"{waves.count or 0}" + (f"/{waves.every_s}" if waves.every_s is not None else "")


def _scope(condition: ScopeCondition) -> str:
    days = f"/{condition.days}" if condition.days is not None else ""
    return f"{'not ' if condition.excluded else ''}{condition.kind}={condition.value}{days}"


def read(text: str, now: datetime) -> dict[str, Any]:
    """Return how a sentence is read; a refusal is an answer too."""
    try:
        return flat(parse_goal(text, language="zh-CN", catalogue=BUILT_IN_CATALOGUE, now=now))
    except LiftloopError as error:
        return {"error": error.code}


def missed(name: str) -> list[tuple[str, dict[str, tuple[Any, Any]]]]:
    """Return the sentences of a set that are not read exactly, with (read, meant) of each field that differs."""
    now, phrasings = load(name)
    found: list[tuple[str, dict[str, tuple[Any, Any]]]] = []
    for text, expect in phrasings:
        meant, got = {**DEFAULTS, **expect}, read(text, now)
        wrong = {
            field: (got.get(field), meant.get(field))
            for field in {**meant, **got}
            if got.get(field) != meant.get(field)
        }
        if wrong:
            found.append((text, wrong))
    return found


def scores(names: tuple[str, ...]) -> dict[str, Any]:
    """Return exact share and size over some sets, and how many are Chinese."""
    texts = [text for name in names for text, _ in load(name)[1]]
    misses = [miss for name in names for miss in missed(name)]
    for text, wrong in misses:
        print(text, wrong, file=sys.stderr)
    exact = 1 - len(misses) / len(texts)
    return {"accuracy": round(exact, 4), "phrasings": len(texts), "chinese": sum(map(is_chinese, texts))}


def main() -> None:
    fitted = scores(FITTED)
    held_out = scores(HELD_OUT)
    print(f"fitted: {fitted}\nheld out, measured once: {held_out}")
    enough = fitted["phrasings"] + held_out["phrasings"] >= PHRASINGS_MIN
    print(json.dumps({**fitted, "held_out": held_out, "missed": [] if enough else ["phrasings"]}))


if __name__ == "__main__":
    main()
