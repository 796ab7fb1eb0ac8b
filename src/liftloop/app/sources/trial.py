"""Tries a database source before it is set up: does it answer, which tables has it, what would an import make of one.

Nothing is kept: neither the address, which may hold a password, nor the rows.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.definitions.edge import read_source
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.definitions.secrets import SHOWN
from liftloop.app.desk import Desk
from liftloop.app.imports.proposal import Changes, Proposal, propose
from liftloop.collect.sources import DatabaseSource, Watermark

TRIED_ROWS = 500
"""Rows that a trial reads: enough to guess from, few enough to come at once."""
COLUMNS_TOLD_MAX = 500


class Asked(Struct, frozen=True, kw_only=True):
    """What is known of a source so far; the more there is, the more is tried."""

    url: str
    """SHOWN stands for the address of `source`, which nobody may read."""
    source: str = ""
    """A source that is set up already; "" for a new one."""
    table: str = ""
    """One of the tables there; empty where the query is a person's own."""
    query: str = ""
    watermark: str = ""
    start: Watermark | None = None
    """None: from the beginning."""
    import_kind: str | None = None


class Column(Struct, frozen=True, kw_only=True):
    """A column of the table that was asked for."""

    name: str
    type: str
    grows: bool
    """Whether it could be a watermark."""


class Trial(Struct, frozen=True, kw_only=True):
    """What a trial found."""

    server: str
    """Kind and version."""
    tables: tuple[str, ...]
    columns: tuple[Column, ...]
    query: str
    watermark: str
    start: Watermark
    rows: int = 0
    """Rows that were read, at most TRIED_ROWS."""
    proposal: Proposal | None = None
    """What an import would make of them; None before there is a query, and where it gave no rows."""


async def try_database(desk: Desk, asked: Asked) -> Trial:
    """Return what a database answers.

    Raises `DatabaseAway`, `BadPull`, `NotFound`, and what an import has against the rows.
    """
    if asked.url == SHOWN:
        kept = read_source(desk.definitions.readable("source", asked.source))
        if not isinstance(kept, DatabaseSource):
            raise NotFound("source", asked.source)
        asked = replace(asked, url=kept.url)
    return await asyncio.to_thread(_tried, asked, desk.folder.imports)


def _tried(asked: Asked, folder: Path) -> Trial:
    # SQLAlchemy takes a third of a second, and few need it.
    from liftloop.plugins.sources.database import address, pull
    from liftloop.plugins.sources.database_look import look

    seen = look(address(asked.url), asked.table, asked.watermark)
    columns = tuple(
        Column(name=each.name, type=each.type, grows=each.grows) for each in seen.columns[:COLUMNS_TOLD_MAX]
    )
    found = Trial(
        server=seen.server,
        tables=seen.tables,
        columns=columns,
        query=asked.query if asked.query and not asked.table else seen.query,
        watermark=seen.watermark if asked.table else asked.watermark,
        start=seen.start if asked.start is None else asked.start,
    )
    if not (found.query and found.watermark):
        return found
    source = DatabaseSource(
        url=asked.url, query=found.query, watermark=found.watermark, start=found.start, import_kind="orders"
    )
    with TemporaryDirectory(dir=folder, prefix=".trial-") as place:
        file = Path(place) / "rows.csv"
        rows = pull(source, found.start, file, TRIED_ROWS).rows
        if not rows:
            return found
        proposal = propose(file, {}, Changes(kind=asked.import_kind), Path(place))
    return Trial(
        server=found.server,
        tables=found.tables,
        columns=columns,
        query=found.query,
        watermark=found.watermark,
        start=found.start,
        rows=rows,
        proposal=proposal,
    )
