"""Looks into a database of another system: which tables it has, and of one which columns could be a watermark."""

from msgspec import Struct
from sqlalchemy import inspect
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.types import Date, DateTime, Integer, Numeric

from liftloop.collect.sources import Watermark
from liftloop.plugins.sources.database import reading
from liftloop.plugins.sources.database_problems import DatabaseAway

TABLES_MAX = 1_000
"""Tables told; of more a person writes the query."""
CHANGED_NAMES = (
    "updated_at",
    "update_time",
    "modified",
    "gmt_modified",
    "changed",
    "last_update",
    "更新时间",
    "修改时间",
)
"""What columns are called that say when a row last changed; those show changes, and not new rows only."""
CREATED_NAMES = ("created", "create_time", "paid", "order_time", "ctime", "创建", "下单", "付款")
EARLIEST = "1970-01-01 00:00:00"


class ColumnSeen(Struct, frozen=True, kw_only=True):
    """A column of a table."""

    name: str
    type: str
    grows: bool
    """Whether it could be a watermark: a number or an instant."""


class Look(Struct, frozen=True, kw_only=True):
    """What is there; `columns`, `query`, `watermark` and `start` are of the table that was asked for."""

    server: str
    tables: tuple[str, ...]
    columns: tuple[ColumnSeen, ...] = ()
    watermark: str = ""
    query: str = ""
    start: Watermark = 0


def look(url: URL, table: str, watermark: str) -> Look:
    """Return tables and views, and of `table` its columns and a query by `watermark`, or by the likeliest column.

    Raises `DatabaseAway`.
    """
    with reading(url, 1) as connection:
        dialect, seen = connection.dialect, inspect(connection)
        version = ".".join(map(str, (dialect.server_version_info or ())[:2]))
        kind = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
        tables = tuple(sorted([*seen.get_table_names(), *seen.get_view_names()])[:TABLES_MAX])
        if not table:
            return Look(server=f"{kind} {version}".strip(), tables=tables)
        try:
            found = seen.get_columns(table)
        except NoSuchTableError as error:
            raise DatabaseAway("table") from error
        columns = tuple(
            ColumnSeen(name=each["name"], type=str(each["type"]), grows=_grows(each["type"])) for each in found
        )
        chosen = watermark or likeliest(columns)
        quote = dialect.identifier_preparer.quote
        by = quote(chosen)
        whole = any(each["name"] == chosen and isinstance(each["type"], Integer | Numeric) for each in found)
    return Look(
        server=f"{kind} {version}".strip(),
        tables=tables,
        columns=columns,
        watermark=chosen,
        query=f"SELECT * FROM {quote(table)} WHERE {by} >= :watermark ORDER BY {by}" if chosen else "",
        start=0 if whole else EARLIEST,
    )


def _grows(kind: object) -> bool:
    return isinstance(kind, Integer | Numeric | DateTime | Date)


def likeliest(columns: tuple[ColumnSeen, ...]) -> str:
    """Return the column that says best what is new: when a row changed, when it was made, else a number that counts.

    >>> id_, at = (ColumnSeen(name=name, type="", grows=True) for name in ("id", "updated_at"))
    >>> likeliest((id_, at)), likeliest((id_,))
    ('updated_at', 'id')
    """
    growing = [each.name for each in columns if each.grows]
    for names in (CHANGED_NAMES, CREATED_NAMES):
        for column in growing:
            if any(name in column.lower() for name in names):
                return column
    return next((each for each in growing if each.lower() == "id" or each.lower().endswith("_id")), "")
