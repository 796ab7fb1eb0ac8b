"""Sign-ins: a password and a code become a session, a session a caller; each ends by time, by its owner or an admin."""

import json
from collections.abc import Callable, Sequence

from msgspec import Struct

from liftloop.app.access_rules import AccessRules
from liftloop.app.accounts.credentials import (
    code_step,
    password_is,
    random_token,
    recovery_left,
    token_hash,
)
from liftloop.app.accounts.directory import Account, Directory
from liftloop.app.accounts.patience import Patience
from liftloop.app.callers import Caller
from liftloop.app.registry import Role
from liftloop.kernel.clock import HOUR_MS, MINUTE_MS, Clock
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.storage.contract import Row
from liftloop.storage.embedded.accounts import SqliteAccounts

DEVICE_MAX = 160
SESSIONS_MAX = 20
"""Of one account; the oldest end first."""
BEFORE_SECOND = frozenset({"account.own", "account.read_own"})
"""What an account may do that has to set up one-time codes first."""
_END_OLDEST = """
DELETE FROM session WHERE account = ?1 AND hash NOT IN
    (SELECT hash FROM session WHERE account = ?1 ORDER BY seen_ms DESC LIMIT ?2)
"""
_CALLER = """
SELECT account.id, account.name, account.role, account.teams, account.staff, account.second, account.subject,
    session.seen_ms
FROM session JOIN account ON account.id = session.account
WHERE session.hash = ? AND session.ends_ms > ? AND session.seen_ms > ? AND account.active = 1
"""


class WrongSignIn(LiftloopError):
    """Login or password or code is wrong; which of them is not told."""

    def __init__(self) -> None:
        super().__init__(
            "wrong_sign_in",
            zh="登录名、密码或验证码不对",
            en="login, password or code is wrong",
            next_zh="再试一次；忘了密码就请管理员发一个新的邀请链接",
            next_en="try again; if the password is forgotten, ask an administrator for a new invitation",
            status=403,
            exit_code=EXIT_REFUSED,
        )


class CodeNeeded(LiftloopError):
    """The password was right, and the account has one-time codes."""

    def __init__(self) -> None:
        super().__init__(
            "code_needed",
            zh="还要验证码",
            en="a code is needed too",
            next_zh="填身份验证器上的 6 位数，或一个恢复码",
            next_en="type the six digits of your authenticator, or a recovery code",
            status=403,
            exit_code=EXIT_REFUSED,
        )


class Session(Struct, frozen=True, kw_only=True):
    """One sign-in; `id` is enough to end it and not to use it."""

    id: str
    created_ms: int
    seen_ms: int
    ends_ms: int
    address: str
    device: str


class Visitor(Struct, frozen=True, kw_only=True):
    """From where somebody signs in."""

    address: str
    device: str


class Sessions:
    """The use cases around signing in."""

    def __init__(
        self,
        file: SqliteAccounts,
        directory: Directory,
        wall: Clock,
        rules: Callable[[], AccessRules],
        open_secret: Callable[[str], bytes],
    ) -> None:
        self._file = file
        self._directory = directory
        self._wall = wall
        self._rules = rules
        self._open = open_secret
        self.patience = Patience(file, wall, rules)

    def check(self, login: str, password: str, code: str, visitor: Visitor) -> Account:
        """Return whose login, password and code these are. Raises `Locked`, `WrongSignIn`, `CodeNeeded`."""
        self.patience.check(login, visitor.address)
        rows = self._file.rows(
            "SELECT id, password FROM account WHERE login = ? AND active = 1", (login.strip().lower(),)
        )
        identity, stored = rows[0] if rows else ("", "")
        if not password_is(password, stored):
            self.patience.failed(login, visitor.address)
            raise WrongSignIn
        account = self._directory.get(identity)
        if account.second_factor:
            if not code.strip():
                raise CodeNeeded
            if not self._take_code(identity, code.strip()):
                self.patience.failed(login, visitor.address)
                raise WrongSignIn
        self.patience.succeeded(login)
        return account

    def begin(self, account: Account, visitor: Visitor) -> tuple[str, Session]:
        """Return a new session with its token, which is told once."""
        token, now_ms = random_token(), self._wall.now_ms()
        ends_ms = now_ms + self._rules().session_hours * HOUR_MS
        row = (token_hash(token), account.id, now_ms, now_ms, ends_ms, visitor.address, visitor.device[:DEVICE_MAX])
        self._file.change(
            ("DELETE FROM session WHERE ends_ms < ?", (now_ms,)),
            (_END_OLDEST, (account.id, SESSIONS_MAX - 1)),
            ("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)", row),
        )
        return token, _session((row[0], *row[2:]))

    def caller(self, token: str, address: str) -> Caller | None:
        """Return who calls with a session's token; None where it has ended. Seen at most once a minute."""
        now_ms, rules = self._wall.now_ms(), self._rules()
        hashed = token_hash(token)
        rows = self._file.rows(_CALLER, (hashed, now_ms, now_ms - rules.idle_hours * HOUR_MS))
        if not rows:
            return None
        identity, name, role, teams, staff, second, subject, seen_ms = rows[0]
        if now_ms - seen_ms > MINUTE_MS:
            self._file.change(("UPDATE session SET seen_ms = ? WHERE hash = ?", (now_ms, hashed)))
        return Caller(
            actor=f"person:{identity}",
            role=role,
            name=name,
            account=identity,
            teams=tuple(json.loads(teams)),
            staff=staff,
            use_cases=BEFORE_SECOND if self._lacks_second(role, second, subject) else None,
            via="session",
            address=address,
            session=hashed,
        )

    def _lacks_second(self, role: Role, second: str, subject: str) -> bool:
        """Say whether one-time codes come first; whoever comes by single sign-on is asked for them there."""
        return role in self._rules().second_factor_roles and not second and not subject

    def of(self, account: str) -> list[Session]:
        """Return the sessions of an account, the last used first."""
        rows = self._file.rows(
            "SELECT hash, created_ms, seen_ms, ends_ms, address, device FROM session"
            " WHERE account = ? AND ends_ms > ? ORDER BY seen_ms DESC",
            (account, self._wall.now_ms()),
        )
        return [_session(row) for row in rows]

    def end(self, account: str, sessions: Sequence[str]) -> int:
        """End sessions of an account by their ids; return how many there were."""
        return self._file.change(
            (
                "DELETE FROM session WHERE account = ? AND substr(hash, 1, 16) IN (SELECT value FROM json_each(?))",
                (account, json.dumps(list(sessions))),
            )
        )

    def end_others(self, account: str, keep: str) -> int:
        return self._file.change(("DELETE FROM session WHERE account = ? AND hash <> ?", (account, keep)))

    def offered(self, account: str) -> bytes | None:
        """Return the secret of one-time codes that was shown and waits for its first code."""
        rows = self._file.rows("SELECT second_offered FROM account WHERE id = ?", (account,))
        return self._open(rows[0][0]) if rows and rows[0][0] else None

    def offer(self, account: str, sealed: str) -> None:
        self._file.change(("UPDATE account SET second_offered = ? WHERE id = ?", (sealed, account)))

    def accept_offered(self, account: str, code: str) -> bool:
        """Switch one-time codes on when the first one is right."""
        secret = self.offered(account)
        step = code_step(secret, code.strip(), self._wall.now_ms(), 0) if secret else None
        if step is None:
            return False
        self._file.change(
            (
                "UPDATE account SET second = second_offered, second_offered = '', second_step = ? WHERE id = ?",
                (step, account),
            )
        )
        return True

    def confirm_password(self, account: str, password: str, visitor: Visitor) -> None:
        """Raise `WrongSignIn` unless this is the account's password: what is changed next is worth asking again."""
        login, stored = self._file.rows("SELECT login, password FROM account WHERE id = ?", (account,))[0]
        self.patience.check(login, visitor.address)
        if not password_is(password, stored):
            self.patience.failed(login, visitor.address)
            raise WrongSignIn

    def _take_code(self, account: str, code: str) -> bool:
        sealed, last, recovery = self._file.rows(
            "SELECT second, second_step, recovery FROM account WHERE id = ?", (account,)
        )[0]
        step = code_step(self._open(sealed), code, self._wall.now_ms(), last)
        if step is not None:
            taken = ("UPDATE account SET second_step = ?1 WHERE id = ?2 AND second_step < ?1", (step, account))
            return bool(self._file.change(taken))
        left = recovery_left(json.loads(recovery), code)
        if left is None:
            return False
        used = ("UPDATE account SET recovery = ? WHERE id = ? AND recovery = ?", (json.dumps(left), account, recovery))
        return bool(self._file.change(used))


def _session(row: Row) -> Session:
    hashed, created_ms, seen_ms, ends_ms, address, device = row
    return Session(
        id=hashed[:16], created_ms=created_ms, seen_ms=seen_ms, ends_ms=ends_ms, address=address, device=device
    )
