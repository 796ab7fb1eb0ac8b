"""A review as slides (16:9): one section a slide, native charts and tables, every text to be edited."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.util import Inches

from liftloop.kernel.errors import Language
from liftloop.measure.review.document import Review
from liftloop.plugins.documents.fixed_words import FIXED
from liftloop.plugins.documents.slide_charts import draw
from liftloop.plugins.documents.slide_parts import (
    HEIGHT,
    INK,
    MARGIN,
    SOFT,
    TONES,
    WIDTH,
    Box,
    Style,
    band,
    facts_row,
    notes_stack,
    table,
    text_box,
)
from liftloop.plugins.documents.spoken import spoken

_BLANK = 6  # The layout without placeholders in the template that python-pptx brings.
_TITLE = Style(points=26, bold=True, color=INK)
_LEAD = Style(points=16, color=INK)
_SMALL = Style(points=11, color=SOFT)
_POINT = Style(points=17, color=INK)
_VERDICT_TONES = {"better": "good", "worse": "harm", "unclear": "decide", "too_early": "plain"}


def slides(review: Review, language: Language) -> bytes:
    """Return a review as PPTX: a title slide, then a slide for each section."""
    said, fixed = spoken(review, language), FIXED[language]
    deck: Any = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    deck.core_properties.title = said["title"]
    deck.core_properties.author = "Liftloop"
    made = datetime.fromtimestamp(review.as_of_ms // 1_000, UTC).replace(tzinfo=None)
    deck.core_properties.created = deck.core_properties.modified = made
    _first(deck, said, fixed)
    for section in said["sections"]:
        _section(deck, section)
    for number, slide in enumerate(deck.slides, start=1):
        foot = Box(MARGIN, HEIGHT - 0.45, WIDTH - 2 * MARGIN, 0.3)
        text_box(slide, foot, [f"{said['title']} · {fixed['review']} · {number}"], _SMALL)
    kept = BytesIO()
    deck.save(kept)
    return kept.getvalue()


def _first(deck: Any, said: Mapping[str, Any], fixed: Mapping[str, str]) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[_BLANK])
    state = fixed["final"] if said["status"] == "final" else fixed["so_far"]
    text_box(slide, Box(MARGIN, 0.7, WIDTH - 2 * MARGIN, 0.35), [f"{fixed['review']} · {state}"], _SMALL)
    title = Style(points=34, bold=True, color=INK)
    text_box(slide, Box(MARGIN, 1.05, WIDTH - 2 * MARGIN, 1.5), [said["title"]], title)
    tone = _VERDICT_TONES[said["verdict"]]
    place = Box(MARGIN, 2.75, WIDTH - 2 * MARGIN, 1.25)
    band(slide, place, tone)
    inner = Box(MARGIN + 0.25, 2.8, WIDTH - 2 * MARGIN - 0.5, 1.15)
    text_box(slide, inner, [said["headline"]], Style(points=22, bold=True, color=TONES[tone]), middle=True)
    facts_row(slide, said["facts"], Box(MARGIN, 4.5, WIDTH - 2 * MARGIN, 1.5), large=True)


def _section(deck: Any, section: Mapping[str, Any]) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[_BLANK])
    text_box(slide, Box(MARGIN, 0.4, WIDTH - 2 * MARGIN, 0.55), [section["title"]], _TITLE)
    text_box(slide, Box(MARGIN, 0.98, WIDTH - 2 * MARGIN, 0.85), [section["lead"]], _LEAD)
    top = 1.85
    if section["facts"]:
        facts_row(slide, section["facts"], Box(MARGIN, top, WIDTH - 2 * MARGIN, 1.0))
        top += 1.2
    notes: Sequence[Mapping[str, Any]] = section["notes"]
    room = HEIGHT - 0.6 - top - 0.62 * len(notes)
    drawn = section["chart"] is not None or section["table"] is not None
    if section["chart"] is not None:
        draw(slide, section["chart"], Box(MARGIN, top, WIDTH - 2 * MARGIN, room))
    if section["table"] is not None:
        table(slide, section["table"], Box(MARGIN, top, WIDTH - 2 * MARGIN, room))
    if section["points"]:
        points = [f"•  {point}" for point in section["points"]]
        text_box(slide, Box(MARGIN, top, WIDTH - 2 * MARGIN, room), points, _POINT, spaced=True)
    notes_stack(slide, notes, Box(MARGIN, top + room if drawn else top, WIDTH - 2 * MARGIN, 0.62))
