"""Turns accounts, sessions and tokens into what the API answers."""

from liftloop.api.present.words import at, text
from liftloop.api.views.account import AccountView, SessionRow, SessionView, SingleSignOn, TokenView
from liftloop.app.accounts.directory import Account
from liftloop.app.accounts.sessions import BEFORE_SECOND, Session
from liftloop.app.accounts.tokens import Token
from liftloop.app.actors import actor_words
from liftloop.app.callers import NOBODY, Caller
from liftloop.app.desk import Desk
from liftloop.app.registry import USE_CASES, UseCase


def session_view(desk: Desk, caller: Caller, csrf: str = "") -> SessionView:
    provider = desk.accounts.provider()
    account = desk.accounts.directory.get(caller.account) if caller.account else None
    signed_in = caller.actor != NOBODY.actor
    return SessionView(
        signed_in=signed_in,
        via=caller.via,
        account_id=caller.account,
        name=caller.name,
        login=account.login if account else "",
        role=caller.role if signed_in else None,
        teams=list(caller.teams),
        staff=caller.staff,
        may=_may(desk, caller) if signed_in else [],
        csrf=csrf,
        second_factor=bool(account and account.second_factor),
        second_factor_first=caller.use_cases == BEFORE_SECOND,
        has_password=bool(account and account.has_password),
        set_up=desk.accounts.directory.any(),
        single_sign_on=SingleSignOn(name=provider.name or "OpenID Connect") if provider.issuer else None,
    )


def _may(desk: Desk, caller: Caller) -> list[str]:
    """Return what a caller may do; from which role somebody is seen in the clear is a rule of this installation."""
    reveals = UseCase(name="profile.reveal", role=desk.accounts.rules().reveal_role, changes=True)
    cases = {**USE_CASES, reveals.name: reveals}
    return sorted(name for name, each in cases.items() if caller.may(each))


def account_view(account: Account) -> AccountView:
    ready = account.has_password or account.single_sign_on
    return AccountView(
        account_id=account.id,
        login=account.login,
        name=account.name,
        role=account.role,
        teams=list(account.teams),
        staff=account.staff,
        active=account.active,
        state="off" if not account.active else "active" if ready else "invited",
        second_factor=account.second_factor,
        recovery_left=account.recovery_left,
        single_sign_on=account.single_sign_on,
        created_at=at(account.created_ms),
        seen_at=None if account.seen_ms is None else at(account.seen_ms),
    )


def session_row(session: Session, current: str) -> SessionRow:
    return SessionRow(
        id=session.id,
        current=current.startswith(session.id),
        created_at=at(session.created_ms),
        seen_at=at(session.seen_ms),
        ends_at=at(session.ends_ms),
        address=session.address,
        device=session.device,
    )


def token_view(token: Token, names: dict[str, str]) -> TokenView:
    return TokenView(
        token_id=token.id,
        name=token.name,
        role=token.role,
        teams=list(token.teams),
        use_cases=list(token.use_cases),
        by=text(actor_words(token.by, names)),
        created_at=at(token.created_ms),
        ends_at=None if token.ends_ms is None else at(token.ends_ms),
        used_at=None if token.used_ms is None else at(token.used_ms),
        revoked_at=None if token.revoked_ms is None else at(token.revoked_ms),
    )
