"""From staged files to one table in reading order: joined by key, rows of one group brought together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from liftloop.plugins.sources.file.problems import unknown_column
from liftloop.plugins.sources.file.staging import Staged, Staging


class JoinLike(Protocol):
    """What a join must say; `columns` empty means all columns of the second file but its key."""

    @property
    def file(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def other_key(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...


class JoinReport(Struct, frozen=True, kw_only=True):
    """How a join went: rows of the first file that found a partner, and rows of the second passed over."""

    file: str
    matched_rows: int
    repeated_keys: int


class Assembled(Struct, frozen=True, kw_only=True):
    """The table to read, in order of its rowid: `sql` holds for each name the column to select.

    `row_sql` is the number of the data row in the file; `group_sql` is equal within a group, and null or
    different for rows that may be parted (empty: not grouped).
    """

    table: str
    sql: dict[str, str]
    row_sql: str
    group_by: tuple[str, ...]
    group_sql: str
    line_sql: str
    joins: tuple[JoinReport, ...]


class Partner(Struct, frozen=True, kw_only=True):
    """A staged second file and how its rows find theirs."""

    join: JoinLike
    staged: Staged


class _Draft:
    """The pieces of the one query that builds the table."""

    def __init__(self, staging: Staging, staged: Staged, name: str) -> None:
        self.staging = staging
        self.staged = staged
        self.name = name
        self.sql = {column: f"c{i}" for i, column in enumerate(staged.names)}
        self.selects = ["t.rowid as _row", "t.*"]
        self.sources = [f"{staged.table} t"]
        self.spent = [staged.table]


def assemble(
    staging: Staging, staged: Staged, group_by: Sequence[str], partners: Sequence[Partner], name: str
) -> Assembled:
    """Return the table to read; raises `unknown_column` where a key or a group names none.

    Without joins, and where groups already stand together, the staged table itself is read.
    Otherwise a sorted copy replaces it: groups in the order in which each first appears, rows within a group
    in the order of the file.
    """
    draft = _Draft(staging, staged, name)
    line_sql = "line" if staged.has_lines else ""
    key = _key_sql(staged, group_by, name, "") if group_by else ""
    if not partners and (not key or _stands_together(staging, staged.table, key)):
        return Assembled(
            table=staged.table,
            sql=draft.sql,
            row_sql="rowid",
            group_by=tuple(group_by),
            group_sql=key,
            line_sql=line_sql,
            joins=(),
        )
    if group_by:
        _add_group(draft, group_by)
    for number, partner in enumerate(partners):
        _add_partner(draft, partner, number)
    order = "_group, _row" if group_by else "_row"
    staging.db.execute(
        f"create table assembled as select {', '.join(draft.selects)} from {' '.join(draft.sources)} order by {order}"
    )
    reports = tuple(_report(staging, partner, number) for number, partner in enumerate(partners))
    for table in draft.spent:
        staging.db.execute(f"drop table {table}")
    return Assembled(
        table="assembled",
        sql=draft.sql,
        row_sql="_row",
        group_by=tuple(group_by),
        group_sql="_group" if group_by else "",
        line_sql=line_sql,
        joins=reports,
    )


def _stands_together(staging: Staging, table: str, key: str) -> bool:
    """Tell whether each key fills one unbroken run of rows."""
    broken = staging.scalar(
        f"""select count(*) from (select max(rowid) - min(rowid) + 1 as _span, count(*) as _rows from {table}
            where {key} is not null group by {key}) where _span <> _rows"""
    )
    return not broken


def _add_group(draft: _Draft, group_by: Sequence[str]) -> None:
    """Number each row by the first row of its group; a row without a key is a group of its own."""
    here, there = (_key_sql(draft.staged, group_by, draft.name, prefix) for prefix in ("", "t."))
    draft.staging.db.execute(
        f"""create table grouped as select {here} as _key, min(rowid) as _first from {draft.staged.table}
            where _key is not null group by 1"""
    )
    draft.selects.append("coalesce(g._first, t.rowid) as _group")
    draft.sources.append(f"left join grouped g on g._key = {there}")
    draft.spent.append("grouped")


def _add_partner(draft: _Draft, partner: Partner, number: int) -> None:
    """Add the columns of a second file, its first row for each key; a name taken already gets the file's in front."""
    join, staged = partner.join, partner.staged
    keys, other = f"keys{number}", f"o{number}"
    ours = _key_sql(draft.staged, [join.key], draft.name, "t.")
    theirs = _key_sql(staged, [join.other_key], join.file, "")
    draft.staging.db.execute(
        f"""create table {keys} as select {theirs} as _key, min(rowid) as _first from {staged.table}
            where _key is not null group by 1"""
    )
    columns = join.columns or tuple(column for column in staged.names if column != join.other_key)
    for column in columns:
        source = _column_sql(staged, column, join.file)
        shown = f"{Path(join.file).name.partition('.')[0]}.{column}" if column in draft.sql else column
        draft.sql[shown] = f"j{number}_{source}"
        draft.selects.append(f"{other}.{source} as j{number}_{source}")
    draft.selects.append(f"{keys}._first is not null as _matched{number}")
    draft.sources.append(f"left join {keys} on {keys}._key = {ours}")
    draft.sources.append(f"left join {staged.table} {other} on {other}.rowid = {keys}._first")
    draft.spent += [keys, staged.table]


def _report(staging: Staging, partner: Partner, number: int) -> JoinReport:
    """Return how a join went, while the tables it used are still there."""
    theirs = _key_sql(partner.staged, [partner.join.other_key], partner.join.file, "")
    rows = staging.scalar(f"select count({theirs}) from {partner.staged.table}")
    return JoinReport(
        file=partner.join.file,
        matched_rows=staging.scalar(f"select count(*) from assembled where _matched{number}"),
        repeated_keys=rows - staging.scalar(f"select count(*) from keys{number}"),
    )


def _column_sql(staged: Staged, column: str, name: str) -> str:
    if column not in staged.names:
        raise unknown_column(name, column, staged.names)
    return f"c{staged.names.index(column)}"


def _key_sql(staged: Staged, columns: Sequence[str], name: str, prefix: str) -> str:
    """Return the SQL of a key: text without outer space and the `.0` of whole floats; null where a part is missing."""
    parts: list[str] = []
    for column in columns:
        text = f"trim({prefix}{_column_sql(staged, column, name)}::VARCHAR)"
        whole = rf"regexp_replace({text}, '^(\d+)\.0+$', '\1')"
        parts.append(f"nullif(case when contains({text}, '.') then {whole} else {text} end, '')")
    return " || chr(31) || ".join(parts)
