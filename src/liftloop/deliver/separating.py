"""What the end of a merge does to caps and suppression: what was sent to one counts for that one, all else for both."""

from collections import Counter
from collections.abc import Iterable

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.deliver.gate import SENT, SHADOW, suppressed_array
from liftloop.deliver.stage import CompiledRules
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.runtime.contract import NOTHING, Frame, Moment, Slots, StateView
from liftloop.runtime.windows import NEVER_MS, Windows
from liftloop.storage.contract import Delta, Write

PART = "deliver"
"""Under which name `MergeUndone.parts` holds a `SentApart`."""


class SentApart(Struct, frozen=True, kw_only=True):
    """When messages were decided that went to one of two people for certain: the one that stays, the one that goes."""

    sent: tuple[tuple[int, ...], tuple[int, ...]]
    shadow: tuple[tuple[int, ...], tuple[int, ...]]
    """Those of held-out people, which would have been sent."""


_APART = msgspec.msgpack.Decoder(SentApart)


class DeliverSeparation:
    """Reads `separation`.

    What was sent while two were one counts for both: nobody knows who got it. Whoever must not be contacted as one
    person must not be as either.
    """

    name = "deliver.separation"
    reads = frozenset({"separation"})
    writes = frozenset[str]()

    def __init__(self, compiled: CompiledRules) -> None:
        self._compiled = compiled

    def step(self, state: StateView, frame: Frame, moment: Moment) -> tuple[Delta, Frame]:
        if "separation" not in frame:
            return NOTHING
        about = frame["separation"]
        slots: Slots = np.concatenate([about["kept"], about["forwarded"]])
        apart = _APART.decode(about["parts"][0][PART])
        horizon_ms = moment.now_ms - self._compiled.rules(state).remembered_ms()
        writes = [
            write
            for windows, of_one in ((SENT, apart.sent), (SHADOW, apart.shadow))
            for write in _parted(state, windows, slots, of_one, horizon_ms)
        ]
        suppressed = [name for name in state.names(suppressed_array("")) if state[name][slots[0]]]
        writes += [Write(name, slots[1:], np.ones(1, dtype=np.int8)) for name in suppressed]
        return Delta(writes=writes), {}

    def next_due_ms(self, state: StateView) -> int:
        return FAR_FUTURE_MS


def _parted(
    state: StateView,
    windows: Windows,
    slots: Slots,
    of_one: tuple[Iterable[int], Iterable[int]],
    horizon_ms: int,
) -> Iterable[Write]:
    """Return the writes that leave each of the two what is not the other's alone."""
    counted = windows.recent(state, slots[:1]).at_ms[0]
    both = Counter(counted[counted > NEVER_MS].tolist())
    of_kept, of_forwarded = Counter(of_one[0]), Counter(of_one[1])
    parted = [sorted((both - of_forwarded).elements()), sorted((both - of_kept).elements())]
    whose = np.repeat(slots, [len(each) for each in parted])
    at_ms = np.array([at for each in parted for at in each], dtype=np.int64)
    return windows.replace(state, slots, (whose, at_ms, np.ones(len(at_ms))), horizon_ms).writes
