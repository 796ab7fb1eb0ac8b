"""The gate for what journeys ask of colleagues: whom they must not call is not given to them, with the reason why."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from liftloop.deliver.contract import TASK_CLEARED
from liftloop.deliver.decided import Decided, against_caps, keys_of, ledger_rows
from liftloop.deliver.gate import Counters, Verdict, judge_task
from liftloop.deliver.settings import Rules
from liftloop.deliver.stage import CompiledRules
from liftloop.journey.contract import TASK_WANTED, Intent
from liftloop.journey.reading import entered_as, task_terms
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.plan.contract import NOBODY, Action
from liftloop.runtime.contract import NOTHING, Batch, Frame, Moment, StateView
from liftloop.storage.contract import Delta, Row

TASK = "task"
"""Stands for the channel in the ledger where colleagues would have reached the person by none."""


class DeliverTasks:
    """Reads `task.wanted`; writes those that may be given, and a ledger row for each of the others."""

    name = "deliver.tasks"
    reads = frozenset({TASK_WANTED})
    writes = frozenset({TASK_CLEARED})

    def __init__(self, compiled: CompiledRules) -> None:
        self._compiled = compiled

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if TASK_WANTED not in frame:
            return NOTHING
        wanted, rules, counters = frame[TASK_WANTED], self._compiled.rules(state), Counters(state)
        cleared = np.zeros(wanted.count, dtype=np.bool_)
        rows: list[Row] = []
        verdicts: list[Verdict] = []
        for mine in _groups(wanted):
            asked = _asked(state, wanted, mine, rules)
            if asked is None:  # Its version is gone: nobody can tell any more whom it may reach.
                continue
            medium, intent = asked
            verdict = judge_task(state, intent, medium, rules, (moment, counters))
            cleared[mine] = verdict.passed()
            decided = Decided(verdict=verdict, keys=keys_of(verdict), cost_fen=0, parts=0)
            every = ledger_rows(decided, moment)
            rows += [every[row] for row in np.flatnonzero(~verdict.passed()).tolist()]
            if medium and intent.purpose == "marketing":
                verdicts.append(verdict)
        facts = {TASK_CLEARED: wanted.take(cleared)} if cleared.any() else {}
        writes = against_caps(state, verdicts, rules, moment)
        return Delta(writes=writes, puts={"ledger": rows} if rows else {}), facts

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _groups(wanted: Batch) -> Iterator[NDArray[np.intp]]:
    """Yield the rows of each node of each journey version."""
    version = wanted["version"]
    for of_journey in wanted["journey"].places().values():
        for one in np.unique(version[of_journey]).tolist():
            here = of_journey[version[of_journey] == one]
            for places in wanted["node"].at(here).places().values():
                yield here[places]


def _asked(state: StateView, wanted: Batch, mine: NDArray[np.intp], rules: Rules) -> tuple[str, Intent] | None:
    """Return by what colleagues reach these people, and what the journey wants of them; None without its version."""
    first = int(mine[0])
    journey, node, version = wanted["journey"][first], wanted["node"][first], int(wanted["version"][first])
    held = state.definitions.version("journey", journey, version)
    terms = task_terms(held.body, node) if held is not None else None
    if terms is None:
        return None
    campaign, enrolments = rules.campaigns.get(terms.campaign), wanted["enrolment"][mine]
    action = Action(id=f"{TASK}:{node}", channel=terms.medium or TASK)
    intent = Intent(
        journey=journey,
        version=version,
        node=node,
        campaign=terms.campaign,
        purpose=terms.purpose,
        action=action,
        holdout=campaign.holdout if campaign is not None else terms.holdout,
        expires_s=0,
        policy="",
        eligible=[NOBODY, action.id],
        cells=[[0.0, 1.0]],
        cell=np.zeros(len(mine), dtype=np.int64),
        slots=entered_as(state, enrolments),
        enrolments=enrolments,
        visits=wanted["visit"][mine],
    )
    return terms.medium, intent
