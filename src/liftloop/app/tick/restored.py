"""What a restored folder remembers of it: what the lost server may have sent is not sent again.

The file is written by `liftloop restore`, completed by the first start, and stays.
"""

from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.app.tick.worker import Worker
from liftloop.deliver.contract import Envelope
from liftloop.deliver.keys import enrolment_of
from liftloop.journey import enrolments
from liftloop.journey.lives import RESTORED
from liftloop.kernel.clock import Clock
from liftloop.runtime.contract import Batch

NOT_STARTED = -1


class Restored(Struct, frozen=True, kw_only=True):
    """Where a restored folder comes from."""

    mark: int
    """Told apart from every other restore; part of the keys of later messages."""
    taken_ms: int
    """When the backup was taken."""
    until_ms: int
    """Up to when the lost server may have worked; the first start raises it to its own instant."""
    enrolments: int = NOT_STARTED
    """How many enrolments came from before; the first start counts them."""

    def may_have_sent(self, envelope: Envelope, due_ms: int) -> bool:
        """Tell whether the lost server may have handed over this message, which must then not be sent again."""
        if envelope.purpose != "marketing" or due_ms > self.until_ms:
            return False
        return enrolment_of(envelope.key) < self.enrolments


NEVER_RESTORED = Restored(mark=0, taken_ms=0, until_ms=-1, enrolments=0)


def read_restored(path: Path) -> Restored:
    """Return what the folder's file says; a folder that was never restored has none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Restored)
    except FileNotFoundError:
        return NEVER_RESTORED


def write_restored(path: Path, restored: Restored) -> None:
    beside = path.with_suffix(".new")
    beside.write_bytes(msgspec.json.encode(restored))
    beside.replace(path)


def load(worker: Worker, path: Path, clock: Clock) -> None:
    """Load the worker's state; at the first start after a restore also live through what was due meanwhile.

    All that comes of the time before is then in the outbox, and nothing new has come in yet.
    """
    restored = read_restored(path)
    if restored.enrolments != NOT_STARTED:
        worker.load()
        return
    columns = {"mark": np.array([restored.mark]), "taken_ms": np.array([restored.taken_ms])}
    worker.load({RESTORED: Batch(1, columns)})
    until_ms = max(restored.until_ms, clock.now_ms(), worker.fold.now_ms)
    count = enrolments.count(worker.fold.state)
    write_restored(path, msgspec.structs.replace(restored, until_ms=until_ms, enrolments=count))
