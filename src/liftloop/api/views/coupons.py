"""Coupon pools."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, View

CODES_MAX = 10_000


class CouponPool(View):
    pool_id: str
    name: str
    codes: Literal["given", "generated", "shared"]
    offer: str = Field(description="Messages with this offer take their codes here; empty where a content names it.")
    left: Count | None = Field(description="null: no limit.")
    low: bool = Field(description="Fewer left than the pool's mark.")
    reserved: Count
    issued: Count
    redeemed: Count
    by_others: Count = Field(description="Uses by people to whom the code was not issued.")
    expired: Count
    a_day: float = Field(description="Issued a day over the last week.")
    days_left: float | None = Field(description="At that pace; null where nothing is issued or there is no limit.")
    held: bool = Field(
        description="It came back with a backup and gives nothing until it is released: see the how-to on coupons."
    )


class ReleaseRequest(View):
    given: Annotated[list[str], Field(max_length=CODES_MAX)] = Field(
        default=[],
        description="Codes that were given out since the backup, as the tills or the lost server know them.",
    )

    more_follow: bool = Field(default=False, description="Note these, and keep the pool held: the others come next.")


class Released(View):
    noted: Count = Field(description="Codes noted as given out that were not known as such.")


class CouponPools(View):
    pools: list[CouponPool] = Field(description="Those that run dry first.")


class CodeGiven(View):
    """A code, and what it is called where it was made."""

    code: str
    external_id: str = Field(default="", max_length=128)


class CodesRequest(View):
    codes: Annotated[list[str | CodeGiven], Field(min_length=1, max_length=CODES_MAX)]


class CodesBrought(View):
    added: Count
    repeated: Count = Field(description="There already, or twice among these.")
    elsewhere: Count = Field(description="In another pool.")
    refused: Count = Field(description="No codes: with spaces, or letters that no till takes.")
    refused_shown: list[str]


class CouponCode(View):
    code: str
    pool_id: str
    state: Literal["free", "reserved", "issued", "redeemed", "expired", "mistyped", "unknown"]
    profile_id: str | None = Field(description="To whom it was issued; null where everybody has the same code.")
    at: AwareDatetime | None
    expires_at: AwareDatetime | None
    redeemed_at: AwareDatetime | None
    by_other: bool = Field(description="Somebody else used it.")
