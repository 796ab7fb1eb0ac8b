"""What plans got of what could be had, as a picture: a dot for each seed, a line for each world."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.pictures import Axis, Dot, Line, Panel, Picture, Tick, Words, draw, percent_axis
from liftloop.app.proving.worth import Outcome

WIDE = 0.3  # Half of a world's line; worlds stand one apart.
SPREAD = 0.4  # Over which the dots of a world lie, so that equal ones are seen.


def draw_values(
    found: Mapping[int, Mapping[str, Sequence[Outcome]]],
    must: Mapping[int, float],
    aim: Mapping[int, float],
    path: Path,
) -> Path:
    """Write the values by number of logged rows and world as PNG; worlds in which nothing can be had are left out."""
    panels = tuple(_panel(size, worlds, must[size], aim[size]) for size, worlds in found.items())
    under = "share of the oracle's gain over leaving everybody alone; a dot a seed, a bar all seeds together"
    return draw(Picture(title="What plans get of what could be had", under=under, panels=panels), path)


def _panel(size: int, worlds: Mapping[str, Sequence[Outcome]], must: float, aim: float) -> Panel:
    told = {name: each for name, each in worlds.items() if sum(one.oracle for one in each) > 0}
    shares = [one.share for each in told.values() for one in each]
    y = percent_axis("value", [*shares, 1.0])
    ends = (-0.5, len(told) - 0.5)
    lines = [
        Line(start=(ends[0], must), end=(ends[1], must), tone="harm", dashed=True),
        Line(start=(ends[0], aim), end=(ends[1], aim), tone="good", dashed=True),
    ]
    words = [
        Words(at=(ends[1], must), text=f"must {must:.0%}", tone="harm", right=True),
        Words(at=(ends[1], aim), text=f"aim {aim:.0%}", tone="good", right=True),
    ]
    dots: list[Dot] = []
    for place, outcomes in enumerate(told.values()):
        value = sum(one.value for one in outcomes) / sum(one.oracle for one in outcomes)
        lines.append(Line(start=(place - WIDE, value), end=(place + WIDE, value), tone="plain", width=3))
        words.append(Words(at=(place - WIDE, value), text=f"{value:.0%}", tone="plain"))
        for seed, one in enumerate(outcomes):
            beside = (seed + 0.5) / len(outcomes) - 0.5
            dots.append(Dot(at=(place + SPREAD * beside, one.share), tone="faint"))
    ticks = tuple(Tick(at=float(place), text=name) for place, name in enumerate(told))
    return Panel(
        title=f"{size:,} logged rows",
        x=Axis(label="world", range=ends, ticks=ticks),
        y=y,
        lines=tuple(lines),
        dots=tuple(dots),
        words=tuple(words),
    )
