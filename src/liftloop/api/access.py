"""Who may call what: a bearer token for now, the role that a use case needs checked in one place."""

from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Request
from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.registry import USE_CASES, UseCase
from liftloop.kernel.clock import SECOND_MS, SystemClock
from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.channels.signing import secret_bytes, verify


class Unauthorised(LiftloopError):
    """No token, or one that is not known."""

    def __init__(self) -> None:
        super().__init__(
            "unauthorised",
            zh="没有登录，或口令不对",
            en="no token, or one that is not known",
            next_zh="在请求头里带上 Authorization: Bearer，口令在数据目录的 admin.token 里",
            next_en="send Authorization: Bearer with the token in admin.token of the data folder",
            status=401,
        )


class Caller(Struct, frozen=True, kw_only=True):
    """Whoever makes a call, as the facts will name them."""

    actor: str


def desk_of(request: Request) -> Desk:
    return request.app.state.desk


class Needs:
    """A dependency that lets a caller with the role of a use case through and nobody else."""

    def __init__(self, use_case: UseCase) -> None:
        self.use_case = use_case

    def by_token(self, request: Request) -> Caller:
        """Return who calls. Raises `Unauthorised`."""
        if request.scope["server"] is not None and request.scope["server"][1] is None:
            return Caller(actor="person:cli")  # The socket lies in the data folder, readable by its owner only.
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(token.encode(), request.app.state.admin_token.encode()):
            raise Unauthorised
        return Caller(actor="person:admin")  # The one token there is has every role.


class NeedsToken(Needs):
    """Asks for a bearer token."""

    def __call__(self, request: Request) -> Caller:
        return self.by_token(request)


class NeedsTokenOrSignature(Needs):
    """Asks for a bearer token, or for the signature of a system that is a live definition of kind `hook`."""

    async def __call__(self, request: Request) -> Caller:
        received = {name.lower(): value for name, value in request.headers.items()}
        if "webhook-signature" not in received:
            return self.by_token(request)
        body, now_s = await request.body(), SystemClock().now_ms() // SECOND_MS
        desk = desk_of(request)
        for identity in desk.definitions.live("hook"):
            hook = desk.definitions.readable("hook", identity)
            if not hook.get("paused") and verify(secret_bytes(str(hook["secret"])), received, body, now_s):
                return Caller(actor=f"hook:{identity}")
        raise Unauthorised


def may(use_case: str) -> NeedsToken:
    """Return what a route depends on to be a use case of the registry."""
    return NeedsToken(USE_CASES[use_case])


def may_or_signed(use_case: str) -> NeedsTokenOrSignature:
    """Return the same for a route that other systems call too, signed as Standard Webhooks describe."""
    return NeedsTokenOrSignature(USE_CASES[use_case])


OnDesk = Annotated[Desk, Depends(desk_of)]
