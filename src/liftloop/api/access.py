"""Who may call what: a bearer token for now, the role that a use case needs checked in one place."""

from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Request
from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.registry import USE_CASES, UseCase
from liftloop.kernel.errors import LiftloopError


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

    def __call__(self, request: Request) -> Caller:
        if request.scope["server"] is not None and request.scope["server"][1] is None:
            return Caller(actor="person:cli")  # The socket lies in the data folder, readable by its owner only.
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(token.encode(), request.app.state.admin_token.encode()):
            raise Unauthorised
        return Caller(actor="person:admin")  # The one token there is has every role.


def may(use_case: str) -> Needs:
    """Return what a route depends on to be a use case of the registry."""
    return Needs(USE_CASES[use_case])


OnDesk = Annotated[Desk, Depends(desk_of)]
