"""Loads one file: batches of rows become records, sealed and sent to the tick, no faster than the tick folds them.

Message ids depend on content only, so a load that was interrupted is simply done again: nothing is counted twice.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, closing
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.imports.records import Declarations, Drafting
from liftloop.app.imports.refused import RefusedRows
from liftloop.app.tick.sealing import Unsealed, sealed, unsealed
from liftloop.app.tick_client import TickAway, TickClient
from liftloop.collect.fitting import NO_TRAIT_RULES, TraitRules
from liftloop.collect.mapping import Mapping, read_plan
from liftloop.collect.mapping_records import Converted, to_records
from liftloop.collect.mapping_rows import ImportContext, RejectedRow
from liftloop.collect.quality import QualitySummary, QualityTally, error_file_header, error_file_lines
from liftloop.kernel.codec import pack
from liftloop.kernel.errors import Language
from liftloop.kernel.ids import Offset
from liftloop.plugins.sources.file import ReadOptions, Table, open_table
from liftloop.storage.contract import Record, Vault

RUN_RECORDS = 5_000
"""Records sent at once: half a tick's worth, so that live events wait for no more than that."""
SEAL_MAX = 10_000
"""Fields sealed by one call: about 50 ms in which the tick answers nobody else."""
UNFOLDED_MAX = 40_000
"""Records that may wait for the tick: four ticks' worth keep it busy and memory small."""
AHEAD_MAX = 6
"""Batches converted before they are sent: about 100 MB of orders, and half a minute that the tick need not wait for."""
WAIT_S = 0.02
RETRIES = 60
RETRY_AFTER_S = 1.0
"""A tick that restarts is back within seconds; a minute without it ends the load."""
COUNT_TIMES = 4
"""How often a load counts while it runs: finding what is distinct took a quarter of the time when done each batch."""
REJECTED_MAX = 200_000
"""Rows written to the error file; beyond it they are only counted."""


class Load(Struct, frozen=True, kw_only=True):
    """What is to be loaded, how, and on whose word."""

    file: Path
    files: dict[str, Path]
    """Further files by the name under which the mapping joins them."""
    sheet: str = ""
    """Which sheet of a workbook."""
    mapping: Mapping
    actor: str
    now_ms: int
    traits: TraitRules = NO_TRAIT_RULES
    """What traits of people become on their way in."""
    identity_key: bytes
    error_file: Path
    error_key: bytes
    language: Language
    work_folder: Path


class Loaded(Struct, frozen=True, kw_only=True):
    """How far a load is; `offset` is the log's offset after its last record so far."""

    rows: int
    of: int
    offset: int
    summary: QualitySummary
    sent: bool = False
    """Whether the log has all of it: the next file may follow, though this one is not folded yet."""


Tell = Callable[[Loaded], None]
Turn = Callable[[], Awaitable[None]]
"""Returns once the file's turn has come: everything that came before it is in the log."""


class _Run(Struct, frozen=True, kw_only=True):
    """Records that are sent at once: ready as the log takes them, or with fields that wait for the vault."""

    count: int
    packed: bytes = b""
    waiting: Unsealed | None = None


class _Converted(Struct, frozen=True, kw_only=True):
    """A batch after its conversion; `cells` are those of its rejected rows, as they stand in the file."""

    rows: int
    """Rows of the file up to the end of this batch."""
    converted: Converted
    runs: Sequence[_Run]
    cells: Sequence[Sequence[str]]


async def load(job: Load, tick: TickClient, vault: Vault, tell: Tell, turn: Turn) -> Loaded:
    """Load a file and return when its last record is folded; `tell` hears after each batch and once all is sent.

    Nothing is sent before its turn; reading and converting begin at once.

    Raises what is wrong with the file or the mapping, and `TickAway` where the tick stays away.
    """
    options = ReadOptions(work_folder=job.work_folder, files=job.files, sheet=job.sheet)
    with closing(await asyncio.to_thread(open_table, job.file, options, read_plan(job.mapping))) as table:
        tally, sending, counted = QualityTally(job.mapping), _Sending(tick, turn), 0
        summary = tally.summary()
        with RefusedRows(job.error_file, job.error_key) as file:
            file.write([error_file_header(table.file_columns, job.language)])
            _count_bad_lines(table, tally, file, job.language)
            async with aclosing(_ahead(_convert(table, job, vault))) as batches:
                async for batch in batches:
                    tally.add(batch.converted)
                    rejected = zip(batch.converted.rejected, batch.cells, strict=False)
                    file.write(error_file_lines(rejected, job.language))
                    for run in batch.runs:
                        await sending.send(run)
                    if (batch.rows - counted) * COUNT_TIMES >= table.row_count:
                        counted, summary = batch.rows, tally.summary()
                    tell(Loaded(rows=batch.rows, of=table.row_count, offset=sending.offset, summary=summary))
            await sending.wait_for_turn()
        rows, summary = table.row_count, tally.summary()
    loaded = Loaded(rows=rows, of=rows, offset=sending.offset, summary=summary, sent=True)
    tell(loaded)
    await sending.finish()
    return loaded


def _count_bad_lines(table: Table, tally: QualityTally, file: RefusedRows, language: Language) -> None:
    """Count rows whose cells do not match the header; beyond those that the reader kept, as the last of them."""
    for line in table.bad_lines:
        tally.add_bad_line(line.line, line.reason, line.text)
        row = RejectedRow(index=-1, line=line.line, reason=line.reason, field="", value="")
        file.write(error_file_lines([(row, [line.text])], language))
    for _ in range(table.bad_count - len(table.bad_lines)):
        tally.add_bad_line(0, table.bad_lines[-1].reason, "")


def _convert(table: Table, job: Load, vault: Vault) -> Iterator[_Converted]:
    """Yield the batches of a file one after the other; all use of the table is in here, for it knows one thread.

    So is all computing: two threads that compute at once cost three times the time of one.
    """
    context = ImportContext(now_ms=job.now_ms, identity_key=job.identity_key, traits=job.traits)
    drafting = Drafting(job.now_ms, job.actor, job.traits.personal)
    now = datetime.fromtimestamp(job.now_ms / 1_000, UTC).isoformat()
    declarations = Declarations(job.mapping, job.identity_key, now)
    rows_only = replace(job.mapping, declares=())
    room = REJECTED_MAX
    for batch in table.batches(read_plan(job.mapping).columns):
        converted = to_records(batch, rows_only, context)
        shown = converted.rejected[:room]
        room -= len(shown)
        cells = table.raw_rows([batch.start + row.index for row in shown])
        records = [*converted.records, *declarations.records(converted.records)]
        runs = [
            _run(unsealed(drafting.drafts(records[start : start + RUN_RECORDS]), vault.keyed_hash))
            for start in range(0, len(records), RUN_RECORDS)
        ]
        # The records themselves are in the runs: of what waits here only the counts are needed.
        counted = replace(converted, records=[])
        yield _Converted(rows=batch.start + len(batch.lines), converted=counted, runs=runs, cells=cells)


def _run(made: Unsealed) -> _Run:
    count = len(made.records)
    return _Run(count=count, waiting=made) if made.clear else _Run(count=count, packed=pack(made.records))


async def _ahead(batches: Iterator[_Converted]) -> AsyncGenerator[_Converted]:
    """Yield what `batches` yields, each made in a thread, up to AHEAD_MAX of them before they are asked for.

    Where the tick is the slower, or another file's turn, the work is done already when the turn comes.
    """
    one_thread, ending = asyncio.Lock(), asyncio.Event()

    async def following() -> _Converted | None:
        async with one_thread:
            return None if ending.is_set() else await asyncio.to_thread(next, batches, None)

    upcoming = deque(asyncio.create_task(following()) for _ in range(AHEAD_MAX))
    try:
        while (batch := await upcoming.popleft()) is not None:
            upcoming.append(asyncio.create_task(following()))
            yield batch
    finally:
        ending.set()
        await asyncio.gather(*upcoming, return_exceptions=True)  # A thread cannot be left in the middle of a file.


class _Sending:
    """Hands records to the tick in order, and waits where it has enough to fold."""

    def __init__(self, tick: TickClient, turn: Turn) -> None:
        self._tick = tick
        self._turn: Turn | None = turn
        self._folded = 0
        self.offset = 0

    async def wait_for_turn(self) -> None:
        if self._turn is not None:
            await self._turn()
            self._turn = None

    async def send(self, run: _Run) -> None:
        await self.wait_for_turn()
        packed = run.packed if run.waiting is None else pack(await self._sealed(run.waiting))
        await self._room_for(run.count)
        self.offset = await self._append(packed)

    async def _sealed(self, waiting: Unsealed) -> list[Record]:
        fields: list[bytes] = []
        for first in range(0, len(waiting.clear), SEAL_MAX):
            fields += await self._seal(waiting.clear[first : first + SEAL_MAX])
        return sealed(waiting, fields)

    async def finish(self) -> None:
        """Return when everything sent is folded."""
        while self._folded < self.offset:
            await self._look()

    async def _room_for(self, count: int) -> None:
        while self.offset and self.offset + count - self._folded > UNFOLDED_MAX:
            await self._look()

    async def _look(self) -> None:
        try:
            self._folded = (await self._tick.ask("position"))["offset"]
        except TickAway:
            await asyncio.sleep(RETRY_AFTER_S)
        if self._folded < self.offset:
            await asyncio.sleep(WAIT_S)

    async def _append(self, packed: bytes) -> Offset:
        for _ in range(RETRIES):
            try:
                return await self._tick.packed_facts(packed)
            except TickAway:  # Whether it was appended is not known; the same ids make it safe to say again.
                await asyncio.sleep(RETRY_AFTER_S)
        return await self._tick.packed_facts(packed)

    async def _seal(self, clear: Sequence[tuple[int, bytes]]) -> list[bytes]:
        for _ in range(RETRIES):
            try:
                return await self._tick.seal(clear)
            except TickAway:
                await asyncio.sleep(RETRY_AFTER_S)
        return await self._tick.seal(clear)
