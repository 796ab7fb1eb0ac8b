"""Pulls the sources of kind `database`: each pull is an import, and the watermark moves when the import is done.

An import that is done again counts nothing twice; so a pull that was interrupted is simply done again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from msgspec import Struct

from liftloop.app.definitions.edge import read_source
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.imports.jobs import Imports
from liftloop.app.imports.proposal import Changes
from liftloop.collect.sources import PULLED_ROWS_MAX, DatabaseSource, Watermark
from liftloop.kernel.clock import MINUTE_MS
from liftloop.kernel.dice import hash_text
from liftloop.kernel.errors import Language, LiftloopError

LOOK_EVERY_S = 20.0
CHUNK_BYTES = 1 << 20

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


class Mark(Struct, frozen=True, kw_only=True):
    """How far a source has been pulled, and when."""

    watermark: Watermark
    pulled_ms: int
    query: str
    """Another query begins anew: what it selects may be older."""


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

    async def pull(self, identity: str, actor: str, language: Language, rows_max: int = PULLED_ROWS_MAX) -> Pull:
        """Pull what is new of a source and import it. Raises what the database or the import raises."""
        source = read_source(self._desk.definitions.readable("source", identity))
        if not isinstance(source, DatabaseSource):
            raise NotFound("source", identity)
        async with self._pulling:
            return await self._pulled(identity, source, actor, language, rows_max)

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
            for identity, body in self._desk.definitions.live("source").items():
                source = read_source(body)
                if isinstance(source, DatabaseSource) and source.every_minutes and self._is_due(identity, source):
                    try:
                        while not (await self.pull(identity, "system:desk", "zh-CN")).whole:
                            continue
                    except (LiftloopError, OSError) as error:
                        _LOGGER.warning("source %s: %s", identity, error)
                        self._wait_for_next(identity, source)
            await asyncio.sleep(LOOK_EVERY_S)

    def _is_due(self, identity: str, source: DatabaseSource) -> bool:
        mark = self.mark(identity)
        assert source.every_minutes is not None
        return mark is None or self._desk.clock.now_ms() - mark.pulled_ms >= source.every_minutes * MINUTE_MS

    def _wait_for_next(self, identity: str, source: DatabaseSource) -> None:
        mark = self.mark(identity)
        watermark = source.start if mark is None else mark.watermark
        query = source.query if mark is None else mark.query
        self._keep(identity, Mark(watermark=watermark, pulled_ms=self._desk.clock.now_ms(), query=query))

    def mark(self, identity: str) -> Mark | None:
        """Return how far a source has been pulled, None where it never was."""
        try:
            return msgspec.json.decode(self._file(identity).read_bytes(), type=Mark)
        except FileNotFoundError:
            return None

    def _keep(self, identity: str, mark: Mark) -> None:
        beside = self._file(identity).with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(mark))
        beside.replace(self._file(identity))

    def _file(self, identity: str) -> Path:
        return self._folder / f"{hash_text('source', identity):016x}.json"


async def _content(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as content:
        while chunk := await asyncio.to_thread(content.read, CHUNK_BYTES):
            yield chunk
