"""Points: a member's account and its ledger."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Text, View

POINTS_MAX = 10**12


class PointsChange(View):
    """One line of the ledger; one that was refused changed nothing."""

    at: AwareDatetime
    kind: Text
    points: int
    name: str = Field(description="The event that brought it; empty for time and merges.")
    reason: str = Field(description="Why, or for which order, where the event says so; else empty.")
    refused: bool
    balance: int


class PointsExpiry(View):
    at: AwareDatetime
    points: int


class PointsAccount(View):
    balance: int
    expire_next: int | None = Field(description="How many run out next; null for none.")
    expire_next_at: AwareDatetime | None
    expiring: list[PointsExpiry] = Field(description="What runs out when, soonest first; at most 24 instants.")
    changes: list[PointsChange] = Field(description="Newest first.")


class PointsEntryRequest(View):
    id: Annotated[str, Field(min_length=1, max_length=128, description="The same id said twice counts once.")]
    kind: Literal["earn", "spend", "expire", "adjust", "balance"]
    points: Annotated[int, Field(ge=-POINTS_MAX, le=POINTS_MAX)]
    reason: str = ""
    expires_at: AwareDatetime | None = None


class PointsBalance(View):
    balance: int
