"""Columns of numbers and words become two matrices: one for trees, one for linear models.

What is learned (levels, bins, centers) comes from the columns alone, never from outcomes, and is plain data,
so that another process encodes tomorrow's rows in the same way. Missing and unknown values are legal everywhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, assert_never

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.inference.arrays import Floats, Integers, SingleFloats
from liftloop.kernel.sets import distinct

Texts: TypeAlias = NDArray[np.str_]
Column: TypeAlias = Floats | Texts  # Missing: NaN among numbers, "" among texts.

BINS_MAX = 8  # Eighths of the people: fine enough for a bend, coarse enough for 10,000 rows a bin at 80,000.
LEVELS_MAX = 30  # Rarer words are pooled: one with fewer rows than that says nothing about an effect.
DESIGN_MAX = 400  # Columns of the linear design: its eigenproblems take 30 ms each; wide tables get coarser bins.
SCALE_MIN = 1e-30  # Single precision ends at 1e-38; what varies less does not vary.
REACH = 3.0  # Standardised numbers are cut here, so that no whale bends a line.


class NumberCode(Struct, frozen=True, kw_only=True, tag="number"):
    """How a column of numbers is coded; `edges` separate the bins, `missing` says that training saw gaps."""

    name: str
    edges: tuple[float, ...]
    center: float
    scale: float
    typical: float
    missing: bool


class WordCode(Struct, frozen=True, kw_only=True, tag="word"):
    """How a column of words is coded; a word that is no level counts as unknown."""

    name: str
    levels: tuple[str, ...]
    typical: str


ColumnCode: TypeAlias = NumberCode | WordCode


class Encoding(Struct, frozen=True, kw_only=True):
    """The code of each feature, in the order of the matrices' columns."""

    columns: tuple[ColumnCode, ...]

    def categorical(self) -> tuple[int, ...]:
        return tuple(place for place, code in enumerate(self.columns) if isinstance(code, WordCode))


class Features(Struct, frozen=True, kw_only=True, eq=False):
    """`raw` [rows, columns] for trees, `design` [rows, p] for lines.

    In `raw` words are level numbers, and NaN is missing or unknown.
    """

    raw: SingleFloats
    design: SingleFloats
    categorical: tuple[int, ...]

    def rows(self, chosen: Any) -> "Features":
        """Return the features of some rows (a mask, indices or a slice)."""
        return Features(raw=self.raw[chosen], design=self.design[chosen], categorical=self.categorical)


def is_number(column: Column) -> bool:
    return column.dtype.kind == "f"


def fit_encoding(columns: Mapping[str, Column]) -> Encoding:
    """Return the codes of these columns; a column without two distinct values should not be among them."""
    room = max(1, DESIGN_MAX // max(len(columns), 1))
    bins, levels = min(BINS_MAX, room), min(LEVELS_MAX, max(2, room))
    codes: list[ColumnCode] = []
    for name, column in columns.items():
        codes.append(_number_code(name, column, bins) if is_number(column) else _word_code(name, column, levels))
    return Encoding(columns=tuple(codes))


def _number_code(name: str, column: Any, bins: int) -> NumberCode:
    known = column[np.isfinite(column)]
    if known.size == 0:
        known = np.zeros(1)
    different = distinct(known)
    if different.size <= bins:
        edges = (different[:-1] + different[1:]) / 2
    else:
        edges = np.unique(np.quantile(known, np.arange(1, bins) / bins))
    return NumberCode(
        name=name,
        edges=tuple(float(edge) for edge in edges),
        center=float(known.mean()),
        scale=max(float(known.std()), SCALE_MIN),
        typical=float(np.quantile(known, 0.5, method="nearest")),
        missing=known.size < column.size,
    )


def _word_code(name: str, column: Any, levels_max: int) -> WordCode:
    words, counts = np.unique(column[column != ""], return_counts=True)
    common = sorted(zip(-counts, words.tolist(), strict=True))[:levels_max]
    levels = tuple(word for _, word in common)
    return WordCode(name=name, levels=levels, typical=levels[0] if levels else "")


def encode(encoding: Encoding, columns: Mapping[str, Column], rows: int) -> Features:
    """Return the matrices for this many rows; every coded column must be there."""
    raw = np.empty((rows, len(encoding.columns)), dtype=np.float32)
    for place, code in enumerate(encoding.columns):
        raw[:, place] = _raw(code, columns[code.name])
    return features_of(encoding, raw)


def features_of(encoding: Encoding, raw: SingleFloats) -> Features:
    """Return the features whose tree matrix is `raw`: the linear design follows from it."""
    blocks: list[SingleFloats] = []
    for code, column in zip(encoding.columns, raw.T, strict=True):
        blocks.extend(_design(code, column))
    design = np.column_stack(blocks) if blocks else np.zeros((raw.shape[0], 0), dtype=np.float32)
    return Features(raw=raw, design=design, categorical=encoding.categorical())


def _raw(code: ColumnCode, column: Any) -> Floats:
    match code:
        case NumberCode():
            numbers = column.astype(np.float64)
            return np.where(np.isfinite(numbers), numbers, np.nan)
        case WordCode():
            order = np.argsort(np.array(code.levels, dtype=np.str_))
            ordered = np.array(code.levels, dtype=np.str_)[order]
            if ordered.size == 0:
                return np.full(column.size, np.nan)
            place = np.minimum(np.searchsorted(ordered, column), ordered.size - 1)
            return np.where(ordered[place] == column, order[place].astype(np.float64), np.nan)
        case _:
            assert_never(code)


def _design(code: ColumnCode, column: SingleFloats) -> Sequence[SingleFloats]:
    gap = np.isnan(column)
    match code:
        case NumberCode():
            known = np.where(gap, np.float32(code.center), column)
            line = np.clip((known - code.center) / code.scale, -REACH, REACH).astype(np.float32)
            bins = np.searchsorted(np.array(code.edges), known, side="left")
            # With one edge the line already says all; otherwise the first bin is the reference.
            places = range(1, len(code.edges) + 1) if len(code.edges) > 1 else range(0)
            blocks = [line, *(((bins == place) & ~gap).astype(np.float32) for place in places)]
            return [*blocks, gap.astype(np.float32)] if code.missing else blocks
        case WordCode():
            first = 1 if len(code.levels) == 2 else 0
            return [(column == place).astype(np.float32) for place in range(first, len(code.levels))]
        case _:
            assert_never(code)


def describe(code: ColumnCode, value: float) -> str:
    """Return a raw value as a person would write it: the word itself, or the number without needless digits."""
    if isinstance(code, WordCode):
        return "" if np.isnan(value) else code.levels[int(value)]
    return "" if np.isnan(value) else f"{value:.4g}"


def typical_raw(encoding: Encoding) -> Floats:
    """Return the raw code of the typical person: the median of numbers, the commonest word."""
    typical = [code.typical if isinstance(code, NumberCode) else 0.0 for code in encoding.columns]
    return np.array(typical, dtype=np.float64)


def cells_of(code: ColumnCode, raw: SingleFloats, bins: int) -> Integers:
    """Return a coarse cell number for each row of one raw column: its level or quantile bin; 0 where missing."""
    gap = np.isnan(raw)
    if isinstance(code, WordCode) or gap.all():
        return np.where(gap, 0, np.nan_to_num(raw) + 1).astype(np.int64)
    known = distinct(raw[~gap])
    edges = known[:-1] if known.size <= bins else np.unique(np.quantile(raw[~gap], np.arange(1, bins) / bins))
    return np.where(gap, 0, np.searchsorted(edges, raw, side="left") + 1).astype(np.int64)
