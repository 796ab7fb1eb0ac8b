"""A private DuckDB in memory, spilling into a folder, that holds a file as a table of columns c0, c1, …

Names from the file never reach SQL: columns are numbered, values are parameters.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.plugins.sources.file.dialect import Dialect
from liftloop.plugins.sources.file.problems import (
    cell_too_large,
    empty_file,
    no_readable_rows,
    unclosed_quote,
)
from liftloop.plugins.sources.file.text import TextFile

THREADS = 2  # Files are read beside other work of the same machine.
CELL_BYTES_MAX = 64 * 1024  # Twice what a cell of Excel may hold.
BAD_LINES_KEPT_MAX = 10_000  # Shown and written to the error file; beyond it they are only counted.
BAD_LINE_CHARACTERS_MAX = 2_000

Row = tuple[int, Sequence[str]]
"""The line in the file, and its cells."""


class BadLine(Struct, frozen=True, kw_only=True):
    """A row that has more or fewer cells than the header; `text` is the row as it stands in the file."""

    line: int
    reason: str
    text: str


class Staged(Struct, frozen=True, kw_only=True):
    """A file as a table: data row r stands in line `first_line + r`, plus the bad lines before it.

    `bad_at` holds the lines of all bad ones. With `has_lines` the table itself says the line, in column `line`.
    Of a workbook `sheet` is the one that was read, among `sheets`.
    `of` is the number of rows in the file, good and bad, where only some were staged.
    """

    table: str
    names: tuple[str, ...]
    rows: int
    bad_count: int
    bad_lines: tuple[BadLine, ...]
    bad_at: NDArray[np.int64]
    first_line: int = 1
    has_lines: bool = False
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    of: int = 0


class Staging:
    """A database that nobody else sees, and the folder into which it spills; both end with `close`."""

    def __init__(self, work_folder: Path | None, memory_bytes_max: int) -> None:
        self._folder = TemporaryDirectory(prefix="liftloop-import-", dir=work_folder)
        self.folder = Path(self._folder.name)
        self.db = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{memory_bytes_max // 1024**2}MiB",
                "threads": THREADS,
                "temp_directory": str(self.folder / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self.db.execute("set enable_progress_bar = false")  # It would write into the output of the command line.

    def scalar(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Return the one number that `sql` selects, 0 for null."""
        row = self.db.execute(sql, list(parameters)).fetchone()
        return int(row[0] or 0) if row else 0

    def close(self) -> None:
        self.db.close()
        self._folder.cleanup()


class BadLines:
    """The bad lines met while reading: all counted, the first kept."""

    def __init__(self) -> None:
        self.count = 0
        self.kept: list[BadLine] = []

    def add(self, line: int, reason: str, text: str) -> None:
        self.count += 1
        if len(self.kept) < BAD_LINES_KEPT_MAX:
            self.kept.append(BadLine(line=line, reason=reason, text=text[:BAD_LINE_CHARACTERS_MAX]))


def stage_text(staging: Staging, table: str, text: TextFile, dialect: Dialect, name: str) -> Staged:
    """Stage a text file with DuckDB's reader; where its count of lines does not add up, with Python's.

    It does not add up with line breaks inside quotes, blank lines or mixed line ends.
    Python reads those at a fifth of the speed, but knows each row's line.
    """
    if dialect.plain:
        staged = _stage_fast(staging, table, text, dialect, name)
        if staged is not None and text.lines == dialect.header_lines + staged.rows + staged.bad_count:
            return checked(staging, staged, name)
        staging.db.execute(f"drop table if exists {table}")
    bad = BadLines()
    return stage_rows(staging, table, Feed(dialect.header, csv_rows(text, dialect, bad, name), bad), name)


def _stage_fast(staging: Staging, table: str, text: TextFile, dialect: Dialect, name: str) -> Staged | None:
    """Stage with DuckDB's reader; None where it does not understand the file."""
    try:
        staging.db.execute(
            f"""create table {table} as select * from read_csv(?, auto_detect = false, header = false, skip = ?,
                delim = ?, quote = '"', escape = '"', nullstr = '', columns = ?, compression = ?,
                ignore_errors = true, store_rejects = true, rejects_limit = 0,
                rejects_table = 'bad_{table}', rejects_scan = 'scan_{table}')""",
            [
                str(text.path),
                dialect.header_lines,
                dialect.delimiter,
                {f"c{i}": "VARCHAR" for i in range(len(dialect.header))},
                "gzip" if text.compressed else "none",
            ],
        )
    except duckdb.InvalidInputException:
        return None
    too_long = staging.scalar(f"select min(line) from bad_{table} where error_type = 'LINE SIZE OVER MAXIMUM'")
    if too_long:
        raise cell_too_large(name, too_long, CELL_BYTES_MAX)
    kept = staging.db.execute(
        f"""select line, any_value(error_type), left(any_value(csv_line), {BAD_LINE_CHARACTERS_MAX})
            from bad_{table} group by line order by line limit {BAD_LINES_KEPT_MAX}"""
    ).fetchall()
    bad_at = staging.db.execute(f"select distinct line from bad_{table} order by line").fetchnumpy()["line"]
    return Staged(
        table=table,
        names=dialect.header,
        rows=staging.scalar(f"select count(*) from {table}"),
        bad_count=len(bad_at),
        bad_at=np.asarray(bad_at, dtype=np.int64),
        bad_lines=tuple(
            BadLine(line=line, reason="too_few_cells" if kind == "MISSING COLUMNS" else "too_many_cells", text=row)
            for line, kind, row in kept
        ),
        first_line=dialect.header_lines + 1,
    )


class Feed(NamedTuple):
    """Rows that Python reads, the names of their cells, and where the rows go that do not fit."""

    names: tuple[str, ...]
    rows: Iterable[Row]
    bad: BadLines


def stage_rows(staging: Staging, table: str, feed: Feed, name: str) -> Staged:
    """Stage rows that Python reads, by way of a file that DuckDB is sure to understand."""
    names, rows, bad = feed
    path = staging.folder / f"{table}.csv"
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows((line, *cells) for line, cells in rows)
    columns = {"line": "BIGINT", **{f"c{i}": "VARCHAR" for i in range(len(names))}}
    staging.db.execute(
        f"""create table {table} as select * from read_csv(?, auto_detect = false, header = false, delim = ',',
            quote = '"', escape = '"', nullstr = '', new_line = '\\n', columns = ?)""",
        [str(path), columns],
    )
    path.unlink()
    staged = Staged(
        table=table,
        names=names,
        rows=staging.scalar(f"select count(*) from {table}"),
        bad_count=bad.count,
        bad_lines=tuple(bad.kept),
        bad_at=np.zeros(0, dtype=np.int64),
        has_lines=True,
    )
    return checked(staging, staged, name)


def checked(staging: Staging, staged: Staged, name: str) -> Staged:
    """Return what was staged, or raise: no row at all, none that fits, a cell beyond all measure."""
    if not staged.rows:
        raise no_readable_rows(name, staged.bad_count, len(staged.names)) if staged.bad_count else empty_file(name)
    columns = staging.db.execute(f"describe {staged.table}").fetchall()
    texts = [column for column, kind, *_ in columns if kind == "VARCHAR"]
    longest = ", ".join(f"max(strlen({column}))" for column in texts)
    if texts and staging.scalar(f"select list_max([{longest}]) from {staged.table}") > CELL_BYTES_MAX:
        anywhere = " or ".join(f"strlen({column}) > {CELL_BYTES_MAX}" for column in texts)
        line = "line" if staged.has_lines else f"rowid + {staged.first_line}"
        first = staging.scalar(f"select min({line}) from {staged.table} where {anywhere}")
        raise cell_too_large(name, first, CELL_BYTES_MAX)
    return staged


def csv_rows(text: TextFile, dialect: Dialect, bad: BadLines, name: str) -> Iterator[Row]:
    """Yield the rows that fit the header with the line on which each starts; the others go to `bad`."""
    width = len(dialect.header)
    opened = gzip.open if text.compressed else open
    with opened(text.path, "rt", encoding="utf-8-sig", errors="surrogatepass", newline="") as file:
        physical = _Remembering(file)
        start = end = 0
        for last_line, cells in _records(physical, dialect.delimiter, name):
            start, end = end + 1, last_line
            if start <= dialect.header_lines or not cells:
                continue
            if len(cells) == width:
                yield start, cells
            else:
                reason = "too_few_cells" if len(cells) < width else "too_many_cells"
                bad.add(start, reason, dialect.delimiter.join(cells))
        if end > start and '"' not in physical.last:
            raise unclosed_quote(name, start, end - start)


class _Remembering:
    """The lines of a file, of which the last one is remembered."""

    def __init__(self, file: Iterable[str]) -> None:
        self._lines = iter(file)
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.last = next(self._lines)
        return self.last


def _records(lines: Iterable[str], delimiter: str, name: str) -> Iterator[Row]:
    """Yield each record with the line on which it ends; what cannot be read is told with its line."""
    reader = csv.reader(lines, delimiter=delimiter)
    end = 0
    try:
        for cells in reader:
            end = reader.line_num
            yield end, cells
    except csv.Error:
        # The one thing that this reader does not take is a cell beyond its limit (131,072 characters).
        raise cell_too_large(name, end + 1, CELL_BYTES_MAX) from None
