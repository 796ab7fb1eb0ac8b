"""What an audience is: a tree of all, any and not over conditions, percent buckets and other audiences."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError


class Audience(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An audience as a person defines it; kind `audience` among the definitions."""

    name: str
    where: Mapping[str, Any]
    """The tree, for example {"all": [{"trait": "city", "is": "上海"}, {"not": {"event": "Order Completed",
    "within_days": 30}}]}."""


class Signal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people seem to want now, as long as the tree holds of them; kind `signal` among the definitions."""

    name: str
    where: Mapping[str, Any]
    half_life_days: float = 3.0
    """After how long without new evidence a signal is half as strong; it ends when the tree holds no more."""


class Tag(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word for people that somebody answers for; kind `tag` among the definitions."""

    name: str
    category: str = ""
    owner: str = ""
    """Who answers for what it means."""
    meaning: str = ""
    where: Mapping[str, Any] | None = None
    """The rule: people have the tag as long as the tree holds of them, and nobody is given it by hand."""
    expires_days: float | None = None
    """Without a rule: how long it stays where whoever puts it does not say; None: until it is taken off."""
    excludes: tuple[str, ...] = ()
    """Ids of tags that nobody should have beside it."""


class Level(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member level; kind `level` among the definitions. A person has the highest whose rule holds of them."""

    name: str
    rank: int
    """Higher is better; of two of one rank the id decides."""
    where: Mapping[str, Any]
    """The rule, for example points or spend in a window; with the window's end the level is lost."""
    benefits: str = ""
    """What it brings, for people."""


class BadAudience(LiftloopError):
    """The tree of an audience cannot be read."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_audience",
            zh=zh,
            en=en,
            next_zh="检查这一层条件，写法见 docs/reference/audience.md",
            next_en="check this part of the tree against docs/reference/audience.md",
            status=422,
            exit_code=EXIT_USAGE,
        )
