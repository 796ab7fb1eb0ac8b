"""From Python values to columns that DuckDB takes in one piece: numbers as numpy, all else as text or NULL.

With `pandas_analyze_sample = 0` an object array is text for DuckDB, 70 times faster than having it guessed;
what it inserts into a column of numbers or truths is cast from that text.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from liftloop.kernel.codec import Json, canonical_json, parse_json
from liftloop.kernel.words import Words
from liftloop.storage.contract import Array

_PLAIN = frozenset({str, type(None)})


def text_column(values: Iterable[str | None]) -> Array:
    """Return texts and NULLs as one column; a lone surrogate, which is no Unicode, becomes `?`."""
    texts = list(values)
    try:
        "".join(filter(None, texts)).encode()
    except UnicodeEncodeError:
        texts = [None if text is None else text.encode("utf-8", "replace").decode() for text in texts]
    return _objects(texts)


def bytes_column(values: Iterable[bytes | None]) -> Array:
    """Return bytes and NULLs as one column, spelled in the hexadecimal escapes from which DuckDB casts to BLOB."""
    return _objects([None if value is None else _escaped(value) for value in values])


def number_column(values: Iterable[float]) -> Array:
    """Return numbers as one column; NaN becomes NULL."""
    return np.array(list(values), dtype=np.float64)


def any_column(values: Sequence[Json]) -> Array:
    """Return any JSON values as one column of text; lists and objects become JSON."""
    if _PLAIN.issuperset(set(map(type, values))):
        return text_column(values)
    return text_column(None if value is None else _spelled(value) for value in values)


def text_of(value: Json) -> str | None:
    """Return a text or a number as text; what is neither is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value)


def texts_of(values: Sequence[Json]) -> Sequence[str | None]:
    """Return values as `text_of` does; a column that holds texts only, as nearly all do, is returned as it is."""
    return values if _PLAIN.issuperset(set(map(type, values))) else [text_of(value) for value in values]


def numbers_of(values: Sequence[Json]) -> Array:
    """Return values as `number_of` does, NaN becoming NULL; a column that holds numbers only is read at once."""
    if not {int, float}.issuperset(set(map(type, values))):
        return number_column([number_of(value) for value in values])
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:
        return number_column([number_of(value) for value in values])
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def number_of(value: Json) -> float:
    """Return a number, also one written as text, else NaN: senders disagree on how to write a price."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def json_texts(values: Sequence[msgspec.Raw]) -> list[str | None]:
    """Return JSON values as `json_text` does; what is said again and again is read once."""
    known: dict[bytes, str | None] = {}
    found: list[str | None] = []
    for value in values:
        said = bytes(value)
        if said not in known:
            known[said] = json_text(parse_json(said))
        found.append(known[said])
    return found


def body_column(bodies: Sequence[bytes]) -> Array:
    """Return UTF-8 bodies as texts; what is no UTF-8 becomes `?` marks of Unicode."""
    texts = b"\n".join(bodies).decode("utf-8", "replace").split("\n")
    if len(texts) != len(bodies):
        texts = [body.decode("utf-8", "replace") for body in bodies]
    return _objects(texts)


def json_text(value: Json) -> str | None:
    """Return a value as JSON; a text is taken to be JSON already, as a column of a file holds it."""
    if value is None or isinstance(value, str):
        return value
    return canonical_json(value).decode()


def joined(parts: Sequence[tuple[int, Any]]) -> Array:
    """Return one column from its parts, each (rows, values); values None stand for rows of NULL."""
    if all(isinstance(values, Words) for _, values in parts):
        words = Words.joined(values for _, values in parts)
        return text_column(words.texts)[words.codes]
    if all(isinstance(values, np.ndarray) and values.dtype.kind in "biuf" for _, values in parts):
        return np.concatenate([values for _, values in parts])
    values: list[Any] = []
    for count, part in parts:
        values += [None] * count if part is None else list(part)
    return any_column(values)


def _spelled(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    return canonical_json(value).decode()


_ESCAPES = np.array([f"\\x{byte:02X}".encode() for byte in range(256)], dtype="S4")


def _escaped(value: bytes) -> str:
    return _ESCAPES[np.frombuffer(value, dtype=np.uint8)].tobytes().decode()


def _objects(values: Sequence[Any]) -> Array:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
