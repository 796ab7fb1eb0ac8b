"""Signing in and out, invitations, single sign-on, and what everybody does with their own account."""

import asyncio
from http.cookies import CookieError, SimpleCookie
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response

from liftloop.api.access import SESSION_COOKIE, Caller, OnDesk, entry_of, may, session_cookie
from liftloop.api.present.account import session_row, session_view
from liftloop.api.views.account import (
    AcceptRequest,
    CodeRequest,
    CodesOffered,
    ConfirmRequest,
    Done,
    EndSessions,
    InvitationRequest,
    InvitationView,
    PasswordRequest,
    RecoveryCodes,
    SessionList,
    SessionView,
    SetUpRequest,
    SignInRequest,
    SingleSignOnBegun,
    SingleSignOnRequest,
)
from liftloop.app.accounts.credentials import code_address, code_text, csrf_of
from liftloop.app.accounts.directory import Account, NoSuchAccount, Wanted
from liftloop.app.accounts.sessions import Visitor, WrongSignIn
from liftloop.app.callers import told
from liftloop.app.desk import Desk
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError

router = APIRouter()

SSO_COOKIE = "liftloop_sso"
SSO_SECONDS = 600
Gate = Annotated[Caller, Depends(may("account.gate"))]
SignsIn = Annotated[Caller, Depends(may("account.sign_in"))]
Own = Annotated[Caller, Depends(may("account.own"))]
ReadsOwn = Annotated[Caller, Depends(may("account.read_own"))]


class NoAccount(LiftloopError):
    """The caller is a token or the terminal, which have no account of their own."""

    def __init__(self) -> None:
        super().__init__(
            "no_account",
            zh="这是口令，不是某个人的账号",
            en="this is a token and nobody's account",
            next_zh="用账号和密码登录后再做",
            next_en="sign in with login and password first",
            status=409,
            exit_code=EXIT_REFUSED,
        )


class AlreadySetUp(LiftloopError):
    """There are accounts already."""

    def __init__(self) -> None:
        super().__init__(
            "already_set_up",
            zh="已经有账号了",
            en="there are accounts already",
            next_zh="用账号登录，或请管理员发邀请",
            next_en="sign in, or ask an administrator for an invitation",
            status=409,
            exit_code=EXIT_REFUSED,
        )


@router.get("/session", summary="Who is signed in, and how one signs in here")
def who(request: Request, desk: OnDesk, caller: Gate) -> SessionView:
    return session_view(desk, caller, _csrf(request, caller))


@router.post("/session", summary="Sign in with login, password and perhaps a code")
async def sign_in(
    body: SignInRequest, request: Request, response: Response, desk: OnDesk, caller: SignsIn
) -> SessionView:
    visitor = _visitor(request)
    try:
        account = await asyncio.to_thread(desk.accounts.sessions.check, body.login, body.password, body.code, visitor)
    except LiftloopError as error:
        told(reason=error.code)
        entry_of(request).caller = _tried(desk, body.login, visitor)
        raise
    return _let_in(desk, account, request, response)


@router.delete("/session", summary="Sign out")
def sign_out(request: Request, response: Response, desk: OnDesk, caller: Own) -> Done:
    if caller.session:
        desk.accounts.sessions.end(caller.account, [caller.session[:16]])
    response.delete_cookie(SESSION_COOKIE, path="/")
    return Done()


@router.post("/session/set-up", summary="Make the first account; takes the admin token")
async def set_up(
    body: SetUpRequest,
    request: Request,
    response: Response,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("account.change"))],
) -> SessionView:
    if desk.accounts.directory.any():
        raise AlreadySetUp
    wanted = Wanted(login=body.login, name=body.name, role="admin")
    account = await asyncio.to_thread(lambda: desk.accounts.directory.make(wanted, password=body.password))
    told(account=account.id, after=account.told())
    return _let_in(desk, account, request, response)


@router.post("/invitations/look", summary="Whom an invitation is for")
def look_at_invitation(body: InvitationRequest, desk: OnDesk, caller: Gate) -> InvitationView:
    account = desk.accounts.directory.invited(body.token)
    return InvitationView(login=account.login, name=account.name)


@router.post("/invitations/accept", summary="Take up an invitation: it sets the password")
async def accept(
    body: AcceptRequest, request: Request, response: Response, desk: OnDesk, caller: SignsIn
) -> SessionView:
    account = await asyncio.to_thread(desk.accounts.directory.accept, body.token, body.password)
    if account.second_factor:  # A link alone must not get round the codes.
        return session_view(desk, caller)
    return _let_in(desk, account, request, response)


@router.post("/session/single-sign-on/begin", summary="Begin to sign in by the company's own provider")
async def begin_single_sign_on(
    request: Request, response: Response, desk: OnDesk, caller: SignsIn
) -> SingleSignOnBegun:
    url, browser = await desk.accounts.single_sign_on.begin(f"{request.url.scheme}://{request.url.netloc}")
    _keep(desk, request, response, (SSO_COOKIE, browser, SSO_SECONDS))
    return SingleSignOnBegun(url=url)


@router.post("/session/single-sign-on", summary="Come back from it")
async def finish_single_sign_on(
    body: SingleSignOnRequest, request: Request, response: Response, desk: OnDesk, caller: SignsIn
) -> SessionView:
    browser = _cookies(request).get(SSO_COOKIE, "")
    account = await desk.accounts.single_sign_on.finish(body.code, body.state, browser)
    response.delete_cookie(SSO_COOKIE, path="/")
    return _let_in(desk, account, request, response)


@router.post("/account/password", summary="Change one's own password; every other sign-in ends")
async def change_password(body: PasswordRequest, request: Request, desk: OnDesk, caller: Own) -> Done:
    account = _own(caller)
    if desk.accounts.directory.get(account).has_password:
        await asyncio.to_thread(desk.accounts.sessions.confirm_password, account, body.old, _visitor(request))
    directory = desk.accounts.directory
    await asyncio.to_thread(lambda: directory.set_password(account, body.new, keep=caller.session))
    return Done()


@router.post("/account/codes", summary="Begin to use one-time codes")
async def offer_codes(body: ConfirmRequest, request: Request, desk: OnDesk, caller: Own) -> CodesOffered:
    account = _own(caller)
    await asyncio.to_thread(desk.accounts.sessions.confirm_password, account, body.password, _visitor(request))
    secret = await desk.accounts.offer_codes(account)
    login = desk.accounts.directory.get(account).login
    return CodesOffered(secret=code_text(secret), address=code_address(secret, login))


@router.post("/account/codes/confirm", summary="Switch one-time codes on by telling the first")
def confirm_codes(body: CodeRequest, desk: OnDesk, caller: Own) -> RecoveryCodes:
    account = _own(caller)
    if not desk.accounts.sessions.accept_offered(account, body.code):
        raise WrongSignIn
    return RecoveryCodes(codes=desk.accounts.directory.new_recovery_codes(account))


@router.post("/account/codes/off", summary="Do without one-time codes again")
async def codes_off(body: ConfirmRequest, request: Request, desk: OnDesk, caller: Own) -> Done:
    account = _own(caller)
    await asyncio.to_thread(desk.accounts.sessions.confirm_password, account, body.password, _visitor(request))
    desk.accounts.directory.forget_second(account)
    return Done()


@router.get("/account/sessions", summary="Where one is signed in")
def sessions(desk: OnDesk, caller: ReadsOwn) -> SessionList:
    rows = desk.accounts.sessions.of(caller.account) if caller.account else []
    return SessionList(sessions=[session_row(each, caller.session) for each in rows])


@router.post("/account/sessions/end", summary="Sign out elsewhere")
def end_sessions(body: EndSessions, desk: OnDesk, caller: Own) -> Done:
    account = _own(caller)
    if body.others:
        desk.accounts.sessions.end_others(account, caller.session)
    desk.accounts.sessions.end(account, body.ids)
    return Done()


def _let_in(desk: Desk, account: Account, request: Request, response: Response) -> SessionView:
    visitor = _visitor(request)
    token, session = desk.accounts.sessions.begin(account, visitor)
    caller = desk.accounts.sessions.caller(token, visitor.address)
    assert caller is not None, "a session that begins now has not ended"
    entry_of(request).caller = caller
    _keep(desk, request, response, (SESSION_COOKIE, token, (session.ends_ms - session.created_ms) // 1000))
    return session_view(desk, caller, csrf_of(token))


def _keep(desk: Desk, request: Request, response: Response, cookie: tuple[str, str, int]) -> None:
    """Give the browser what it brings back to us alone, and shows to no script: name, value and seconds.

    It is brought over https alone where the browser came by it. A proxy may speak plain HTTP to us; then the app's
    public address says so for whoever asks for its host.
    """
    name, value, seconds = cookie
    public = urlsplit(desk.accounts.provider().public_url)
    secure = request.url.scheme == "https" or (public.scheme == "https" and public.netloc == request.url.netloc)
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="strict", secure=secure)


def _cookies(request: Request) -> dict[str, str]:
    try:
        return {name: each.value for name, each in SimpleCookie(request.headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def _csrf(request: Request, caller: Caller) -> str:
    return csrf_of(session_cookie(request.headers)) if caller.session else ""


def _visitor(request: Request) -> Visitor:
    address = request.client.host if request.client else ""
    return Visitor(address=address, device=request.headers.get("user-agent", ""))


def _tried(desk: Desk, login: str, visitor: Visitor) -> Caller:
    """Return who was tried, for the trail; what was typed is not kept, because passwords end up in that field."""
    try:
        account = desk.accounts.directory.get(login)
    except NoSuchAccount:
        return Caller(actor="person:nobody", via="session", address=visitor.address)
    return Caller(actor=f"person:{account.id}", name=account.name, via="session", address=visitor.address)


def _own(caller: Caller) -> str:
    if not caller.account:
        raise NoAccount
    return caller.account
