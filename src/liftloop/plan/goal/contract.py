"""What a goal is once it has been understood: plain data, each piece traceable to the words it came from.

Rates are fractions, money is integer fen, dates are days of the zone in which the goal was typed.
"""

from datetime import date
from typing import Literal

from msgspec import Struct

from liftloop.kernel.errors import Language

Direction = Literal["up", "down"]
SizeKind = Literal["relative", "points", "absolute"]
Against = Literal["nobody", "last_period"]
AgainstPeriod = Literal["previous", "day", "week", "month", "quarter", "year_ago"]
Period = Literal["day", "week", "month", "quarter", "year"]
WishKind = Literal["use", "only", "prefer", "avoid"]
Comparison = Literal["at_least", "at_most", "no_drop", "no_rise"]
ScopeKind = Literal[
    "member",
    "tier",
    "lifecycle",
    "value",
    "sex",
    "place",
    "store",
    "category",
    "bought",
    "sales",
    "text",
    "group",
    "quiet",
]
QuestionId = Literal["metric", "size", "window", "scope"]


class ScopeCondition(Struct, frozen=True, kw_only=True):
    """Whom the goal is about. `text` is as typed; kind `text` was seen but not recognised.

    Kind `group` is the name of an audience or a value of an attribute, spelled as it is known; `quiet` is no order
    for `value` days, and `bought` within the last `days` where that was said.
    """

    kind: ScopeKind
    value: str
    text: str
    excluded: bool = False
    days: int | None = None


class ChannelWish(Struct, frozen=True, kw_only=True):
    """What the person wants of one channel."""

    channel: str
    wish: WishKind


class TouchCap(Struct, frozen=True, kw_only=True):
    """At most `touches_max` marketing messages to one person in each period, or in the whole campaign."""

    touches_max: int
    period: Period | Literal["campaign"]


class Waves(Struct, frozen=True, kw_only=True):
    """People are started in `count` equal waves, `every_s` seconds apart; at least one of the two was said."""

    count: int | None = None
    every_s: int | None = None


class Guardrail(Struct, frozen=True, kw_only=True):
    """What must not be harmed: `no_drop` and `no_rise` compare with doing nothing and have no value."""

    metric: str
    comparison: Comparison
    value: float | None = None


class Goal(Struct, frozen=True, kw_only=True):
    """What somebody wants, as far as it was said; None means that it was not.

    `size`: relative is a fraction of the baseline; points is added to it; absolute is the level itself;
    the last two are in the metric's unit (fractions, fen, counts). It is never negative: `direction` says
    which way. `against` is doing nothing unless an earlier period was named. `window_days` is the length,
    counting both ends where dates were given; without `starts` it begins at launch.
    `stated_baseline` is what the person believes, never what the planner uses.
    `standing` repeats the goal each period.
    """

    text: str
    language: Language
    metric: str | None = None
    direction: Direction | None = None
    size: float | None = None
    size_kind: SizeKind | None = None
    against: Against = "nobody"
    against_period: AgainstPeriod | None = None
    stated_baseline: float | None = None
    window_days: int | None = None
    starts: date | None = None
    ends: date | None = None
    festival: str | None = None
    scope: tuple[ScopeCondition, ...] = ()
    budget_fen: int | None = None
    budget_period: Period | None = None
    channels: tuple[ChannelWish, ...] = ()
    caps: tuple[TouchCap, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    standing: Period | None = None
    waves: Waves | None = None


class Chip(Struct, frozen=True, kw_only=True):
    """One understood piece: `field` of the goal, how it reads, and where it stood in the text.

    `spans` are half-open character offsets into `Goal.text`; a piece that came from an answer has none.
    Replacing a span by other words and parsing again is how a chip is edited.
    """

    field: str
    zh: str
    en: str
    spans: tuple[tuple[int, int], ...] = ()


class Remark(Struct, frozen=True, kw_only=True):
    """Something that was assumed, or should be noticed, said in both languages."""

    id: str
    zh: str
    en: str


class Choice(Struct, frozen=True, kw_only=True):
    """One answer to a question; `value` is what `answer` takes."""

    value: str
    zh: str
    en: str


class Question(Struct, frozen=True, kw_only=True):
    """What is asked back; free text is taken as well wherever `open` is true."""

    id: QuestionId
    zh: str
    en: str
    choices: tuple[Choice, ...]
    open: bool = True


class Span(Struct, frozen=True, kw_only=True):
    """A stretch of the text that was not understood."""

    start: int
    end: int
    text: str


class Understood(Struct, frozen=True, kw_only=True):
    """A goal with everything that a person needs to trust it or to correct it.

    `said_zh` and `said_en` restate it as one sentence. `metrics` are the ids between which an
    ambiguous sentence leaves the choice; `answers` what was answered so far. The goal can be planned when
    `questions` is empty.
    """

    goal: Goal
    said_zh: str
    said_en: str
    chips: tuple[Chip, ...] = ()
    assumed: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    questions: tuple[Question, ...] = ()
    unread: tuple[Span, ...] = ()
    metrics: tuple[str, ...] = ()
    answers: tuple[tuple[QuestionId, str], ...] = ()


class Reading(Struct, frozen=True, kw_only=True):
    """What a size would mean for a baseline under one way of reading it; levels in the metric's unit."""

    size_kind: SizeKind
    chosen: bool
    before: float
    after: float
    zh: str
    en: str
