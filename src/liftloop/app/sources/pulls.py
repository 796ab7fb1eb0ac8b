"""Pulls the sources of kind `database`: each pull is an import, and the watermark moves when the import is done.

An import that is done again counts nothing twice; so a pull that was interrupted is simply done again.
"""

import asyncio
import logging
import math
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from liftloop.app.definitions.edge import read_source
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.imports.jobs import Imports
from liftloop.app.imports.proposal import Changes
from liftloop.app.whole_files import write_whole
from liftloop.app.words import Said
from liftloop.collect.sources import PULLED_ROWS_MAX, DatabaseSource, Watermark
from liftloop.kernel.clock import FAR_FUTURE_MS, MINUTE_MS
from liftloop.kernel.dice import hash_text
from liftloop.kernel.errors import EXIT_USAGE, Language, LiftloopError

LOOK_EVERY_S = 20.0
CHUNK_BYTES = 1 << 20

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

_LOGGER = logging.getLogger("liftloop.desk")


class PullFailed(LiftloopError):
    """The rows were pulled and could not be imported; the watermark has not moved."""

    def __init__(self, source: str, import_id: str) -> None:
        super().__init__(
            "pull_failed",
            zh=f"来源 {source} 拉到的数据没能导入（{import_id}），水位没有移动",
            en=f"what {source} gave could not be imported ({import_id}); its watermark has not moved",
            next_zh="查看这次导入的错误，改好来源定义里的 fields 或 query 后再拉一次",
            next_en="look at that import's error, mend fields or query of the source, and pull again",
            status=422,
        )


class PullBusy(LiftloopError):
    """Something is being pulled just now."""

    def __init__(self) -> None:
        super().__init__(
            "pull_busy",
            zh="正在拉取数据，暂时不能移动水位",
            en="something is being pulled, and a watermark cannot be moved meanwhile",
            next_zh="等这次拉取结束再试",
            next_en="try again when the pull has ended",
            status=409,
        )


class BadWatermark(LiftloopError):
    """A watermark of another kind than the source has: a text for a number, or for a day."""

    def __init__(self, given: Watermark, now: Watermark) -> None:
        super().__init__(
            "bad_watermark",
            zh=f"水位 {given} 和这个来源的水位（现在是 {now}）不是一类",
            en=f"{given} is no watermark of this source, which is at {now}",
            next_zh="照现在水位的样子写一个数字或时间；留空则从头再拉",
            next_en="write a number or an instant as the present one is written, or nothing to begin anew",
            status=422,
            exit_code=EXIT_USAGE,
        )


class Mark(Struct, frozen=True, kw_only=True):
    """How far a source has been pulled, and when."""

    watermark: Watermark
    pulled_ms: int
    query: str
    """Another query begins anew: what it selects may be older."""


class LastPull(Struct, frozen=True, kw_only=True):
    """How the last pull of a source went, by hand or by the clock."""

    at_ms: int
    status: Literal["done", "failed"]
    actor: str
    rows: int = 0
    import_id: str | None = None
    error: Said | None = None


class Pull(Struct, frozen=True, kw_only=True):
    """What one pull brought."""

    rows: int
    import_id: str | None
    """None where there was nothing new."""
    since: Watermark
    watermark: Watermark
    whole: bool


class Pulls:
    """The use case of pulling; one pull at a time."""

    def __init__(self, desk: Desk, imports: Imports) -> None:
        self._desk = desk
        self._imports = imports
        self._folder = desk.folder.path / "pulls"
        self._folder.mkdir(exist_ok=True)
        self._pulling = asyncio.Lock()
        self._known: tuple[object, Mapping[str, int]] = (None, {})
        """The sources that are pulled by the clock, and every how many milliseconds."""

    async def pull(self, identity: str, actor: str, language: Language, rows_max: int = PULLED_ROWS_MAX) -> Pull:
        """Pull what is new of a source and import it. Raises what the database or the import raises."""
        source = read_source(self._desk.definitions.readable("source", identity))
        if not isinstance(source, DatabaseSource):
            raise NotFound("source", identity)
        async with self._pulling:
            now_ms = self._desk.clock.now_ms()
            try:
                pulled = await self._pulled(identity, source, actor, language, rows_max)
            except (LiftloopError, OSError) as error:
                self._told(identity, LastPull(at_ms=now_ms, status="failed", actor=actor, error=_said(error)))
                raise
            done = LastPull(at_ms=now_ms, status="done", actor=actor, rows=pulled.rows, import_id=pulled.import_id)
            self._told(identity, done)
            return pulled

    def reset(self, identity: str, to: Watermark | None) -> Watermark:
        """Let the next pull begin at `to`, or where the definition starts; return that watermark.

        Rows that are read again count once. Raises `NotFound`, `PullBusy` and `BadWatermark`.
        """
        source = read_source(self._desk.definitions.readable("source", identity))
        if not isinstance(source, DatabaseSource):
            raise NotFound("source", identity)
        if self._pulling.locked():
            raise PullBusy
        mark = self.mark(identity)
        if to is None:
            self._file(identity).unlink(missing_ok=True)
            return source.start
        watermark = _first(to, source.start) if mark is None else _like(to, mark.watermark)
        pulled_ms = self._desk.clock.now_ms() if mark is None else mark.pulled_ms
        self._keep(identity, Mark(watermark=watermark, pulled_ms=pulled_ms, query=source.query))
        return watermark

    async def _pulled(
        self, identity: str, source: DatabaseSource, actor: str, language: Language, rows_max: int
    ) -> Pull:
        from liftloop.plugins.sources.database import pull  # SQLAlchemy takes a third of a second, and few need it.

        mark = self.mark(identity)
        since = mark.watermark if mark is not None and mark.query == source.query else source.start
        file = self._file(identity).with_suffix(".csv.new")
        try:
            pulled = await asyncio.to_thread(pull, source, since, file, rows_max)
            import_id = await self._imported(identity, source, file, actor, language) if pulled.rows else None
        finally:
            file.unlink(missing_ok=True)
        self._keep(identity, Mark(watermark=pulled.watermark, pulled_ms=self._desk.clock.now_ms(), query=source.query))
        return Pull(rows=pulled.rows, import_id=import_id, since=since, watermark=pulled.watermark, whole=pulled.whole)

    async def _imported(self, identity: str, source: DatabaseSource, file: Path, actor: str, language: Language) -> str:
        asked = Changes(kind=source.import_kind, fields=source.fields)
        taken = await self._imports.take(f"{identity}.csv", _content(file), Changes(kind=source.import_kind), actor)
        started = await self._imports.start(taken.id, asked, language)
        ended = await self._imports.finished(started.id)
        if ended.status != "done":
            raise PullFailed(identity, started.id)
        return started.id

    async def pull_when_due(self) -> None:
        """Pull each source that names an interval when it is due, until cancelled; a failed pull waits for its turn."""
        while True:
            await self.run_if_due()
            await asyncio.sleep(LOOK_EVERY_S)

    async def run_if_due(self) -> None:
        """Pull what is due; what hinders it is kept as its last pull."""
        now_ms = self._desk.clock.now_ms()
        for identity in [each for each, due_ms in self._schedule() if due_ms <= now_ms]:
            try:
                while not (await self.pull(identity, "system:desk", "zh-CN")).whole:
                    continue
            except (LiftloopError, OSError) as error:
                _LOGGER.warning("source %s: %s", identity, error)

    def next_ms(self) -> int:
        """Return when the next source is due, FAR_FUTURE_MS where all wait to be asked."""
        return min((due for _, due in self._schedule()), default=FAR_FUTURE_MS)

    def _schedule(self) -> list[tuple[str, int]]:
        key = self._desk.state.rows("SELECT count(*), sum(status = 'live') FROM definition WHERE kind = 'source'")
        if self._known[0] != key:
            live = self._desk.definitions.live("source")
            minutes = {each: body.get("every_minutes") for each, body in live.items()}
            self._known = key, {each: wait * MINUTE_MS for each, wait in minutes.items() if wait}
        return [(each, self._tried_ms(each) + wait_ms) for each, wait_ms in self._known[1].items()]

    def _tried_ms(self, identity: str) -> int:
        last, mark = self.last(identity), self.mark(identity)
        return max(0 if last is None else last.at_ms, 0 if mark is None else mark.pulled_ms)

    def last(self, identity: str) -> LastPull | None:
        """Return how the last pull of a source went, None where it never was."""
        try:
            return msgspec.json.decode(self._file(identity).with_suffix(".last").read_bytes(), type=LastPull)
        except FileNotFoundError:
            return None

    def mark(self, identity: str) -> Mark | None:
        """Return how far a source has been pulled, None where it never was."""
        try:
            return msgspec.json.decode(self._file(identity).read_bytes(), type=Mark)
        except FileNotFoundError:
            return None

    def _keep(self, identity: str, mark: Mark) -> None:
        write_whole(self._file(identity), msgspec.json.encode(mark))

    def _told(self, identity: str, last: LastPull) -> None:
        write_whole(self._file(identity).with_suffix(".last"), msgspec.json.encode(last))

    def _file(self, identity: str) -> Path:
        return self._folder / f"{hash_text('source', identity):016x}.json"


async def _content(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as content:
        while chunk := await asyncio.to_thread(content.read, CHUNK_BYTES):
            yield chunk


def _said(error: LiftloopError | OSError) -> Said:
    if isinstance(error, LiftloopError):
        return Said(error.zh, error.en)
    return Said("这台机器上的文件读写失败", "a file of this machine could not be read or written")


def _first(to: Watermark, start: Watermark) -> Watermark:
    """Return a watermark of a source that was never pulled: a number where it can be one and the start is."""
    try:
        return _like(to, start)
    except BadWatermark:  # The start may be the 0 of a column of instants.
        return to


def _like(to: Watermark, now: Watermark) -> Watermark:
    """Return a watermark of the kind that a source has now. Raises `BadWatermark`."""
    if isinstance(now, str):
        if _DAY.match(now) and not _DAY.match(str(to)):
            raise BadWatermark(to, now)
        return str(to)
    if not isinstance(to, str):
        return to
    try:
        return int(to)
    except ValueError:
        pass
    try:
        number = float(to)
    except ValueError as error:
        raise BadWatermark(to, now) from error
    if not math.isfinite(number):
        raise BadWatermark(to, now)
    return number
