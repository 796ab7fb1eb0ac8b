"""What slides are put together from: texts, facts side by side, tables, notes with a tone; sizes in inches."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.7
INK, SOFT, RULE = "1B1F2A", "626976", "E7E7E1"
TONES: Mapping[str, str] = {"good": "0E7C66", "decide": "85560F", "harm": "B23A3A", "plain": "3F5B82"}
WASHES: Mapping[str, str] = {"good": "E8F3F0", "decide": "FBF3E4", "harm": "FAECEC", "plain": "F1F4F9"}
MARKS: Mapping[str, str] = {"good": "✓", "decide": "!", "harm": "×", "plain": "i"}
FONT = "Microsoft YaHei"
"""On every Windows and Office for Mac; where it is missing the program takes its own Chinese font."""
_ROW = 0.38


class Box(NamedTuple):
    """Where something stands: from the left, from the top, wide, high."""

    left: float
    top: float
    width: float
    height: float


class Style(Struct, frozen=True, kw_only=True):
    points: float
    color: str
    bold: bool = False


def rgb(color: str) -> RGBColor:
    return RGBColor.from_string(color)


def text_box(
    slide: Any, box: Box, lines: Sequence[str], style: Style, *, middle: bool = False, spaced: bool = False
) -> None:
    """Put lines of one style into a box that wraps them."""
    shape = slide.shapes.add_textbox(*(Inches(each) for each in box))
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.TOP
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        if spaced:
            paragraph.space_after = Pt(style.points * 0.6)
        write(paragraph, line, style)


def write(paragraph: Any, text: str, style: Style) -> None:
    """Add a run, its font named for Latin and for Chinese."""
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold, run.font.name = Pt(style.points), style.bold, FONT
    run.font.color.rgb = rgb(style.color)
    properties = run._r.get_or_add_rPr()  # No other way names the font of Chinese.
    east_asian = properties.find(qn("a:ea"))
    if east_asian is None:
        east_asian = properties.makeelement(qn("a:ea"), {})
        properties.append(east_asian)
    east_asian.set("typeface", FONT)


def band(slide: Any, box: Box, tone: str) -> None:
    """Put a ground of a tone, without a border."""
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Inches(each) for each in box))
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(WASHES[tone])
    shape.line.fill.background()
    shape.shadow.inherit = False


def facts_row(slide: Any, facts: Sequence[Mapping[str, Any]], box: Box, *, large: bool = False) -> None:
    """Put facts side by side: name, number, what it is measured on."""
    each = box.width / max(len(facts), 1)
    value = Style(points=28 if large else 20, bold=True, color=INK)
    small = Style(points=13 if large else 11, color=SOFT)
    name_high, value_high = (0.32, 0.6) if large else (0.26, 0.42)
    for number, fact in enumerate(facts):
        left, wide = box.left + number * each, each - 0.2
        text_box(slide, Box(left, box.top, wide, name_high), [fact["label"]], small)
        text_box(slide, Box(left, box.top + name_high, wide, value_high), [fact["value"]], value)
        if fact["under"]:
            text_box(slide, Box(left, box.top + name_high + value_high, wide, name_high), [fact["under"]], small)


def notes_stack(slide: Any, notes: Sequence[Mapping[str, Any]], box: Box) -> None:
    """Put notes one below the other, each on the ground of its tone with a mark."""
    for number, note in enumerate(notes):
        top = box.top + number * box.height
        band(slide, Box(box.left, top, box.width, box.height - 0.08), note["tone"])
        text = Box(box.left + 0.2, top, box.width - 0.4, box.height - 0.08)
        style = Style(points=12.5, color=TONES[note["tone"]])
        text_box(slide, text, [f"{MARKS[note['tone']]}  {note['text']}"], style, middle=True)


def table(slide: Any, given: Mapping[str, Any], box: Box) -> None:
    """Put a native table, as many rows as fit; the first column is the widest."""
    rows = given["rows"][: max(1, int(box.height / _ROW) - 1)]
    columns = given["columns"]
    size = (len(rows) + 1, len(columns))
    place = (box.left, box.top, box.width, _ROW * size[0])
    made = slide.shapes.add_table(*size, *(Inches(each) for each in place)).table
    first = box.width * 0.4
    for number in range(len(columns)):
        rest = (box.width - first) / max(len(columns) - 1, 1)
        made.columns[number].width = Inches(first if number == 0 else rest)
    for row, cells in enumerate([columns, *rows]):
        for column, text in enumerate(cells):
            cell = made.cell(row, column)
            cell.fill.solid()
            cell.fill.fore_color.rgb = rgb(WASHES["plain"] if row == 0 else "FFFFFF")
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.LEFT if column == 0 else PP_ALIGN.RIGHT
            write(paragraph, text, Style(points=12, bold=row == 0, color=INK))
