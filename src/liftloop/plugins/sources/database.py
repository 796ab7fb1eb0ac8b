"""Pulls rows from a database of another system, by URL and query, from where the last pull ended.

Rows of one watermark are never parted: a pull that is full ends with the last whole one, and the next goes on there.
"""

import csv
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from liftloop.collect.sources import DatabaseSource, Watermark
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.plugins.sources.database_problems import DatabaseAway, away

FETCHED = 5_000
SAME_MAX = 200_000
"""Rows of one watermark beyond a full pull: they are never parted, and more of them are a day or a constant."""
PARAMETER = ":watermark"
_READ_ONLY: dict[str, str] = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    **dict.fromkeys(("mysql", "mariadb"), "SET SESSION TRANSACTION READ ONLY"),
}
"""What keeps a query from changing anything, by kind of database; others rely on the rights of their user."""
_PATIENCE = {backend: {"connect_timeout": 10} for backend in ("mysql", "mariadb", "postgresql")}
"""Seconds for which a host may be silent before it is taken for away."""
_LIMIT_ROWS: dict[str, str] = dict.fromkeys(("mysql", "mariadb"), "SET SESSION sql_select_limit = {rows}")
"""What ends a query early, where the driver would read all that is left before it lets go: 5 µs a row."""


class BadPull(LiftloopError):
    """What the query gives cannot be pulled row by row."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_pull",
            zh=f"无法按水位拉取：{zh}",
            en=f"this cannot be pulled by its watermark: {en}",
            next_zh="让 query 选出水位列并按它升序排列，形如 … WHERE updated_at >= :watermark ORDER BY updated_at",
            next_en="select the watermark column and order by it: … WHERE updated_at >= :watermark ORDER BY updated_at",
            status=422,
            exit_code=EXIT_USAGE,
        )


class Pulled(Struct, frozen=True, kw_only=True):
    """What one pull wrote."""

    rows: int
    watermark: Watermark
    whole: bool
    """False where there is more to pull at once."""


def check_source(source: DatabaseSource) -> URL:
    """Return the address of a source. Raises `BadPull` where the source cannot be pulled at all."""
    url = address(source.url)
    if not source.query.lstrip()[:6].lower().startswith(("select", "with")) or PARAMETER not in source.query:
        raise BadPull("query 必须是带 :watermark 的 SELECT", "query must be a SELECT with :watermark")
    return url


def address(text_of_url: str) -> URL:
    """Return an address of a kind of database that is known here. Raises `BadPull`."""
    try:
        url = make_url(text_of_url)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise BadPull("url 不是可用的 SQLAlchemy 地址", "url is no SQLAlchemy address of a known database") from error
    return url


def pull(source: DatabaseSource, since: Watermark, file: Path, rows_max: int) -> Pulled:
    """Write the rows after `since` to a CSV file. Called again with the same `since`, it reads the same rows again.

    Raises `DatabaseAway`, `BadPull`; then the file is to be thrown away.
    """
    with reading(check_source(source), rows_max) as connection:
        return _written(connection, source, since, file, rows_max)


@contextmanager
def reading(url: URL, rows_max: int) -> Generator[Connection]:
    """Give a connection that can only read, and hardly more than `rows_max` rows at once. Raises `DatabaseAway`."""
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database not in (None, "", ":memory:") and not Path(str(url.database)).is_file():
        raise DatabaseAway("file")  # SQLite would make an empty one.
    try:
        engine = create_engine(url, poolclass=None, connect_args=_PATIENCE.get(backend, {}))
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise away(error) from error
    said = [each[backend] for each in (_READ_ONLY, _LIMIT_ROWS) if backend in each]
    # One row more than may be, or a watermark of too many rows would not be told from the last.
    event.listen(engine, "connect", _saying([each.format(rows=rows_max + SAME_MAX + 1) for each in said]))
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise away(error) from error
    finally:
        engine.dispose()


def _saying(statements: Sequence[str]) -> Callable[[Any, Any], None]:
    """Return what tells a new connection how it may read; committed, or the first rollback would undo it."""

    def connected(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    return connected


def _written(connection: Connection, source: DatabaseSource, since: Watermark, file: Path, rows_max: int) -> Pulled:
    result = connection.execution_options(stream_results=True, yield_per=FETCHED).execute(
        text(source.query), {PARAMETER[1:]: since}
    )
    names = list(result.keys())
    if source.watermark not in names:
        raise BadPull(f"结果里没有水位列 {source.watermark}", f"the result has no column {source.watermark}")
    place = names.index(source.watermark)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(names)
        rows, last, whole = 0, since, True
        for row in _ordered(iter(result), place):
            at = _watermark(row[place])
            if rows >= rows_max and at != last:
                whole = False
                break
            if rows >= rows_max + SAME_MAX:
                raise _too_alike(at, SAME_MAX)
            writer.writerow([_cell(value) for value in row])
            rows, last = rows + 1, at
    if not whole and last == since:
        raise _too_alike(last, rows_max)  # The next pull would read the same rows again, for ever.
    return Pulled(rows=rows, watermark=last, whole=whole)


def _too_alike(at: Watermark, rows: int) -> BadPull:
    return BadPull(f"水位 {at} 有超过 {rows:,} 行相同", f"more than {rows:,} rows share the watermark {at}")


def _ordered(rows: Iterator[Any], place: int) -> Iterator[Any]:
    before: Any = None
    for row in rows:
        if row[place] is None or (before is not None and row[place] < before):
            raise BadPull("水位列有空值或没有升序", "the watermark is empty somewhere, or does not ascend")
        before = row[place]
        yield row


def _watermark(value: Any) -> Watermark:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _cell(value)
    return value


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime() | date() | time():
            return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
        case Decimal():
            return f"{value:f}"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case bytes() | memoryview():
            return bytes(value).hex()
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
