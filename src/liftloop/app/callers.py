"""Who is calling: set where a call comes in, read wherever somebody's role or teams decide what may be seen or done.

Work that nobody called for, such as a study in the night, is done by the system, which sees everything.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.registry import Role, UseCase, grants, guard_of
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError

Via = Literal["terminal", "admin_token", "session", "token", "system"]

ROLE_NAMES: dict[str, tuple[str, str]] = {
    "anyone": ("任何人", "anyone"),
    "staff": ("员工", "staff"),
    "viewer": ("查看", "viewer"),
    "operator": ("运营", "operator"),
    "approver": ("审批", "approver"),
    "admin": ("管理员", "administrator"),
}


class Forbidden(LiftloopError):
    """The caller is known and may not do this."""

    def __init__(self, needed: str, zh: str = "", en: str = "") -> None:
        name_zh, name_en = ROLE_NAMES[needed]
        super().__init__(
            "forbidden",
            zh=zh or f"你的账号不能做这件事：需要「{name_zh}」或更高的角色",
            en=en or f"your account may not do this: it takes the role {name_en} or a higher one",
            next_zh="请管理员在「设置 · 成员与角色」里调整，或请有这个角色的同事来做",
            next_en="ask an administrator (Settings · People and roles), or a colleague who has that role",
            status=403,
            exit_code=EXIT_REFUSED,
        )


class Caller(Struct, frozen=True, kw_only=True):
    """Whoever makes a call, as the facts will name them, with what they may do and see."""

    actor: str
    """`person:` and the id of an account, `token:` and that of an API token."""
    role: Role = "admin"
    name: str = ""
    account: str = ""
    """The id of the account; empty for tokens and the terminal."""
    teams: tuple[str, ...] = ()
    """Whose customers are in sight; none means everybody's."""
    staff: str = ""
    """Which `staff` definition this is; work is theirs by it."""
    use_cases: frozenset[str] | None = None
    """What an API token was made for; None for all that the role may."""
    via: Via = "system"
    address: str = ""
    session: str = ""
    """The hash of the session that the call came with."""

    def may(self, use_case: UseCase) -> bool:
        listed = self.use_cases is None or use_case.name in self.use_cases or use_case.role == "anyone"
        return listed and grants(self.role, use_case)


SYSTEM = Caller(actor="system:desk")
TERMINAL = Caller(actor="person:cli", via="terminal")
ADMIN_TOKEN = Caller(actor="person:admin", via="admin_token")
NOBODY = Caller(actor="person:nobody", role="staff", use_cases=frozenset(), via="session")
"""Whoever is not signed in: may do what is for anyone."""
_CURRENT: ContextVar[Caller] = ContextVar("caller", default=SYSTEM)
_DETAILS: ContextVar[dict[str, Any] | None] = ContextVar("details", default=None)


def current() -> Caller:
    return _CURRENT.get()


@contextmanager
def calling(caller: Caller) -> Generator[dict[str, Any]]:
    """Do what is inside in the name of a caller, with what is started there; gives what `told` says meanwhile."""
    details: dict[str, Any] = {}
    tokens = _CURRENT.set(caller), _DETAILS.set(details)
    try:
        yield details
    finally:
        _CURRENT.reset(tokens[0])
        _DETAILS.reset(tokens[1])


def speak_as(caller: Caller) -> None:
    """Let the rest of this call be a caller's, who showed it by what the call holds."""
    _CURRENT.set(caller)


def told(**details: Any) -> None:
    """Say what the trail should know of this call beside who and what: never a secret. Lists add up."""
    known = _DETAILS.get()
    if known is None:
        return
    for name, value in details.items():
        known[name] = [*known.get(name, []), *value] if isinstance(value, list) else value


def require(caller: Caller, use_case: UseCase) -> None:
    """Raise `Forbidden` unless a caller may do this."""
    if caller.may(use_case):
        return
    if caller.use_cases is not None and use_case.name not in caller.use_cases:
        raise Forbidden(
            use_case.role,
            f"这个口令不能做「{use_case.name}」：它没有这个范围",
            f"this token is not for {use_case.name}",
        )
    raise Forbidden(use_case.role)


def check_guard(kind: str, identity: str) -> None:
    """Raise `Forbidden` where the caller may not change this definition, because it says who may do what."""
    needed = guard_of(kind, identity)
    if needed is not None:
        require(current(), needed)
