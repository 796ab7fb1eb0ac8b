"""Excel and OpenDocument sheets, read by calamine. A sheet is held in memory while it is staged, hence the limits."""

import datetime
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from liftloop.plugins.sources.file.dialect import PREAMBLE_ROWS_MAX, column_names, header_index
from liftloop.plugins.sources.file.problems import (
    damaged_file,
    empty_file,
    file_too_large,
    password_protected,
    unknown_sheet,
)
from liftloop.plugins.sources.file.staging import BadLines, Feed, Row, Staged, Staging, stage_rows
from liftloop.plugins.sources.file.text import read_chunks

UNPACKED_BYTES_MAX = 2 * 1024**3  # A full sheet of a million rows and thirty columns unpacks to about this.

COMPOUND_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

DIGITS_KEPT = 1e15
"""Whole numbers below it are stored to the last digit."""

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def stage_excel(staging: Staging, table: str, path: Path, sheet: str, name: str) -> Staged:
    """Stage one sheet: the one named, else the first that holds a table, else the first that holds anything.

    Raises `password_protected`, `damaged_file`, `file_too_large`, `unknown_sheet`, `empty_file`.
    """
    _check_size(path, name)
    if _is_encrypted(path, name):
        raise password_protected(name)
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            found = _choose_sheet(workbook, sheet, name)
            staged = _stage_sheet(staging, table, found, name)
            return replace(staged, sheet=found.name, sheets=tuple(workbook.sheet_names))
    except PasswordError:
        raise password_protected(name) from None
    except CalamineError:
        raise damaged_file(name) from None


def _check_size(path: Path, name: str) -> None:
    if not zipfile.is_zipfile(path):
        return  # The old binary format is not packed.
    with zipfile.ZipFile(path) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > UNPACKED_BYTES_MAX:
            raise file_too_large(name, UNPACKED_BYTES_MAX)


def _is_encrypted(path: Path, name: str) -> bool:
    """Tell an xlsx under a password: a compound file (MS-OFFCRYPTO) that holds a stream of this name."""
    before = b""
    for chunk in read_chunks(path, name):
        if not before and not chunk.startswith(COMPOUND_MAGIC):
            return False
        if ENCRYPTED_STREAM in before + chunk:
            return True
        before = chunk[-len(ENCRYPTED_STREAM) :]
    return False


def _choose_sheet(workbook: CalamineWorkbook, sheet: str, name: str) -> CalamineSheet:
    if sheet:
        if sheet not in workbook.sheet_names:
            raise unknown_sheet(name, sheet, workbook.sheet_names)
        return workbook.get_sheet_by_name(sheet)
    filled = [found for each in workbook.sheet_names if (found := workbook.get_sheet_by_name(each)).height]
    if not filled:
        raise empty_file(name)
    return next((found for found in filled if _holds_a_table(found)), filled[0])


def _holds_a_table(sheet: CalamineSheet) -> bool:
    """Tell rows below a header of several columns from a cover page or a note in one."""
    head = _head_of(sheet)
    index = header_index(head)
    return sum(bool(cell.strip()) for cell in head[index]) > 1 and any(any(row) for row in head[index + 1 :])


def _head_of(sheet: CalamineSheet) -> list[list[str]]:
    return [[cell_text(cell) for cell in row] for row in sheet.to_python(nrows=PREAMBLE_ROWS_MAX * 2)]


def _stage_sheet(staging: Staging, table: str, sheet: CalamineSheet, name: str) -> Staged:
    top = sheet.start[0] if sheet.start else 0
    head = _head_of(sheet)
    if not head:
        raise empty_file(name)
    index = header_index(head)
    names = column_names(_without_empty_end(head[index]), name)
    bad = BadLines()
    rows = _data_rows(sheet.iter_rows(), index, top + 1, len(names), bad)
    return stage_rows(staging, table, Feed(names, rows, bad), name)


def _data_rows(
    rows: Iterable[Sequence[Cell]], header: int, first_line: int, width: int, bad: BadLines
) -> Iterator[Row]:
    """Yield the rows below the header under their row number in Excel; blank rows are left out."""
    for index, cells in enumerate(rows):
        if index <= header:
            continue
        texts = [cell_text(cell) for cell in cells]
        if not any(texts):
            continue
        if any(texts[width:]):
            bad.add(first_line + index, "too_many_cells", ",".join(texts))
            continue
        yield first_line + index, [*texts[:width], *[""] * (width - len(texts))]


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def cell_text(cell: Cell) -> str:
    """Return a cell as text: whole floats without `.0`, dates in ISO, as the sheet stores and not as it shows them.

    Of a number a sheet stores fifteen digits: a longer one says `E+`, as the sheet does, and is no identifier any more.
    """
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer():
            return str(int(cell)) if abs(cell) < DIGITS_KEPT else f"{cell:.14E}"
        case datetime.datetime():
            return cell.isoformat(sep=" ")
        case _:
            return str(cell)
