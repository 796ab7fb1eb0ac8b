"""What the values of a column say about it, whatever its name: shares of a sample, each between 0 and 1."""

import re
from collections.abc import Sequence
from datetime import UTC
from typing import Any, Literal

from msgspec import Struct

from liftloop.collect.cleaning import CleaningRules, clean_email, clean_phone
from liftloop.collect.mapping_bulk import NOTHING_WORDS
from liftloop.collect.mapping_dates import parse_instant
from liftloop.collect.mapping_kinds import FieldType
from liftloop.collect.mapping_values import parse_number, text_of

VALUES_LOOKED_AT = 1_000  # More values change the shares by less than a reader of them would care about.

DateOrder = Literal["", "mdy", "dmy", "ambiguous"]

_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}\b.*", re.ASCII)
_DATE_SHAPE = re.compile(
    r".*\d[-/.年T:]\d.*|\d{8}(?:\d{4}(?:\d{2})?)?|[A-Za-z]{3}.*\d{4}.*|\d{1,2}\s+[A-Za-z]{3}.*", re.ASCII
)
_JSON = re.compile(r"\s*[\[{].*[\]}]\s*", re.DOTALL)
_BOOLEAN = frozenset({"0", "1", "true", "false", "yes", "no", "y", "n", "t", "f", "是", "否"})


class Evidence(Struct, frozen=True, kw_only=True):
    """Shares of the values that are there; `distinct` is how many of them differ, `filled` how many are there.

    `date` counts texts shaped like dates; `bare_date` numbers that could be an Excel serial or an epoch.
    `date_order` tells how dates with the year last are written, `ambiguous` where both readings hold throughout.
    """

    values: int
    filled: float
    distinct: float
    phone: float
    email: float
    date: float
    bare_date: float
    number: float
    whole: float
    decimal: float
    negative: float
    json: float
    boolean: float
    leading_zero: float
    date_order: DateOrder


def look_at(column: Sequence[Any], rules: CleaningRules) -> Evidence:
    """Return what a sample of a column says; an empty sample says nothing."""
    texts = [text.strip() for text in map(text_of, column[:VALUES_LOOKED_AT]) if text is not None]
    texts = [text for text in texts if text.casefold() not in NOTHING_WORDS]
    numbers = [number for number in map(parse_number, texts) if number is not None]
    order = _date_order(texts)
    style = order if order in ("mdy", "dmy") else "mdy" if order == "ambiguous" else "auto"
    dates = [parse_instant(text, style, UTC) is not None for text in texts]
    shaped = [_DATE_SHAPE.fullmatch(text) is not None for text in texts]

    def share(count: int) -> float:
        return count / len(texts) if texts else 0.0

    return Evidence(
        values=len(texts),
        filled=len(texts) / max(1, min(len(column), VALUES_LOOKED_AT)),
        distinct=share(len(set(texts))),
        phone=share(sum(clean_phone(text, rules).value is not None and len(text) >= 10 for text in texts)),
        email=share(sum("@" in text and clean_email(text, rules).problem != "unrecognised" for text in texts)),
        date=share(sum(date and shape for date, shape in zip(dates, shaped, strict=True))),
        bare_date=share(sum(date and not shape for date, shape in zip(dates, shaped, strict=True))),
        number=share(len(numbers)),
        whole=share(sum(number.is_integer() for number in numbers)),
        decimal=share(sum("." in text for text in texts) if numbers else 0),
        negative=share(sum(number < 0 for number in numbers)),
        json=share(sum(_JSON.fullmatch(text) is not None for text in texts)),
        boolean=share(sum(text.casefold() in _BOOLEAN for text in texts)),
        leading_zero=share(sum(len(text) > 1 and text[0] == "0" and text.isdigit() for text in texts)),
        date_order=order,
    )


def _date_order(texts: Sequence[str]) -> DateOrder:
    """Tell month/day/year from day/month/year by a number above 12 in one of the places."""
    found = [match for match in map(_YEAR_LAST.fullmatch, texts) if match]
    if not found or 2 * len(found) < len(texts):
        return ""
    first = max(int(match[1]) for match in found)
    second = max(int(match[2]) for match in found)
    if first > 12 and second <= 12:
        return "dmy"
    if second > 12 and first <= 12:
        return "mdy"
    return "ambiguous"


def fits(type_: FieldType, evidence: Evidence) -> float:
    """Return how well the values suit a field of this type: 0 not at all, 1 perfectly, 0.5 nothing against it."""
    if not evidence.values:
        return 0.5
    match type_:
        case "datetime" | "date":
            return max(evidence.date, 0.9 * evidence.bare_date)
        case "number" | "money":
            return evidence.number if evidence.date < 0.5 else 0.0
        case "phone":
            return evidence.phone
        case "email":
            return evidence.email
        case "boolean":
            return evidence.boolean
        case "json_list" | "json_object":
            return evidence.json
        case "id":
            written_as_money = evidence.number - evidence.whole
            return max(0.0, 0.7 - written_as_money - 0.7 * evidence.date)
        case "text" | "list":
            if evidence.number > 0.95 and evidence.decimal > 0.5:
                return 0.0  # Amounts are not names.
            return 0.3 if evidence.date > 0.8 or evidence.number > 0.95 else 0.6


def extra_type(evidence: Evidence) -> FieldType:
    """Return the type under which a column without a field is kept; numbers with leading zeros stay text."""
    if evidence.values and evidence.number == 1.0 and not evidence.leading_zero and evidence.date < 0.5:
        return "number"
    return "datetime" if evidence.date == 1.0 and not evidence.date_order else "text"
