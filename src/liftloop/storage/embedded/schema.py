"""The state's schema in SQLite's words, from `tables.TABLES`.

Tables are STRICT: a numpy scalar would otherwise be stored as a blob without a word.
"""

from collections.abc import Iterator, Sequence

from liftloop.storage.tables import TABLES
from liftloop.storage.tables import Table as TableOfContract

_IN_ORDER_OF_KEY = frozenset({"attribute", "consent"})  # A person's rows lie together, and need no second tree.

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


STATE = TABLES + _ENGINE_TABLES
"""Every table of the state file."""
CHECKPOINT = _CHECKPOINT_TABLES
"""The two tables of the checkpoint file."""


def sqlite_statements(tables: Sequence[TableOfContract]) -> Iterator[str]:
    """Yield the statements that create what is missing; running them again changes nothing."""
    for table in tables:
        columns = [
            f'"{name}" {kind} NOT NULL' if number < table.key else f'"{name}" {kind}'
            for number, (name, kind) in enumerate(table.columns)
        ]
        key = _quoted([name for name, _ in table.columns[: table.key]])
        kept = "WITHOUT ROWID, STRICT" if table.name in _IN_ORDER_OF_KEY else "STRICT"
        yield f'CREATE TABLE IF NOT EXISTS "{table.name}" ({", ".join(columns)}, PRIMARY KEY ({key})) {kept}'
        for index in table.indexes:
            name = f"{table.name}_by_{'_'.join(index)}"
            yield f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table.name}" ({_quoted(index)})'


def sqlite_additions(table: TableOfContract, present: Sequence[str]) -> Iterator[str]:
    """Yield the statements that give a table of an earlier version the columns it lacks, empty in the rows it has."""
    for name, kind in table.columns[table.key :]:
        if name not in present:
            yield f'ALTER TABLE "{table.name}" ADD COLUMN "{name}" {kind}'


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
