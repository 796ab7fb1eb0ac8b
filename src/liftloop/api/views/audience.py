"""Audiences: the definition that the engine folds, its count, a sample and its trend."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Discriminator, Field, JsonValue, Tag, model_validator

from liftloop.api.views.values import SAMPLE_MAX, Count, Finite, PersonRow, Text, View

NAME_CHARACTERS_MAX = 80  # Fits one line of the list at 390 px with room for the count.

Number = int | Finite
Value = str | bool | Number


def _absent(value: object) -> bool:
    """Leave keys that say nothing out of the JSON, so that a definition comes back as it was sent."""
    return value is None


class AllOf(View):
    all: list["Node"]


class AnyOf(View):
    any: list["Node"]


class Not(View):
    node: "Node" = Field(alias="not")


def _said(model: BaseModel, names: tuple[str, ...]) -> bool:
    return any(getattr(model, name) is not None for name in names)


_OF_DATES = ("days_since", "days_to_anniversary")
COMPARISONS = ("gte", "gt", "lte", "lt", "eq")


class Range(View):
    """Bounds on a number; all that are given hold."""

    gte: Number | None = Field(default=None, exclude_if=_absent)
    gt: Number | None = Field(default=None, exclude_if=_absent)
    lte: Number | None = Field(default=None, exclude_if=_absent)
    lt: Number | None = Field(default=None, exclude_if=_absent)
    eq: Number | None = Field(default=None, exclude_if=_absent)

    @model_validator(mode="after")
    def bounded(self) -> "Range":
        if not _said(self, COMPARISONS):
            raise ValueError("A range takes at least one of gte, gt, lte, lt, eq.")
        return self


class TraitAtom(View):
    """A trait compared; all comparisons that are given hold."""

    trait: str
    is_: Value | None = Field(default=None, alias="is", exclude_if=_absent)
    is_not: Value | None = Field(default=None, exclude_if=_absent)
    in_: list[Value] | None = Field(default=None, alias="in", exclude_if=_absent)
    exists: bool | None = Field(default=None, exclude_if=_absent)
    gte: Number | None = Field(default=None, exclude_if=_absent)
    gt: Number | None = Field(default=None, exclude_if=_absent)
    lte: Number | None = Field(default=None, exclude_if=_absent)
    lt: Number | None = Field(default=None, exclude_if=_absent)
    eq: Number | None = Field(default=None, exclude_if=_absent)
    days_since: Range | None = Field(default=None, exclude_if=_absent)
    days_to_anniversary: Range | None = Field(default=None, exclude_if=_absent)

    @model_validator(mode="after")
    def compares(self) -> "TraitAtom":
        if not _said(self, ("is_", "is_not", "in_", "exists", *_OF_DATES, *COMPARISONS)):
            raise ValueError(
                "A trait takes at least one comparison: is, is_not, in, exists, days_since, days_to_anniversary,"
                " gte, gt, lte, lt, eq."
            )
        return self


class EventAtom(View):
    """An event in a window that ends now, or in the whole life without `within_days`; at least once by default.

    `where` filters by properties of the event; `sum`, `avg`, `min`, `max`, `distinct`, `first` and `last` are of
    `property`.
    """

    event: str
    within_days: Annotated[Number, Field(gt=0)] | None = Field(default=None, exclude_if=_absent)
    count: Range | None = Field(default=None, exclude_if=_absent)
    property: str | None = Field(default=None, exclude_if=_absent)
    where: list[dict[str, JsonValue]] | None = Field(default=None, exclude_if=_absent)
    sum: Range | None = Field(default=None, exclude_if=_absent)
    avg: Range | None = Field(default=None, exclude_if=_absent)
    min: Range | None = Field(default=None, exclude_if=_absent)
    max: Range | None = Field(default=None, exclude_if=_absent)
    distinct: Range | None = Field(default=None, exclude_if=_absent)
    first: Range | None = Field(default=None, exclude_if=_absent)
    last: Range | None = Field(default=None, exclude_if=_absent)
    days_since_first: Range | None = Field(default=None, exclude_if=_absent)
    days_since_last: Range | None = Field(default=None, exclude_if=_absent)


class Step(View):
    event: str
    where: list[dict[str, JsonValue]] | None = Field(default=None, exclude_if=_absent)


class SequenceAtom(View):
    """One event and then another, at most `gap_days` later, without a third between them; the first in the window."""

    sequence: Annotated[list[Step], Field(min_length=2, max_length=2)]
    within_days: Annotated[Number, Field(gt=0)]
    gap_days: Annotated[Number, Field(gt=0)]
    without: Step | None = Field(default=None, exclude_if=_absent)


class PercentAtom(View):
    """A stable slice of people by hash: [0, 10] is the first tenth under this salt."""

    percent: Annotated[list[Annotated[Number, Field(ge=0, le=100)]], Field(min_length=2, max_length=2)]
    salt: str | None = Field(default=None, exclude_if=_absent)


class AudienceAtom(View):
    audience: str


class TagAtom(View):
    """People who have a tag now, by its rule or because it was put on them and has not run out."""

    tag: str


_NODE_KEYS = ("all", "any", "not", "trait", "sequence", "event", "percent", "audience", "tag")


def _node_key(value: Any) -> str | None:
    """Tell a node by the one key that names its kind, so that an error speaks of that kind only."""
    if isinstance(value, dict):
        return next((key for key in _NODE_KEYS if key in value), None)
    fields: dict[str, Any] = getattr(type(value), "model_fields", {})
    return next((key for key in _NODE_KEYS if key in fields or (key == "not" and "node" in fields)), None)


Node = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[TraitAtom, Tag("trait")]
    | Annotated[EventAtom, Tag("event")]
    | Annotated[SequenceAtom, Tag("sequence")]
    | Annotated[PercentAtom, Tag("percent")]
    | Annotated[AudienceAtom, Tag("audience")]
    | Annotated[TagAtom, Tag("tag")],
    Discriminator(_node_key),
]

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()


class AudienceRequest(View):
    """A new audience, or with `audience_id` the next version of one."""

    name: str = Field(min_length=1, max_length=NAME_CHARACTERS_MAX)
    definition: Node
    audience_id: str | None = None


class PreviewRequest(View):
    definition: Node


class ChannelReach(View):
    """People of an audience who may be sent marketing on a channel, after consent and suppression."""

    channel: str
    people: Count


class Preview(View):
    count: Count
    of: Count = Field(description="All people known.")
    sentence: Text = Field(description="The definition read aloud.")
    sample: list[PersonRow] = Field(max_length=SAMPLE_MAX)
    reachable: list[ChannelReach]
    missing: list[Text] = Field(default=[], description="What conditions ask for and is gone, a sentence each.")


class TrendPoint(View):
    at: AwareDatetime
    count: Count
    entered: Count = Field(description="People who came in the day before.")
    left: Count = Field(description="People who left in the day before.")


class AudienceRow(View):
    audience_id: str
    name: str
    sentence: Text
    count: Count
    version: int
    updated_at: AwareDatetime
    used_by: Count = Field(description="Running campaigns and journeys that read it.")


class AudienceList(View):
    audiences: list[AudienceRow]


class Audience(View):
    audience_id: str
    name: str
    version: int
    definition: Node
    sentence: Text
    count: Count
    of: Count
    sample: list[PersonRow] = Field(max_length=SAMPLE_MAX)
    reachable: list[ChannelReach]
    missing: list[Text] = Field(default=[], description="What conditions ask for and is gone, a sentence each.")
    trend: list[TrendPoint] = Field(description="Members by day, oldest first.")
    used_by: Count
    updated_at: AwareDatetime


class TraitWord(View):
    """A trait that a definition may name, with its commonest values where they are few."""

    id: str
    name: Text
    type: Literal["text", "number", "yes_no", "date"] = Field(
        description="Of a date conditions ask `days_since`, before it negative, and `days_to_anniversary`."
    )
    unit: Literal["fen", "days", "times", "none"]
    computed: bool = Field(default=False, description="Found from events or studies, and not said of people.")
    values: list[str]
    value_names: dict[str, Text] = Field(
        default_factory=dict, description="What people call those values that are codes."
    )


class EventWord(View):
    id: str
    name: Text


class NamedWord(View):
    """A signal or property, with its commonest values where they are few."""

    id: str
    name: Text
    of_items: bool = Field(default=False, description="Its values are ids of goods: `/api/audiences/items` finds all.")
    values: list[str]
    value_names: dict[str, Text] = Field(
        default_factory=dict, description="What people call those values that are codes."
    )


class ItemName(View):
    id: str
    name: str = Field(description="Its id where nobody named it.")


class ItemList(View):
    items: list[ItemName]


class Vocabulary(View):
    """What definitions may be built of in this installation."""

    traits: list[TraitWord]
    events: list[EventWord]
    signals: list[NamedWord] = Field(description="By the id that an audience condition names: `signal:x`.")
    properties: list[NamedWord] = Field(description="What events may be filtered by; `products.` asks order lines.")
