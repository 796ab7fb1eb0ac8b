"""Tables as columns, decoded to arrays or written to CSV without a loop over rows.

A chunk of rows is one matrix of bytes: every column fills its stretch, unused places stay 0, and all
zeros are dropped at the end. That writes a million rows in a few seconds.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, assert_never

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.simulate.arrays import DAY_MS, Bytes, Flags, Ints, Keys

Matrix: TypeAlias = NDArray[np.uint8]

CHUNK_ROWS = 65_536  # Keeps the widest chunk (400 bytes of JSON a cell, twice) near 50 MB.
COMMA, NEWLINE = ord(","), ord("\n")
MARKS_TO_QUOTE: Final = (b",", b'"', b"\n", b"\r")
HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


class Coded(Struct, frozen=True, kw_only=True):
    """Text by code into `values` (UTF-8); -1 is empty."""

    codes: Ints
    values: Bytes


class Numbers(Struct, frozen=True, kw_only=True):
    """Whole numbers; those below 0 are empty."""

    values: Ints


class Money(Struct, frozen=True, kw_only=True):
    """Amounts in fen, 0 or more, written in yuan with two decimals as shops export them."""

    values: Ints


class Moments(Struct, frozen=True, kw_only=True):
    """Instants in milliseconds, written as ISO 8601 with the zone, to the second."""

    values: Ints
    offset_minutes: int


class Dates(Struct, frozen=True, kw_only=True):
    """Days since 1970-01-01; those before `NO_DATE_BEFORE` are empty."""

    values: Ints


class Marks(Struct, frozen=True, kw_only=True):
    """Ids: a letter and the 16 hex digits of a key."""

    prefix: str
    values: Keys


class Truths(Struct, frozen=True, kw_only=True):
    """Flags, written true and false."""

    values: Flags


Column: TypeAlias = Coded | Numbers | Money | Moments | Dates | Marks | Truths
Table: TypeAlias = Mapping[str, Column]

NO_DATE_BEFORE = -50_000  # 1833; no member is that old.


def coded(texts: Sequence[str], codes: Ints) -> Coded:
    return Coded(codes=codes, values=np.array([text.encode() for text in texts] or [b""]))


def texts(values: Sequence[str]) -> Coded:
    """Return a column in which every row has a text of its own; an empty text is an empty cell."""
    return coded(values, np.arange(len(values), dtype=np.int64))


def padded(prefix: str, numbers: Ints, digits: int, suffix: str = "") -> Bytes:
    """Return prefix, number with leading zeros, suffix, as bytes; numbers must fit the digits."""
    width = len(prefix) + digits + len(suffix)
    matrix = np.empty((numbers.size, width), dtype=np.uint8)
    matrix[:] = np.frombuffer(f"{prefix}{'0' * digits}{suffix}".encode(), dtype=np.uint8)
    rest = numbers
    for place in range(len(prefix) + digits - 1, len(prefix) - 1, -1):
        matrix[:, place] = 48 + rest % 10
        rest = rest // 10
    return matrix.view(f"S{width}").ravel()


def row_count(table: Table) -> int:
    return next(iter(_row_count(column) for column in table.values()))


def decoded(table: Table) -> dict[str, NDArray[Any]]:
    """Return plain arrays: text and ids as objects, money in fen, instants in ms, dates in days, flags."""
    return {name: _plain(column) for name, column in table.items()}


def write_csv(table: Table, path: Path) -> None:
    """Write the table with a header line, UTF-8, `\\n` at line ends, quoted as RFC 4180 says."""
    columns = [(column, _words(column)) for column in table.values()]
    rows = row_count(table)
    with path.open("wb") as file:
        file.write((",".join(table) + "\n").encode())
        for start in range(0, rows, CHUNK_ROWS):
            chunk = slice(start, min(start + CHUNK_ROWS, rows))
            file.write(_rendered([_cells(column, words, chunk) for column, words in columns]))


def marks(column: Marks) -> Bytes:
    """Return the ids as bytes, as they are written."""
    return _hex(column.prefix, column.values).view("S17").ravel()


def _row_count(column: Column) -> int:
    return column.codes.size if isinstance(column, Coded) else column.values.size


def _words(column: Column) -> Matrix:
    """Return what a column's codes stand for, one a row and the empty cell last; nothing for the others."""
    match column:
        case Coded(values=values):
            return _matrix(np.append(_quoted(values), b""))
        case Truths():
            return _matrix(np.array([b"false", b"true"]))
        case _:
            return np.zeros((0, 0), dtype=np.uint8)


def _cells(column: Column, words: Matrix, chunk: slice) -> Matrix:
    """Return the bytes of a chunk, one row a cell, 0 where there is none."""
    match column:
        case Coded(codes=codes):
            return words[codes[chunk]]
        case Truths(values=flags):
            return words[flags[chunk].astype(np.int64)]
        case Numbers(values=values):
            return _digits(values[chunk])
        case Money(values=values):
            return _yuan(values[chunk])
        case Moments(values=values, offset_minutes=offset):
            return _iso(values[chunk], offset)
        case Dates(values=values):
            return _dates(values[chunk], values[chunk] >= NO_DATE_BEFORE)
        case Marks(prefix=prefix, values=numbers):
            return _hex(prefix, numbers[chunk])
        case _:
            assert_never(column)


def _rendered(parts: list[Matrix]) -> bytes:
    rows = parts[0].shape[0]
    width = sum(part.shape[1] + 1 for part in parts)
    matrix = np.zeros((rows, width), dtype=np.uint8)
    place = 0
    for part in parts:
        matrix[:, place : place + part.shape[1]] = part
        place += part.shape[1] + 1
        matrix[:, place - 1] = COMMA
    matrix[:, -1] = NEWLINE
    flat = matrix.ravel()
    return flat[flat != 0].tobytes()


def _quoted(values: Bytes) -> Bytes:
    """Return the cells as the csv module would write them; only cells that need it are touched."""
    if not any(mark in b"".join(values.tolist()) for mark in MARKS_TO_QUOTE):
        return values
    return np.array([_quoted_cell(value) for value in values.tolist()])


def _quoted_cell(value: bytes) -> bytes:
    if not any(mark in value for mark in MARKS_TO_QUOTE):
        return value
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([value.decode()])
    return out.getvalue().encode()


def _matrix(values: Bytes) -> Matrix:
    width = max(1, values.dtype.itemsize)
    return values.astype(f"S{width}").view(np.uint8).reshape(values.size, width)


def _digits(values: Ints) -> Matrix:
    size = max(1, len(str(int(values.max(initial=0)))))
    matrix = np.zeros((values.size, size), dtype=np.uint8)
    rest = np.maximum(values, 0)
    for place in range(size - 1, -1, -1):
        shown = (rest > 0) | ((place == size - 1) & (values >= 0))
        matrix[:, place] = np.where(shown, 48 + rest % 10, 0)
        rest = rest // 10
    return matrix


def _yuan(values: Ints) -> Matrix:
    point = np.full((values.size, 1), ord("."), dtype=np.uint8)
    fen = np.stack([48 + values // 10 % 10, 48 + values % 10], axis=1).astype(np.uint8)
    return np.concatenate([_digits(values // 100), point, fen], axis=1)


def _iso(values: Ints, offset_minutes: int) -> Matrix:
    local = values + offset_minutes * 60_000
    second = local % DAY_MS // 1000
    clock = np.empty((values.size, 9), dtype=np.uint8)
    clock[:, 0] = ord("T")
    clock[:, [3, 6]] = ord(":")
    for place, number in ((1, second // 3600), (4, second // 60 % 60), (7, second % 60)):
        clock[:, place] = 48 + number // 10
        clock[:, place + 1] = 48 + number % 10
    sign = "+" if offset_minutes >= 0 else "-"
    zone = f"{sign}{abs(offset_minutes) // 60:02d}:{abs(offset_minutes) % 60:02d}".encode()
    tail = np.broadcast_to(np.frombuffer(zone, dtype=np.uint8), (values.size, len(zone)))
    return np.concatenate([_dates(local // DAY_MS, np.ones(values.size, np.bool_)), clock, tail], axis=1)


def _dates(days: Ints, present: Flags) -> Matrix:
    """Return yyyy-mm-dd of each day, through a table of the days that occur."""
    if not days.size:
        return np.zeros((0, 10), dtype=np.uint8)
    shown = np.where(present, days, 0)
    first = int(shown.min())
    span = np.arange(first, int(shown.max()) + 1).astype("datetime64[D]")
    table = np.datetime_as_string(span).astype("S10").view(np.uint8).reshape(-1, 10)
    return np.where(present[:, None], table[shown - first], 0).astype(np.uint8)


def _hex(prefix: str, values: Keys) -> Matrix:
    octets = values.astype(">u8").view(np.uint8).reshape(-1, 8)
    matrix = np.empty((values.size, 17), dtype=np.uint8)
    matrix[:, 0] = ord(prefix)
    matrix[:, 1::2] = HEX[octets >> 4]
    matrix[:, 2::2] = HEX[octets & 15]
    return matrix


def _plain(column: Column) -> NDArray[Any]:
    match column:
        case Coded(codes=codes, values=values):
            known = np.array([*(value.decode() for value in values.tolist()), ""], dtype=object)
            return known[codes]
        case Numbers(values=values) | Money(values=values) | Moments(values=values) | Dates(values=values):
            return values
        case Marks():
            return marks(column).astype(str).astype(object)
        case Truths(values=values):
            return values
        case _:
            assert_never(column)
