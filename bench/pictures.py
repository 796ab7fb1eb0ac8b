"""Figures of a bench as PNG: panels of lines, dots and words, set by Typst, which the written review needs anyway."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import typst
from msgspec import Struct

PPI = 144.0
TEMPLATE = Path(__file__).with_name("picture.typ")

Tone = Literal["good", "decide", "harm", "plain", "faint"]
Point = tuple[float, float]


class Tick(Struct, frozen=True, kw_only=True):
    at: float
    text: str


class Axis(Struct, frozen=True, kw_only=True):
    label: str
    range: tuple[float, float]
    ticks: tuple[Tick, ...]


class Line(Struct, frozen=True, kw_only=True):
    start: Point
    end: Point
    tone: Tone = "plain"
    width: float = 1.0
    dashed: bool = False


class Dot(Struct, frozen=True, kw_only=True):
    at: Point
    tone: Tone = "plain"
    radius: float = 2.5


class Words(Struct, frozen=True, kw_only=True):
    at: Point
    text: str
    tone: Tone = "faint"
    right: bool = False
    """Whether the words end at the point instead of beginning there."""


class Panel(Struct, frozen=True, kw_only=True):
    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    words: tuple[Words, ...] = ()


class Picture(Struct, frozen=True, kw_only=True):
    title: str
    under: str
    panels: tuple[Panel, ...]


def draw(picture: Picture, path: Path) -> Path:
    """Write a picture as PNG and return its path; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    given = {"picture": msgspec.json.encode(picture).decode()}
    path.write_bytes(typst.compile(TEMPLATE.read_bytes(), format="png", ppi=PPI, sys_inputs=given))
    return path


def percent_axis(label: str, values: Sequence[float], count: int = 5) -> Axis:
    """Return an axis of shares that holds zero and all values, with about `count` round ticks."""
    low, high = min(0.0, *values), max(0.0, *values)
    step = next(each for each in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0) if (high - low) / each <= count)
    first, last = int(low // step), int(-(-high // step))
    ticks = tuple(Tick(at=step * place, text=f"{step * place:.0%}") for place in range(first, last + 1))
    return Axis(label=label, range=(step * first, step * max(last, first + 1)), ticks=ticks)
