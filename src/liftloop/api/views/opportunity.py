"""Opportunities: for whom something is worth doing now, why, and what it may bring, as a range."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.audience import Node
from liftloop.api.views.values import Count, CountedAt, Fen, Finite, Text, View

Kind = Literal[
    "replenish",
    "leaving",
    "quiet_best",
    "second",
    "successor",
    "viewed",
    "festival",
    "birthday",
    "slow_stock",
    "ended_series",
]


class Stake(View):
    """What a contact may add within the window: in four cases out of five between `low` and `high`."""

    point: Fen
    low: Fen
    high: Fen
    basis: Literal["assumed", "learned_all", "learned"] = Field(
        description="Whether what a contact adds was learned from random contacts (of these people, of everybody), or "
        "is the usual range of retail, assumed."
    )


class Opportunity(View):
    """One opportunity. `definition` is the tree of its people: it can be opened, counted and saved as an audience."""

    opportunity_id: str
    kind: Kind
    title: Text
    name: Text = Field(description="Of the people, as the goal names them.")
    why: Text = Field(description="Why now.")
    worth: Text = Field(description="Where the money comes from, in a sentence or three.")
    people: Count
    shared: Count = Field(description="Those of its people who are also in a narrower opportunity; there they count.")
    stake: Stake
    usual: Fen = Field(description="What its people bring within the window if nothing is done.")
    lift: Finite = Field(description="What a contact is taken to add to the share that buys, relative.")
    window_days: Count
    goal: Text = Field(description="A goal that the planner reads without a question.")
    definition: Node


class Opportunities(View):
    """The last scan, the first opportunity first. The sums count everybody once."""

    counted: CountedAt | None = None
    status: Literal["ready", "no_orders", "stale", "short"]
    sentence: Text
    scanned_at: AwareDatetime
    last_order_at: AwareDatetime | None
    money: Literal["margin", "revenue"]
    people: Count
    point: Fen
    low: Fen
    high: Fen
    opportunities: list[Opportunity]


class OpportunityScan(View):
    """How far the scan under way is; no step while none runs."""

    step: Literal["", "traits", "past", "groups"]
    done: int = Field(description="Of the step `groups`: how many are weighed.")
    of: int
