"""The state's schema, from `contract.TABLES` to SQLAlchemy Core, so that another engine can have the same tables.

Tables are STRICT on SQLite: a numpy scalar would otherwise be stored as a blob without a word.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

from liftloop.storage.contract import TABLES
from liftloop.storage.contract import Table as TableOfContract

_IN_ORDER_OF_KEY = frozenset({"attribute", "consent"})  # A person's rows lie together, and need no second tree.
_WHOLE_NUMBER = BigInteger().with_variant(Integer(), "sqlite")  # SQLite's INTEGER has 64 bits and keys the row.
_TYPES: dict[str, TypeEngine[Any]] = {"INTEGER": _WHOLE_NUMBER, "TEXT": Text(), "BLOB": LargeBinary()}

_ENGINE_TABLES: tuple[TableOfContract, ...] = (
    TableOfContract(
        name="tick",
        columns=(
            ("tick", "INTEGER"),
            ("now_ms", "INTEGER"),
            ("seed", "INTEGER"),
            ("offset", "INTEGER"),
            ("epoch", "INTEGER"),
        ),
        key=1,
    ),
    TableOfContract(name="delta", columns=(("tick", "INTEGER"), ("data", "BLOB")), key=1),
    TableOfContract(name="dropped", columns=(("id", "INTEGER"), ("tick", "INTEGER")), key=1),
    TableOfContract(
        name="fact",
        columns=(
            ("tick", "INTEGER"),
            ("position", "INTEGER"),
            ("kind", "TEXT"),
            ("count", "INTEGER"),
            ("columns", "BLOB"),
        ),
        key=2,
    ),
    TableOfContract(name="lease", columns=(("id", "INTEGER"), ("epoch", "INTEGER")), key=1),
)

_CHECKPOINT_TABLES: tuple[TableOfContract, ...] = (
    TableOfContract(name="round", columns=(("number", "INTEGER"), ("tick", "INTEGER"), ("specs", "BLOB")), key=1),
    TableOfContract(
        name="block",
        columns=(("array", "TEXT"), ("number", "INTEGER"), ("round", "INTEGER"), ("data", "BLOB")),
        key=3,
    ),
)


def _metadata(tables: tuple[TableOfContract, ...]) -> MetaData:
    metadata = MetaData()
    for table in tables:
        columns = [
            Column(name, _TYPES[kind], primary_key=number < table.key, autoincrement=False)
            for number, (name, kind) in enumerate(table.columns)
        ]
        made = Table(
            table.name, metadata, *columns, sqlite_strict=True, sqlite_with_rowid=table.name not in _IN_ORDER_OF_KEY
        )
        for index in table.indexes:
            Index(f"{table.name}_by_{'_'.join(index)}", *(made.c[name] for name in index))
    return metadata


STATE = _metadata(TABLES + _ENGINE_TABLES)
"""Every table of the state file."""
CHECKPOINT = _metadata(_CHECKPOINT_TABLES)
"""The two tables of the checkpoint file."""


def sqlite_statements(metadata: MetaData) -> Iterator[str]:
    """Yield the statements that create what is missing; running them again changes nothing."""
    dialect = sqlite.dialect()
    for table in metadata.sorted_tables:
        yield str(CreateTable(table, if_not_exists=True).compile(dialect=dialect))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect))
