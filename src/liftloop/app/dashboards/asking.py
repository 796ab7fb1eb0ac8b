"""Asks the lake what a tile shows: of the caller's own customers, within limits, once for all who see alike."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.category_names import category_names
from liftloop.app.code_names import STAGE_NAMES, medium_name
from liftloop.app.dashboards.checking import BadTile, check_tile
from liftloop.app.dashboards.vocabulary import MEASURES, VALUE_NAMES, Unit, measure_of
from liftloop.app.desk import Desk
from liftloop.app.kept_answers import Kept
from liftloop.app.results.asking import ZONE_MS, day_ms, shop_day
from liftloop.app.results.words import event_said
from liftloop.app.sight import bounded, everybody_in_sight, sight_of_caller
from liftloop.app.words import Said, reason_words, row_label
from liftloop.inference.arrays import Integers
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.kernel.errors import LiftloopError
from liftloop.measure.cohorts import bucket_of, first_day
from liftloop.measure.dashboards import Tile
from liftloop.storage.contract import TookTooLong
from liftloop.storage.question import Query
from liftloop.storage.tally import Field, Measure, Only, Tally

GROUPS_MAX, GROUPS_IN_TIME_MAX = 12, 6
"""As many bars or lines as can be told apart."""
SECONDS_MAX = 10.0
"""A tile that takes longer holds up all others, and nobody looks at it."""


class TileTooSlow(LiftloopError):
    """The lake gave up."""

    def __init__(self) -> None:
        super().__init__(
            "tile_too_slow",
            zh=f"{SECONDS_MAX:.0f} 秒内没算完",
            en=f"not counted within {SECONDS_MAX:.0f} seconds",
            next_zh="缩短时间范围，或去掉一个分组、条件",
            next_en="choose fewer days, or drop a group or a condition",
            status=422,
        )


class Group(Struct, frozen=True, kw_only=True):
    """One line or bar: its value in the data, what it is called, and whether it stands for all the others."""

    value: str
    name: Said
    other: bool


class Point(Struct, frozen=True, kw_only=True):
    """`at_ms` is where its piece of time begins by the shop's clock, None where none was asked."""

    group: int
    at_ms: int | None
    value: float | None


class Answer(Struct, frozen=True, kw_only=True):
    """What a tile shows; `before` is the same number of as long a time before, where it is one number."""

    unit: Unit
    groups: tuple[Group, ...]
    points: tuple[Point, ...]
    before: float | None
    from_ms: int
    to_ms: int


class Numbers(Struct, frozen=True, kw_only=True):
    """All measures of some rows, and of those of as long a time before; None where there are no rows."""

    now: Mapping[str, float | None] | None
    before: Mapping[str, float | None] | None
    from_ms: int
    to_ms: int


class Behind(Struct, frozen=True, kw_only=True):
    """Of which part of a tile the people are wanted: a group by its value, or all but some, or a piece of time."""

    group: str | None = None
    other_than: tuple[str, ...] = ()
    at_ms: int | None = None


class Answers:
    """Counts tiles; what was counted is good until the data have moved on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, tile: Tile, patience_s: float | None = None) -> Kept[Answer]:
        """Return what a tile shows now, or showed shortly before for whoever has little patience.

        Raises `BadTile`, `PersonalField` and `TileTooSlow`.
        """
        check_tile(tile, own_personal(self._desk))
        seen = sight_of_caller(), shop_day(self._desk.clock.now_ms())
        if _is_number(tile):
            key = ("numbers", tile.dataset, tile.only, tile.days, *seen)
            kept = await self._desk.answers.ask(key, lambda: self._numbers(tile), patience_s=patience_s)
            answer = _one_of(kept.answer, tile)
            return Kept(answer=answer, at_ms=kept.at_ms, reached=kept.reached, newer_soon=kept.newer_soon)
        key = ("tile", replace(tile, id="", title="", x=0, y=0, w=1, h=1), *seen)
        return await self._desk.answers.ask(key, lambda: self._counted(tile), patience_s=patience_s)

    async def _numbers(self, tile: Tile) -> Numbers:
        """Count all measures of a tile's dataset at once: tiles with numbers lie side by side, and share the rows."""
        from liftloop.storage.tally_sql import duckdb_numbers

        measures = [each for each in MEASURES[tile.dataset] if not each.takes_property]
        tally = _tally(tile, measures[0].measure, self._desk.clock.now_ms())
        rows = await self._asked(duckdb_numbers, tally, [each.measure for each in measures])
        found = {
            bool(earlier): {each.id: _number(rows[f"value_{place}"][row]) for place, each in enumerate(measures)}
            for row, earlier in enumerate(rows["earlier"].tolist())
        }
        return Numbers(now=found.get(False), before=found.get(True), from_ms=tally.from_ms, to_ms=tally.to_ms)

    async def _counted(self, tile: Tile) -> Answer:
        countable = measure_of(tile.dataset, tile.measure)
        assert countable is not None, "the tile was checked"
        tally = _tally(tile, countable.measure, self._desk.clock.now_ms())
        groups, points = _told(await self._rows(tally), tile, tally)
        return Answer(
            unit=countable.unit,
            groups=await self._named(tile, groups),
            points=points,
            before=None,
            from_ms=tally.from_ms,
            to_ms=tally.to_ms,
        )

    async def people(self, tile: Tile, behind: Behind) -> Integers:
        """Return the people whose rows a part of a tile counts, each once; raises as `ask` does."""
        check_tile(tile, own_personal(self._desk))
        countable = measure_of(tile.dataset, tile.measure)
        assert countable is not None, "the tile was checked"
        await self._desk.follower.catch_up()
        tally = _part(_tally(tile, countable.measure, self._desk.clock.now_ms()), behind)
        return (await self._rows(tally, people=True))["profile"].astype(np.int64)

    async def _rows(self, tally: Tally, *, people: bool = False) -> dict[str, Any]:
        from liftloop.storage.tally_sql import duckdb_tally, duckdb_tally_people

        return await self._asked(duckdb_tally_people if people else duckdb_tally, tally)

    async def _asked(self, compiled: Callable[..., Query], *asking: Any) -> dict[str, Any]:
        """Compile a query of the rows that the caller may see, and return what the lake answers."""
        from liftloop.storage.tally_sql import Unanswerable

        try:
            asked = compiled(*asking, people=bounded())
        except Unanswerable as error:
            raise BadTile(f"没有「{error}」这个字段", f"there is no field {error}") from error
        given = [everybody_in_sight(), *asked.parameters] if bounded() else list(asked.parameters)
        try:
            return await self._desk.follower.select(asked.text, given, SECONDS_MAX)
        except TookTooLong as error:
            raise TileTooSlow from error

    async def _named(self, tile: Tile, values: list[tuple[str, bool]]) -> tuple[Group, ...]:
        names = await self._names(tile, [value for value, _ in values])
        return tuple(
            Group(
                value=value,
                name=OTHERS if other else names.get(value) or (Said(value, value) if value else UNSAID),
                other=other,
            )
            for value, other in values
        )

    async def _names(self, tile: Tile, values: list[str]) -> Mapping[str, Said]:
        """Return what values are called, those that are codes."""
        if tile.by is None:
            return {"": Said("", "")}
        name = tile.by.name
        if tile.by.kind != "column":
            return STAGE_NAMES if name == "lifecycle_stage" else {}
        match name:
            case "name":
                return {value: event_said(value) for value in values}
            case "channel":
                return {value: medium_name(value) for value in values if value}
            case "campaign" | "journey":
                bodies = self._desk.definitions.live("journey") | self._desk.definitions.live("campaign")
                called = {value: str(bodies[value]["name"]) for value in values if value in bodies}
                return {value: Said(each, each) for value, each in called.items()}
            case "state":
                return {value: row_label(value, "") for value in values if value}
            case "reason":
                return {value: reason_words(value) for value in values if value}
            case "category":
                return await category_names(self._desk.follower, values)
            case _:
                return VALUE_NAMES.get(name, {})


OTHERS = Said("其他", "others")
UNSAID = Said("没有说", "not said")


def own_personal(desk: Desk) -> frozenset[str]:
    """Return the shop's own fields that it declared personal."""
    fields = desk.definitions.live("field")
    return frozenset(identity for identity, body in fields.items() if body.get("personal"))


def _is_number(tile: Tile) -> bool:
    """Say whether a tile is one number beside that of the time before, of a measure that needs nothing named."""
    plain = tile.by is None and tile.grain is None and not tile.property
    return tile.chart == "number" and plain and tile.days > 0


def _one_of(numbers: Numbers, tile: Tile) -> Answer:
    """Return one of the numbers as what its tile shows."""
    countable = measure_of(tile.dataset, tile.measure)
    assert countable is not None, "the tile was checked"
    nothing = None if countable.measure.aggregate in ("mean", "share") else 0.0
    value = nothing if numbers.now is None else numbers.now[tile.measure]
    return Answer(
        unit=countable.unit,
        groups=(Group(value="", name=Said("", ""), other=False),),
        points=(Point(group=0, at_ms=None, value=value),),
        before=None if numbers.before is None else numbers.before[tile.measure],
        from_ms=numbers.from_ms,
        to_ms=numbers.to_ms,
    )


def _tally(tile: Tile, measure: Measure, now_ms: int) -> Tally:
    """Return the tile as a tally of whole days of the shop, today among them."""
    today = shop_day(now_ms)
    to_ms = day_ms(today) + DAY_MS
    first = today - timedelta(days=tile.days - 1)
    if tile.grain in ("week", "month"):  # A piece that is cut off would look like a fall.
        first = first_day(bucket_of(first, tile.grain), tile.grain)
    if tile.property:
        measure = Measure(measure.aggregate, Field("property", tile.property))
    return Tally(
        dataset=tile.dataset,
        measure=measure,
        by=tile.by.field() if tile.by else None,
        only=tuple(each.only() for each in tile.only),
        grain=tile.grain,
        from_ms=day_ms(first) if tile.days else 0,
        to_ms=to_ms,
        zone_ms=ZONE_MS,
        groups_max=GROUPS_IN_TIME_MAX if tile.grain else GROUPS_MAX,
    )


def _part(tally: Tally, behind: Behind) -> Tally:
    """Return the tally of one bar, line or point of a tile."""
    if tally.by is not None and behind.group is not None:
        tally = replace(tally, only=(*tally.only, Only(tally.by, (behind.group,))))
    if tally.by is not None and behind.other_than:
        tally = replace(tally, only=(*tally.only, Only(tally.by, behind.other_than, unless=True)))
    if behind.at_ms is None or tally.grain is None:
        return tally
    ends_ms = behind.at_ms + HOUR_MS
    if tally.grain != "hour":
        following = first_day(bucket_of(shop_day(behind.at_ms), tally.grain) + 1, tally.grain)
        ends_ms = day_ms(following)
    return replace(tally, from_ms=max(tally.from_ms, behind.at_ms), to_ms=min(tally.to_ms, ends_ms))


def _told(rows: Mapping[str, Any], tile: Tile, tally: Tally) -> tuple[list[tuple[str, bool]], tuple[Point, ...]]:
    """Return groups in their order, the largest first and all others last, and every point.

    Where nothing happened there is no row: of what is added up that is 0, of what is averaged it is nothing.
    """
    columns = zip(*(rows[name] for name in ("bucket", "label", "other", "value")), strict=True)
    told = [
        (None if np.isnan(bucket) else int(bucket), (str(label) if label else "", bool(other)), _number(value))
        for bucket, label, other, value in columns
    ]
    sizes: dict[tuple[str, bool], float] = {}
    for _, group, value in told:
        sizes[group] = sizes.get(group, 0.0) + (value or 0.0)
    groups = sorted(sizes, key=lambda group: (group[1], -sizes[group], group[0]))
    place = {group: index for index, group in enumerate(groups)}
    added_up = tally.measure.aggregate not in ("mean", "share")
    if not told and tile.by is None and tile.grain is None:
        return [("", False)], (Point(group=0, at_ms=None, value=0.0 if added_up else None),)
    known = {(bucket, group): value for bucket, group, value in told}
    if added_up and tile.grain is not None and told:
        known = {(bucket, group): 0.0 for bucket in _pieces(told, tile, tally) for group in groups} | known
    points = tuple(
        Point(group=place[group], at_ms=None if bucket is None else _begins_ms(bucket, tile), value=value)
        for (bucket, group), value in known.items()
    )
    return groups, points


def _pieces(told: Sequence[tuple[int | None, Any, Any]], tile: Tile, tally: Tally) -> range:
    """Return the numbers of all pieces of time from the first asked about, or the first there is, to the last."""
    assert tile.grain is not None
    first = min(bucket for bucket, _, _ in told if bucket is not None)
    if tile.grain == "hour":
        from_piece, last = (tally.from_ms + ZONE_MS) // HOUR_MS, (tally.to_ms + ZONE_MS) // HOUR_MS - 1
    else:
        from_piece = bucket_of(shop_day(tally.from_ms), tile.grain) if tile.days else first
        last = bucket_of(shop_day(tally.to_ms - 1), tile.grain)
    return range(from_piece if tile.days else first, last + 1)


def _begins_ms(bucket: int, tile: Tile) -> int:
    assert tile.grain is not None
    if tile.grain == "hour":
        return bucket * HOUR_MS - ZONE_MS
    return (first_day(bucket, tile.grain) - _UNIX) // timedelta(milliseconds=1) - ZONE_MS


def _number(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


_UNIX = date(1970, 1, 1)
