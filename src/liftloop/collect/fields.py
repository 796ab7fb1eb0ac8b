"""Custom fields: what a trait of one's own may be, and how what was sent becomes one.

What means the same in another spelling is taken (`"12"`, `是`, `2026/3/1`); of what does not fit a field says whether
it is kept and warned of, or refused.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta, timezone
from math import isfinite
from typing import Any, Literal

from msgspec import Struct

FieldKind = Literal["text", "number", "date", "choice", "choices", "boolean"]
TEXT_CHARACTERS_MAX = 2_000
CHOICES_MAX = 500
TRUE_WORDS = frozenset({"true", "yes", "y", "1", "是", "有", "对"})
FALSE_WORDS = frozenset({"false", "no", "n", "0", "否", "无", "没有", "不"})
_SHOP = timezone(timedelta(hours=8))
"""By whose midnight a day begins."""
_SEPARATORS = str.maketrans({"，": ",", "；": ",", ";": ",", "、": ",", "|": ","})


class Choice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value that a choice may have; people see its names, data hold its id."""

    id: str
    zh: str = ""
    en: str = ""


class Field(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trait of one's own; kind `field` among the definitions, its id is the trait's."""

    zh: str
    en: str = ""
    type: FieldKind
    unit: str = ""
    meaning: str = ""
    choices: tuple[Choice, ...] = ()
    personal: bool = False
    """Then it is sealed before anything is written, and can be neither counted nor selected by."""
    required_by: tuple[str, ...] = ()
    """Sources that must say it of everybody whom they identify: ids of sources, `import` for files."""
    misfits: Literal["warn", "block"] = "warn"
    """What is done about a value that does not fit, and about one that is required and missing."""


class Misfit(Exception):
    """A value is none of the field's."""


def fitting(field: Field, value: Any) -> Any:
    """Return a value as the field keeps it, None for none. Raises `Misfit`.

    >>> fitting(Field(zh="体重", type="number"), "61.5"), fitting(Field(zh="会员日", type="date"), "2026/3/1")
    (61.5, '2026-03-01')
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    match field.type:
        case "text":
            return _text(value)
        case "number":
            return _number(value)
        case "date":
            return _date(value)
        case "boolean":
            return _boolean(value)
        case "choice":
            return _choice(field.choices, value)
        case "choices":
            parts = value if isinstance(value, list | tuple) else str(value).translate(_SEPARATORS).split(",")
            return list(dict.fromkeys(_choice(field.choices, part) for part in parts if str(part).strip()))


def derived(name: str, field: Field, value: Any) -> dict[str, Any]:
    """Return the traits that conditions ask instead of a value that is neither text nor number.

    Each of several choices is a truth of its own, a day the instant of its midnight. Of a sealed field there are none.

    >>> derived("since", Field(zh="入会日", type="date"), "2026-03-01")
    {'since:at': 1772294400000}
    """
    if field.personal:
        return {}
    match field.type:
        case "choices":
            chosen: Collection[str] = value if isinstance(value, list | tuple) else ()
            return {chosen_trait(name, each.id): True if each.id in chosen else None for each in field.choices}
        case "date":
            day = None if value is None else datetime.fromisoformat(value).replace(tzinfo=_SHOP)
            return {instant_trait(name): None if day is None else round(day.timestamp() * 1_000)}
        case _:
            return {}


def chosen_trait(name: str, choice: str) -> str:
    """Return the trait that is true of people for whom a field of several choices has this one."""
    return f"{name}:{choice}"


def instant_trait(name: str) -> str:
    """Return the trait that has the midnight of a day, in milliseconds."""
    return f"{name}:at"


def _text(value: Any) -> str:
    if isinstance(value, dict | list) or len(str(value)) > TEXT_CHARACTERS_MAX:
        raise Misfit
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        raise Misfit
    if isinstance(value, int | float):
        number = value
    else:
        try:
            number = float(str(value).strip().replace(",", "").replace("，", ""))
        except ValueError as error:
            raise Misfit from error
    if not isfinite(number):
        raise Misfit
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 2**53 else number


def _date(value: Any) -> str:
    """Return the day as ISO 8601, of an instant the day on which it is told."""
    text = str(value).strip().replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
    parts = text.split("-")
    try:
        if len(parts) == 3 and all(part.isdecimal() for part in parts):
            return date(int(parts[0]), int(parts[1]), int(parts[2])).isoformat()
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError as error:
        raise Misfit from error


def _boolean(value: Any) -> bool:
    word = str(value).strip().lower()
    if word in TRUE_WORDS | FALSE_WORDS:
        return word in TRUE_WORDS
    raise Misfit


def _choice(choices: Sequence[Choice], value: Any) -> str:
    word = str(value).strip()
    for choice in choices:
        if word == choice.id or word.casefold() in (choice.id.casefold(), choice.zh.casefold(), choice.en.casefold()):
            return choice.id
    raise Misfit
