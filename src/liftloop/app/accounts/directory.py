"""The people who may sign in: made, changed and invited by administrators; each looks after their own password."""

import json
import re
from collections.abc import Sequence
from typing import Any, get_args

from msgspec import Struct

from liftloop.app.accounts.credentials import (
    check_password,
    password_hash,
    random_id,
    random_token,
    recovery_codes,
    recovery_hash,
    token_hash,
)
from liftloop.app.registry import Role
from liftloop.kernel.clock import DAY_MS, Clock
from liftloop.kernel.errors import EXIT_REFUSED, EXIT_USAGE, LiftloopError
from liftloop.storage.contract import Row
from liftloop.storage.embedded.accounts import SqliteAccounts

INVITED_MS = 7 * DAY_MS
"""How long an invitation may be taken up."""
_LOGIN = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|[\w.+-]{2,64}")
_COLUMNS = "id, login, name, role, teams, staff, active, password, second, recovery, subject, created_ms"
_OTHER_ADMINS = """
SELECT 1 FROM account WHERE role = 'admin' AND active = 1 AND id <> ? AND (password <> '' OR subject <> '')
"""
_LAST_SEEN = "(SELECT max(seen_ms) FROM session WHERE session.account = account.id)"


class BadAccount(LiftloopError):
    """An account that cannot be."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_account",
            zh=zh,
            en=en,
            next_zh="改好再保存",
            next_en="correct it and save again",
            status=422,
            exit_code=EXIT_USAGE,
        )


class NoSuchAccount(LiftloopError):
    """There is no account of this id or login."""

    def __init__(self, asked: str) -> None:
        super().__init__(
            "no_such_account",
            zh=f"没有这个账号：{asked}",
            en=f"there is no such account: {asked}",
            next_zh="看 liftloop account list 或「设置 · 成员与角色」",
            next_en="see liftloop account list, or Settings · People and roles",
            status=404,
        )


class LastAdmin(LiftloopError):
    """Nobody would be left who can let others in."""

    def __init__(self) -> None:
        super().__init__(
            "last_admin",
            zh="这是最后一个能登录的管理员，不能停用或降级",
            en="this is the last administrator who can sign in, and stays one",
            next_zh="先让另一个人成为管理员",
            next_en="make somebody else an administrator first",
            status=409,
            exit_code=EXIT_REFUSED,
        )


class BadInvitation(LiftloopError):
    """An invitation that was used, has run out or never was."""

    def __init__(self) -> None:
        super().__init__(
            "bad_invitation",
            zh="邀请链接已用过、已过期，或不完整",
            en="the invitation was used, has run out, or is not whole",
            next_zh="请管理员再发一个",
            next_en="ask an administrator for another one",
            status=403,
            exit_code=EXIT_REFUSED,
        )


class Account(Struct, frozen=True, kw_only=True):
    """Somebody who may sign in, without anything secret."""

    id: str
    login: str
    name: str
    role: Role
    teams: tuple[str, ...]
    staff: str
    active: bool
    has_password: bool
    second_factor: bool
    recovery_left: int
    single_sign_on: bool
    created_ms: int
    seen_ms: int | None

    def told(self) -> dict[str, Any]:
        """Return what the trail says of an account before and after a change."""
        return {
            "login": self.login,
            "name": self.name,
            "role": self.role,
            "teams": list(self.teams),
            "staff": self.staff,
            "active": self.active,
        }


class Wanted(Struct, frozen=True, kw_only=True):
    """What an administrator says of an account."""

    login: str
    name: str
    role: Role
    teams: tuple[str, ...] = ()
    staff: str = ""
    active: bool = True


class Directory:
    """The use cases around accounts."""

    def __init__(self, file: SqliteAccounts, wall: Clock) -> None:
        self._file = file
        self._wall = wall

    def all(self) -> list[Account]:
        rows = self._file.rows(f"SELECT {_COLUMNS}, {_LAST_SEEN} FROM account ORDER BY active DESC, name, login")
        return [_account(row) for row in rows]

    def any(self) -> bool:
        return bool(self._file.rows("SELECT 1 FROM account LIMIT 1"))

    def get(self, identity: str) -> Account:
        """Return an account by its id or login; raises `NoSuchAccount`."""
        rows = self._file.rows(
            f"SELECT {_COLUMNS}, {_LAST_SEEN} FROM account WHERE id = ?1 OR login = ?2",
            (identity, identity.strip().lower()),
        )
        if not rows:
            raise NoSuchAccount(identity)
        return _account(rows[0])

    def names(self) -> dict[str, str]:
        """Return what people are called, by the actor that facts name."""
        rows = self._file.rows("SELECT id, name FROM account")
        tokens = self._file.rows("SELECT id, name FROM token")
        return {f"person:{each}": name for each, name in rows} | {f"token:{each}": name for each, name in tokens}

    def make(self, wanted: Wanted, *, password: str = "", subject: str = "") -> Account:
        """Make an account; without a password it waits for its invitation. Raises `BadAccount`, `WeakPassword`."""
        login = self._checked(wanted)
        if self._file.rows("SELECT 1 FROM account WHERE login = ?", (login,)):
            raise BadAccount(f"已经有 {login} 的账号", f"there is an account of {login} already")
        if password:
            check_password(password, login, wanted.name)
        identity = random_id("u_")
        row = (
            *(identity, login, wanted.name.strip(), wanted.role, json.dumps(wanted.teams), wanted.staff, 1),
            *(password_hash(password) if password else "", "", "", 0, "[]", subject, self._wall.now_ms()),
        )
        self._file.change((f"INSERT INTO account VALUES ({', '.join('?' * len(row))})", row))
        return self.get(identity)

    def change(self, identity: str, wanted: Wanted) -> tuple[Account, Account]:
        """Return an account before and after; who loses a right or is switched off is signed out everywhere.

        Raises `NoSuchAccount`, `BadAccount`, `LastAdmin`.
        """
        before = self.get(identity)
        login = self._checked(wanted)
        if self._file.rows("SELECT 1 FROM account WHERE login = ? AND id <> ?", (login, before.id)):
            raise BadAccount(f"已经有 {login} 的账号", f"there is an account of {login} already")
        stays = wanted.active and wanted.role == "admin"
        if before.active and before.role == "admin" and not stays and not self._other_admins(before.id):
            raise LastAdmin
        lost = not wanted.active or wanted.role != before.role or wanted.teams != before.teams
        given = (login, wanted.name.strip(), wanted.role, json.dumps(wanted.teams), wanted.staff, int(wanted.active))
        changes: list[tuple[str, Sequence[Any]]] = [
            (
                "UPDATE account SET login = ?, name = ?, role = ?, teams = ?, staff = ?, active = ? WHERE id = ?",
                (*given, before.id),
            )
        ]
        if lost:
            changes.append(("DELETE FROM session WHERE account = ?", (before.id,)))
        if not wanted.active:
            changes.append(("DELETE FROM invitation WHERE account = ?", (before.id,)))
        self._file.change(*changes)
        return before, self.get(before.id)

    def invite(self, identity: str) -> tuple[str, int]:
        """Return a new invitation and until when it is good; it sets a password, and earlier ones end."""
        account = self.get(identity)
        if not account.active:
            raise BadAccount("这个账号已停用，先启用再邀请", "this account is switched off: switch it on first")
        token, ends_ms = random_token(), self._wall.now_ms() + INVITED_MS
        self._file.change(
            ("DELETE FROM invitation WHERE account = ?", (account.id,)),
            ("INSERT INTO invitation VALUES (?, ?, ?)", (token_hash(token), account.id, ends_ms)),
        )
        return token, ends_ms

    def invited(self, token: str) -> Account:
        """Return whom an invitation is for; raises `BadInvitation`."""
        rows = self._file.rows(
            "SELECT account FROM invitation WHERE hash = ? AND ends_ms > ?", (token_hash(token), self._wall.now_ms())
        )
        if not rows or not (account := self.get(rows[0][0])).active:
            raise BadInvitation
        return account

    def accept(self, token: str, password: str) -> Account:
        """Take up an invitation: it sets the password, ends, and signs out whoever was signed in."""
        account = self.invited(token)
        check_password(password, account.login, account.name)
        used = self._file.change(
            ("UPDATE account SET password = ? WHERE id = ?", (password_hash(password), account.id)),
            ("DELETE FROM session WHERE account = ?", (account.id,)),
            ("DELETE FROM invitation WHERE hash = ?", (token_hash(token),)),
        )
        if not used:
            raise BadInvitation
        return account

    def set_password(self, identity: str, password: str, *, keep: str) -> None:
        """Set a password and sign out every other session than `keep`. Raises `WeakPassword`."""
        account = self.get(identity)
        check_password(password, account.login, account.name)
        self._file.change(
            ("UPDATE account SET password = ? WHERE id = ?", (password_hash(password), account.id)),
            ("DELETE FROM session WHERE account = ? AND hash <> ?", (account.id, keep)),
            ("DELETE FROM invitation WHERE account = ?", (account.id,)),
        )

    def forget_second(self, identity: str) -> Account:
        """Take one-time codes off an account whose owner lost them."""
        account = self.get(identity)
        self._file.change(
            ("UPDATE account SET second = '', second_offered = '', recovery = '[]' WHERE id = ?", (account.id,)),
            ("DELETE FROM session WHERE account = ?", (account.id,)),
        )
        return self.get(account.id)

    def new_recovery_codes(self, identity: str) -> list[str]:
        """Return codes that are shown once; those before them end."""
        codes = recovery_codes()
        hashes = json.dumps([recovery_hash(code) for code in codes])
        self._file.change(("UPDATE account SET recovery = ? WHERE id = ?", (hashes, identity)))
        return codes

    def _checked(self, wanted: Wanted) -> str:
        login = wanted.login.strip().lower()
        if not _LOGIN.fullmatch(login) or len(login) > 200:
            raise BadAccount(
                "登录名要是邮箱，或 2 到 64 个字母数字", "a login is a mail address, or 2 to 64 letters and digits"
            )
        if not wanted.name.strip() or len(wanted.name) > 80:
            raise BadAccount("姓名要有 1 到 80 个字", "a name has 1 to 80 letters")
        if wanted.role not in get_args(Role):
            raise BadAccount(f"没有这个角色：{wanted.role}", f"there is no such role: {wanted.role}")
        return login

    def _other_admins(self, identity: str) -> bool:
        return bool(self._file.rows(_OTHER_ADMINS, (identity,)))


def _account(row: Row) -> Account:
    identity, login, name, role, teams, staff, active, password, second, recovery, subject, created_ms, seen_ms = row
    return Account(
        id=identity,
        login=login,
        name=name,
        role=role,
        teams=tuple(json.loads(teams)),
        staff=staff,
        active=bool(active),
        has_password=bool(password),
        second_factor=bool(second),
        recovery_left=len(json.loads(recovery)) if second else 0,
        single_sign_on=bool(subject),
        created_ms=created_ms,
        seen_ms=seen_ms,
    )
