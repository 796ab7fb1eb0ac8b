"""Imports: a file comes in, its columns are guessed and shown, at most two questions, then quality in words."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from liftloop.api.views.values import Count, Share, Text, View

Kind = Literal["customers", "items", "orders", "events", "consents", "exposures", "spend"]


Rule = Annotated[
    str | dict[str, JsonValue] | None,
    Field(description="A column's name, a template such as {CustomerID}@example.test, a rule object, or nothing."),
]


class MappedField(View):
    """One field of the kind and where it comes from; `rule` null leaves it empty."""

    field: str
    name: Text
    required: bool
    rule: Rule
    described: Text | None = Field(description="The rule in words, where it is more than one column.")
    examples: list[str] = Field(description="A few values, personal ones masked.")


class ImportChoice(View):
    value: str
    label: Text


class ImportQuestion(View):
    id: str
    text: Text
    choices: list[ImportChoice]
    default: str | None = Field(description="The answer that stands until another is given; null must be answered.")


class Finding(View):
    """One sentence on the quality of the data; `rows` is how many it is about."""

    level: Literal["good", "notice", "problem"]
    text: Text
    rows: Count


class ImportCounts(View):
    rows: Count
    customers: Count
    events: Count
    rejected: Count


class ImportStart(View):
    """The mapping as confirmed, by field; fields left out keep the proposed rule. Answers by question id."""

    kind: Kind
    fields: dict[str, Rule]
    answers: dict[str, str] = Field(default_factory=dict)


class Import(View):
    """One file on its way in. `proposed` waits for `start`; `running` tells its progress."""

    import_id: str
    status: Literal["proposed", "running", "done", "failed"]
    file: str
    kind: Kind
    rows_estimate: Count
    columns: list[str] = Field(description="All columns of the file, in its order.")
    fields: list[MappedField]
    questions: list[ImportQuestion]
    progress: Share
    counts: ImportCounts
    quality: list[Finding]
    sentence: Text


class SampleImports(View):
    """The imports of a sample shop, in the order in which they end."""

    imports: list[Import]
