"""Excel files from first principles, so that the reader is not tested with its own kind of library."""

import datetime
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from msgspec import Struct


class Formula(Struct, frozen=True):
    """A cell that is calculated, with the value that was saved beside it."""

    text: str
    value: float


class Sheet(Struct, frozen=True):
    """Rows, and the ranges in which cells were merged (`A1:C1`); only the first of a range holds anything."""

    rows: "Sequence[Sequence[Cell]]"
    merged: Sequence[str] = ()


Cell = str | int | float | bool | datetime.datetime | Formula | None
EXCEL_DAY_NOUGHT = datetime.datetime.fromisoformat("1899-12-30")
DATE_STYLE = 1

_STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Cell]] | Sheet]) -> Path:
    """Write an xlsx with these sheets."""
    numbered = list(enumerate(sheets.items(), start=1))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES)
        packed.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.xml")}))
        packed.writestr("xl/styles.xml", _STYLES)
        named = "".join(f'<sheet name="{escape(n)}" sheetId="{i}" r:id="rId{i}"/>' for i, (n, _) in numbered)
        packed.writestr(
            "xl/workbook.xml",
            '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            f"<sheets>{named}</sheets></workbook>",
        )
        targets = {f"rId{i}": ("worksheet", f"worksheets/sheet{i}.xml") for i, _ in numbered}
        packed.writestr("xl/_rels/workbook.xml.rels", _relations(targets | {"rIdS": ("styles", "styles.xml")}))
        for i, (_, sheet) in numbered:
            packed.writestr(f"xl/worksheets/sheet{i}.xml", _sheet(sheet if isinstance(sheet, Sheet) else Sheet(sheet)))
    return path


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    body = "".join(
        f'<Relationship Id="{id_}" Type="{kind}{name}" Target="{to}"/>' for id_, (name, to) in targets.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{body}</Relationships>'


def _sheet(sheet: Sheet) -> str:
    body = "".join(
        f'<row r="{r}">' + "".join(_cell(f"{_letters(c)}{r}", value) for c, value in enumerate(row)) + "</row>"
        for r, row in enumerate(sheet.rows, start=1)
    )
    merged = "".join(f'<mergeCell ref="{each}"/>' for each in sheet.merged)
    merges = f'<mergeCells count="{len(sheet.merged)}">{merged}</mergeCells>' if merged else ""
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{body}</sheetData>{merges}</worksheet>"
    )


def _cell(place: str, value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f'<c r="{place}"><v>{value!r}</v></c>'
        case Formula():
            return f'<c r="{place}"><f>{escape(value.text)}</f><v>{value.value!r}</v></c>'
        case datetime.datetime():
            days = (value - EXCEL_DAY_NOUGHT) / datetime.timedelta(days=1)
            return f'<c r="{place}" s="{DATE_STYLE}"><v>{days!r}</v></c>'
        case str():
            return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def _letters(column: int) -> str:
    return chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)


def write_protected(path: Path) -> Path:
    """Write what Excel writes under a password: a compound file (MS-CFB) with a stream `EncryptedPackage`."""
    sector, free, end, table = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x00" * 16, 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0,
    )  # fmt: skip
    header = header.ljust(sector, b"\xff")
    fat = struct.pack("<III", table, end, end).ljust(sector, b"\xff")
    directory = (
        _entry("Root Entry", 5, child=1, start=end)
        + _entry("EncryptedPackage", 2, child=free, start=end)
        + _entry("", 0, child=free, start=0) * 2
    )
    path.write_bytes(header + fat + directory + b"\x00" * sector)
    return path


def _entry(name: str, kind: int, *, child: int, start: int) -> bytes:
    encoded = name.encode("utf-16-le")
    size = len(encoded) + 2 if name else 0
    none = 0xFFFFFFFF
    return struct.pack("<64sHBBIII16sIQQIQ", encoded, size, kind, 1, none, none, child, b"\x00" * 16, 0, 0, 0, start, 0)
