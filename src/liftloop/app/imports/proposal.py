"""What a file seems to hold and where each field comes from, before anything is loaded; and what a person changes."""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.collect.mapping import (
    Column,
    Constant,
    DeclaredConsent,
    Join,
    Mapping,
    Prefix,
    Product,
    ReadPlan,
    Rule,
    Template,
    check_mapping,
    kind_of,
    mapping_from_json,
    mapping_to_json,
)
from liftloop.collect.mapping_guess import guess_mapping
from liftloop.collect.mapping_joins import suggest_join
from liftloop.collect.mapping_questions import Note, Question
from liftloop.plugins.sources.file import ReadOptions, open_table

SAMPLE_ROWS = 2_000  # Every column's kind shows by then; half are spread over the whole file.

_DATE_STYLES = {
    "mdy": Note(zh="月/日/年", en="month/day/year"),
    "dmy": Note(zh="日/月/年", en="day/month/year"),
    "ymd": Note(zh="年/月/日", en="year/month/day"),
}


class ProposedField(Struct, frozen=True, kw_only=True):
    """One field of the kind; `rule` is the JSON form of where it comes from, None for nowhere."""

    field: str
    name: Note
    required: bool
    rule: Any
    described: Note | None
    examples: tuple[str, ...]


class Proposal(Struct, frozen=True, kw_only=True):
    """A mapping that runs as it stands unless `missing` names something, and what only a person can say."""

    mapping: msgspec.Raw
    columns: tuple[str, ...]
    rows: int
    questions: tuple[Question, ...]
    assumed: tuple[Note, ...]
    missing: tuple[tuple[str, ...], ...]
    examples: dict[str, tuple[str, ...]]
    """By column, personal ones masked."""

    def as_mapping(self) -> Mapping:
        return mapping_from_json(msgspec.json.decode(self.mapping))


class Changes(Struct, frozen=True, kw_only=True):
    """What a person says beside the proposal."""

    kind: str | None = None
    sheet: str = ""
    """Which sheet of a workbook; the first that holds a table if empty. Said when the file comes in."""
    answers: AnyMapping[str, str] = {}
    fields: AnyMapping[str, Any] = {}
    """Rules by field in JSON form; None empties a field. Those equal to the proposal follow the answers."""
    mapping: AnyMapping[str, Any] | None = None
    """A whole mapping in place of the guess."""
    declares: tuple[DeclaredConsent, ...] = ()


def propose(file: Path, files: AnyMapping[str, Path], changes: Changes, work_folder: Path) -> Proposal:
    """Return the guess for a file and those joined to it by name, under the kind, sheet and answers of `changes`.

    Raises what is wrong with a file.
    """
    options = ReadOptions(work_folder=work_folder, files=dict(files), sheet=changes.sheet, glance=True)
    joins = _joins(file, files, options)
    with open_table(file, options, ReadPlan(columns=(), group_by=(), joins=joins)) as table:
        guess = guess_mapping(table.columns, table.sample(SAMPLE_ROWS).columns, changes.kind, changes.answers)
        rows, columns = table.of, table.columns
        read = _sheet_read(table.sheet, table.sheets)
    mapping = replace(guess.mapping, joins=joins)
    return Proposal(
        mapping=msgspec.Raw(msgspec.json.encode(mapping_to_json(mapping))),
        columns=columns,
        rows=rows,
        questions=guess.questions,
        assumed=(*read, *guess.assumed),
        missing=guess.missing,
        examples={each.column: each.examples for each in guess.columns},
    )


def _sheet_read(sheet: str, sheets: Sequence[str]) -> tuple[Note, ...]:
    """Say which of several sheets was read, and how to have another."""
    if len(sheets) < 2:
        return ()
    others = [each for each in sheets if each != sheet]
    return (
        Note(
            zh=f"读的是工作表“{sheet}”；另有“{'”“'.join(others)}”，要读它请指定工作表（--sheet）",
            en=f'sheet "{sheet}" was read; for {", ".join(others)} name the sheet (--sheet)',
        ),
    )


def _joins(file: Path, files: AnyMapping[str, Path], read: ReadOptions) -> tuple[Join, ...]:
    if not files:
        return ()
    options = ReadOptions(work_folder=read.work_folder, glance=True)
    with open_table(file, replace(options, sheet=read.sheet)) as table:
        sample = table.sample(SAMPLE_ROWS).columns
    found: list[Join] = []
    for name, path in files.items():
        with open_table(path, options) as other:
            join = suggest_join(name, sample, other.sample(SAMPLE_ROWS).columns)
        found += [join] if join else []
    return tuple(found)


def changed(before: Proposal, guessed: Proposal, changes: Changes) -> Mapping:
    """Return the mapping to load by: the guess under the person's answers, and their changes on top.

    `before` is what they were shown, `guessed` the guess with their kind and answers.
    Raises where it names a column or field that is not there, or lacks what its kind needs.
    """
    if changes.mapping is not None:
        mapping = mapping_from_json(dict(changes.mapping))
    else:
        body = mapping_to_json(guessed.as_mapping())
        shown = mapping_to_json(before.as_mapping())["fields"]
        for name, rule in changes.fields.items():
            if rule == shown.get(name):
                continue
            if rule is None:
                body["fields"].pop(name, None)
            else:
                body["fields"][name] = rule
        mapping = mapping_from_json(body)
        used = {rule.column for rule in mapping.fields.values() if isinstance(rule, Column)}
        extras = {
            name: rule
            for name, rule in mapping.extras.items()
            if not (isinstance(rule, Column) and rule.column in used)
        }
        mapping = replace(mapping, extras=extras)
    mapping = replace(mapping, declares=(*mapping.declares, *changes.declares))
    check_mapping(mapping, guessed.columns)
    return mapping


def fields_of(mapping: Mapping, examples: AnyMapping[str, Sequence[str]]) -> list[ProposedField]:
    """Return every field of the mapping's kind; of a choice of which one is required, the one that is mapped."""
    kind = kind_of(mapping)
    required = {next((name for name in choice if name in mapping.fields), choice[0]) for choice in kind.requires}
    rules = mapping_to_json(mapping)["fields"]
    return [
        ProposedField(
            field=field.name,
            name=Note(zh=field.zh, en=field.en),
            required=field.name in required,
            rule=rules.get(field.name),
            described=described(mapping.fields[field.name]) if field.name in mapping.fields else None,
            examples=_examples(mapping.fields.get(field.name), examples),
        )
        for field in kind.fields
    ]


def described(rule: Rule) -> Note | None:
    """Return a rule in words, None where it is one column as it stands."""
    match rule:
        case Template():
            return Note(zh=f"由 {rule.template} 拼成", en=f"built as {rule.template}")
        case Constant():
            return Note(zh=f"固定为 {rule.constant}", en=f"always {rule.constant}")
        case Product():
            product = " × ".join(rule.multiply)
            return Note(zh=product, en=product)
        case Prefix():
            return Note(
                zh=f"{rule.column} 以 {rule.starts_with} 开头", en=f"{rule.column} begins with {rule.starts_with}"
            )
        case Column():
            style = _DATE_STYLES.get(rule.date_format)
            if style:
                return Note(zh=f"{rule.column}（{style.zh}）", en=f"{rule.column} ({style.en})")
            return Note(zh=f"{rule.column}（换了值）", en=f"{rule.column} (values renamed)") if rule.values else None


def _examples(rule: Rule | None, examples: AnyMapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(examples.get(rule.column, ())) if isinstance(rule, Column) else ()
