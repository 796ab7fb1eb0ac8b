"""How the columns of a file become the fields of a kind: rules as data, which a person can read, edit and keep.

The JSON form is short where the rule is short: `"InvoiceNo"` takes a column, `"{CustomerID}@example.test"` builds text.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal, assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct

from liftloop.collect.mapping_dates import check_style
from liftloop.collect.mapping_kinds import KINDS, FieldType, Kind
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

DEFAULT_ZONE = "Asia/Shanghai"
DEFAULT_CURRENCY = "CNY"
TEMPLATE_CHARACTERS_MAX = 500  # A template joins a few columns; it is not a text.
FIELDS_MAX = 500  # Wider files exist, but nobody reads a mapping of more lines.
JOINS_MAX = 8  # Each join keeps a second table at hand.

_AUTO = ("date_format", "auto")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Column(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a column; `values` renames single values, `date_format` says how its dates are written.

    `type` is for extras, which have no field that would say it; empty means text.
    """

    column: str
    values: dict[str, str] = {}
    date_format: str = "auto"
    type: FieldType | Literal[""] = ""


class Template(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Build text from columns named in braces; a row that lacks one of them has no value."""

    template: str


class Constant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same value in every row."""

    constant: str | float | bool


class Product(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Multiply columns of numbers: quantity times unit price."""

    multiply: tuple[str, ...]


class Prefix(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """True where the text of a column starts with `starts_with`: invoice numbers of cancellations."""

    column: str
    starts_with: str


Rule = Column | Template | Constant | Product | Prefix


class Join(Struct, frozen=True, kw_only=True):
    """Widen each row by the columns of a second file in which `other_key` equals this file's `key`.

    `file` is a name, not a path: whoever reads decides where named files lie.
    Where the second file has a key twice, its first row counts. No `columns` means all of them.
    """

    file: str
    key: str
    other_key: str
    columns: tuple[str, ...] = ()


class DeclaredConsent(Struct, frozen=True, kw_only=True):
    """Consent that the importing person declares for everybody in the file, with the evidence they name."""

    channel: str
    purpose: str
    evidence: str
    topic: str = ""
    text_version: str = ""


class Mapping(Struct, frozen=True, kw_only=True):
    """What each canonical field of `kind` is made from; `extras` are kept under names of their own.

    `source` sets apart files whose ids may collide (two shops that both number orders from 1).
    `duplicates` says what becomes of order lines that equal another line of their order in every column.
    """

    kind: str
    fields: dict[str, Rule] = {}
    extras: dict[str, Rule] = {}
    joins: tuple[Join, ...] = ()
    declares: tuple[DeclaredConsent, ...] = ()
    zone: str = DEFAULT_ZONE
    currency: str = DEFAULT_CURRENCY
    source: str = "file"
    duplicates: str = "keep"


class ReadPlan(Struct, frozen=True, kw_only=True):
    """What a mapping asks of whoever reads the file: these columns, rows of one group together, these joins."""

    columns: tuple[str, ...]
    group_by: tuple[str, ...]
    joins: tuple[Join, ...]


def kind_of(mapping: Mapping) -> Kind:
    """Return the kind; raises `unknown_import_kind` where there is none of that name."""
    return kind_named(mapping.kind)


def kind_named(name: str) -> Kind:
    if name not in KINDS:
        names = ", ".join(KINDS)
        raise LiftloopError(
            "unknown_import_kind",
            zh=f"没有叫“{name}”的导入类型。",
            en=f'There is no import kind "{name}".',
            next_zh=f"请选择其中之一：{names}。",
            next_en=f"Choose one of: {names}.",
            exit_code=EXIT_USAGE,
        )
    return KINDS[name]


def columns_of(rule: Rule) -> tuple[str, ...]:
    """Return the columns that a rule reads."""
    match rule:
        case Column() | Prefix():
            return (rule.column,)
        case Template():
            return tuple(dict.fromkeys(_PLACEHOLDER.findall(rule.template)))
        case Product():
            return rule.multiply
        case Constant():
            return ()
        case _:
            assert_never(rule)


def template_parts(template: str) -> list[tuple[str, str]]:
    """Return (literal, column) pairs in order; the last column may be empty.

    >>> template_parts("{a}@b")
    [('', 'a'), ('@b', '')]
    """
    pieces = _PLACEHOLDER.split(template)
    pieces.append("")
    return [(pieces[i], pieces[i + 1]) for i in range(0, len(pieces), 2)]


def columns_used(mapping: Mapping) -> tuple[str, ...]:
    """Return every column that some rule reads, each once, in the order of the fields."""
    rules = [*mapping.fields.values(), *mapping.extras.values()]
    return tuple(dict.fromkeys(column for rule in rules for column in columns_of(rule)))


def read_plan(mapping: Mapping) -> ReadPlan:
    """Return what the reader must deliver so that `to_records` can work batch by batch."""
    group_field = kind_of(mapping).group_by
    group_rule = mapping.fields.get(group_field) if group_field else None
    return ReadPlan(
        columns=columns_used(mapping),
        group_by=columns_of(group_rule) if group_rule is not None else (),
        joins=mapping.joins,
    )


def personal_fields(mapping: Mapping) -> tuple[str, ...]:
    """Return the mapped fields that say something about a person that must be sealed."""
    known = kind_of(mapping).by_name
    return tuple(name for name in mapping.fields if name in known and known[name].personal)


def check_mapping(mapping: Mapping, columns: Sequence[str]) -> None:
    """Raise where the mapping names a field or a column that is not there, or lacks what its kind needs."""
    kind = kind_of(mapping)
    for name in mapping.fields:
        if name not in kind.by_name:
            raise _unknown_field(name, kind)
    for name, rule in [*mapping.fields.items(), *mapping.extras.items()]:
        for column in columns_of(rule):
            if column not in columns:
                raise missing_column(column, name, columns)
    missing = missing_required(mapping)
    if missing:
        raise _missing_required(kind, missing)


def missing_required(mapping: Mapping) -> tuple[tuple[str, ...], ...]:
    """Return the requirements that no rule meets; each is a choice of fields, one of which would do."""
    return tuple(choice for choice in kind_of(mapping).requires if not any(name in mapping.fields for name in choice))


def missing_column(column: str, field: str, columns: Sequence[str]) -> LiftloopError:
    """Return the error of a mapping that names a column which the file does not have."""
    close = difflib.get_close_matches(column, columns, n=3, cutoff=0.5) or list(columns[:20])
    return LiftloopError(
        "mapping_missing_column",
        zh=f"映射里的字段“{field}”要用列“{column}”，但文件里没有这一列。",
        en=f'The mapping takes field "{field}" from column "{column}", which the file does not have.',
        next_zh=f"改用文件里有的列，例如：{'、'.join(close)}；或者去掉这个字段。",
        next_en=f"Use a column of the file, such as: {', '.join(close)}; or leave the field out.",
        exit_code=EXIT_USAGE,
    )


def _unknown_field(name: str, kind: Kind) -> LiftloopError:
    close = difflib.get_close_matches(name, kind.by_name, n=3, cutoff=0.5) or list(kind.by_name)
    return LiftloopError(
        "mapping_unknown_field",
        zh=f"导入类型“{kind.zh}”没有字段“{name}”。",
        en=f'The import kind "{kind.name}" has no field "{name}".',
        next_zh=f"可用的字段：{'、'.join(close)}；其他列请放进 extras。",
        next_en=f"Fields that exist: {', '.join(close)}; put other columns into extras.",
        exit_code=EXIT_USAGE,
    )


def _missing_required(kind: Kind, missing: Iterable[Sequence[str]]) -> LiftloopError:
    zh = "；".join("或".join(kind.by_name[name].zh for name in choice) for choice in missing)
    en = "; ".join(" or ".join(choice) for choice in missing)
    return LiftloopError(
        "mapping_incomplete",
        zh=f"按“{kind.zh}”导入还缺：{zh}。",
        en=f"To import {kind.en}, the mapping still lacks: {en}.",
        next_zh="请指定由哪一列提供，或者改选别的导入类型。",
        next_en="Say which column provides it, or choose another import kind.",
        exit_code=EXIT_USAGE,
    )


def mapping_from_json(body: object) -> Mapping:
    """Return the mapping that a JSON value describes; raises `bad_mapping` that names the place."""
    if not isinstance(body, dict):
        raise _bad_mapping("映射应当是一个 JSON 对象。", "A mapping is a JSON object.")
    plain: dict[str, Any] = dict(body)
    fields = _rules_from_json(plain.pop("fields", {}))
    extras = _rules_from_json(plain.pop("extras", {}))
    try:
        rest = msgspec.convert(plain, _Rest)
    except msgspec.ValidationError as error:
        raise _bad_mapping(f"映射里有不认识的内容：{error}", f"The mapping is not understood: {error}") from None
    mapping = Mapping(fields=fields, extras=extras, **msgspec.structs.asdict(rest))
    _check_settings(mapping)
    return mapping


def mapping_to_json(mapping: Mapping) -> dict[str, Any]:
    """Return the JSON value of a mapping; `mapping_from_json` gives the same mapping back."""
    body: dict[str, Any] = parse_json(canonical_json(mapping))
    body["fields"] = {name: _rule_to_json(rule) for name, rule in mapping.fields.items()}
    body["extras"] = {name: _rule_to_json(rule) for name, rule in mapping.extras.items()}
    return body


class _Rest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str
    joins: tuple[Join, ...] = ()
    declares: tuple[DeclaredConsent, ...] = ()
    zone: str = DEFAULT_ZONE
    currency: str = DEFAULT_CURRENCY
    source: str = "file"
    duplicates: str = "keep"


def _check_settings(mapping: Mapping) -> None:
    kind_of(mapping)
    if len(mapping.joins) > JOINS_MAX:
        raise _bad_mapping(f"最多可以关联 {JOINS_MAX} 个文件。", f"At most {JOINS_MAX} files can be joined.")
    if mapping.duplicates not in ("keep", "drop"):
        raise _bad_mapping("duplicates 只能是 keep 或 drop。", "`duplicates` is keep or drop.")
    try:
        ZoneInfo(mapping.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # A folder of the zone data is an OSError.
        raise _bad_mapping(
            f"没有叫“{mapping.zone}”的时区，例如 Asia/Shanghai。", f'No time zone "{mapping.zone}"; try Asia/Shanghai.'
        ) from None


def _rules_from_json(body: object) -> dict[str, Rule]:
    if not isinstance(body, dict) or len(body) > FIELDS_MAX:
        raise _bad_mapping(
            "fields 和 extras 应当是“字段: 规则”的对象。", "`fields` and `extras` map a field to a rule."
        )
    return {str(name): _rule_from_json(str(name), value) for name, value in body.items()}


def _rule_from_json(name: str, value: object) -> Rule:
    """Return the rule; its shape is told by which key it has."""
    if isinstance(value, str):
        return _checked_template(name, value) if _PLACEHOLDER.search(value) else Column(column=value)
    if isinstance(value, dict):
        for shape, key in ((Prefix, "starts_with"), (Column, "column"), (Constant, "constant"), (Product, "multiply")):
            if key in value:
                return _shaped_rule(name, value, shape)
        if isinstance(value.get("template"), str):
            return _checked_template(name, value["template"])
    raise _bad_mapping(
        f"看不懂字段“{name}”的规则。", f'The rule of field "{name}" is not a column, template, constant or product.'
    )


def _shaped_rule(name: str, value: dict[Any, Any], shape: type[Column | Constant | Product | Prefix]) -> Rule:
    try:
        rule = msgspec.convert(_folded_values(value), shape)
    except msgspec.ValidationError as error:
        raise _bad_mapping(f"字段“{name}”的规则有误：{error}", f'Field "{name}": {error}') from None
    if isinstance(rule, Column):
        check_style(rule.date_format)
    return rule


def _folded_values(value: dict[Any, Any]) -> dict[Any, Any]:
    """Return the rule with the keys of its value map folded, so that they match in any case."""
    values = value.get("values")
    if not isinstance(values, dict):
        return value
    return {**value, "values": {str(key).strip().casefold(): word for key, word in values.items()}}


def _checked_template(name: str, template: str) -> Template:
    if len(template) > TEMPLATE_CHARACTERS_MAX or re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        raise _bad_mapping(
            f"字段“{name}”的模板有误：花括号里写列名，总长不超过 {TEMPLATE_CHARACTERS_MAX} 字。",
            f'Field "{name}": braces hold column names; at most {TEMPLATE_CHARACTERS_MAX} characters in all.',
        )
    return Template(template=template)


def _rule_to_json(rule: Rule) -> str | dict[str, Any]:
    match rule:
        case Column() if rule == Column(column=rule.column) and not _PLACEHOLDER.search(rule.column):
            return rule.column
        case Template() if _PLACEHOLDER.search(rule.template):
            return rule.template
        case Column() | Template() | Constant() | Product() | Prefix():
            body: dict[str, Any] = parse_json(canonical_json(rule))
            return {key: value for key, value in body.items() if value not in ("", {}) and (key, value) != _AUTO}
        case _:
            assert_never(rule)


def _bad_mapping(zh: str, en: str) -> LiftloopError:
    return LiftloopError(
        "bad_mapping",
        zh=zh,
        en=en,
        next_zh="请对照导入说明修改映射，或不带映射重新导入，由系统来猜。",
        next_en="Correct the mapping as the import reference shows, or import without one and let it be guessed.",
        exit_code=EXIT_USAGE,
    )
