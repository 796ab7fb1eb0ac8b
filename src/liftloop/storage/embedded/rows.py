"""How rows of the state's tables are put, updated and removed: few long statements, prepared once.

A run of rows in one statement takes half the time of row by row, and the interpreter's lock is free meanwhile.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from sqlite3 import Connection

from liftloop.storage.contract import Row, Update
from liftloop.storage.tables import TABLES, Table

PARAMETERS_MAX = 4_000  # 250 ledger rows a statement; longer runs measured no faster.

_TABLES: Mapping[str, Table] = {table.name: table for table in TABLES}


def put_rows(connection: Connection, table: str, rows: Sequence[Row]) -> None:
    """Insert rows, or replace those of the same key."""
    run = PARAMETERS_MAX // len(_TABLES[table].columns)
    whole = len(rows) - len(rows) % run
    for start in range(0, whole, run):
        connection.execute(_insertion(table, run), tuple(chain.from_iterable(rows[start : start + run])))
    connection.executemany(_insertion(table, 1), rows[whole:])


def update_rows(connection: Connection, update: Update) -> None:
    """Set columns of rows that exist."""
    statement = _change(update.table, update.columns, update.only[0] if update.only else "")
    rows = [(*row, update.only[1]) for row in update.rows] if update.only else update.rows
    connection.executemany(statement, rows)


def remove_rows(connection: Connection, table: str, keys: Sequence[Row]) -> None:
    connection.executemany(_removal(table), keys)


@cache
def _insertion(table: str, rows: int) -> str:
    made = _TABLES[table]
    marks = f"({', '.join('?' * len(made.columns))})"
    values = f"INTO {table} VALUES {', '.join([marks] * rows)}"
    if not made.newest_by:
        return f"INSERT OR REPLACE {values}"
    key = ", ".join(_quoted(made.columns[: made.key]))
    changes = ", ".join(f"{name} = excluded.{name}" for name in _quoted(made.columns[made.key :]))
    newer = f'excluded."{made.newest_by}" >= {table}."{made.newest_by}"'
    return f"INSERT {values} ON CONFLICT ({key}) DO UPDATE SET {changes} WHERE {newer}"


@cache
def _change(table: str, columns: tuple[str, ...], only: str) -> str:
    known = {name for name, _ in _TABLES[table].columns}
    asked = {*columns, only} if only else set(columns)
    assert known.issuperset(asked), f"{table} has no {asked - known}"
    where = _is_key(table) + (f' AND "{only}" = ?' if only else "")
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in _quoted(columns))} WHERE {where}"


@cache
def _removal(table: str) -> str:
    return f"DELETE FROM {table} WHERE {_is_key(table)}"


def _is_key(table: str) -> str:
    made = _TABLES[table]
    return " AND ".join(f"{name} = ?" for name in _quoted(made.columns[: made.key]))


def _quoted(columns: Sequence[tuple[str, str] | str]) -> list[str]:
    return [f'"{column if isinstance(column, str) else column[0]}"' for column in columns]
