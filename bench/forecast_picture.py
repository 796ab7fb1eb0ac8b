"""Launched forecasts beside what was measured, as a picture: each launch, and how often told ranges held."""

import math
from collections.abc import Sequence
from pathlib import Path

from bench.pictures import Axis, Dot, Line, Panel, Picture, Tick, Words, draw, percent_axis
from liftloop.app.proving.runs import Played
from liftloop.inference.calibration import LEVELS
from liftloop.inference.intervals import z_two_sided

BAND = 0.9  # How far the share of so many launches strays by chance alone.


def draw_forecasts(title: str, played: Sequence[Played], path: Path) -> Path:
    """Write the calibration of launched forecasts as PNG; there must be at least one."""
    under = f"{len(played)} launches; all lifts relative to doing nothing"
    return draw(Picture(title=title, under=under, panels=(_launches(played), _coverage(played))), path)


def _launches(played: Sequence[Played]) -> Panel:
    told = [(one.forecast, one.measured, one.truth) for one in played if one.forecast and one.measured]
    points = [forecast.point for forecast, _, _ in told]
    everything = [each for forecast, measured, truth in told for each in (*forecast.i90, measured.value, truth)]
    x, y = percent_axis("forecast lift", points), percent_axis("measured lift", everything)
    low, high = max(x.range[0], y.range[0]), min(x.range[1], y.range[1])
    lines = [Line(start=(low, low), end=(high, high), tone="faint", dashed=True)]
    dots: list[Dot] = []
    for forecast, measured, truth in told:
        inside = forecast.i90[0] <= measured.value <= forecast.i90[1]
        lines.append(
            Line(
                start=(forecast.point, forecast.i90[0]), end=(forecast.point, forecast.i90[1]), tone="faint", width=0.7
            )
        )
        dots.append(Dot(at=(forecast.point, truth), tone="faint", radius=1.6))
        dots.append(Dot(at=(forecast.point, measured.value), tone="good" if inside else "harm"))
    words = (Words(at=(high, high), text="as forecast", right=True),)
    title = "Measured lift (dot), true lift (small), told 90% range (bar)"
    return Panel(title=title, x=x, y=y, lines=tuple(lines), dots=tuple(dots), words=words)


def _coverage(played: Sequence[Played]) -> Panel:
    ticks = tuple(Tick(at=each / 5, text=f"{each / 5:.0%}") for each in range(6))
    lines = [Line(start=(0, 0), end=(1, 1), tone="faint", dashed=True)]
    dots: list[Dot] = []
    words: list[Words] = []
    for place, level in enumerate(LEVELS):
        held = [_held(one, place) for one in played if one.forecast and one.measured]
        share = sum(held) / len(held)
        stray = z_two_sided(BAND) * math.sqrt(level * (1 - level) / len(held))
        lines.append(Line(start=(level, level - stray), end=(level, min(level + stray, 1.0)), tone="faint", width=5))
        dots.append(Dot(at=(level, share), tone="good" if abs(share - level) <= stray else "harm", radius=3.5))
        words.append(Words(at=(level - 0.03, share), text=f"{share:.0%}", tone="plain", right=True))
    return Panel(
        title="Share of launches inside the told range",
        x=Axis(label="told", range=(0, 1), ticks=ticks),
        y=Axis(label="held (bars: what chance allows)", range=(0, 1), ticks=ticks),
        lines=tuple(lines),
        dots=tuple(dots),
        words=tuple(words),
    )


def _held(one: Played, place: int) -> bool:
    assert one.forecast is not None
    assert one.measured is not None
    low, high = (one.forecast.i50, one.forecast.i80, one.forecast.i90)[place]
    return low <= one.measured.value <= high
