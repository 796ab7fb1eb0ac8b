"""Charts of a review as native charts of slides: intervals as a scatter of lines and dots, counts as bars."""

from collections.abc import Mapping
from typing import Any

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.util import Inches, Pt

from liftloop.plugins.documents.slide_parts import INK, RULE, SOFT, TONES, Box, Style, rgb, text_box, write

FORMATS: Mapping[str, str] = {"lift": "0.0%", "points": "0.0%", "fen": '"¥"#,##0', "number": "0.00", "people": "#,##0"}
HELD_OUT = "7B828E"
_LIGHT: Mapping[str, str] = {"good": "A6D3C8", "decide": "E8CE9E", "harm": "E3B3B3", "plain": "B9C6DA"}
_LABEL = Style(points=12, bold=True, color=INK)


def draw(slide: Any, chart: Mapping[str, Any], box: Box) -> None:
    """Put a chart under its message."""
    text_box(slide, Box(box.left, box.top, box.width, 0.3), [_message(chart)], Style(points=12, color=SOFT))
    inside = Box(box.left, box.top + 0.3, box.width, box.height - 0.3)
    (_bars if chart["kind"] == "bars" else _intervals)(slide, chart, inside)


def _message(chart: Mapping[str, Any]) -> str:
    mark = chart["mark"]
    return f"{chart['title']}  |  {mark['label']} {mark['text']}" if mark else str(chart["title"])


def _bars(slide: Any, chart: Mapping[str, Any], box: Box) -> None:
    data = CategoryChartData(number_format=FORMATS[chart["unit"]])
    bars = list(reversed(chart["bars"]))  # The first category stands lowest.
    data.categories = [bar["label"] for bar in bars]
    data.add_series(chart["title"], [bar["value"] for bar in bars])
    made = _placed(slide, XL_CHART_TYPE.BAR_CLUSTERED, box, data)
    plot = made.plots[0]
    plot.gap_width = 45
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.show_value, labels.number_format, labels.number_format_is_linked = True, FORMATS[chart["unit"]], False
    labels.font.size, labels.font.color.rgb = Pt(12), rgb(INK)
    for number, bar in enumerate(bars):
        fill = plot.series[0].points[number].format.fill
        fill.solid()
        fill.fore_color.rgb = rgb(TONES[bar["tone"]])
    made.value_axis.visible = False
    made.value_axis.has_major_gridlines = False
    names = made.category_axis
    names.tick_labels.font.size, names.tick_labels.font.color.rgb = Pt(12), rgb(INK)
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.format.line.color.rgb = rgb(RULE)


def _intervals(slide: Any, chart: Mapping[str, Any], box: Box) -> None:
    unit, bars = chart["unit"], chart["bars"]
    part = 0.01 if unit == "fen" else 1.0  # Charts speak of yuan.
    count = len(bars)
    data = XyChartData(number_format=FORMATS[unit])
    edge = _edge(chart)
    for number, bar in enumerate(bars):
        row = count - number
        if bar["low"] is not None:
            span = data.add_series(f"{bar['label']} ↔")
            span.add_data_point(bar["low"] * part, row)
            span.add_data_point((edge if bar["high"] is None else bar["high"]) * part, row)
        data.add_series(bar["label"]).add_data_point(bar["value"] * part, row)
    lines = [("0", 0.0)] + ([(chart["mark"]["label"], chart["mark"]["value"] * part)] if chart["mark"] else [])
    for name, value in lines:
        upright = data.add_series(name)
        upright.add_data_point(value, 0.4)
        upright.add_data_point(value, count + 0.6)
    made = _placed(slide, XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, box, data)
    series = iter(made.plots[0].series)
    for bar in bars:
        if bar["low"] is not None:
            _line(next(series), _LIGHT[bar["tone"]], 12)
        _dot(next(series), bar)
    for name, _ in lines:
        _line(next(series), HELD_OUT if name == "0" else INK, 1.25, dashed=name == "0")
    _axes(made, unit, count)


def _edge(chart: Mapping[str, Any]) -> float:
    """Return how far a range without an upper end is drawn: beyond everything else."""
    shown = [0.0, *(bar[end] for bar in chart["bars"] for end in ("low", "value", "high") if bar[end] is not None)]
    shown += [chart["mark"]["value"]] if chart["mark"] else []
    return max(shown) + 0.2 * (max(shown) - min(shown))


def _placed(slide: Any, kind: Any, box: Box, data: Any) -> Any:
    made = slide.shapes.add_chart(kind, *(Inches(each) for each in box), data).chart
    made.has_legend = False
    made.has_title = False
    made.font.size = Pt(11)
    return made


def _line(series: Any, color: str, points: float, *, dashed: bool = False) -> None:
    series.smooth = False
    series.marker.style = XL_MARKER_STYLE.NONE
    series.format.line.color.rgb = rgb(color)
    series.format.line.width = Pt(points)
    if dashed:
        series.format.line.dash_style = MSO_LINE_DASH_STYLE.DASH


def _dot(series: Any, bar: Mapping[str, Any]) -> None:
    series.smooth = False
    series.format.line.fill.background()
    series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 11
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = rgb(TONES[bar["tone"]])
    series.marker.format.line.fill.background()
    label = series.points[0].data_label
    label.position = XL_LABEL_POSITION.ABOVE
    write(label.text_frame.paragraphs[0], f"{bar['label']}  {bar['text']}", _LABEL)


def _axes(made: Any, unit: str, count: int) -> None:
    across, up = made.category_axis, made.value_axis
    across.has_major_gridlines = False
    across.tick_labels.number_format, across.tick_labels.number_format_is_linked = FORMATS[unit], False
    across.tick_labels.font.size, across.tick_labels.font.color.rgb = Pt(11), rgb(SOFT)
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    across.format.line.color.rgb = rgb(RULE)
    up.visible = False
    up.has_major_gridlines = False
    up.minimum_scale, up.maximum_scale = 0.4, count + 0.6
