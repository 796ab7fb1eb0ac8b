"""Links that were issued, as rows of the dispatch process' file; the tick reads them."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from liftloop.deliver.links import Target
from liftloop.storage.contract import Row

LINK_PATH, PICTURE_PATH = "/l/", "/o/"

CREATE = """
CREATE TABLE IF NOT EXISTS link_target (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,                     -- Empty for the picture that tells opens.
    channel TEXT NOT NULL,
    campaign TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS link (
    id INTEGER PRIMARY KEY,
    message_key TEXT NOT NULL,
    profile INTEGER NOT NULL,
    target INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
"""
ADD_TARGET = "INSERT INTO link_target (id, url, channel, campaign) VALUES (?, ?, ?, ?)"
ADD_LINK = "INSERT INTO link (id, message_key, profile, target, at_ms) VALUES (?, ?, ?, ?, ?)"
FORGET_LINKS = (
    "DELETE FROM link WHERE id IN (SELECT id FROM (SELECT id, at_ms FROM link ORDER BY id LIMIT 1000) WHERE at_ms < ?)"
)
LAST = "SELECT coalesce((SELECT max(id) FROM link), 0), coalesce((SELECT max(id) FROM link_target), 0)"
_READ = (
    "SELECT message_key, profile, at_ms, url, channel, campaign FROM link JOIN link_target ON link_target.id = target"
    " WHERE link.id = ?"
)


class NewLinks(Struct, frozen=True, kw_only=True):
    """What must be on disk before messages leave: rows of both tables."""

    targets: Sequence[Row] = ()
    links: Sequence[Row] = ()


class Issued(Struct, frozen=True, kw_only=True):
    """A link of ours, as it was issued."""

    key: str
    profile: int
    at_ms: int
    target: Target


NO_LINKS = NewLinks()


class IssuedLinks:
    """Reads what the dispatch process issued; opened at the first look, for the file is made after the tick began."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def get(self, number: int) -> Issued | None:
        """Return a link by its number, None where there is none."""
        if self._connection is None:
            if not self._path.exists():
                return None
            self._connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, check_same_thread=False)
        try:
            row = self._connection.execute(_READ, (number,)).fetchone()
        except sqlite3.OperationalError:  # A file of an earlier version that no dispatcher has opened yet.
            return None
        if row is None:
            return None
        key, profile, at_ms, url, channel, campaign = row
        return Issued(key=key, profile=profile, at_ms=at_ms, target=Target(url=url, channel=channel, campaign=campaign))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
