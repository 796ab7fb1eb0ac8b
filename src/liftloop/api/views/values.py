"""What the management API takes and answers, as pydantic models: the words all pages share.

Rates are fractions, money is integer fen, times are ISO 8601 with zone, ids are strings.
Models of one page live in `views_plan`, `views_campaign`, `views_audience`, `views_profile`, `views_import`.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

SAMPLE_MAX = 10  # People shown beside a count; more is a list with its own page.
PAGE_MAX = 200  # Rows of one page of a list; a longer list has a cursor in `next`.

PageCursor = Annotated[
    str, Field(pattern=r"^\d{0,12}$", description="The `next` of the page before; empty for the first.")
]
Fen = Annotated[int, Field(description="Money in fen (分); 100 fen are 1 yuan.")]
Share = Annotated[float, Field(ge=0, le=1, description="A fraction between 0 and 1.")]
Count = Annotated[int, Field(ge=0)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Interval = Annotated[
    list[Finite], Field(min_length=2, max_length=2, description="[low, high] in the unit of the point.")
]


MetricUnit = Literal["share", "fen", "count"]
LiftKind = Literal["relative", "points"]


class View(BaseModel):
    """A value that crosses the API: unchangeable, with no field that the contract does not name."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class CountedAt(View):
    """As of when figures were counted, and whether newer ones are on their way: ask again a second or two later."""

    at: AwareDatetime
    newer_soon: bool


class Text(View):
    """One sentence or name in both languages; the app shows the one that its reader chose."""

    zh: str
    en: str


class ErrorView(View):
    """What went wrong and what to do next; the body of every answer that is not 2xx."""

    code: str
    message: str = Field(description="In the language of Accept-Language.")
    next: str = Field(description="What to do now, in the language of Accept-Language; may be empty.")
    message_zh: str
    message_en: str


class MetricRef(View):
    """The metric a number is about, and how to write such a number: a fraction, fen or times a person."""

    id: str
    name: Text
    unit: MetricUnit


class Metric(View):
    """A metric of the catalogue, its parts named as CONTRACTS names them; `window` and `tail` are days."""

    id: str
    trade: str | None = Field(description="Where it comes from: a trade, or null for one that was published here.")
    name: Text
    also: list[str] = Field(description="Other names by which a goal may call it.")
    meaning: Text
    kind: Literal["share", "mean", "sum", "ratio"]
    unit: MetricUnit
    good: Literal["up", "down"] = Field(description="Which way is better.")
    unit_of_analysis: str
    denominator: JsonValue = Field(description="The measure over which is counted; null for a sum.")
    numerator: JsonValue
    window: int = Field(description="The window when the goal names none.")
    tail: int | None = Field(description="Days outcomes are awaited; null is one median purchase cycle.")
    movable: bool = Field(description="Treatment can move the denominator: claims are per eligible person.")
    sources: list[str]


class MetricCatalogue(View):
    metrics: list[Metric]


class PersonRow(View):
    """One person in a list. Name, phone and mail are masked unless the reader may see them."""

    profile_id: str
    name: str = Field(description="Masked name, or the first identifier where no name is known.")
    identifier: str = Field(description="One masked phone, mail or customer number; may be empty.")
    city: str | None = None
    last_seen_at: AwareDatetime | None = None
    note: Text | None = Field(default=None, description="Why this person is in this list, in one sentence.")


class PeoplePage(View):
    """A page of people; `total` counts all of them, `next` is the cursor of the next page."""

    total: Count
    people: list[PersonRow] = Field(max_length=PAGE_MAX)
    next: str | None = None


class ProcessHealth(View):
    name: str
    ok: bool
    detail: Text | None = None


class Health(View):
    """How the installation is, and what time it believes it is."""

    status: Literal["ok", "degraded", "read_only"]
    version: str
    now: AwareDatetime
    clock: Literal["real", "manual"]
    processes: list[ProcessHealth]
    people: Count = Field(description="Profiles known; 0 is an installation with no data yet.")
    events: Count


ADVANCE_S_MAX = 3_653 * 86_400


class ClockAdvance(View):
    advance_s: int = Field(
        gt=0, le=ADVANCE_S_MAX, description="Seconds to go forward, from due instant to due instant; ten years at most."
    )


class ClockView(View):
    now: AwareDatetime
    timers: Count
    messages: Count
    errors: Count
