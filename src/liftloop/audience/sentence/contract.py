"""What a sentence is read against, and what is understood of it."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

Tree = Mapping[str, Any]
INSTANT, YEARLY = "instant", "yearly"
DATED = frozenset({INSTANT, YEARLY})
"""Units of traits that are dates: of some the time since is asked, of birthdays the time to the next."""
Span = tuple[int, int]
"""Half-open, in characters of the sentence as it was typed."""


class TraitMeaning(Struct, frozen=True, kw_only=True):
    """A trait, by what it may be called and which values were seen."""

    id: str
    phrases: tuple[str, ...]
    type: Literal["text", "number", "yes_no"] = "text"
    unit: str = "none"
    values: tuple[str, ...] = ()
    value_phrases: Mapping[str, tuple[str, ...]] = {}
    """What people say for values that are codes."""


class Good(Struct, frozen=True, kw_only=True):
    """Something that is sold, by a word and the field of an order's line that holds it."""

    phrase: str
    property: str
    value: str


class Named(Struct, frozen=True, kw_only=True):
    """An event, audience, signal or property by what it may be called."""

    id: str
    phrases: tuple[str, ...]


class Lexicon(Struct, frozen=True, kw_only=True):
    """All that a sentence may name in one installation, beside the words that every shop uses."""

    traits: tuple[TraitMeaning, ...] = ()
    events: tuple[Named, ...] = ()
    """Those seen here; the events of every shop are known without."""
    goods: tuple[Good, ...] = ()
    audiences: tuple[Named, ...] = ()
    """Audiences, signals as `signal:id`."""
    properties: tuple[Named, ...] = ()
    items: Mapping[str, str] = {}
    """What goods are called when they are read aloud: ids by name."""
    units: tuple[str, ...] = ()
    """Units of custom fields, which say nothing more behind a number."""


class Part(Struct, frozen=True, kw_only=True):
    """One condition and the words that say it."""

    tree: Tree
    spans: tuple[Span, ...]


class Unread(Struct, frozen=True, kw_only=True):
    """Words that were not understood, with known ones that look alike."""

    start: int
    end: int
    text: str
    near: tuple[str, ...]


class Remark(Struct, frozen=True, kw_only=True):
    """Something that was taken for granted."""

    code: str
    zh: str
    en: str


class Option(Struct, frozen=True, kw_only=True):
    """One way to read a place, and the whole tree if it is read so."""

    zh: str
    en: str
    tree: Tree | None


class Choice(Struct, frozen=True, kw_only=True):
    """A place that can be read in several ways; the first option is taken unless another is chosen by its number."""

    id: str
    start: int
    end: int
    chosen: int
    options: tuple[Option, ...]


class Understood(Struct, frozen=True, kw_only=True):
    """What a sentence says; `tree` is None where it names no condition at all."""

    text: str
    tree: Tree | None
    parts: tuple[Part, ...]
    unread: tuple[Unread, ...]
    assumed: tuple[Remark, ...]
    choices: tuple[Choice, ...]
