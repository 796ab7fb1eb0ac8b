"""Tokens: the pieces of a sentence, each with its place in the plain text and what it carries for its kind."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Token(Struct, frozen=True, kw_only=True):
    """One piece."""

    kind: str
    start: int
    end: int
    word: str = ""
    """An id, a unit, a bound, or what else tells pieces of one kind apart."""
    value: float = 0.0
    bounds: Mapping[str, float] = {}
    more: tuple[tuple[str, str], ...] = ()
    """Pairs: (trait, value) of values, (property, value) of goods."""
    joint: str = ""
    """Of several goods: whether any or all were meant."""
    chinese: bool = False
    spans: tuple[tuple[int, int], ...] = ()
    """Where the pieces of a sequence stand, which need not be together."""
    tree: Mapping[str, Any] | None = None
