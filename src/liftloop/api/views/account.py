"""Accounts, sign-ins and tokens as the API tells them; a secret stands only in the answer to whoever made it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from liftloop.api.views.values import Text, View
from liftloop.app.registry import Role

SECRET_MAX = 1_000


class SignInRequest(View):
    login: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=SECRET_MAX)
    code: str = Field(default="", max_length=40, description="Six digits, or a recovery code.")


class SingleSignOn(View):
    name: str


class SessionView(View):
    """Who is signed in, and what the gate offers to whoever is not."""

    signed_in: bool
    via: Literal["terminal", "admin_token", "session", "token", "system"]
    account_id: str = ""
    name: str = ""
    login: str = ""
    role: Role | None = None
    teams: list[str] = Field(description="Whose customers are in sight; empty means everybody's.")
    staff: str = ""
    may: list[str] = Field(description="Use cases of the registry.")
    csrf: str = Field(description="Goes with every change as the header X-CSRF-Token.")
    second_factor: bool = False
    second_factor_first: bool = Field(default=False, description="One-time codes must be set up before anything else.")
    has_password: bool = False
    set_up: bool = Field(description="Whether there is an account at all.")
    single_sign_on: SingleSignOn | None = None


class SetUpRequest(View):
    login: str = Field(max_length=200)
    name: str = Field(max_length=80)
    password: str = Field(max_length=SECRET_MAX)


class InvitationRequest(View):
    token: str = Field(max_length=200)


class InvitationView(View):
    login: str
    name: str


class AcceptRequest(View):
    token: str = Field(max_length=200)
    password: str = Field(max_length=SECRET_MAX)


class SingleSignOnBegun(View):
    url: str


class SingleSignOnRequest(View):
    code: str = Field(max_length=4_000)
    state: str = Field(max_length=200)


class PasswordRequest(View):
    old: str = Field(max_length=SECRET_MAX)
    new: str = Field(max_length=SECRET_MAX)


class ConfirmRequest(View):
    """What is changed next is worth asking for the password again."""

    password: str = Field(max_length=SECRET_MAX)


class CodesOffered(View):
    secret: str = Field(description="For typing into an authenticator.")
    address: str = Field(description="For the square code that authenticators read.")


class CodeRequest(View):
    code: str = Field(max_length=40)


class RecoveryCodes(View):
    codes: list[str] = Field(description="Shown once; each is good once.")


class SessionRow(View):
    id: str
    current: bool
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    device: str


class SessionList(View):
    sessions: list[SessionRow]


class EndSessions(View):
    ids: list[str] = Field(default_factory=list, max_length=100)
    others: bool = False


class Done(View):
    done: bool = True


class AccountRequest(View):
    login: str = Field(max_length=200)
    name: str = Field(max_length=80)
    role: Role
    teams: list[str] = Field(default_factory=list, max_length=200)
    staff: str = Field(default="", max_length=128)
    active: bool = True


class AccountView(View):
    account_id: str
    login: str
    name: str
    role: Role
    teams: list[str]
    staff: str
    active: bool
    state: Literal["active", "invited", "off"]
    second_factor: bool
    recovery_left: int
    single_sign_on: bool
    created_at: datetime
    seen_at: datetime | None


class AccountList(View):
    accounts: list[AccountView]


class Invitation(View):
    """Told once: whoever has it sets the password of the account."""

    account: AccountView
    path: str = Field(description="Below the address of the app.")
    ends_at: datetime


class TokenRequest(View):
    name: str = Field(max_length=80)
    role: Role
    use_cases: list[str] = Field(default_factory=list, max_length=300, description="Empty: all that the role may.")
    teams: list[str] = Field(default_factory=list, max_length=200)
    days: int | None = Field(default=None, description="How long it is good; empty: until it is revoked.")


class TokenView(View):
    token_id: str
    name: str
    role: Role
    teams: list[str]
    use_cases: list[str]
    by: Text
    created_at: datetime
    ends_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class TokenList(View):
    tokens: list[TokenView]


class TokenMade(View):
    token: TokenView
    secret: str = Field(description="Shown this once.")


class UseCaseRow(View):
    use_case: str
    changes: bool
    roles: list[Role]
    routes: list[str]


class Matrix(View):
    """What each role may do, by the registry, and the calls behind it."""

    roles: list[Role]
    use_cases: list[UseCaseRow]
