"""Signals to begin with."""

from typing import Annotated, Any

from pydantic import Field

from liftloop.api.views import Text, View

Word = Annotated[str, Field(min_length=1, max_length=100)]


class SignalTemplate(View):
    """A signal that may be published as it is, or with further words where it listens for some."""

    id: str
    name: Text
    meaning: Text
    body: dict[str, Any] = Field(description="The definition of kind signal.")
    words: list[str] = Field(description="What it listens for; empty where it listens for no words.")
    unless: list[str] = Field(description="Phrases in which such a word means nothing.")
    published: bool


class SignalTemplates(View):
    templates: list[SignalTemplate]


class SignalTemplateRequest(View):
    words: list[Word] = Field(default_factory=list, max_length=100)
    unless: list[Word] = Field(default_factory=list, max_length=100)
