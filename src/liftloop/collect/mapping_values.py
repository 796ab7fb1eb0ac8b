"""From a column to values of a field: missing is None, what cannot be read is told apart from what is not there.

Values repeat in files, so each distinct value of a batch is read once.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple, Protocol, assert_never

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.collect.cleaning import (
    CleaningRules,
    apply_value_map,
    clean_email,
    clean_id,
    clean_phone,
    clean_text,
    has_lost_digits,
    is_spreadsheet_error,
)
from liftloop.collect.mapping import Column, Constant, Prefix, Product, Rule, Template, template_parts
from liftloop.collect.mapping_bulk import (
    NOTHING_WORDS,
    Instant,
    plain_emails,
    plain_ids,
    plain_instants,
    plain_mobiles,
    plain_numbers,
    plain_texts,
    stand_as_ids,
    stand_as_texts,
)
from liftloop.collect.mapping_dates import parse_instant
from liftloop.collect.mapping_kinds import FieldType

NUMBER_MAX = 1e12  # Beyond it a float no longer holds fen.
LIST_ITEMS_MAX = 1_000
JSON_CHARACTERS_MAX = 32_768

_TRUE_WORDS = frozenset({"1", "true", "t", "yes", "y", "是", "有", "对", "真", "√"})
_FALSE_WORDS = frozenset({"0", "false", "f", "no", "n", "否", "没有", "错", "假", "×"})
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_MARK = r"(?:[¥$€£]|hk\$|us\$|rmb|cny|usd|eur|gbp|hkd|人民币|元|块)?"
_MARKED = re.compile(rf"([+-]?){_MARK}([^¥$€£元块]*?){_MARK}", re.IGNORECASE)
"""An amount with a mark of its currency in front, behind, or both; one in between would part two amounts."""


class BatchLike(Protocol):
    """Rows as columns of equal length, with their lines in the file and a hash of each whole row."""

    @property
    def columns(self) -> dict[str, NDArray[Any]]: ...
    @property
    def lines(self) -> NDArray[np.int64]: ...
    @property
    def hashes(self) -> NDArray[np.uint64]: ...


class Unusable(NamedTuple):
    """A value that is there but says nothing: `unreadable`, `blocked` by a cleaning rule, or `lost_digits`."""

    problem: str


UNREADABLE = Unusable("unreadable")
BLOCKED = Unusable("blocked")
LOST_DIGITS = Unusable("lost_digits")


class Cells(Struct, frozen=True, kw_only=True):
    """The values of one field, one a row; `unusable` holds row numbers with the problem, their values are None."""

    values: list[Any]
    missing: int
    unusable: dict[int, Unusable]


class Reading(Struct, frozen=True, kw_only=True):
    """How values are read: in which zone, by which cleaning rules."""

    zone: tzinfo
    rules: CleaningRules


class _Memo(dict[Any, Any]):
    """Remember what each distinct value was read as, and whether one of them was unusable."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self._read = read
        self.met_unusable = False

    def __missing__(self, value: Any) -> Any:
        result = self[value] = self._read(value)
        self.met_unusable = self.met_unusable or isinstance(result, Unusable)
        return result


def read_field(batch: BatchLike, rule: Rule, type_: FieldType, reading: Reading) -> Cells:
    """Return what `rule` gives for each row of the batch, read as `type_`."""
    style = rule.date_format if isinstance(rule, Column) else "auto"
    renames = rule.values if isinstance(rule, Column) else {}
    read = _reader(type_, style, reading)

    def read_one(value: Any) -> Any:
        if isinstance(value, str):
            value = apply_value_map(value, renames) if renames else value
            if value.strip().casefold() in NOTHING_WORDS:
                return None
            if value.lstrip()[:1] == "#" and is_spreadsheet_error(value):
                return UNREADABLE
        return None if value is None else read(value)

    memo = _Memo(read_one)
    raw = raw_values(batch, rule)
    distinct = set(raw)
    distinct.discard(None)
    if not distinct or (not renames and _stand(distinct, type_)):
        return Cells(values=raw, missing=raw.count(None), unusable={})
    if not renames:
        memo.update(_bulk(distinct, type_, style, reading))
    values = list(map(memo.__getitem__, raw))
    missing = values.count(None)
    unusable: dict[int, Unusable] = {}
    if memo.met_unusable:
        unusable = {row: value for row, value in enumerate(values) if value.__class__ is Unusable}
        for row in unusable:
            values[row] = None
    return Cells(values=values, missing=missing, unusable=unusable)


def _stand(distinct: set[Any], type_: FieldType) -> bool:
    """Return whether all values are what they would be read as."""
    match type_:
        case "id":
            return stand_as_ids(distinct)
        case "text":
            return stand_as_texts(distinct)
        case _:
            return False


def _bulk(distinct: set[Any], type_: FieldType, style: str, reading: Reading) -> dict[Any, Any]:
    """Return what can be read of a batch at once; the rest is read value by value."""
    match type_:
        case "id":
            return plain_ids(distinct)
        case "text":
            return plain_texts(distinct)
        case "number" | "money":
            return plain_numbers(distinct)
        case "datetime" if style == "auto":
            return plain_instants(distinct, reading.zone)
        case "date" if style == "auto":
            return {value: instant[0][:10] for value, instant in plain_instants(distinct, UTC).items()}
        case "phone" if reading.rules.region == "CN":
            return plain_mobiles(distinct, reading.rules.blocked_phones)
        case "email":
            return plain_emails(distinct, reading.rules.blocked_mailboxes)
        case _:
            return {}


def raw_values(batch: BatchLike, rule: Rule) -> list[Any]:
    """Return what stands in the file for a rule: Python values, None for nothing."""
    rows = len(batch.lines)
    match rule:
        case Column():
            return plain_values(batch.columns[rule.column])
        case Constant():
            return [rule.constant] * rows
        case Template():
            return _templated(batch, rule, rows)
        case Product():
            factors = [
                map(_Memo(parse_number).__getitem__, plain_values(batch.columns[column])) for column in rule.multiply
            ]
            return [_product(row) for row in zip(*factors, strict=True)]
        case Prefix():
            texts = map(_Memo(text_of).__getitem__, plain_values(batch.columns[rule.column]))
            return [None if text is None else text.lstrip().startswith(rule.starts_with) for text in texts]
        case _:
            assert_never(rule)


def plain_values(column: NDArray[Any]) -> list[Any]:
    """Return an array as Python values; NaN and NaT become None."""
    if column.dtype.kind == "f":
        values = column.astype(object)
        values[np.isnan(column)] = None
        return values.tolist()
    return column.tolist()


def as_list(values: Sequence[Any] | NDArray[Any]) -> list[Any]:
    """Return a column, array or list, as Python values with None for nothing."""
    return plain_values(values) if isinstance(values, np.ndarray) else list(values)


def _templated(batch: BatchLike, rule: Template, rows: int) -> list[str | None]:
    built: list[str | None] = [""] * rows
    for literal, column in template_parts(rule.template):
        if not column:
            built = [None if text is None else text + literal for text in built]
            continue
        words = map(_Memo(_word_of).__getitem__, plain_values(batch.columns[column]))
        built = [
            None if text is None or word is None else f"{text}{literal}{word}"
            for text, word in zip(built, words, strict=True)
        ]
    return built


def _word_of(value: Any) -> str | None:
    """Return what a template puts in place of a value; words for nothing are nothing."""
    word = _id_of(value)
    return None if word is None or word.casefold() in NOTHING_WORDS else word


def _id_of(value: Any) -> str | None:
    text = text_of(value)
    return None if text is None else clean_id(text)


def _product(factors: Iterable[float | None]) -> float | None:
    result = 1.0
    for factor in factors:
        if factor is None:
            return None
        result *= factor
    return round(result, 6)  # 3 × 0.1 is 0.3; six places are finer than any price.


def text_of(value: Any) -> str | None:
    """Return a value as the text that a person would write; whole floats without `.0`."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            return value.isoformat(sep=" ")
        case _:
            return str(value)


def parse_number(value: Any) -> float | None:
    """Return a number as people write it, or None: `1,234.50`, `￥12`, `12元`, `(3.00)` for minus three, `1.2万`.

    A comma that does not separate thousands (`12,5`) is no number: it could mean either.
    """
    if isinstance(value, int | float):
        return float(value) if abs(value) <= NUMBER_MAX else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not _PLAIN_NUMBER.fullmatch(text):
        text, scale = _undressed(text)
        if not _PLAIN_NUMBER.fullmatch(text):
            return None
        number = float(text) * scale
    else:
        number = float(text)
    return number if abs(number) <= NUMBER_MAX else None


def _undressed(text: str) -> tuple[str, float]:
    """Return the bare digits of a dressed number, and what to multiply them by; empty text where it is none."""
    text = unicodedata.normalize("NFKC", text).replace(" ", "").replace("\u2212", "-")
    text, scale = _unbracketed(text)
    found = _MARKED.fullmatch(text)
    if found is None:
        return "", 1.0
    text, inner = _unbracketed(found[1] + found[2])
    scale *= inner
    if text.endswith("-") and not found[1]:  # As SAP writes what went out.
        text, scale = text[:-1], -scale
    if text.endswith("万"):
        text, scale = text[:-1], scale * 10_000
    if _GROUPED_NUMBER.fullmatch(text):
        text = text.replace(",", "")
    return text, scale


def _unbracketed(text: str) -> tuple[str, float]:
    """Return what stands in brackets, with the sign that bookkeepers mean by them."""
    return (text[1:-1], -1.0) if text.startswith("(") and text.endswith(")") else (text, 1.0)


def _reader(type_: FieldType, style: str, reading: Reading) -> Callable[[Any], Any]:
    """Return the function that reads one value that is there."""
    match type_:
        case "id":
            return lambda value: LOST_DIGITS if _has_lost_digits(value) else _or_unreadable(_id_of(value))
        case "text":
            return lambda value: _or_unreadable(clean_text(text_of(value) or ""))
        case "number" | "money":
            return lambda value: _or_unreadable(parse_number(value))
        case "datetime":
            return lambda value: _instant(value, style, reading.zone)
        case "date":
            return lambda value: _date(value, style, reading.zone)
        case "phone":
            return lambda value: LOST_DIGITS if _has_lost_digits(value) else _cleaned(clean_phone, value, reading.rules)
        case "email":
            return lambda value: _cleaned(clean_email, value, reading.rules)
        case "boolean":
            return _boolean
        case "list":
            return _list
        case "json_list":
            return _json_list
        case "json_object":
            return _json_object
        case _:
            assert_never(type_)


def _or_unreadable(value: Any) -> Any:
    return UNREADABLE if value is None else value


def _has_lost_digits(value: Any) -> bool:
    return has_lost_digits(text_of(value) or "")


def _cleaned(clean: Callable[[str, CleaningRules], Any], value: Any, rules: CleaningRules) -> Any:
    cleaned = clean(text_of(value) or "", rules)
    if cleaned.problem == "blocked":
        return BLOCKED
    return _or_unreadable(cleaned.value)


def instant_of(moment: datetime) -> Instant:
    return Instant(moment.isoformat(), round(moment.timestamp() * 1_000))


def _instant(value: Any, style: str, zone: tzinfo) -> Any:
    if isinstance(value, datetime):
        return instant_of(value.replace(tzinfo=zone) if value.tzinfo is None else value)
    moment = parse_instant(text_of(value) or "", style, zone)
    return UNREADABLE if moment is None else instant_of(moment)


def _date(value: Any, style: str, zone: tzinfo) -> Any:
    instant = _instant(value, style, zone)
    return instant if instant is UNREADABLE else instant.iso[:10]


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    word = (text_of(value) or "").strip().casefold()
    return True if word in _TRUE_WORDS else False if word in _FALSE_WORDS else UNREADABLE


def _list(value: Any) -> Any:
    words = (clean_text(word) for word in re.split(r"[,，;；|、]", text_of(value) or ""))
    return [word for word in words if word][:LIST_ITEMS_MAX]


def _json_list(value: Any) -> Any:
    text = (text_of(value) or "").strip()
    if not text.startswith("["):
        return _list(text)
    parsed = _parsed_json(text)
    return parsed[:LIST_ITEMS_MAX] if isinstance(parsed, list) else UNREADABLE


def _json_object(value: Any) -> Any:
    parsed = _parsed_json(text_of(value) or "")
    return parsed if isinstance(parsed, dict) else UNREADABLE


def _parsed_json(text: str) -> Any:
    if len(text) > JSON_CHARACTERS_MAX:
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
