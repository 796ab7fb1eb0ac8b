"""The file of accounts: people who sign in, sessions, tokens, the trail of what was done, calls to a language model.

The desk alone writes it. It is apart from the log because it holds what must not stay for ever: hashes of passwords,
names of colleagues.
"""

import sqlite3
import threading
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from liftloop.storage.contract import Row
from liftloop.storage.embedded.connections import claim_layout, empty_wal, open_writer, told, transaction

LAYOUT = 1  # Kept in the file's `user_version`.

Statement = tuple[str, Sequence[Any]]


class SqliteAccounts:
    """One file, one connection; calls from several threads wait for each other. Each call takes less than 1 ms."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection = open_writer(path)
        path.chmod(0o600)
        self._connection.execute("PRAGMA secure_delete = ON")
        try:
            claim_layout(self._connection, path, LAYOUT)
            with transaction(self._connection):
                for statement in (files("liftloop.storage.embedded") / "accounts.sql").read_text("utf-8").split(";\n"):
                    self._connection.execute(statement)
        except BaseException:
            self._connection.close()
            raise

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with self._lock:
            try:
                return self._connection.execute(query, parameters).fetchall()
            except sqlite3.DatabaseError as error:
                raise told(error) from error

    def change(self, *statements: Statement) -> int:
        """Do all of these or none, durably; return how many rows the last one changed."""
        changed = 0
        with self._lock, transaction(self._connection) as connection:
            for text, parameters in statements:
                changed = connection.execute(text, parameters).rowcount
        return changed

    def close(self) -> None:
        with self._lock:
            self._connection.close()
        empty_wal(self._path)


def end_sessions(path: Path) -> None:
    """End every session in a file that nobody has open: who was signed in when it was copied is asked again."""
    accounts = SqliteAccounts(path)
    accounts.change(("DELETE FROM session", ()))
    accounts.close()
