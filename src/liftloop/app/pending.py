"""Which due messages have no answer yet: what the manual clock waits for."""

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import StateReader

_DUE = "SELECT channel, count(*) FROM outbox WHERE due_ms <= ? GROUP BY channel"
_DUE_AMONG = """
SELECT channel, count(*) FROM outbox WHERE due_ms <= ? AND message_key IN (SELECT value FROM json_each(?))
GROUP BY channel
"""
_LATER = "SELECT message_key FROM waiting WHERE next_ms > ?"
_PAUSED = "SELECT channel FROM pause WHERE until_ms > ?"
_RETRY = """
SELECT min(at_ms) FROM (SELECT next_ms AS at_ms FROM waiting UNION ALL SELECT until_ms FROM pause) WHERE at_ms > ?
"""
_UNTOLD = 'SELECT count(*) FROM batch WHERE "offset" IS NULL'


class PendingMessages:
    """Looks into the outbox and into the file of the dispatch process, and writes neither."""

    def __init__(self, state: StateReader, attempts: Path) -> None:
        self._state = state
        self._attempts = attempts

    def due(self, now_ms: int) -> tuple[int, int]:
        """Return how many due messages wait for an answer, and when the next retry is due."""
        due: Counter[str] = Counter(dict(self._state.rows(_DUE, (now_ms,))))
        later = [key for (key,) in self._rows(_LATER, (now_ms,))]
        if due and later:
            due -= Counter(dict(self._state.rows(_DUE_AMONG, (now_ms, canonical_json(later).decode()))))
        paused = {channel for (channel,) in self._rows(_PAUSED, (now_ms,))}
        waiting = sum(count for channel, count in due.items() if channel not in paused)
        untold = sum(count for (count,) in self._rows(_UNTOLD, ()))
        retry = [at_ms for (at_ms,) in self._rows(_RETRY, (now_ms,)) if at_ms is not None]
        return waiting + untold, min(retry, default=FAR_FUTURE_MS)

    def alive(self) -> bool:
        """Return whether the dispatch process has made its file."""
        return self._attempts.exists()

    def _rows(self, query: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if not self._attempts.exists():
            return []
        connection = sqlite3.connect(f"file:{self._attempts}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()
