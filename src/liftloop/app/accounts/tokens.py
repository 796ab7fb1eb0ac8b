"""API tokens: for programs, with a role, perhaps only some use cases, until a day; shown once, kept as a hash."""

import json
from collections.abc import Sequence
from typing import Any, get_args

from msgspec import Struct

from liftloop.app.accounts.credentials import TOKEN_PREFIX, random_id, random_token, token_hash
from liftloop.app.callers import Caller
from liftloop.app.registry import USE_CASES, Role, grants
from liftloop.kernel.clock import DAY_MS, MINUTE_MS, Clock
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.storage.contract import Row
from liftloop.storage.embedded.accounts import SqliteAccounts

DAYS_MAX = 3_650


class BadToken(LiftloopError):
    """An API token that cannot be made."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_token",
            zh=zh,
            en=en,
            next_zh="看 liftloop account matrix 里有哪些范围",
            next_en="see liftloop account matrix for the scopes there are",
            status=422,
            exit_code=EXIT_USAGE,
        )


class NoSuchToken(LiftloopError):
    """There is no API token of this id."""

    def __init__(self, identity: str) -> None:
        super().__init__(
            "no_such_token",
            zh=f"没有这个口令：{identity}",
            en=f"there is no such token: {identity}",
            next_zh="看 liftloop token list",
            next_en="see liftloop token list",
            status=404,
        )


class Token(Struct, frozen=True, kw_only=True):
    """An API token without its secret."""

    id: str
    name: str
    role: Role
    teams: tuple[str, ...]
    use_cases: tuple[str, ...]
    by: str
    created_ms: int
    ends_ms: int | None
    used_ms: int | None
    revoked_ms: int | None

    def told(self) -> dict[str, Any]:
        scopes = {"use_cases": list(self.use_cases), "teams": list(self.teams)}
        return {"name": self.name, "role": self.role, **scopes, "ends_ms": self.ends_ms}


class Tokens:
    """The use cases around API tokens."""

    def __init__(self, file: SqliteAccounts, wall: Clock) -> None:
        self._file = file
        self._wall = wall

    def make(
        self, name: str, role: Role, use_cases: Sequence[str], teams: Sequence[str], days: int | None, by: str
    ) -> tuple[str, Token]:
        """Return a new token's secret, which is told once, and what is kept of it. Raises `BadToken`."""
        if not name.strip() or len(name) > 80:
            raise BadToken("名称要有 1 到 80 个字", "a name has 1 to 80 letters")
        if role not in get_args(Role):
            raise BadToken(f"没有这个角色：{role}", f"there is no such role: {role}")
        if unknown := [each for each in use_cases if each not in USE_CASES]:
            raise BadToken(f"没有这个范围：{unknown[0]}", f"there is no such scope: {unknown[0]}")
        if above := [each for each in use_cases if not grants(role, USE_CASES[each])]:
            raise BadToken(f"角色 {role} 不能做 {above[0]}", f"the role {role} may not do {above[0]}")
        if days is not None and not 1 <= days <= DAYS_MAX:
            raise BadToken(f"有效期在 1 到 {DAYS_MAX} 天之间", f"a token is good for 1 to {DAYS_MAX} days")
        secret, now_ms = TOKEN_PREFIX + random_token(), self._wall.now_ms()
        identity = random_id("t_")
        scopes = (json.dumps(list(teams)), json.dumps(sorted(set(use_cases))))
        ends_ms = None if days is None else now_ms + days * DAY_MS
        row = (identity, token_hash(secret), name.strip(), role, *scopes, by, now_ms, ends_ms, None, None)
        self._file.change((f"INSERT INTO token VALUES ({', '.join('?' * len(row))})", row))
        return secret, self.get(identity)

    def all(self) -> list[Token]:
        rows = self._file.rows(f"SELECT {_COLUMNS} FROM token ORDER BY revoked_ms IS NOT NULL, created_ms DESC")
        return [_token(row) for row in rows]

    def get(self, identity: str) -> Token:
        rows = self._file.rows(f"SELECT {_COLUMNS} FROM token WHERE id = ?", (identity,))
        if not rows:
            raise NoSuchToken(identity)
        return _token(rows[0])

    def revoke(self, identity: str) -> Token:
        """End a token at once; again is as good as once."""
        now_ms = self._wall.now_ms()
        self._file.change(("UPDATE token SET revoked_ms = coalesce(revoked_ms, ?) WHERE id = ?", (now_ms, identity)))
        return self.get(identity)

    def caller(self, secret: str, address: str) -> Caller | None:
        """Return who calls with a token; None where there is none such, or no longer."""
        now_ms = self._wall.now_ms()
        rows = self._file.rows(
            f"SELECT {_COLUMNS} FROM token WHERE hash = ? AND revoked_ms IS NULL AND coalesce(ends_ms, ?) >= ?",
            (token_hash(secret), now_ms, now_ms),
        )
        if not rows:
            return None
        token = _token(rows[0])
        if token.used_ms is None or now_ms - token.used_ms > MINUTE_MS:
            self._file.change(("UPDATE token SET used_ms = ? WHERE id = ?", (now_ms, token.id)))
        return Caller(
            actor=f"token:{token.id}",
            role=token.role,
            name=token.name,
            teams=token.teams,
            use_cases=frozenset(token.use_cases) or None,
            via="token",
            address=address,
        )


_COLUMNS = "id, name, role, teams, use_cases, by, created_ms, ends_ms, used_ms, revoked_ms"


def _token(row: Row) -> Token:
    identity, name, role, teams, use_cases, by, created_ms, ends_ms, used_ms, revoked_ms = row
    return Token(
        id=identity,
        name=name,
        role=role,
        teams=tuple(json.loads(teams)),
        use_cases=tuple(json.loads(use_cases)),
        by=by,
        created_ms=created_ms,
        ends_ms=ends_ms,
        used_ms=used_ms,
        revoked_ms=revoked_ms,
    )
