"""Parquet files: typed columns become text, whole numbers, floats or local times; zoned times become ISO text."""

from pathlib import Path

import duckdb
import numpy as np

from liftloop.plugins.sources.file.dialect import COLUMNS_MAX
from liftloop.plugins.sources.file.problems import damaged_file, too_many_columns
from liftloop.plugins.sources.file.staging import Staged, Staging, checked

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_LOCAL_TIMES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE")


def stage_parquet(staging: Staging, table: str, path: Path, name: str) -> Staged:
    """Stage a Parquet file; raises `damaged_file` where DuckDB cannot read it."""
    try:
        described = staging.db.execute(
            "describe select * from read_parquet(?, binary_as_string = true)", [str(path)]
        ).fetchall()
        if len(described) > COLUMNS_MAX:
            raise too_many_columns(name, COLUMNS_MAX)
        chosen = ", ".join(f"{_as_plain(f'f.c{i}', kind)} as c{i}" for i, (_, kind, *_) in enumerate(described))
        numbered = ", ".join(f"c{i}" for i in range(len(described)))
        staging.db.execute(
            f"create table {table} as select {chosen} from read_parquet(?, binary_as_string = true) as f({numbered})",
            [str(path)],
        )
    except (duckdb.InvalidInputException, duckdb.IOException):
        raise damaged_file(name) from None
    staged = Staged(
        table=table,
        names=tuple(column for column, *_ in described),
        rows=staging.scalar(f"select count(*) from {table}"),
        bad_count=0,
        bad_lines=(),
        bad_at=np.zeros(0, dtype=np.int64),
    )
    return checked(staging, staged, name)


def _as_plain(column: str, kind: str) -> str:
    """Return the SQL that turns a column of this type into one of the types that batches carry."""
    if kind == "VARCHAR":
        return f"nullif({column}, '')"
    if kind in _WHOLE:
        return f"{column}::BIGINT"
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        return f"{column}::DOUBLE"
    if kind in _LOCAL_TIMES:
        return f"{column}::TIMESTAMP"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({column} at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
    if kind.endswith("[]") or kind.startswith(("STRUCT", "MAP")):
        return f"to_json({column})::VARCHAR"
    return f"{column}::VARCHAR"
