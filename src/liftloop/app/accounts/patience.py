"""Slows down whoever guesses: after a few failures of one login or one address each further one doubles the wait."""

from collections.abc import Callable

from liftloop.app.access_rules import AccessRules
from liftloop.app.accounts.credentials import token_hash
from liftloop.kernel.clock import DAY_MS, MINUTE_MS, SECOND_MS, Clock
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.storage.embedded.accounts import SqliteAccounts

ADDRESS_FREE = 30
"""Failures of one address that cost nothing: more than of one login, because an office shares it."""


class Locked(LiftloopError):
    """Too many failures: wait."""

    def __init__(self, wait_ms: int) -> None:
        seconds = -(-wait_ms // SECOND_MS)
        super().__init__(
            "sign_in_locked",
            zh=f"试错太多次，请 {seconds} 秒后再试",
            en=f"too many failures: try again in {seconds} s",
            next_zh="忘了密码就请管理员发一个新的邀请链接",
            next_en="if the password is forgotten, ask an administrator for a new invitation",
            status=429,
            exit_code=EXIT_REFUSED,
        )
        self.wait_ms = wait_ms


class Patience:
    """Failures of logins and addresses, kept on disk: a restart forgives nobody."""

    def __init__(self, file: SqliteAccounts, wall: Clock, rules: Callable[[], AccessRules]) -> None:
        self._file = file
        self._wall = wall
        self._rules = rules

    def check(self, login: str, address: str) -> None:
        """Raise `Locked` while one of the two has to wait."""
        now_ms = self._wall.now_ms()
        keys = _keys(login, address)
        marks = ", ".join("?" * len(keys))
        rows = self._file.rows(f"SELECT max(until_ms) FROM failure WHERE key IN ({marks})", keys)
        until_ms = rows[0][0] or 0
        if until_ms > now_ms:
            raise Locked(until_ms - now_ms)

    def failed(self, login: str, address: str) -> None:
        """Count a failure of both; a day without one forgets them."""
        now_ms, rules = self._wall.now_ms(), self._rules()
        for key, free in zip(_keys(login, address), (rules.tries_free, ADDRESS_FREE), strict=False):
            rows = self._file.rows("SELECT count FROM failure WHERE key = ? AND last_ms > ?", (key, now_ms - DAY_MS))
            count = (rows[0][0] if rows else 0) + 1
            over = count - free
            wait_ms = min(rules.wait_minutes_max * MINUTE_MS, SECOND_MS << min(over, 20)) if over >= 0 else 0
            self._file.change(
                ("INSERT OR REPLACE INTO failure VALUES (?, ?, ?, ?)", (key, count, now_ms, now_ms + wait_ms)),
            )
        self._file.change(("DELETE FROM failure WHERE last_ms < ?", (now_ms - DAY_MS,)))

    def succeeded(self, login: str) -> None:
        """Forget a login's failures; an address has to wait them out, or it could guess at others in between."""
        self._file.change(("DELETE FROM failure WHERE key = ?", (_keys(login, "")[0],)))


def _keys(login: str, address: str) -> list[str]:
    """Return under which keys failures are counted: the login's, and the address's where there is one."""
    named = token_hash(f"login:{login.strip().lower()}")
    return [named, *([token_hash(f"address:{address}")] if address else [])]
