"""Guess the mapping of a file from its headers and a sample: fields, kind, and at most two questions.

Names propose, values dispose: a column that is called a date and holds none is no date.
"""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.collect.cleaning import CleaningRules, mask
from liftloop.collect.mapping import Column, Constant, Mapping, Rule, columns_used, kind_named, missing_required
from liftloop.collect.mapping_evidence import Evidence, extra_type, fits, look_at
from liftloop.collect.mapping_guess_orders import order_details
from liftloop.collect.mapping_kinds import KINDS, Field, Kind
from liftloop.collect.mapping_names import is_code_name, name_score, tokens_of
from liftloop.collect.mapping_questions import Note, Question, date_order_question, kind_question
from liftloop.collect.mapping_values import as_list, text_of

EXAMPLES_MAX = 3
EXAMPLE_CHARACTERS_MAX = 60
PERSONAL_SHARE = 0.2  # A column with some phone numbers in it is shown masked, whatever it is called.
QUESTIONS_MAX = 2  # A person who drops a file wants to see results, not a form.
SCORE_MIN = 0.5  # A part of a name with values that do not contradict it.
FIT_MIN = 0.2
NAME_PLAIN = 0.9  # The header is a known name, not merely something that contains one.
PART_FIT_MIN = 0.4  # What a part of a name says must be borne out by the values.
BEST_SHARE_MIN = 0.85  # A column that is plainly one field does not serve as another because that one is taken.
KIND_SCORE_MIN = 0.5  # Less than one field of little weight: nobody could tell.
KIND_MARGIN = 0.85  # A second kind this close to the first makes it a question.
UNIQUE_SHARE_MIN = 0.98  # A list of customers or items names each once, but for a slip.
REQUIREMENT_COST = 2.5  # What lacking a required field takes from a kind.

_EVENT_WORDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Coupon Redeemed", frozenset({"redemption", "redemptions", "redeemed", "redeem", "核销"})),
    ("Store Visited", frozenset({"visit", "visits", "visited", "到店", "进店"})),
    ("Product Viewed", frozenset({"viewed", "浏览"})),
    ("Form Submitted", frozenset({"submitted", "submission", "表单", "提交"})),
)
"""What a file of one kind of event is called by its columns, where no column names the event."""


class ColumnGuess(Struct, frozen=True, kw_only=True):
    """What one column was taken for: a field, an extra (`extra:NAME`), or nothing; `sure` from 0 to 1.

    `examples` are a few of its values, masked where they name or reach a person.
    """

    column: str
    field: str | None
    sure: float
    examples: tuple[str, ...]


class Guess(Struct, frozen=True, kw_only=True):
    """A mapping that runs as it stands, what was assumed in it, and what only a person can say.

    `missing` are requirements of the kind that no column meets; with any left the import cannot start.
    """

    mapping: Mapping
    columns: tuple[ColumnGuess, ...]
    questions: tuple[Question, ...]
    assumed: tuple[Note, ...]
    missing: tuple[tuple[str, ...], ...]


class _Assignment(Struct, frozen=True, kw_only=True):
    """How one kind would read the file; `relates` where it is but a list of pairs of ids."""

    kind: Kind
    columns: dict[str, str]
    sure: dict[str, float]
    event: str
    complete: bool
    unique_share: float
    relates: bool
    score: float


def guess_mapping(
    columns: Sequence[str],
    samples: AnyMapping[str, Sequence[Any] | NDArray[Any]],
    kind: str | None = None,
    answers: AnyMapping[str, str] | None = None,
) -> Guess:
    """Return the guess for columns of which `samples` holds values, row by row: lists, or arrays as read.

    `kind` fixes the kind; `answers` are answers to earlier questions by their id.
    The same input gives the same guess. Raises `unknown_import_kind`.
    """
    replies = dict(answers or {})
    rules = CleaningRules()
    values = {column: as_list(samples.get(column, ())) for column in columns}
    evidence = {column: look_at(values[column], rules) for column in columns}
    chosen = kind or replies.get("kind")
    kinds = [kind_named(chosen)] if chosen else list(KINDS.values())
    ranked = sorted((_assign(one, columns, evidence) for one in kinds), key=lambda found: -found.score)
    best = ranked[0]
    questions: list[Question] = []
    if not chosen and _is_open(ranked):
        questions.append(kind_question([found.kind for found in ranked]))
    fields: dict[str, Rule] = {name: Column(column=column) for name, column in best.columns.items()}
    if best.event and "event" not in fields:
        fields["event"] = Constant(constant=best.event)
    if best.kind.name == "orders":
        fields, asked = order_details(fields, values, replies)
        questions += asked
    fields, asked = _with_date_orders(fields, best.kind, evidence, replies)
    mapping = Mapping(kind=best.kind.name, fields=fields, extras=_extras(best.kind, fields, columns, evidence))
    return Guess(
        mapping=mapping,
        columns=_column_guesses(values, mapping, best.sure, evidence),
        questions=tuple([*questions, *asked][:QUESTIONS_MAX]),
        assumed=_assumed(mapping),
        missing=missing_required(mapping),
    )


def _is_open(ranked: Sequence[_Assignment]) -> bool:
    """Tell whether a person should say what kind of file this is."""
    best, second = ranked[0], ranked[1]
    return (
        not best.complete
        or best.score < KIND_SCORE_MIN
        or best.unique_share < UNIQUE_SHARE_MIN
        or best.relates
        or second.score > KIND_MARGIN * best.score
    )


def _assign(kind: Kind, columns: Sequence[str], evidence: AnyMapping[str, Evidence]) -> _Assignment:
    """Give each field the column that suits it best, the surest pairs first."""
    pairs = [
        (_pair_score(column, field, kind, evidence[column]), -place, field, column)
        for place, field in enumerate(kind.fields)
        for column in columns
    ]
    best_of = {column: max(pair[0] for pair in pairs if pair[3] == column) for column in columns}
    good = (pair for pair in pairs if pair[0] >= max(SCORE_MIN, BEST_SHARE_MIN * best_of[pair[3]]))
    pairs = sorted(good, key=lambda pair: (-pair[0], -pair[1]))
    taken: dict[str, str] = {}
    sure: dict[str, float] = {}
    for score, _, field, column in pairs:
        if field.name not in taken and column not in sure:
            taken[field.name] = column
            sure[column] = min(1.0, score)
    event = _event_of(columns) if kind.name == "events" and "event" not in taken else ""
    score = sum(field.weight * sure[taken[field.name]] for field in kind.fields if field.name in taken)
    score += 3.0 if event else 0.0
    known = {*taken, "event"} if event else set(taken)
    lacking = sum(not known.intersection(choice) for choice in kind.requires)
    unique_share = evidence[taken[kind.unique]].distinct if kind.unique in taken else 1.0
    return _Assignment(
        kind=kind,
        columns=taken,
        sure=sure,
        event=event,
        complete=not lacking,
        unique_share=unique_share,
        relates=len(taken) == 1 and any(is_code_name(column) for column in columns if column not in sure),
        score=(score - REQUIREMENT_COST * lacking) * (unique_share if score > 0 else 1.0),
    )


def _pair_score(column: str, field: Field, kind: Kind, evidence: Evidence) -> float:
    """Return how well a column suits a field, from 0 to 1; names weigh three times as much as values."""
    fit = fits(field.type, evidence)
    name = name_score(column, field)
    if fit < FIT_MIN or (field.type in ("number", "money") and is_code_name(column)):
        return 0.0
    if name >= NAME_PLAIN or (name and fit >= PART_FIT_MIN):
        return 0.75 * name + 0.25 * fit
    if field.type in ("phone", "email") and fit >= 0.8:
        return SCORE_MIN + 0.1 * fit  # Nothing else looks like a phone number or an address.
    required = any(choice == (field.name,) for choice in kind.requires)
    return SCORE_MIN if required and field.type == "datetime" and evidence.date >= 0.9 else 0.0


def _event_of(columns: Sequence[str]) -> str:
    words = {token for column in columns for token in tokens_of(column)}
    for event, telling in _EVENT_WORDS:
        if words & telling or any(word.startswith(tuple(telling)) for word in words if not word.isascii()):
            return event
    return ""


def _with_date_orders(
    fields: dict[str, Rule], kind: Kind, evidence: AnyMapping[str, Evidence], replies: AnyMapping[str, str]
) -> tuple[dict[str, Rule], list[Question]]:
    """Say how dates with the year last are written; ask where the sample allows both readings."""
    told, questions = dict(fields), list[Question]()
    for name, rule in fields.items():
        if not isinstance(rule, Column) or kind.by_name[name].type not in ("datetime", "date"):
            continue
        order = evidence[rule.column].date_order
        if not order:
            continue
        if order == "ambiguous":
            question = date_order_question(name, rule.column)
            questions.append(question)
            order = replies.get(question.id, question.default)
        told[name] = msgspec.structs.replace(rule, date_format=order)
    return told, [question for question in questions if question.id not in replies]


def _extras(
    kind: Kind, fields: AnyMapping[str, Rule], columns: Sequence[str], evidence: AnyMapping[str, Evidence]
) -> dict[str, Rule]:
    if not kind.keeps_extras:
        return {}
    used = columns_used(Mapping(kind=kind.name, fields=dict(fields)))
    left = [column for column in columns if column not in used and evidence[column].values]
    return {
        column: Column(column=column, type="text" if is_code_name(column) else extra_type(evidence[column]))
        for column in left
    }


def _column_guesses(
    values: AnyMapping[str, list[Any]],
    mapping: Mapping,
    sure: AnyMapping[str, float],
    evidence: AnyMapping[str, Evidence],
) -> tuple[ColumnGuess, ...]:
    known = kind_named(mapping.kind).by_name
    field_of = {rule.column: name for name, rule in mapping.fields.items() if isinstance(rule, Column)}
    extra_of = {rule.column: f"extra:{name}" for name, rule in mapping.extras.items() if isinstance(rule, Column)}
    return tuple(
        ColumnGuess(
            column=column,
            field=field_of.get(column, extra_of.get(column)),
            sure=round(sure.get(column, 0.0) if column in field_of else 1.0 if column in extra_of else 0.0, 3),
            examples=_examples(
                values[column],
                (column in field_of and known[field_of[column]].personal)
                or max(evidence[column].phone, evidence[column].email) > PERSONAL_SHARE,
            ),
        )
        for column in values
    )


def _examples(values: Sequence[Any], personal: bool) -> tuple[str, ...]:
    """Return the first few different values as text."""
    texts = dict.fromkeys(text[:EXAMPLE_CHARACTERS_MAX] for text in map(text_of, values) if text)
    return tuple(mask(text) if personal else text for text in list(texts)[:EXAMPLES_MAX])


def with_columns(mapping: Mapping, choices: AnyMapping[str, str | None]) -> Mapping:
    """Return the mapping as a person corrected it: column to field, `extra:NAME`, or None for left out.

    Rules that are no plain column stay, unless the person gave their field to a column.
    """
    chosen = {field: column for column, field in choices.items() if field and not field.startswith("extra:")}
    fields = {
        name: rule
        for name, rule in mapping.fields.items()
        if name not in chosen and not (isinstance(rule, Column) and rule.column in choices)
    }
    for name, column in chosen.items():
        before = mapping.fields.get(name)
        same = isinstance(before, Column) and before.column == column
        fields[name] = before if same and before else Column(column=column)
    extras = {
        name: rule for name, rule in mapping.extras.items() if not (isinstance(rule, Column) and rule.column in choices)
    }
    for column, field in choices.items():
        if field and field.startswith("extra:"):
            name = field.removeprefix("extra:")
            extras[name] = mapping.extras.get(name, Column(column=column))
    return msgspec.structs.replace(mapping, fields=fields, extras=extras)


def _assumed(mapping: Mapping) -> tuple[Note, ...]:
    """Return what the file does not say and the mapping takes for granted."""
    notes: list[Note] = []
    kind = kind_named(mapping.kind)
    if any(field.type == "datetime" and field.name in mapping.fields for field in kind.fields):
        notes.append(
            Note(zh=f"没有写时区的时间按 {mapping.zone} 理解", en=f"Times without a zone are read as {mapping.zone}")
        )
    has_money = any(field.type == "money" and field.name in mapping.fields for field in kind.fields)
    if has_money and "currency" not in mapping.fields:
        notes.append(Note(zh=f"金额按 {mapping.currency} 计", en=f"Amounts are in {mapping.currency}"))
    return tuple(notes)
