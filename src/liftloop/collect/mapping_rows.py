"""Rows of a batch, read by their mapping: which are kept, who they are about, and why the others are not."""

from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.collect.cleaning import CleaningRules
from liftloop.collect.fitting import NO_TRAIT_RULES, TraitRules
from liftloop.collect.mapping import Column, Mapping, Rule, kind_of
from liftloop.collect.mapping_kinds import FieldType, Kind
from liftloop.collect.mapping_values import BatchLike, Cells, Reading, read_field, text_of
from liftloop.kernel.clock import MINUTE_MS

EARLIEST_MS = 631_152_000_000  # 1990-01-01; an older "event" is an empty date of some database.
AHEAD_MAX_MS = 5 * MINUTE_MS  # What the gate of collect allows clocks to be wrong by.
QUANTITY_MAX = 1_000_000.0  # Beyond these a number is more likely a typing error; it is kept and counted.
MONEY_MAX = 100_000_000.0
SHOWN_CHARACTERS_MAX = 200

IDENTIFIERS = ("customer_id", "phone", "email", "unionid", "openid", "wecom_id", "anonymous_id")

REASONS: dict[str, tuple[str, str]] = {
    "no_customer": ("没有客户标识", "no customer"),
    "missing_value": ("缺少必填内容", "a required value is missing"),
    "unreadable_value": ("内容无法识别", "a value cannot be read"),
    "lost_digits": (
        "长号码被电子表格改成了科学计数（如 1.38E+10），末尾的数字已经丢失；把这一列设为文本，从原系统重新导出",
        "a spreadsheet has shortened the long number (1.38E+10) and its last digits are lost; export it anew as text",
    ),
    "date_out_of_range": ("日期早于 1990 年或在未来", "date before 1990 or in the future"),
    "not_a_purchase": ("订单未付款、已取消或已退款", "order not paid, cancelled or refunded"),
    "against_field": ("与自定义字段不符", "does not fit a custom field"),
    "unknown_status": ("看不懂的同意状态", "unknown consent status"),
    "bad_propensities": ("倾向概率不成立", "propensities do not hold together"),
    "too_few_cells": ("单元格比列名少", "fewer cells than column names"),
    "too_many_cells": ("单元格比列名多", "more cells than column names"),
}
"""Why a row is not taken in, in zh and en."""


class ImportContext(Struct, frozen=True, kw_only=True):
    """What the importing program knows: the time, a secret for derived ids, and the cleaning rules.

    The secret must stay the same between imports, or the same file would make other message ids.
    """

    now_ms: int
    identity_key: bytes
    rules: CleaningRules = CleaningRules()
    traits: TraitRules = NO_TRAIT_RULES
    """What traits of people become on their way in."""


class RejectedRow(Struct, frozen=True, kw_only=True):
    """A row that was not taken in: `index` is its place in the batch, `value` what stood in `field`."""

    index: int
    line: int
    reason: str
    field: str
    value: str


class BatchCounts(Struct, frozen=True, kw_only=True):
    """What one batch adds to the quality summary; `customers` and `row_hashes` are 64-bit hashes."""

    rows: int
    kept_rows: int
    events: Counter[str]
    records: Counter[str]
    missing: Counter[str]
    unreadable: Counter[str]
    lost_digits: Counter[str]
    blocked: Counter[str]
    out_of_range: Counter[str]
    customers: NDArray[np.int64]
    row_hashes: NDArray[np.uint64]
    first_ms: int | None
    last_ms: int | None
    revenue: float


class Rows:
    """One batch while it is converted: the cells of each field, and the rows rejected so far.

    The first reason for which a row is rejected stays.
    """

    def __init__(self, batch: BatchLike, mapping: Mapping, context: ImportContext) -> None:
        self.batch = batch
        self.mapping = mapping
        self.context = context
        self.kind: Kind = kind_of(mapping)
        self.count = len(batch.lines)
        self.zone = ZoneInfo(mapping.zone)
        reading = Reading(zone=self.zone, rules=context.rules)
        known = self.kind.by_name
        self.cells: dict[str, Cells] = {
            name: read_field(batch, rule, known[name].type, reading) for name, rule in mapping.fields.items()
        }
        self.extras: dict[str, list[Any]] = {
            name: _extra_values(batch, rule, reading) for name, rule in mapping.extras.items()
        }
        self.rejected: dict[int, RejectedRow] = {}
        self.out_of_range: Counter[str] = Counter()
        self._reject_incomplete()
        self._reject_impossible_dates()

    def values(self, name: str) -> list[Any] | None:
        """Return the values of a field, or None where it is not mapped."""
        cells = self.cells.get(name)
        return None if cells is None else cells.values

    def column(self, name: str) -> list[Any]:
        """Return the values of a field, all None where it is not mapped."""
        return self.values(name) or [None] * self.count

    def reject(self, index: int, reason: str, field: str = "", value: object = None) -> None:
        if index not in self.rejected:
            self.rejected[index] = RejectedRow(
                index=index,
                line=int(self.batch.lines[index]),
                reason=reason,
                field=field,
                value=(text_of(value) or "")[:SHOWN_CHARACTERS_MAX],
            )

    def id_maker(self, about: str) -> Callable[[bytes], str]:
        """Return what makes ids of records from content; the same content from the same source has the same id."""
        return id_maker(self.context.identity_key, about, self.mapping.source)

    def kept(self) -> list[int]:
        if not self.rejected:
            return list(range(self.count))
        return [index for index in range(self.count) if index not in self.rejected]

    def _reject_incomplete(self) -> None:
        """Reject rows that lack what the kind requires; an unreadable value is told as such."""
        for choice in self.kind.requires:
            mapped = [name for name in choice if name in self.cells]
            lacking: Iterable[int] = range(self.count)
            for name in mapped:
                values = self.cells[name].values
                lacking = [index for index in lacking if values[index] is None] if None in values else []
            for index in lacking:
                self._reject_lacking(index, mapped)

    def _reject_lacking(self, index: int, mapped: list[str]) -> None:
        unreadable = next((name for name in mapped if index in self.cells[name].unusable), None)
        if unreadable is not None:
            lost = self.cells[unreadable].unusable[index].problem == "lost_digits"
            reason = "lost_digits" if lost else "unreadable_value"
            self.reject(index, reason, unreadable, self.raw(unreadable, index))
        elif mapped[0] in IDENTIFIERS:
            self.reject(index, "no_customer", mapped[0])
        else:
            self.reject(index, "missing_value", mapped[0])

    def raw(self, name: str, index: int) -> object:
        """Return what stands in the file for a field of one row."""
        rule = self.mapping.fields[name]
        columns = self.batch.columns
        column = getattr(rule, "column", None)
        return None if column is None else columns[column][index]

    def _reject_impossible_dates(self) -> None:
        latest = self.context.now_ms + AHEAD_MAX_MS
        for name, cells in self.cells.items():
            if self.kind.by_name[name].type != "datetime":
                continue
            required = any(choice == (name,) for choice in self.kind.requires)
            for index, instant in enumerate(cells.values):
                if instant is not None and not EARLIEST_MS <= instant[1] <= latest:
                    self.out_of_range[name] += 1
                    cells.values[index] = None
                    if required:
                        self.reject(index, "date_out_of_range", name, instant[0])


def _extra_values(batch: BatchLike, rule: Rule, reading: Reading) -> list[Any]:
    """Return the values of an extra as JSON knows them: moments as ISO text, whole numbers without `.0`."""
    type_: FieldType = (rule.type or "text") if isinstance(rule, Column) else "text"
    values = read_field(batch, rule, type_, reading).values
    match type_:
        case "datetime":
            return [value and value[0] for value in values]
        case "number" | "money":
            return [int(value) if value is not None and value.is_integer() else value for value in values]
        case _:
            return values


class People:
    """Who each row is about: its user id, or an anonymous id derived from whatever else names the person."""

    def __init__(self, rows: Rows) -> None:
        self._make_id = id_maker(rows.context.identity_key, "person")
        self._user_ids = rows.values("customer_id")
        self._others = [(name, rows.cells[name].values) for name in IDENTIFIERS[1:] if name in rows.cells]

    def of(self, index: int) -> tuple[str, str]:
        """Return the id field (`userId` or `anonymousId`) and the id of a kept row."""
        user_id = self._user_ids[index] if self._user_ids is not None else None
        if user_id is not None:
            return "userId", user_id
        for name, values in self._others:
            value = values[index]
            if value is not None:
                derived = value if name == "anonymous_id" else f"{name}-{self._make_id(f'{name}={value}'.encode())}"
                return "anonymousId", derived
        raise AssertionError("a kept row names a person")


def id_maker(key: bytes, *about: str) -> Callable[[bytes], str]:
    """Return what makes a stable 128-bit id of any content; without the key nobody can test guesses against one."""
    base = blake2b("\x1f".join((*about, "")).encode("utf-8", "surrogatepass"), key=key, digest_size=16)

    def make(content: bytes) -> str:
        hasher = base.copy()
        hasher.update(content)
        return hasher.hexdigest()

    return make
