"""What a bench draws: every launch and seed is a dot where it belongs, and the file is a PNG that can be looked at."""

import struct
from pathlib import Path

import pytest
from bench import forecast_picture, policy_picture
from bench.pictures import PPI, Panel

from liftloop.app.proving.runs import Played
from liftloop.app.proving.worth import Outcome
from liftloop.inference.calibration import LEVELS
from liftloop.inference.intervals import Estimate
from liftloop.plan.forecast import Forecast


def _played(number: int, point: float, measured: float | None) -> Played:
    forecast = Forecast(
        point=point,
        i50=(point - 0.01, point + 0.01),
        i80=(point - 0.02, point + 0.02),
        i90=(point - 0.03, point + 0.03),
        assumed=False,
        evaluation=0.01,
        measurement=0.01,
        shift=0.0,
    )
    return Played(
        number=number,
        status="ready",
        reason="",
        forecast=forecast,
        measured=None if measured is None else Estimate(value=measured, error=0.01, units=1_000),
        truth=point,
        usual=point,
        treated=900,
        messages=900,
    )


def _outcome(value: float, oracle: float) -> Outcome:
    return Outcome(
        status="ready",
        reason="",
        value=value,
        cost_fen=0,
        oracle=oracle,
        oracle_cost_fen=0,
        static=0,
        static_arm="nobody",
        buyers_alone=100,
    )


class _Drawn:
    """Takes the picture in place of the file."""

    panels: tuple[Panel, ...]

    def __call__(self, picture: policy_picture.Picture, path: Path) -> Path:
        self.panels = picture.panels
        return path


PLAYED = (_played(1, 0.05, 0.055), _played(2, 0.02, 0.08), _played(3, 0.1, 0.085), _played(4, 0.04, None))


def test_every_measured_launch_stands_beside_its_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two dots a launch, told and true, by colour whether the 90% range held it; what was not measured is left out."""
    drawn = _Drawn()
    monkeypatch.setattr(forecast_picture, "draw", drawn)
    forecast_picture.draw_forecasts("t", PLAYED, Path("x.png"))
    launches, coverage = drawn.panels
    measured = [(dot.at, dot.tone) for dot in launches.dots if dot.tone != "faint"]
    assert measured == [((0.05, 0.055), "good"), ((0.02, 0.08), "harm"), ((0.1, 0.085), "good")]
    assert [dot.at for dot in launches.dots if dot.tone == "faint"] == [(0.05, 0.05), (0.02, 0.02), (0.1, 0.1)]
    assert [dot.at for dot in coverage.dots] == [
        (level, pytest.approx(held)) for level, held in zip(LEVELS, (1 / 3, 2 / 3, 2 / 3), strict=True)
    ]
    for dot in launches.dots:
        assert launches.x.range[0] <= dot.at[0] <= launches.x.range[1]
        assert launches.y.range[0] <= dot.at[1] <= launches.y.range[1]


def test_every_seed_is_a_dot_of_its_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar is all seeds together, weighed by what could be had; a world where nothing can be had is left out."""
    drawn = _Drawn()
    monkeypatch.setattr(policy_picture, "draw", drawn)
    worlds = {"weak": (_outcome(50, 100), _outcome(90, 300)), "null": (_outcome(0, 0),), "drift": (_outcome(80, 100),)}
    policy_picture.draw_values({20_000: worlds}, {20_000: 0.35}, {20_000: 0.6}, Path("x.png"))
    (panel,) = drawn.panels
    assert [tick.text for tick in panel.x.ticks] == ["weak", "drift"]
    assert [dot.at[1] for dot in panel.dots] == pytest.approx([0.5, 0.3, 0.8])
    assert [round(dot.at[0]) for dot in panel.dots] == [0, 0, 1]
    bars = [line.start[1] for line in panel.lines if not line.dashed]
    assert bars == pytest.approx([0.35, 0.8])
    assert {words.text for words in panel.words} == {"must 35%", "aim 60%", "35%", "80%"}


def test_a_picture_is_a_png_that_can_be_looked_at(tmp_path: Path) -> None:
    """The file begins as PNG does and is at least as wide and high as a page of a screen, whatever folder it is in."""
    path = forecast_picture.draw_forecasts("Forecasts", PLAYED, tmp_path / "new" / "forecasts.png")
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", head[16:24])
    assert width > 4 * PPI
    assert height > 2 * PPI
