"""What was decided for whom, with the chance of each thing that might have been: what models train on."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liftloop.deliver.gate import Verdict
from liftloop.journey.contract import Intent
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.words import Words
from liftloop.runtime.contract import Batch, Moment

EVERYWHERE_ARM = "everywhere"
"""The arm of people whom no marketing reaches this quarter: they are on neither side of a campaign's comparison."""
VISIT_BITS = 31
"""Of a decision's number: visits are counted in 31 bits, which leaves room for four billion enrolments."""


def decisions(verdicts: list[Verdict], moment: Moment) -> Batch:
    """Return one decision a person and message: what was open, with which chance, and what was taken."""
    counts = [len(verdict.slots) for verdict in verdicts]
    intents = [verdict.intent for verdict in verdicts]
    held = np.concatenate([verdict.held for verdict in verdicts])
    everywhere = np.concatenate([verdict.everywhere for verdict in verdicts]).astype(np.int32)
    count = len(held)
    columns = {
        "decision": np.concatenate([(each.enrolments << VISIT_BITS) | each.visits for each in intents]),
        "campaign": repeated([each.campaign or each.journey for each in intents], counts),
        "profile": np.concatenate([verdict.numbers for verdict in verdicts]),
        "decided_ms": np.full(count, moment.now_ms, dtype=np.int64),
        "eligible": repeated([canonical_json(list(each.eligible)).decode() for each in intents], counts),
        "action": repeated([each.action.id for each in intents], counts),
        "propensities": Words.joined(map(_propensities, intents)),
        "holdout": held,
        "arm": Words(("treated", "holdout", EVERYWHERE_ARM), held.astype(np.int32) + everywhere),
        "policy": repeated([each.policy for each in intents], counts),
        "features": Words.alike("{}", count),
    }
    return Batch(count, columns | (_variants(intents, counts) if any(intent.arms for intent in intents) else {}))


def _propensities(intent: Intent) -> Words:
    vectors = [canonical_json(dict(zip(intent.eligible, cell, strict=True))).decode() for cell in intent.cells]
    return Words.of(vectors).at(intent.cell)


def _variants(intents: Sequence[Intent], counts: Sequence[int]) -> dict[str, Words | NDArray[np.int64]]:
    """Return which variant was given, in which batch, and the chance of every arm down to variants."""
    return {
        "variant": repeated([each.variant for each in intents], counts),
        "batch": np.repeat(np.array([each.batch for each in intents], dtype=np.int64), counts),
        "arms": Words.joined(map(_arms, intents)),
    }


def _arms(intent: Intent) -> Words:
    used, places = np.unique(intent.cell, return_inverse=True)
    cells = [intent.cells[cell] for cell in used.tolist()]
    vectors = [{name: cell[place] * chance for place, name, chance in intent.arms} for cell in cells]
    return Words.of([canonical_json(vector).decode() for vector in vectors]).at(places)


def repeated(texts: Sequence[str], counts: Sequence[int]) -> Words:
    """Return each text as often as its count says."""
    return Words.of(texts).at(np.repeat(np.arange(len(texts)), counts))
