"""Imports: a file comes in, its columns are guessed and shown, at most two questions, then quality in words."""

from typing import Literal

from pydantic import Field

from liftloop.api.views import Count, Share, Text, View

Kind = Literal["customers", "items", "orders", "events", "consents", "exposures", "spend"]


class Mapping(View):
    """One column of the file and the field it fills; `field` null leaves the column out."""

    column: str
    field: str | None
    sure: Share = Field(description="How sure the guess is.")
    examples: list[str] = Field(description="A few values, personal ones masked.")


class FieldWord(View):
    """A field that this kind of import knows."""

    id: str
    name: Text
    required: bool


class ImportChoice(View):
    value: str
    label: Text


class ImportQuestion(View):
    id: str
    text: Text
    choices: list[ImportChoice]


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
    """The mapping as confirmed: column to field, null for left out; answers by question id."""

    kind: Kind
    mapping: dict[str, str | None]
    answers: dict[str, str] = Field(default_factory=dict)


class Import(View):
    """One file on its way in. `proposed` waits for `start`; `running` tells its progress."""

    import_id: str
    status: Literal["proposed", "running", "done", "failed"]
    file: str
    kind: Kind
    rows_estimate: Count
    mapping: list[Mapping]
    fields: list[FieldWord]
    questions: list[ImportQuestion]
    progress: Share
    counts: ImportCounts
    quality: list[Finding]
    sentence: Text
