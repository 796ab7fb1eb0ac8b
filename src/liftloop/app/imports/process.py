"""The import process: converts one file beside the desk, so that the desk stays quick and the work has a core.

Told a job as a line of JSON on standard input, it reads and converts at once, and sends after a second line.
It prints one JSON line after each batch, one when all is sent and one at the end.
"""

import asyncio
import gc
import logging
import os
import signal
import sys
from hashlib import blake2b

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.imports.load import Load, Loaded, Turn, load
from liftloop.app.imports.refused import REFUSED_FILE, refused_key
from liftloop.app.settings import Settings, path_from_text
from liftloop.app.tick_client import TickClient
from liftloop.collect.fitting import NO_TRAIT_RULES, TraitRules
from liftloop.collect.mapping import mapping_from_json
from liftloop.collect.quality import QualitySummary
from liftloop.kernel.errors import Language, LiftloopError
from liftloop.storage.embedded.folder import DataFolder
from liftloop.storage.embedded.vault import SqliteVault

GO = b"\n"
"""What the desk says when it is the file's turn to be sent."""
INPUT = 0
"""Standard input."""
IDENTITY_KEY_BYTES = 32
PARENT_LOOK_S = 0.5
SWITCH_S = 0.0005
"""How long the converting thread may keep the sending one waiting; Python's 5 ms would let the tick run dry."""


class ImportJob(Struct, frozen=True, kw_only=True):
    """What the desk tells the process; names are relative to the import's own folder."""

    settings: Settings
    desk: int
    """The desk's process: the import ends with it."""
    import_id: str
    file: str
    files: dict[str, str]
    sheet: str
    mapping: msgspec.Raw
    actor: str
    now_ms: int
    language: Language
    traits: TraitRules = NO_TRAIT_RULES


class Progress(Struct, frozen=True, kw_only=True):
    """What the process says: how far it is, with `sent` once the log has all and `done` at the end, or what failed."""

    rows: int = 0
    of: int = 0
    offset: int = 0
    summary: QualitySummary | None = None
    sent: bool = False
    done: bool = False
    error: dict[str, str] | None = None


def job_bytes(job: ImportJob) -> bytes:
    """Return what the process is told; not as an argument, which other users of the machine could read."""
    return msgspec.json.encode(job, enc_hook=str) + b"\n"


async def run(job: ImportJob, turn: Turn) -> None:
    """Load the file of a job, telling how far it is on standard output."""
    folder = DataFolder(job.settings.data, version=job.settings.version)
    vault = SqliteVault(folder.vault, folder.master_key())
    tick = TickClient(folder.tick_socket)
    place = folder.imports / job.import_id
    work = Load(
        file=place / job.file,
        files={name: place / stored for name, stored in job.files.items()},
        sheet=job.sheet,
        mapping=mapping_from_json(msgspec.json.decode(job.mapping)),
        actor=job.actor,
        now_ms=job.now_ms,
        traits=job.traits,
        identity_key=blake2b(key=folder.master_key(), person=b"import ids", digest_size=IDENTITY_KEY_BYTES).digest(),
        error_file=place / REFUSED_FILE,
        error_key=refused_key(folder.master_key()),
        language=job.language,
        work_folder=place,
    )
    try:
        _say(_progress(await load(work, tick, vault, lambda loaded: _say(_progress(loaded, done=False)), turn)))
    except LiftloopError as error:
        _say(Progress(error=error.as_json(job.language)))
    finally:
        await tick.close()
        vault.close()


def _progress(loaded: Loaded, *, done: bool = True) -> Progress:
    """Return what is told of a load; samples of rejected rows may name people and stay in the error file."""
    reasons = tuple(replace(each, samples=()) for each in loaded.summary.rejected_by_reason)
    summary = replace(loaded.summary, rejected_by_reason=reasons)
    return Progress(rows=loaded.rows, of=loaded.of, offset=loaded.offset, summary=summary, sent=loaded.sent, done=done)


def _say(progress: Progress) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(progress) + b"\n")
    sys.stdout.buffer.flush()


async def _watched(job: ImportJob) -> None:
    """Run the job; end with the desk that asked for it."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(INPUT, _hear, loop, told)
    running = asyncio.create_task(run(job, _turn_of(told)))
    while not running.done() and os.getppid() == job.desk:
        await asyncio.wait({running}, timeout=PARENT_LOOK_S)
    if not running.done():
        running.cancel()
    await asyncio.gather(running)


def _hear(loop: asyncio.AbstractEventLoop, told: asyncio.Event) -> None:
    """Take the desk's second line; where it ends instead, `_watched` sees that the desk is gone."""
    if os.read(INPUT, len(GO)):
        told.set()
    loop.remove_reader(INPUT)


def _turn_of(told: asyncio.Event) -> Turn:
    async def turn() -> None:
        await told.wait()

    return turn


def main(told: bytes) -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setswitchinterval(SWITCH_S)
    gc.disable()  # Rows make millions of objects and no cycles: looking for some took half the time.
    asyncio.run(_watched(msgspec.json.decode(told, type=ImportJob, dec_hook=path_from_text)))


if __name__ == "__main__":
    with open(INPUT, "rb", buffering=0, closefd=False) as desk:  # Unbuffered: the second line is read elsewhere.
        first = desk.readline()
    main(first)
