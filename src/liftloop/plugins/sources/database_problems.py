"""What can go wrong with a database of another system, told so that whoever set it up can put it right.

The text of a driver may hold the address with its password, so none of it is told: only what it means.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from sqlalchemy.exc import NoSuchModuleError

from liftloop.kernel.errors import LiftloopError

Reason = Literal[
    "driver",
    "file",
    "host",
    "login",
    "database",
    "table",
    "column",
    "syntax",
    "right",
    "writes",
    "slow",
    "other",
]


class _Words(Struct, frozen=True, kw_only=True):
    zh: str
    en: str
    next_zh: str
    next_en: str


_WORDS: Mapping[Reason, _Words] = {
    "driver": _Words(
        zh="还没有装这种数据库的驱动",
        en="the driver of this kind of database is not installed",
        next_zh="MySQL、MariaDB 装 liftloop[mysql]，PostgreSQL 装 liftloop[postgres]，然后重启服务",
        next_en="install liftloop[mysql] for MySQL or MariaDB, liftloop[postgres] for PostgreSQL, then restart",
    ),
    "file": _Words(
        zh="没有这个数据库文件，或者它不是 SQLite",
        en="there is no such database file, or it is not SQLite",
        next_zh="写服务所在机器上的绝对路径，并确认服务读得到它",
        next_en="write its absolute path on the server's machine, and see that the server may read it",
    ),
    "host": _Words(
        zh="连不上这台主机的这个端口",
        en="that host does not answer on that port",
        next_zh="检查主机和端口；让对方的防火墙放行这台机器",
        next_en="check host and port, and let this machine through the other side's firewall",
    ),
    "login": _Words(
        zh="对方拒绝了这个用户名和密码",
        en="it refuses this user and password",
        next_zh="检查用户名和密码；确认这个用户可以从这台机器登录",
        next_en="check user and password, and that the user may log in from this machine",
    ),
    "database": _Words(
        zh="服务器上没有这个库",
        en="the server has no database of that name",
        next_zh="检查库名，大小写也要一致",
        next_en="check the name of the database, upper and lower case too",
    ),
    "table": _Words(
        zh="库里没有这张表或视图",
        en="the database has no such table or view",
        next_zh="从列出的表里选一张，或检查 query 里的表名",
        next_en="choose one of the tables listed, or check the name in the query",
    ),
    "column": _Words(
        zh="没有这一列",
        en="there is no such column",
        next_zh="检查 query 和水位列里的列名",
        next_en="check the columns that query and watermark name",
    ),
    "syntax": _Words(
        zh="数据库看不懂这条查询",
        en="the database cannot read the query",
        next_zh="先在数据库自己的工具里跑通，再粘贴过来；:watermark 的位置换成一个值来试",
        next_en="make it run in the database's own tools first, with a value in place of :watermark",
    ),
    "right": _Words(
        zh="这个用户没有读取的权限",
        en="this user may not read it",
        next_zh="请管理员给这个用户加上 SELECT 权限",
        next_en="ask its administrator to grant SELECT to this user",
    ),
    "writes": _Words(
        zh="查询想改动数据，已被拒绝",
        en="the query tries to change data, and was refused",
        next_zh="改成只读的 SELECT",
        next_en="make it a SELECT that only reads",
    ),
    "slow": _Words(
        zh="查询太久没有结果",
        en="the query takes too long",
        next_zh="给水位列建索引，或换一列有索引的",
        next_en="give the watermark column an index, or choose one that has one",
    ),
    "other": _Words(
        zh="数据库没有给出结果",
        en="the database gave no rows",
        next_zh="检查来源定义里的 url 和 query，以及这台机器能否连上数据库",
        next_en="check url and query of the source, and whether this machine reaches the database",
    ),
}

_OF_NUMBER: Mapping[int, Reason] = {
    **dict.fromkeys((1045, 1130, 1698), "login"),
    **dict.fromkeys((1044, 1142, 1143, 1370), "right"),
    **dict.fromkeys((2002, 2003, 2005, 2006, 2013), "host"),
    **dict.fromkeys((1969, 3024), "slow"),
    **dict.fromkeys((1290, 1792), "writes"),
    1049: "database",
    1054: "column",
    1064: "syntax",
    1146: "table",
}
"""Errors of MySQL and MariaDB, of server and client."""
_OF_STATE: Mapping[str, Reason] = {
    **dict.fromkeys(("28000", "28P01"), "login"),
    "3D000": "database",
    "42P01": "table",
    "42703": "column",
    "42601": "syntax",
    "42501": "right",
    "25006": "writes",
    "57014": "slow",
}
"""SQLSTATE, as PostgreSQL says it."""
_OF_TEXT: tuple[tuple[str, Reason], ...] = (
    ("password authentication failed", "login"),
    ("no password supplied", "login"),
    ("no pg_hba.conf entry", "login"),
    ("connection refused", "host"),
    ("could not translate host name", "host"),
    ("failed to resolve host", "host"),
    ("timeout expired", "host"),
    ("connection timeout", "host"),
    ("unable to open database file", "file"),
    ("file is not a database", "file"),
    ("readonly database", "writes"),
    ("no such table", "table"),
    ("no such column", "column"),
    ("syntax error", "syntax"),
)
"""Where a driver gives neither, as SQLite and PostgreSQL's before it is connected."""


class DatabaseAway(LiftloopError):
    """The database cannot be reached, or does not answer the query."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        words = _WORDS[reason]
        why_zh, why_en = (f"{text} ({detail})" if detail else text for text in (words.zh, words.en))
        what_zh, what_en = words.next_zh, words.next_en
        super().__init__(
            "database_away",
            zh=f"数据库没有连上或没有给出结果：{why_zh}",
            en=f"the database is away or gave no rows: {why_en}",
            next_zh=f"{what_zh}",
            next_en=f"{what_en}",
            status=502,
        )
        self.reason = reason


def away(error: BaseException) -> DatabaseAway:
    """Return what an error of SQLAlchemy or of a driver means."""
    original = getattr(error, "orig", None) or error
    reason = reason_of(original)
    return DatabaseAway(reason, type(original).__name__ if reason == "other" else "")


def reason_of(error: BaseException) -> Reason:
    """Return what a driver's error means.

    >>> reason_of(Exception(1146, "Table 'shop.nowhere' doesn't exist")), reason_of(Exception("no such table: x"))
    ('table', 'table')
    """
    if isinstance(error, ModuleNotFoundError | NoSuchModuleError):
        return "driver"
    first = error.args[0] if error.args else ""
    if isinstance(first, int):
        return _OF_NUMBER.get(first, "other")
    state = str(getattr(error, "sqlstate", ""))
    if state in _OF_STATE:
        return _OF_STATE[state]
    text = str(error).lower()
    if 'database "' in text and "does not exist" in text:
        return "database"
    told: list[Reason] = [reason for part, reason in _OF_TEXT if part in text]
    return told[0] if told else "other"
