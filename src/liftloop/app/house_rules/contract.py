"""What is told of a setting that binds everybody: its whole content, what it means, and how it came to be so."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.audit import Change
from liftloop.app.words import Said
from liftloop.plan.options import Words

RuleName = Literal["delivery", "access", "approvals", "sign_in"]
"""The ids of the settings that are rules of the house."""


class Meaning(Struct, frozen=True, kw_only=True):
    """One plain sentence of what a rule does."""

    said: Said
    careful: bool = False
    """Whether it is something to think twice about: nothing bounds it, or nobody is reached any more."""


class Step(Struct, frozen=True, kw_only=True):
    """One version, with what it changed of the one before it."""

    version: int
    at_ms: int
    who: Said
    changes: Sequence[Change]
    gone: Sequence[Said]
    """What was true before and is no more."""
    come: Sequence[Said]


class Sheet(Struct, frozen=True, kw_only=True):
    """The rules as they hold."""

    name: RuleName
    version: int
    """0 where nobody set any: all is as usual."""
    body: Mapping[str, Any]
    """Whole: what nobody set is there with what holds instead. Secrets are shown as set or not."""
    usual: Mapping[str, Any]
    meanings: Sequence[Meaning]
    steps: Sequence[Step]
    may_change: bool
    """Whether the caller may."""


class Weighed(Struct, frozen=True, kw_only=True):
    """Rules that somebody is about to set."""

    problem: Words | None
    meanings: Sequence[Meaning]
    """None where there is a problem."""
    changes: Sequence[Change]
    """Against what holds now."""
    gone: Sequence[Said]
    come: Sequence[Said]
