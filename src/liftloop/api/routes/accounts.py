"""People and tokens, for administrators, and what each role may do."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.account import account_view, token_view
from liftloop.api.present.words import at
from liftloop.api.views.account import (
    AccountList,
    AccountRequest,
    AccountView,
    Done,
    Invitation,
    Matrix,
    TokenList,
    TokenMade,
    TokenRequest,
    TokenView,
    UseCaseRow,
)
from liftloop.app.accounts.directory import Wanted
from liftloop.app.callers import told
from liftloop.app.desk import Desk
from liftloop.app.registry import ROLES, USE_CASES, grants

router = APIRouter()

Reads = Annotated[Caller, Depends(may("account.read"))]
Changes = Annotated[Caller, Depends(may("account.change"))]
ReadsTokens = Annotated[Caller, Depends(may("token.read"))]
ChangesTokens = Annotated[Caller, Depends(may("token.change"))]


@router.get("/accounts", summary="Everybody who may sign in")
def listed(desk: OnDesk, caller: Reads) -> AccountList:
    return AccountList(accounts=[account_view(each) for each in desk.accounts.directory.all()])


@router.post("/accounts", summary="Make an account; its invitation is told once")
def make(body: AccountRequest, desk: OnDesk, caller: Changes) -> Invitation:
    account = desk.accounts.directory.make(_wanted(body, desk))
    told(account=account.id, after=account.told())
    return _invitation(desk, account.id)


@router.put("/accounts/{account_id}", summary="Change an account; a change of rights signs it out")
def change(account_id: str, body: AccountRequest, desk: OnDesk, caller: Changes) -> AccountView:
    before, after = desk.accounts.directory.change(account_id, _wanted(body, desk))
    told(account=after.id, before=before.told(), after=after.told())
    return account_view(after)


@router.post("/accounts/{account_id}/invite", summary="Invite anew: for a first password, or a forgotten one")
def invite(account_id: str, desk: OnDesk, caller: Changes) -> Invitation:
    return _invitation(desk, account_id)


@router.post("/accounts/{account_id}/codes/off", summary="Take one-time codes off an account whose owner lost them")
def codes_off(account_id: str, desk: OnDesk, caller: Changes) -> AccountView:
    account = desk.accounts.directory.forget_second(account_id)
    told(account=account.id)
    return account_view(account)


@router.post("/accounts/{account_id}/sign-out", summary="End every sign-in of an account")
def sign_out(account_id: str, desk: OnDesk, caller: Changes) -> Done:
    account = desk.accounts.directory.get(account_id)
    desk.accounts.sessions.end_others(account.id, "")
    told(account=account.id)
    return Done()


@router.get("/tokens", summary="API tokens, without their secrets")
def tokens(desk: OnDesk, caller: ReadsTokens) -> TokenList:
    names = desk.accounts.directory.names()
    return TokenList(tokens=[token_view(each, names) for each in desk.accounts.tokens.all()])


@router.post("/tokens", summary="Make an API token; its secret is told once")
def make_token(body: TokenRequest, desk: OnDesk, caller: ChangesTokens) -> TokenMade:
    _teams_exist(desk, body.teams)
    secret, token = desk.accounts.tokens.make(body.name, body.role, body.use_cases, body.teams, body.days, caller.actor)
    told(token=token.id, after=token.told())
    return TokenMade(token=token_view(token, desk.accounts.directory.names()), secret=secret)


@router.delete("/tokens/{token_id}", summary="End an API token at once")
def revoke(token_id: str, desk: OnDesk, caller: ChangesTokens) -> TokenView:
    token = desk.accounts.tokens.revoke(token_id)
    told(token=token.id, before=token.told())
    return token_view(token, desk.accounts.directory.names())


@router.get("/accounts/matrix", summary="What each role may do, and the calls behind it")
def matrix(request: Request, caller: Annotated[Caller, Depends(may("account.read_own"))]) -> Matrix:
    calls = request.app.state.calls
    return Matrix(
        roles=list(ROLES),
        use_cases=[
            UseCaseRow(
                use_case=name,
                changes=each.changes,
                roles=[role for role in ROLES if grants(role, each)],
                routes=list(calls.get(name, ())),
            )
            for name, each in sorted(USE_CASES.items())
        ],
    )


def _wanted(body: AccountRequest, desk: Desk) -> Wanted:
    _teams_exist(desk, body.teams)
    if body.staff:
        desk.definitions.newest("staff", body.staff)
    return Wanted(
        login=body.login,
        name=body.name,
        role=body.role,
        teams=tuple(body.teams),
        staff=body.staff,
        active=body.active,
    )


def _teams_exist(desk: Desk, teams: list[str]) -> None:
    for team in teams:
        desk.definitions.newest("team", team)


def _invitation(desk: Desk, account_id: str) -> Invitation:
    token, ends_ms = desk.accounts.directory.invite(account_id)
    account = desk.accounts.directory.get(account_id)
    told(account=account.id)
    return Invitation(account=account_view(account), path=f"/sign-in/invited#{token}", ends_at=at(ends_ms))
