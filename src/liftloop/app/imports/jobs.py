"""The use cases around imports: a file comes in, its mapping is proposed, it is loaded by a process of its own.

Each import has a folder with the file, what is known of it (`import.json`) and the rows that were refused.
The file goes when it is loaded; the rest after a week.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from hashlib import blake2b
from pathlib import Path
from shutil import rmtree
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.imports.process import GO, ImportJob, Progress, job_bytes
from liftloop.app.imports.proposal import Changes, Proposal, changed, propose
from liftloop.app.imports.refused import REFUSED_FILE, opened_rows, refused_key
from liftloop.app.tick.senders import trait_rules_of
from liftloop.collect.mapping import Mapping as ImportMapping
from liftloop.collect.mapping import kind_named, mapping_from_json, mapping_to_json
from liftloop.collect.quality import QualitySummary
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.errors import Language, LiftloopError
from liftloop.kernel.ids import Offset

KEPT_MS = 7 * DAY_MS
"""How long refused rows, which may name people, wait for whoever wants to correct them."""
UPLOAD_BYTES_MAX = 4 << 30  # A year of orders of a large shop is a tenth of it.
FILES_MAX = 9  # A mapping joins at most eight files to one.
NAME_CHARACTERS_MAX = 120
LINE_BYTES_MAX = 4 << 20  # A line of progress is a few kilobytes; its counts by name are bounded by the file.
STOP_TIMEOUT_S = 10.0
CONVERTING_MAX = 2
"""Files converted at once: one is sent while the next is opened, which keeps a second core busy."""
UNPROCESSABLE = 422
STEP = {
    "zh": "重新启动这次导入即可接着做；相同的行不会重复计数",
    "en": "start this import again: what is in already is not counted twice",
}

Status = Literal["proposed", "running", "done", "failed"]


class Import(Struct, frozen=True, kw_only=True):
    """One import as it is kept: what was proposed, what was decided, how far it is and how it ended."""

    id: str
    status: Status
    file: str
    """The name under which a person knows it, and under which it lies in the import's folder."""
    files: tuple[str, ...] = ()
    kind: str | None = None
    """The kind that a person named; where nobody did, a joined file may change what it looks like."""
    sheet: str = ""
    """The sheet that a person named, of a workbook."""
    created_ms: int
    actor: str
    proposal: Proposal
    mapping: msgspec.Raw = msgspec.Raw(b"null")
    """The mapping that was decided; null before the start."""
    progress: Progress = Progress()
    seconds: float = 0.0

    def decided(self) -> ImportMapping:
        """Return the mapping to load by, or the one proposed."""
        body = msgspec.json.decode(self.mapping)
        return mapping_from_json(body) if body is not None else self.proposal.as_mapping()

    def summary(self) -> QualitySummary | None:
        return self.progress.summary


class TooLarge(LiftloopError):
    """An upload carries more than one import may."""

    def __init__(self) -> None:
        super().__init__(
            "file_too_large",
            zh=f"文件超过 {UPLOAD_BYTES_MAX >> 30} GB",
            en=f"the file is larger than {UPLOAD_BYTES_MAX >> 30} GB",
            next_zh="按月份或门店拆成几个文件分别导入；重复导入不会重复计数",
            next_en="split it by month or store and import the parts; nothing is counted twice",
            status=413,
        )


class Started(LiftloopError):
    """An import that runs or is done cannot be changed."""

    def __init__(self) -> None:
        super().__init__(
            "import_started",
            zh="这次导入已经开始，不能再改",
            en="this import has started and cannot be changed",
            next_zh="等它完成，或重新上传文件",
            next_en="wait until it is done, or bring the file again",
            status=409,
        )


class _Place(Struct, frozen=True, kw_only=True):
    """Where an import stands in the order of starts."""

    before: asyncio.Event
    """Set when the one before has sent everything, or has ended."""
    sent: asyncio.Event


class Imports:
    """The imports of one installation. One sends at a time, in the order of their starts; the next one gets ready."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._folder = desk.folder.imports
        self._folder.mkdir(exist_ok=True)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._current: dict[str, Import] = {}
        """As far as running ones are by now; the others are on disk."""
        self._room = asyncio.Semaphore(CONVERTING_MAX)
        self._last_sent = asyncio.Event()
        """Set when whoever was started last has sent everything, or has ended."""
        self._last_sent.set()
        self._reading = asyncio.Lock()
        self._processes: set[asyncio.subprocess.Process] = set()
        self._stored = 0

    async def take(self, name: str, content: AsyncIterator[bytes], asked: Changes, actor: str) -> Import:
        """Keep a file and return its import with a mapping proposed for the kind and sheet asked for.

        Raises what is wrong with the file.
        """
        if asked.kind is not None:
            kind_named(asked.kind)
        self._forget_old()
        now_ms = self._desk.clock.now_ms()
        stored, content_hash = await self._store(safe_name(name), content, f"{now_ms}")
        identity = self._free_identity(content_hash)
        place = self._folder / identity
        place.mkdir()
        file = stored.rename(place / safe_name(name))
        try:
            proposal = await self._propose(file, {}, asked)
        except BaseException:
            rmtree(place)
            raise
        made = Import(
            id=identity,
            status="proposed",
            file=file.name,
            kind=asked.kind,
            sheet=asked.sheet,
            created_ms=now_ms,
            actor=actor,
            proposal=proposal,
        )
        return self._keep(made)

    async def join(self, identity: str, name: str, content: AsyncIterator[bytes]) -> Import:
        """Add a second file, whose rows widen those of the first, and propose anew. Raises `Started`."""
        held = self._open_to_change(identity)
        place, chosen = self._folder / identity, safe_name(name)
        if chosen == held.file or len(held.files) + 2 > FILES_MAX:
            raise Started
        stored, _ = await self._store(chosen, content, "")
        stored.rename(place / chosen)
        files = tuple(dict.fromkeys([*held.files, chosen]))
        paths = {each: place / each for each in files}
        proposal = await self._propose(place / held.file, paths, Changes(kind=held.kind, sheet=held.sheet))
        return self._keep(replace(held, files=files, proposal=proposal))

    async def start(self, identity: str, changes: Changes, language: Language) -> Import:
        """Begin to load; return at once. An import that runs or is done is returned as it is.

        Raises where the mapping does not hold together.
        """
        held = self.get(identity)
        if held.status in ("running", "done"):
            return held
        place = self._folder / identity
        files = {each: place / each for each in held.files}
        kind = changes.answers.get("kind") or changes.kind or held.proposal.as_mapping().kind
        asked = replace(changes, kind=kind, sheet=held.sheet, answers=_beside_defaults(held.proposal, changes.answers))
        guessed = held.proposal
        if changes.mapping is None and (kind != guessed.as_mapping().kind or asked.answers):
            guessed = await self._propose(place / held.file, files, asked)
        try:
            mapping = changed(held.proposal, guessed, asked)
        except LiftloopError as error:
            error.status = UNPROCESSABLE  # What a caller wrote, and not the file, is wrong.
            raise
        decided = msgspec.Raw(msgspec.json.encode(mapping_to_json(mapping)))
        running = self._keep(replace(held, status="running", mapping=decided, progress=Progress(of=held.proposal.rows)))
        self._current[identity] = running
        place = _Place(before=self._last_sent, sent=asyncio.Event())
        self._last_sent = place.sent
        self._running[identity] = asyncio.create_task(self._load(running, language, place))
        return running

    def get(self, identity: str) -> Import:
        """Return an import as it is now; raises `NotFound`."""
        current = self._current.get(identity)
        if current is not None:
            return current
        if not re.fullmatch(r"imp_[0-9a-f]{16}", identity):
            raise NotFound("import", identity)
        try:
            held = msgspec.json.decode((self._folder / identity / "import.json").read_bytes(), type=Import)
        except FileNotFoundError as error:
            raise NotFound("import", identity) from error
        return interrupted(held) if held.status == "running" else held

    def refused_rows(self, identity: str) -> Iterator[bytes]:
        """Return the rows that were not taken in as CSV, piece by piece; raises `NotFound`."""
        self.get(identity)
        path = self._folder / identity / REFUSED_FILE
        if not path.is_file():
            raise NotFound("rejected", identity)
        return opened_rows(path, refused_key(self._desk.folder.master_key()))

    async def finished(self, identity: str) -> Import:
        """Return an import once it is no longer running."""
        running = self._running.get(identity)
        if running is not None:
            await asyncio.wait({running})
        return self.get(identity)

    async def close(self) -> None:
        """End what runs; it can be started again."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        for process in [each for each in self._processes if each.returncode is None]:
            process.terminate()
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)

    async def _propose(self, file: Path, files: Mapping[str, Path], changes: Changes) -> Proposal:
        async with self._reading:
            return await asyncio.to_thread(propose, file, files, changes, self._folder)

    def _free_identity(self, content_hash: int) -> str:
        """Return an id that no import has: the same file may come twice in one instant, and be decided differently."""
        while (self._folder / f"imp_{content_hash:016x}").exists():
            content_hash = (content_hash + 1) % 2**64
        return f"imp_{content_hash:016x}"

    async def _store(self, name: str, content: AsyncIterator[bytes], about: str) -> tuple[Path, int]:
        """Write what comes in beside the imports; return it with a hash of its content."""
        hasher = blake2b(f"{name}\x1f{about}\x1f".encode(), digest_size=8)
        self._stored += 1
        path = self._folder / f".{self._stored}.part"
        size = 0
        try:
            with path.open("wb") as file:
                async for part in content:
                    size += len(part)
                    if size > UPLOAD_BYTES_MAX:
                        raise TooLarge
                    hasher.update(part)
                    file.write(part)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path, int.from_bytes(hasher.digest(), "big")

    def _open_to_change(self, identity: str) -> Import:
        held = self.get(identity)
        if held.status != "proposed":
            raise Started
        return held

    async def _load(self, held: Import, language: Language, place: "_Place") -> None:
        """Run the import process and take down what it says; at the end the lake has everything."""
        clock = asyncio.get_running_loop().time
        try:
            async with AsyncExitStack() as room:
                await room.enter_async_context(self._room)
                process = await self._process(held, language)
                await place.before.wait()
                began = clock()
                ended = await self._ended(held, process, lambda: self._sent(place, room))
            if ended.done:
                self._desk.trait_studies.soon()
                await self._desk.follower.reach(Offset(ended.offset))
            seconds = round(clock() - began, 3)
            status: Status = "done" if ended.done else "failed"
            self._keep(replace(held, status=status, progress=ended, seconds=seconds))
            for name in (held.file, *held.files) if ended.done else ():
                (self._folder / held.id / name).unlink(missing_ok=True)
        finally:
            place.sent.set()
            del self._current[held.id]
            del self._running[held.id]

    async def _sent(self, place: "_Place", room: AsyncExitStack) -> None:
        """Let the next file send, and one more get ready."""
        place.sent.set()
        await room.aclose()

    async def _process(self, held: Import, language: Language) -> asyncio.subprocess.Process:
        """Start a process that gets a file ready, and sends it when it is told to."""
        job = ImportJob(
            settings=self._desk.settings,
            desk=os.getpid(),
            import_id=held.id,
            file=held.file,
            files={name: name for name in held.files},
            sheet=held.sheet,
            mapping=held.mapping,
            actor=held.actor,
            now_ms=self._desk.clock.now_ms(),
            language=language,
            traits=trait_rules_of(self._desk.definitions.live("field"), self._desk.definitions.live("tag")),
        )
        pipe = asyncio.subprocess.PIPE
        module = ("-m", "liftloop.app.imports.process")
        process = await asyncio.create_subprocess_exec(
            sys.executable, *module, stdin=pipe, stdout=pipe, limit=LINE_BYTES_MAX
        )
        self._processes.add(process)
        assert process.stdin is not None
        process.stdin.write(job_bytes(job))
        return process

    async def _ended(
        self, held: Import, process: asyncio.subprocess.Process, sent: Callable[[], Awaitable[None]]
    ) -> Progress:
        """Let a process send, and return the last that it said."""
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(GO)
        process.stdin.close()
        last = held.progress
        async for line in process.stdout:
            last = msgspec.json.decode(line, type=Progress)
            self._current[held.id] = replace(held, progress=last)
            if last.sent:
                await sent()
        await process.wait()
        self._processes.discard(process)
        return last if last.done or last.error else interrupted(replace(held, progress=last)).progress

    def _keep(self, held: Import) -> Import:
        path = self._folder / held.id / "import.json"
        beside = path.with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(held))
        beside.replace(path)
        return held

    def _forget_old(self) -> None:
        before_ms = self._desk.clock.now_ms() - KEPT_MS
        for path in self._folder.glob("imp_*/import.json"):
            held = msgspec.json.decode(path.read_bytes(), type=Import)
            if held.created_ms < before_ms and held.id not in self._current:
                rmtree(path.parent)


def _beside_defaults(proposal: Proposal, answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that differ from what the proposal assumes already."""
    assumed = {question.id: question.default for question in proposal.questions}
    return {name: answer for name, answer in answers.items() if assumed.get(name) != answer}


def interrupted(held: Import) -> Import:
    """Return an import whose process is gone: it can be started again."""
    error = LiftloopError(
        "import_interrupted", zh="导入被中断了", en="the import was interrupted", next_zh=STEP["zh"], next_en=STEP["en"]
    )
    return replace(held, status="failed", progress=replace(held.progress, error=error.as_json("zh-CN")))


def safe_name(name: str) -> str:
    """Return the last part of a name without what a file system or a log could misread.

    >>> safe_name("..\\\\orders/2025 年.csv"), safe_name("")
    ('2025 年.csv', 'file')
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(letter for letter in last if letter.isprintable())[-NAME_CHARACTERS_MAX:].strip().lstrip(".")
    return f"{kept}_" if kept in ("import.json", REFUSED_FILE) else kept or "file"
