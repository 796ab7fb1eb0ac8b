"""What a playbook is, what it asks, and what it makes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.words import Said
from liftloop.kernel.errors import Language

FIELDS_MAX = 5
"""Whoever is asked for more puts it off."""

FieldKind = Literal[
    "channel",
    "content",
    "offer",
    "audience",
    "days",
    "hours",
    "count",
    "percent",
    "yuan",
    "date",
    "instant",
    "text",
    "event",
    "trait",
]
Family = Literal["goal", "member", "sale", "service", "team"]
Made = Literal["audience", "content", "journey", "tag"]
Value = str | float
"""Numbers are numbers; channels, contents, offers and audiences are ids; a date is an ISO day, an instant a local time
to the second; empty is "not said"."""


class Field(Struct, frozen=True, kw_only=True):
    """One thing that a playbook asks; without an answer the usual one counts."""

    id: str
    name: Said
    kind: FieldKind
    usual: Value = ""
    low: float = 1
    high: float = 365
    optional: bool = False
    """May stay empty: then the playbook does without."""


class Draft(Struct, frozen=True, kw_only=True):
    """One definition to publish."""

    kind: Made
    id: str
    body: Mapping[str, Any]


class Drafted(Struct, frozen=True, kw_only=True):
    """What a playbook makes of answers: definitions in the order in which they need each other, or a goal to plan."""

    definitions: Sequence[Draft] = ()
    goal: str = ""


class Asked(Struct, frozen=True, kw_only=True):
    """Answers that were read, where the results go, and in which language customers are spoken to."""

    base: str
    """Every id that is made begins with it."""
    language: Language
    values: Mapping[str, Value]
    offers: Mapping[str, str] = {}
    """What offers are called, in this language."""

    def text(self, field: str) -> str:
        return str(self.values[field])

    def number(self, field: str) -> float:
        return float(self.values[field])

    def whole(self, field: str) -> int:
        return round(self.number(field))

    def said(self, zh: str, en: str) -> str:
        """Return words in the customers' language."""
        return zh if self.language == "zh-CN" else en


class Playbook(Struct, frozen=True, kw_only=True):
    """Something that may be started."""

    id: str
    family: Family
    name: Said
    story: Said
    """What happens to a customer, in a sentence or two."""
    fields: Sequence[Field]
    build: Callable[[Asked], Drafted]
