"""The filters a template may use; every one refuses missing values and values that grow without bound."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from liquid.builtin.filters import array, misc, string
from liquid.exceptions import FilterArgumentError, OutputStreamLimitError, UndefinedError
from liquid.filter import liquid_filter, string_filter
from liquid.undefined import Undefined, is_undefined

from liftloop.compose.assets import ASSETS, FILTER
from liftloop.compose.limits import VALUE_CHARS_MAX, MeteredContext, extent
from liftloop.kernel.money import yuan_text

Filter = Callable[..., Any]

NUMBER_MAX = Decimal(10) ** 18  # Below it, arithmetic stays cheap; `1e999999` as an integer has a million digits.
DECIMALS_MAX = 300  # As many as a float can have.
EPOCH_MS_FROM = 100_000_000_000  # As seconds this is the year 5138: larger numbers are milliseconds.

Number = int | Decimal


def number(value: object) -> Number:
    """Return a number exactly; raises `FilterArgumentError` where it is none or beyond 10^18."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise FilterArgumentError(f"expected a number, found {type(value).__name__}", token=None)
    if isinstance(value, int):
        exact: Number = value
    else:
        try:
            exact = Decimal(str(value).strip())
        except InvalidOperation as error:
            raise FilterArgumentError("expected a number, found a text", token=None) from error
        if not exact.is_finite():
            raise FilterArgumentError("number out of range", token=None)
    if abs(exact) > NUMBER_MAX or (exact and isinstance(exact, Decimal) and exact.adjusted() < -DECIMALS_MAX):
        raise FilterArgumentError("number out of range", token=None)
    whole = isinstance(value, str) and "." not in value and exact == int(exact)
    return int(exact) if whole else exact


def shown(value: Number) -> int | float:
    """Return a result in the type templates print: whole numbers of integers stay integers."""
    return value if isinstance(value, int) else float(value)


@liquid_filter
def plus(left: object, right: object) -> int | float:
    return shown(number(number(left) + number(right)))


@liquid_filter
def minus(left: object, right: object) -> int | float:
    return shown(number(number(left) - number(right)))


@liquid_filter
def times(left: object, right: object) -> int | float:
    return shown(number(number(left) * number(right)))


@liquid_filter
def divided_by(left: object, right: object) -> int | float:
    """Return the quotient, rounded down where both are whole, as Liquid does."""
    dividend, divisor = number(left), number(right)
    if divisor == 0:
        raise FilterArgumentError("division by zero", token=None)
    if isinstance(dividend, int) and isinstance(divisor, int):
        return dividend // divisor
    return shown(number(Decimal(dividend) / Decimal(divisor)))


@liquid_filter
def modulo(left: object, right: object) -> int | float:
    dividend, divisor = number(left), number(right)
    if divisor == 0:
        raise FilterArgumentError("division by zero", token=None)
    if isinstance(dividend, int) and isinstance(divisor, int):
        return dividend % divisor
    return shown(Decimal(dividend) % Decimal(divisor))


@liquid_filter
def round_(left: object, digits: object = 0) -> int | float:
    """Return the number with this many decimals, half away from zero."""
    places = int(number(digits))
    if not 0 <= places <= 9:
        raise FilterArgumentError("round takes 0 to 9 decimals", token=None)
    rounded = Decimal(number(left)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return int(rounded) if places == 0 else float(rounded)


@liquid_filter
def ceil(left: object) -> int:
    return int(Decimal(number(left)).to_integral_value("ROUND_CEILING"))


@liquid_filter
def floor(left: object) -> int:
    return int(Decimal(number(left)).to_integral_value("ROUND_FLOOR"))


@liquid_filter
def absolute(left: object) -> int | float:
    return shown(abs(number(left)))


@liquid_filter
def at_least(left: object, limit: object) -> int | float:
    return shown(max(number(left), number(limit)))


@liquid_filter
def at_most(left: object, limit: object) -> int | float:
    return shown(min(number(left), number(limit)))


@liquid_filter
def money(fen: object) -> str:
    """Return fen as money: 1999 gives ¥19.99."""
    amount = number(fen)
    if amount != int(amount):
        raise FilterArgumentError("money is whole fen", token=None)
    return yuan_text(int(amount))


def instant(value: object) -> datetime:
    """Return a moment from ISO 8601 text, seconds or milliseconds since 1970; its own zone is kept.

    Raises `FilterArgumentError` where it is none of these.
    """
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise FilterArgumentError("expected a date, found another text", token=None) from error
    seconds = number(value)
    if abs(seconds) >= EPOCH_MS_FROM:
        seconds = Decimal(seconds) / 1_000
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise FilterArgumentError("date out of range", token=None) from error


@liquid_filter
def date(value: object, layout: object = "%Y-%m-%d") -> str:
    """Return a moment in a strftime layout."""
    try:
        return instant(value).strftime(str(layout))
    except ValueError as error:
        raise FilterArgumentError("cannot write a date in this layout", token=None) from error


@liquid_filter
def zh_date(value: object) -> str:
    """Return a day as Chinese readers write it: 2026年9月25日."""
    day = instant(value)
    return f"{day.year}年{day.month}月{day.day}日"


@string_filter
def mask_phone(phone: str) -> str:
    """Return a phone number with its middle hidden: 138****5678."""
    text = phone.strip()
    if len(text) < 8:
        return "*" * len(text)
    return f"{text[:-8]}****{text[-4:]}"


@string_filter
def mask_email(address: str) -> str:
    """Return an e-mail address with its name hidden: l***@example.com."""
    name, at, domain = address.strip().rpartition("@")
    if not at or not name:
        return "*" * len(domain)
    return f"{name[0]}***@{domain}"


@string_filter
def replace(text: str, old: object, new: object = "") -> str:
    """Return text with each `old` replaced; the length is known before memory is taken."""
    before, after = str(old), str(new)
    if len(text) + text.count(before) * len(after) > VALUE_CHARS_MAX:
        raise OutputStreamLimitError("replace makes the text too long", token=None)
    return string.replace(text, old, new)


def join(items: object, separator: object = " ", *, environment: object) -> str:
    """Return items as one text; the length is known before memory is taken."""
    if isinstance(items, Sequence) and len(items) * len(str(separator)) > VALUE_CHARS_MAX:
        raise OutputStreamLimitError("join makes the text too long", token=None)
    return array.join(items, separator, environment=environment)


_ARITHMETIC: Mapping[str, Filter] = {
    "plus": plus,
    "minus": minus,
    "times": times,
    "divided_by": divided_by,
    "modulo": modulo,
    "round": round_,
    "ceil": ceil,
    "floor": floor,
    "abs": absolute,
    "at_least": at_least,
    "at_most": at_most,
}

_OWN: Mapping[str, Filter] = {
    "money": money,
    "date": date,
    "zh_date": zh_date,
    "mask_phone": mask_phone,
    "mask_email": mask_email,
    "replace": replace,
    "join": join,
}

_OF_THE_LIBRARY: Mapping[str, Filter] = {
    "append": string.append,
    "capitalize": string.capitalize,
    "downcase": string.downcase,
    "escape": string.escape,
    "lstrip": string.lstrip,
    "newline_to_br": string.newline_to_br,
    "prepend": string.prepend,
    "remove": string.remove,
    "remove_first": string.remove_first,
    "replace_first": string.replace_first,
    "rstrip": string.rstrip,
    "slice": string.slice_,
    "split": string.split,
    "squish": string.squish,
    "strip": string.strip,
    "strip_newlines": string.strip_newlines,
    "truncate": string.truncate,
    "truncatewords": string.truncatewords,
    "upcase": string.upcase,
    "url_encode": string.url_encode,
    "compact": array.compact,
    "first": array.first,
    "last": array.last,
    "map": array.map_,
    "reverse": array.reverse,
    "sort": array.sort,
    "uniq": array.uniq,
    "where": array.where,
    "size": misc.size,
    "default": misc.default,
}

_NEED_ENVIRONMENT = frozenset(
    name for name, function in _OF_THE_LIBRARY.items() if getattr(function, "with_environment", False)
) | {"join"}


def _require(value: object) -> None:
    if isinstance(value, Undefined):
        raise UndefinedError(value.name, token=None)


def guarded(name: str, function: Filter) -> Filter:
    """Return a filter that refuses missing values (only `default` may meet one) and charges for its work."""

    def call(left: object, *arguments: object, context: MeteredContext, **options: object) -> object:
        if name != "default" or not is_undefined(left):
            _require(left)
        for argument in (*arguments, *options.values()):
            _require(argument)
            extent(argument)
        work = 0 if is_undefined(left) else extent(left)
        if name in _NEED_ENVIRONMENT:
            options["environment"] = context.env
        result = function(left, *arguments, **options)
        context.meter.charge(work + extent(result))
        return result

    call.with_context = True  # pyright: ignore[reportFunctionMemberAccess]
    return call


def asset(name: object, *, context: MeteredContext) -> str:
    """Return the address of a picture or document by the name that words have for it."""
    _require(name)
    addresses = context.globals.get(ASSETS)
    found = addresses.get(name) if isinstance(addresses, Mapping) else None
    if not isinstance(found, str):
        raise UndefinedError(f"{ASSETS}.{name}", token=None)
    context.meter.charge(extent(found))
    return found


asset.with_context = True  # pyright: ignore[reportFunctionMemberAccess]

FILTERS: Mapping[str, Filter] = {
    FILTER: asset,
    **{name: guarded(name, function) for name, function in {**_OF_THE_LIBRARY, **_ARITHMETIC, **_OWN}.items()},
}
