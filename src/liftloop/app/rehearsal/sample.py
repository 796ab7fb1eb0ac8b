"""Who rehearses a plan: everybody, or every so many-th person of each action and cell."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from liftloop.kernel.codec import pack_columns, unpack_columns
from liftloop.kernel.dice import hash_text, uniform
from liftloop.plan.inputs import Integers

PEOPLE_MAX = 50_000
"""As many as gate and journey take through in ten seconds; a share of one in ten is then known to half a percent."""

EVERYBODY = 2**62


class Sample(Struct, frozen=True, kw_only=True, eq=False):
    """The people who rehearse, and how many everybody is; `assigned` packs their columns {profile, action, cell}."""

    profile: Integers
    assigned: bytes
    everybody: int

    @property
    def share(self) -> float:
        return self.profile.size / self.everybody if self.everybody else 1.0


def sample_of(assigned: bytes, people_max: int) -> Sample:
    """Return a sample of packed assignments, stratified by action and cell; the same for the same assignments."""
    columns = {name: np.asarray(column, dtype=np.int64) for name, column in unpack_columns(assigned).items()}
    everybody = columns["profile"].size
    count = min(everybody, people_max)
    luck = uniform(columns["profile"].astype(np.uint64), hash_text("rehearsal"))
    order = np.lexsort((luck, columns["cell"], columns["action"]))
    rows = np.sort(order[((np.arange(count) + 0.5) * (everybody / max(count, 1))).astype(np.int64)])
    return Sample(profile=columns["profile"][rows], assigned=_packed(columns, rows), everybody=everybody)


def _packed(columns: Mapping[str, Integers], rows: Integers) -> bytes:
    return pack_columns(
        {
            "profile": columns["profile"][rows],
            "action": columns["action"][rows].astype(np.int16),
            "cell": columns["cell"][rows].astype(np.int16),
        }
    )
