"""An opened file as a table: its columns, a sample, and batches in which rows of one group stay together."""

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.plugins.sources.file.assembly import Assembled, JoinReport
from liftloop.plugins.sources.file.problems import group_too_large, unknown_column
from liftloop.plugins.sources.file.staging import BadLine, Staged, Staging

ROWS_MAX = 65_536  # A batch of eight columns is about 40 MB as Python text.

ColumnArray = NDArray[Any]


class Batch(Struct, frozen=True, kw_only=True):
    """Rows of a file as columns of equal length.

    Text columns are object arrays with None for nothing; numbers are int64 (object with None where some are
    missing) or float64 (NaN); local times are datetime64[us] (NaT). CSV and Excel give text only.
    `lines` are line numbers in the file, `hashes` 64-bit hashes of whole rows: equal rows have equal ones.
    `start` is the place of the first row in the table.
    """

    columns: dict[str, ColumnArray]
    lines: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    start: int


class Table:
    """A file that has been read and staged; `close` it, or use it in a `with`, to give memory and disk back."""

    def __init__(self, name: str, staging: Staging, staged: Staged, assembled: Assembled) -> None:
        self._staging = staging
        self._staged = staged
        self._assembled = assembled
        self.name = name
        self.columns: tuple[str, ...] = tuple(assembled.sql)
        self.row_count: int = staged.rows
        self.bad_count: int = staged.bad_count
        self.bad_lines: tuple[BadLine, ...] = staged.bad_lines
        self.of: int = staged.of or staged.rows + staged.bad_count
        """Rows of the file, good and bad; after a glance, its lines after the header."""
        self.joins: tuple[JoinReport, ...] = assembled.joins
        self.sheet: str = staged.sheet
        self.sheets: tuple[str, ...] = staged.sheets

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._staging.close()

    def sample(self, rows: int) -> Batch:
        """Return about `rows` rows: half from the beginning, half spread evenly over the whole."""
        head = (rows + 1) // 2
        step = max(1, self.row_count // max(1, rows - head))
        return self._select(self.columns, f"rowid < {head} or rowid % {step} = 0", 0)

    def batches(self, columns: Sequence[str] = (), rows_max: int = ROWS_MAX) -> Iterator[Batch]:
        """Yield all rows, at most `rows_max` at a time, with these columns (none named: all).

        Rows of one group are never cut apart: a batch ends before a group that would not fit.
        Raises `unknown_column`, and `group_too_large` where a single group has more than `rows_max` rows.
        """
        chosen = tuple(columns) or self.columns
        for column in chosen:
            if column not in self._assembled.sql:
                raise unknown_column(self.name, column, self.columns)
        start = 0
        while start < self.row_count:
            stop = self._end_of_batch(start, rows_max)
            yield self._select(chosen, f"rowid >= {start} and rowid < {stop}", start)
            start = stop

    def raw_rows(self, positions: Sequence[int]) -> list[tuple[str, ...]]:
        """Return the cells of the file itself, as text, of the rows at these places of the table (ascending)."""
        if not positions:
            return []
        cells = ", ".join(f"coalesce(c{i}::VARCHAR, '')" for i in range(len(self._staged.names)))
        # As text: for each value of a list parameter DuckDB looks for pandas, 0.2 ms where there is none.
        chosen = ",".join(map(str, positions))
        return self._staging.db.execute(
            f"""select {cells} from {self._assembled.table}
                where rowid between ? and ? and rowid in (select unnest(string_split(?, ',')::BIGINT[]))""",
            [positions[0], positions[-1], chosen],
        ).fetchall()

    @property
    def file_columns(self) -> tuple[str, ...]:
        """The columns of the file itself, without joined ones: what `raw_rows` returns."""
        return self._staged.names

    def _end_of_batch(self, start: int, rows_max: int) -> int:
        """Return where the batch that begins at `start` ends: before the group that would be cut."""
        stop = start + rows_max
        group, table = self._assembled.group_sql, self._assembled.table
        if stop >= self.row_count or not group:
            return min(stop, self.row_count)
        begin = self._staging.scalar(
            f"""select coalesce(min(rowid), ?) from {table} where rowid between ? and ?
                and {group} = (select {group} from {table} where rowid = ?)""",
            [stop, start, stop, stop],
        )
        if begin == start:
            raise group_too_large(self.name, self._assembled.group_by, rows_max)
        return begin

    def _select(self, columns: Sequence[str], where: str, start: int) -> Batch:
        assembled = self._assembled
        whole = ", ".join(f"c{i}" for i in range(len(self._staged.names)))
        selects = [f"hash({whole}) as _hash", f"{assembled.line_sql or assembled.row_sql} as _line"]
        selects += [f"{assembled.sql[column]} as k{i}" for i, column in enumerate(columns)]
        found: dict[str, Any] = self._staging.db.execute(
            f"select {', '.join(selects)} from {assembled.table} where {where}"
        ).fetchnumpy()
        return Batch(
            columns={column: _without_mask(found[f"k{i}"]) for i, column in enumerate(columns)},
            lines=found["_line"] if assembled.line_sql else self._lines_of(found["_line"]),
            hashes=found["_hash"],
            start=start,
        )

    def _lines_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the lines of data rows: one each after the header, and one more for each bad line before it."""
        first, bad_at = self._staged.first_line, self._staged.bad_at
        good_before_bad = bad_at - first - np.arange(len(bad_at))
        return rows + first + np.searchsorted(good_before_bad, rows, side="right")


def _without_mask(column: NDArray[Any]) -> ColumnArray:
    """Return the column with its missing values as None, NaN or NaT."""
    if not isinstance(column, np.ma.MaskedArray):
        return column
    missing = np.ma.getmaskarray(column)
    values: ColumnArray = np.ma.getdata(column)
    nothing = {"f": np.nan, "M": np.datetime64("NaT")}.get(values.dtype.kind)
    if nothing is None:
        values = values.astype(object)
    values[missing] = nothing
    return values
