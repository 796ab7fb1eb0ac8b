"""Who may call what: the caller is found where a call comes in, the use case's role is checked in one place."""

import asyncio
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liftloop.app.accounts.credentials import TOKEN_PREFIX, csrf_of
from liftloop.app.callers import ADMIN_TOKEN, NOBODY, TERMINAL, Caller, calling, require, speak_as
from liftloop.app.desk import Desk
from liftloop.app.registry import USE_CASES, UseCase
from liftloop.app.sight import looking_at
from liftloop.kernel.clock import SECOND_MS, SystemClock
from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.channels.signing import secret_bytes, verify

SESSION_COOKIE = "liftloop_session"
CSRF_HEADER = "x-csrf-token"
_ENTERED = ("/api/", "/metrics", "/mcp")
_SAFE = ("GET", "HEAD", "OPTIONS")
_RECORDED = frozenset({"audience.export_rows"})
"""What changes nothing and is recorded all the same: people's data leave."""


class Unauthorised(LiftloopError):
    """No token and no session, or one that is not known or has ended."""

    def __init__(self) -> None:
        super().__init__(
            "unauthorised",
            zh="没有登录，或登录已过期",
            en="not signed in, or signed out since",
            next_zh="重新登录；程序要在请求头里带上 Authorization: Bearer 和口令",
            next_en="sign in again; programs send Authorization: Bearer with their token",
            status=401,
        )


class Forged(LiftloopError):
    """A change came with the session's cookie and without what only its own pages know."""

    def __init__(self) -> None:
        super().__init__(
            "forged_request",
            zh="这个请求不像是从 Liftloop 的页面发出的",
            en="this request does not seem to come from a page of Liftloop",
            next_zh="刷新页面再试；程序请用 API 口令",
            next_en="reload the page and try again; programs use an API token",
            status=403,
        )


class Entry:
    """One call on its way through: who calls, and what it turns out to be."""

    def __init__(self, caller: Caller | None, problem: LiftloopError | None) -> None:
        self.caller = caller
        self.problem = problem
        self.use_case: UseCase | None = None


class Entrance:
    """Finds who calls before anything else sees the call, and writes what was changed into the trail."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_ENTERED):
            await self._app(scope, receive, send)
            return
        state = scope["app"].state
        entry = _entry(scope, state.desk, state.admin_token)
        scope.setdefault("state", {})["entry"] = entry
        answered = 500

        async def watched(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = message["status"]
                MutableHeaders(scope=message).setdefault("x-content-type-options", "nosniff")
            await send(message)

        with calling(entry.caller or NOBODY) as details, looking_at(state.desk.state):
            try:
                await self._app(scope, receive, watched)
            finally:
                await _record(state.desk, entry, scope["path"], answered, details)


def _entry(scope: Scope, desk: Desk, admin_token: str) -> Entry:
    headers, address = Headers(scope=scope), scope["client"][0] if scope.get("client") else ""
    by_socket = scope["server"] is not None and scope["server"][1] is None
    if by_socket and "authorization" not in headers:
        return Entry(TERMINAL, None)  # The socket lies in the data folder, readable by its owner only.
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        if compare_digest(token.encode(), admin_token.encode()):
            return Entry(_from(ADMIN_TOKEN, address), None)
        known = desk.accounts.tokens.caller(token, address) if token.startswith(TOKEN_PREFIX) else None
        return Entry(known, None if known else Unauthorised())
    session = session_cookie(headers)
    caller = desk.accounts.sessions.caller(session, address) if session else None
    if caller is None:
        return Entry(None, Unauthorised())
    if scope["method"] not in _SAFE and not _from_own_page(headers, session):
        return Entry(None, Forged())
    return Entry(caller, None)


def _from(caller: Caller, address: str) -> Caller:
    return Caller(actor=caller.actor, via=caller.via, address=address)


def _from_own_page(headers: Headers, session: str) -> bool:
    told = headers.get(CSRF_HEADER, "")
    return compare_digest(told.encode(), csrf_of(session).encode()) and headers.get("sec-fetch-site") != "cross-site"


def session_cookie(headers: Headers) -> str:
    """Return the session token that a browser sent, empty where it sent none."""
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[SESSION_COOKIE].value if SESSION_COOKIE in cookies else ""


async def _record(desk: Desk, entry: Entry, path: str, status: int, details: dict[str, Any]) -> None:
    done, caller = entry.use_case, entry.caller
    if done is None or caller is None or not (done.changes or done.name in _RECORDED):
        return
    outcome = "done" if status < 400 else "refused" if status in (401, 403, 409, 429) else "failed"
    subject = path.removeprefix("/api")
    await asyncio.to_thread(desk.accounts.trail.note, caller, done.name, subject, outcome, details)


def entry_of(request: Request) -> Entry:
    """Return who calls; a call that did not come through the entrance is nobody's."""
    return getattr(request.state, "entry", None) or Entry(None, Unauthorised())


def desk_of(request: Request) -> Desk:
    return request.app.state.desk


class Needs:
    """A dependency that lets a caller with the role of a use case through and nobody else."""

    def __init__(self, use_case: UseCase) -> None:
        self.use_case = use_case

    def by_token(self, request: Request) -> Caller:
        """Return who calls. Raises `Unauthorised`, and `Forbidden` where it is not theirs to do."""
        entry = entry_of(request)
        entry.use_case = self.use_case
        if entry.caller is None:
            if self.use_case.role == "anyone":
                return NOBODY
            raise entry.problem or Unauthorised()
        require(entry.caller, self.use_case)
        return entry.caller


class NeedsToken(Needs):
    """Asks for a token or a session."""

    def __call__(self, request: Request) -> Caller:
        return self.by_token(request)


class NeedsTokenOrSignature(Needs):
    """Asks for a token or a session, or for the signature of a system that is a live definition of kind `hook`."""

    async def __call__(self, request: Request) -> Caller:
        received = {name.lower(): value for name, value in request.headers.items()}
        if "webhook-signature" not in received:
            return self.by_token(request)
        body, now_s = await request.body(), SystemClock().now_ms() // SECOND_MS
        desk = desk_of(request)
        for identity in desk.definitions.live("hook"):
            hook = desk.definitions.readable("hook", identity)
            if not hook.get("paused") and verify(secret_bytes(str(hook["secret"])), received, body, now_s):
                caller = Caller(actor=f"hook:{identity}", role="approver", use_cases=frozenset((self.use_case.name,)))
                entry = entry_of(request)
                entry.caller, entry.use_case = caller, self.use_case
                speak_as(caller)
                return caller
        raise Unauthorised


def may(use_case: str) -> NeedsToken:
    """Return what a route depends on to be a use case of the registry."""
    return NeedsToken(USE_CASES[use_case])


def may_or_signed(use_case: str) -> NeedsTokenOrSignature:
    """Return the same for a route that other systems call too, signed as Standard Webhooks describe."""
    return NeedsTokenOrSignature(USE_CASES[use_case])


OnDesk = Annotated[Desk, Depends(desk_of)]
