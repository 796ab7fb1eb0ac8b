"""Hands audiences over into a table of another system: each part is one transaction of upserts.

A row is known by audience and profile. Who left stays, as no member; after a whole export so does everybody whom it did
not name.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Insert,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    inspect,
    update,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from liftloop.audience.destinations import DatabaseReceiver, Part, PersonTold
from liftloop.kernel.clock import SECOND_MS
from liftloop.kernel.codec import canonical_json
from liftloop.plugins.destinations.contract import ReceiverAway, ReceiverRefuses, Receiving

TABLE_NAME = re.compile(r"(?:[^\W\d]\w{0,62}\.)?[^\W\d]\w{0,62}")
KEYS = ("audience_id", "profile_id")
OWN_COLUMNS = (*KEYS, "member", "changed_at", "export_id")
"""Columns that every such table has; an attribute cannot be called like one."""
ID_CHARACTERS_MAX = 128
_PATIENCE = {backend: {"connect_timeout": 10} for backend in ("mysql", "mariadb", "postgresql")}
"""Seconds that a server may take to answer at all."""

Upsert = Callable[[Table], Insert]
"""One statement for many rows: rows in one statement would soon have more parameters than SQLite takes."""


def open_table(to: DatabaseReceiver) -> Receiving:
    """Return a receiver by SQL. Raises `ReceiverRefuses` where its address or table can never work."""
    url = _address(to.url)
    upsert = UPSERTS.get(url.get_backend_name())
    if upsert is None:
        raise ReceiverRefuses(
            f"不支持 {url.get_backend_name()}，可用：{'、'.join(UPSERTS)}",
            f"{url.get_backend_name()} is not supported, these are: {', '.join(UPSERTS)}",
        )
    if not TABLE_NAME.fullmatch(to.table):
        raise ReceiverRefuses("table 不是表名", "table is no name of a table")
    return TableReceiving(url, to.table, upsert)


def place_of(to: DatabaseReceiver) -> list[str]:
    """Return which database is meant, whoever connects: its kind, host, port and name."""
    url = _address(to.url)
    return [url.get_backend_name(), url.host or "", str(url.port or ""), url.database or ""]


class TableReceiving:
    """A `Receiving` over SQLAlchemy; it works in a thread, since drivers wait."""

    def __init__(self, url: URL, table: str, upsert: Upsert) -> None:
        self._url = url
        self._name = table
        self._upsert = upsert
        self._engine: Engine | None = None
        self._tables: dict[tuple[str, ...], Table] = {}

    async def take(self, part: Part) -> None:
        try:
            await asyncio.to_thread(self._take, part)
        except SQLAlchemyError as error:
            # The text of the driver may hold the address with its password: only the kind of the error is told.
            raise ReceiverAway(type(getattr(error, "orig", None) or error).__name__) from error
        except ModuleNotFoundError as error:
            raise ReceiverRefuses(f"没有安装驱动 {error.name}", f"the driver {error.name} is not installed") from error

    async def close(self) -> None:
        if self._engine is not None:
            engine, self._engine = self._engine, None
            await asyncio.to_thread(engine.dispose)

    def _take(self, part: Part) -> None:
        if self._engine is None:
            self._engine = create_engine(self._url, connect_args=_PATIENCE.get(self._url.get_backend_name(), {}))
        with self._engine.begin() as connection:
            table = self._table(connection, part)
            if part.people:
                connection.execute(self._upsert(table), [row(part, person) for person in part.people])
            if part.whole and part.first + part.behind >= part.of:
                connection.execute(_others_left(table, part))

    def _table(self, connection: Connection, part: Part) -> Table:
        """Return the table with the columns of this part, made where it is not there, held against what is."""
        told = (*part.people[0].identifiers, *part.people[0].columns) if part.people else ()
        if told not in self._tables:
            table = described(self._name, told)
            table.metadata.create_all(connection, checkfirst=True)
            there = {str(each["name"]) for each in inspect(connection).get_columns(table.name, schema=table.schema)}
            missing = [column.name for column in table.columns if column.name not in there]
            if missing:
                raise ReceiverRefuses(f"表里没有列 {'、'.join(missing)}", f"its table lacks {', '.join(missing)}")
            self._tables[told] = table
        return self._tables[told]


def described(name: str, told: Sequence[str]) -> Table:
    """Return the table as this installation writes it; `told` are identifiers and attributes."""
    schema, _, plain = name.rpartition(".")
    return Table(
        plain,
        MetaData(),
        *(Column(key, String(ID_CHARACTERS_MAX), primary_key=True) for key in KEYS),
        Column("member", Boolean, nullable=False),
        Column("changed_at", DateTime(timezone=True), nullable=False),
        Column("export_id", String(ID_CHARACTERS_MAX), nullable=False),
        *(Column(each, Text) for each in told),
        schema=schema or None,
        mysql_charset="utf8mb4",  # What older servers choose themselves has no room for emoji.
        mariadb_charset="utf8mb4",
    )


def row(part: Part, person: PersonTold) -> dict[str, Any]:
    """Return one person as a row; attributes that are no text are written as JSON."""
    return {
        "audience_id": part.audience,
        "profile_id": person.profile_id,
        "member": person.change != "left",
        "changed_at": _instant(part.at_ms),
        "export_id": part.export,
        **{name: _text(value) for name, value in (*person.identifiers.items(), *person.columns.items())},
    }


def _others_left(table: Table, part: Part) -> Any:
    others = (table.c.audience_id == part.audience) & (table.c.export_id != part.export) & table.c.member
    values = {"member": False, "changed_at": _instant(part.at_ms), "export_id": part.export}
    return update(table).where(others).values(values)


def _address(text: str) -> URL:
    try:
        url = make_url(text)
        url.get_dialect()
    except ModuleNotFoundError as error:
        raise ReceiverRefuses(f"没有安装驱动 {error.name}", f"the driver {error.name} is not installed") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise ReceiverRefuses(
            "url 不是可用的 SQLAlchemy 地址", "url is no SQLAlchemy address of a known database"
        ) from error
    return url


def _changing(statement: Any, table: Table) -> dict[str, Any]:
    return {column.name: statement[column.name] for column in table.columns if column.name not in KEYS}


def _sqlite(table: Table) -> Insert:
    statement = sqlite.insert(table)
    return statement.on_conflict_do_update(index_elements=KEYS, set_=_changing(statement.excluded, table))


def _postgresql(table: Table) -> Insert:
    statement = postgresql.insert(table)
    return statement.on_conflict_do_update(index_elements=KEYS, set_=_changing(statement.excluded, table))


def _mysql(table: Table) -> Insert:
    statement = mysql.insert(table)
    return statement.on_duplicate_key_update(_changing(statement.inserted, table))


UPSERTS: dict[str, Upsert] = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql}


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / SECOND_MS, UTC)


def _text(value: Any) -> str | None:
    """Return a value as text that every database takes: without NUL, which PostgreSQL refuses."""
    if value is None:
        return None
    text = value if isinstance(value, str) else canonical_json(value).decode()
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
