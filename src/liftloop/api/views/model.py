"""The language model: how it is set, what it was asked, what it cost."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, Fen, Text, View
from liftloop.app.language_model.contract import CallState, Outcome, Purpose

Spent = Annotated[Fen, Field(ge=0)]


class ModelFields(View):
    """Setting `model`; whatever is left out is as usual."""

    provider: Literal["openai", "anthropic"] = Field(
        default="openai", description="How it is spoken to: as OpenAI's chat completions, or as Anthropic."
    )
    base_url: Annotated[str, Field(max_length=500)] = ""
    name: Annotated[str, Field(max_length=200)] = Field(default="", description="Of the model; empty switches it off.")
    key: Annotated[str, Field(max_length=2_000)] = Field(
        default="", description="`(set)` stands for the one that is there; never told."
    )
    timeout_s: int = 30
    month_fen: int = Field(default=10_000, description="What a calendar month may cost.")
    month_tokens: int = Field(default=1_000_000, description="How many tokens a month may take.")
    asked_fen: int = Field(default=0, description="The price of a million tokens asked.")
    answered_fen: int = Field(default=0, description="The price of a million tokens answered.")
    keep_texts: bool = Field(default=False, description="Keep what was asked and answered for a month.")


class ModelUsage(View):
    month: str
    calls: Count
    drafted: Count
    tokens_in: Count
    tokens_out: Count
    spent_fen: Spent = Field(description="Rounded up; what is still being asked counts as the most it may cost.")


class ModelService(View):
    """A service whose address is known."""

    id: str
    name: str
    provider: Literal["openai", "anthropic"]
    base_url: str


class ModelSheet(View):
    """How the language model is set, and what this month came to."""

    version: Count = Field(description="0 where it never was.")
    on: bool
    installed: bool = Field(description="Whether what reaches a model is installed here.")
    model: ModelFields
    usage: ModelUsage
    may_change: bool
    services: list[ModelService]


class ModelRequest(View):
    model: ModelFields
    version: int | None = Field(default=None, ge=0, description="The one that was read; another since is a conflict.")


class ModelTryRequest(View):
    language: Literal["zh-CN", "en"] = "zh-CN"


class ModelNote(View):
    """What came of asking the language model."""

    outcome: Outcome
    says: Text
    tokens_in: Count
    tokens_out: Count
    cost_fen: Spent
    took_ms: Count


class ModelTried(View):
    note: ModelNote | None = Field(description="Null where no model is set.")
    words: list[dict[str, Any]] = Field(description="What it wrote: headline, greeting and line.")


class ModelCall(View):
    id: str
    at: AwareDatetime
    who: Text
    purpose: Purpose
    model: str
    outcome: CallState
    says: Text
    tokens_in: Count
    tokens_out: Count
    cost_fen: Spent
    took_ms: Count
    fingerprint: str = Field(description="SHA-256 of what was asked.")
    asked: str = Field(description="Empty where texts are not kept.")
    answered: str


class ModelCalls(View):
    usage: ModelUsage
    calls: list[ModelCall]
