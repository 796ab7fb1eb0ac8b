"""The fold of steering: shares of variants that a study set, in force from the tick on that takes them in."""

import math

import msgspec
import numpy as np

from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.plan.contract import STEERED, VARIANTS_MAX, Steered
from liftloop.plan.reading import batch_array, shares_array
from liftloop.runtime.contract import NOTHING, Frame, Moment, StateView
from liftloop.storage.contract import ArraySpec, Delta, Record, Write

_STEERED = msgspec.json.Decoder(Steered)
_SUM_ERROR_MAX = 1e-6


class SteeredShares:
    """Reads `system`; what does not follow the shares in force, or is no distribution, changes nothing."""

    name = "plan.steered_shares"
    reads = frozenset({"system"})
    writes = frozenset[str]()

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        system = frame.get("system")
        records: list[Record] = list(system["record"]) if system is not None else []
        steered = [record for record in records if record.kind == STEERED]
        if not steered:
            return NOTHING
        batches: dict[tuple[str, int], int] = {}
        allocate: list[ArraySpec] = []
        writes: list[Write] = []
        for record in steered:
            place, said = _said(state, record)
            if place is None or said.batch != batches.get((record.name, place), _batch(state, record.name, place)) + 1:
                continue
            batches[record.name, place] = said.batch
            shares, batch = shares_array(record.name), batch_array(record.name)
            allocate += [ArraySpec(name=shares, dtype="<f8", fill=-1), ArraySpec(name=batch, dtype="<i8", fill=0)]
            rows = place * VARIANTS_MAX + np.arange(len(said.shares), dtype=np.int64)
            writes.append(Write(shares, rows, np.array(said.shares, dtype=np.float64)))
            writes.append(Write(batch, np.array([place]), np.array([said.batch], dtype=np.int64)))
        return Delta(allocate=allocate, writes=writes), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _said(state: StateView, record: Record) -> tuple[int | None, Steered]:
    """Return the place of the action and what was said of it; no place where it cannot be carried out."""
    nothing = Steered(action="", batch=0, shares=())
    campaign = state.definitions.live("campaign").get(record.name)
    try:
        said = _STEERED.decode(record.body)
    except msgspec.DecodeError:
        return None, nothing
    actions = list(campaign.body["actions"]) if campaign is not None else []
    place = next((index for index, each in enumerate(actions) if each["id"] == said.action), None)
    if place is None or len(actions[place].get("variants") or ()) != len(said.shares):
        return None, nothing
    sound = all(math.isfinite(share) and share >= 0 for share in said.shares)
    return (place if sound and abs(sum(said.shares) - 1) <= _SUM_ERROR_MAX else None), said


def _batch(state: StateView, campaign: str, place: int) -> int:
    name = batch_array(campaign)
    return int(state[name][place]) if state.has(name) and place < len(state[name]) else 0
