"""Delimiter and header of a text file, told by how evenly each delimiter cuts its first rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from liftloop.plugins.sources.file.problems import empty_file, no_header, too_many_columns

DELIMITERS = ("\t", "|", ";", ",")  # Where two cut equally well, the rarer one is meant: commas also stand in text.
ROWS_LOOKED_AT = 200
PREAMBLE_ROWS_MAX = 20  # Some exports begin with a title, the shop and the period.
COLUMNS_MAX = 2_000
HEADER_SHOWN_CHARACTERS = 120

_DATE = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}.*|\d{14}", re.ASCII)
_CONTACT = re.compile(r"\+?\d{11,14}|[^@\s]+@[^@\s]+\.[^@\s]+", re.ASCII)
_NUMBER = re.compile(r"[¥￥$-]?\d[\d,]*(?:\.\d+)?%?", re.ASCII)


class Dialect(Struct, frozen=True, kw_only=True):
    """How a text file is cut; the header ends with physical line `header_lines`, and data begin after it."""

    delimiter: str
    header: tuple[str, ...]
    header_lines: int
    plain: bool
    """Whether the rows up to the header hold no quoted line break and no blank line."""


def read_dialect(head: str, head_is_all: bool, name: str) -> Dialect:
    """Return the dialect of a file that begins with `head`; raises `empty_file`, `no_header`, `too_many_columns`."""
    if not head.strip():
        raise empty_file(name)
    delimiter, rows = max((_cut(head, head_is_all, mark) for mark in DELIMITERS), key=lambda cut: _evenness(cut[1]))
    index = header_index([cells for _, cells in rows])
    header_lines, cells = rows[index]
    return Dialect(
        delimiter=delimiter,
        header=column_names(cells, name),
        header_lines=header_lines,
        plain=header_lines == index + 1,
    )


def header_index(rows: Sequence[Sequence[str]]) -> int:
    """Return which row is the header: the first that is filled at least half as wide as most rows are."""
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    for index, row in enumerate(rows[:PREAMBLE_ROWS_MAX]):
        if 2 * sum(bool(cell.strip()) for cell in row) > width:
            return index
    return 0


def column_names(cells: Sequence[str], name: str) -> tuple[str, ...]:
    """Return unique names for the cells of a header; nameless columns are numbered, repeated ones counted."""
    if len(cells) > COLUMNS_MAX:
        raise too_many_columns(name, COLUMNS_MAX)
    trimmed = [" ".join(cell.split()) for cell in cells]
    filled = [cell for cell in trimmed if cell]
    if not filled:
        raise empty_file(name)
    if _looks_like_data(filled):
        raise no_header(name, ", ".join(filled)[:HEADER_SHOWN_CHARACTERS])
    names: dict[str, None] = {}
    for index, cell in enumerate(trimmed):
        wanted = cell or f"column_{index + 1}"
        unique, number = wanted, 2
        while unique in names:
            unique, number = f"{wanted}_{number}", number + 1
        names[unique] = None
    return tuple(names)


def _looks_like_data(cells: Sequence[str]) -> bool:
    """Tell a row of data: a date, phone or address where a name should be, or numbers in half of the cells."""
    telling = any(_DATE.fullmatch(cell) or _CONTACT.fullmatch(cell) for cell in cells)
    return telling or 2 * sum(_NUMBER.fullmatch(cell) is not None for cell in cells) >= len(cells)


def _cut(head: str, head_is_all: bool, delimiter: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """Return the first rows as (last physical line, cells); blank ones and the torn last one are left out."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if cells:
                rows.append((reader.line_num, cells))
            if len(rows) > ROWS_LOOKED_AT:
                break
        else:
            if not head_is_all and len(rows) > 1:
                rows.pop()
    except csv.Error:
        pass  # A cell beyond the limit: the rows before it suffice here, and staging names its line.
    return delimiter, rows or [(1, [head])]


def _evenness(rows: list[tuple[int, list[str]]]) -> tuple[float, int]:
    """Return how good a cut is: the share of rows of the usual width (0 where nothing is cut), then that width."""
    widths = Counter(len(cells) for _, cells in rows)
    width, count = widths.most_common(1)[0]
    return (count / len(rows) if width > 1 else 0.0, width)
