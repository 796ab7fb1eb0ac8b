"""The quality of an import adds up, is told in sentences, and can be corrected line by line."""

import csv
import io
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_batch import CONTEXT, batch_of

from liftloop.collect.distinct import DistinctCount
from liftloop.collect.mapping import mapping_from_json
from liftloop.collect.mapping_records import to_records
from liftloop.collect.mapping_rows import REASONS, RejectedRow
from liftloop.collect.quality import (
    NAMES_MAX,
    QualityTally,
    csv_line,
    error_file_header,
    error_file_lines,
    findings,
)

MAPPING = mapping_from_json(
    {
        "kind": "orders",
        "fields": {"order_id": "no", "customer_id": "who", "ordered_at": "at", "amount": "sum", "phone": "tel"},
    }
)
ROWS: dict[str, list[Any]] = {
    "no": ["1", "1", "2", "3", "4", "4"],
    "who": ["a", "a", None, "b", "c", "c"],
    "at": ["2025-01-01", "2025-01-01", "2025-01-02", "soon", "2025-01-05", "2025-01-05"],
    "sum": ["5", "5", "5", "5", "-3", "7"],
    "tel": ["13800000000", "13800000000", None, "oops", "13912345678", None],
}


def test_a_small_import_in_numbers() -> None:
    """Rows, people, events, duplicates and reasons are what counting by hand gives."""
    tally = QualityTally(MAPPING)
    tally.add(to_records(batch_of(ROWS), MAPPING, CONTEXT))
    tally.add_bad_line(9, "too_many_cells", "a,b,c,d,e,f,g")
    found = tally.summary()
    assert (found.rows, found.customers, found.events, found.rejected, found.duplicates) == (7, 2, 3, 3, 1)
    assert found.events_by_name == {"Order Completed": 2, "Order Refunded": 1}
    reasons = {reason.reason: reason.rows for reason in found.rejected_by_reason}
    assert reasons == {"no_customer": 1, "unreadable_value": 1, "too_many_cells": 1}
    assert sorted(reason.samples[0].line for reason in found.rejected_by_reason) == [4, 5, 9]
    assert found.missing == {"customer_id": 1, "phone": 2}
    assert (found.blocked, found.unreadable) == ({"phone": 2}, {"ordered_at": 1, "phone": 1})
    assert (found.first_at, found.last_at) == ("2025-01-01T00:00:00+08:00", "2025-01-05T00:00:00+08:00")
    assert found.revenue == 5 + 5 + 7 - 3


@settings(deadline=None)
@given(cuts=st.lists(st.integers(0, 4), max_size=3))
def test_the_summary_does_not_depend_on_batches(cuts: list[int]) -> None:
    """Counted in one batch or several, an import has the same numbers."""
    whole, parts = QualityTally(MAPPING), QualityTally(MAPPING)
    whole.add(to_records(batch_of(ROWS), MAPPING, CONTEXT))
    edges = sorted({0, 6, *(cut if cut != 1 else 2 for cut in cuts)})
    for start, stop in pairwise(edges):
        part = {name: values[start:stop] for name, values in ROWS.items()}
        parts.add(to_records(batch_of(part), MAPPING, CONTEXT))
    first, second = whole.summary(), parts.summary()
    names = (
        "rows",
        "customers",
        "events",
        "rejected",
        "duplicates",
        "recognition_rate",
        "missing",
        "revenue",
        "last_at",
    )
    assert [getattr(first, name) for name in names] == [getattr(second, name) for name in names]


@settings(deadline=None)
@given(parts=st.lists(st.lists(st.integers(0, 50), max_size=20), max_size=10))
def test_distinct_counts_are_exact(parts: list[list[int]]) -> None:
    """However values come in, each is counted once, and each that comes again as such."""
    counter = DistinctCount(np.uint64)
    for part in parts:
        counter.add(np.array(part, dtype=np.uint64))
    every = [value for part in parts for value in part]
    assert (counter.count(), counter.repeated()) == (len(set(every)), len(every) - len(set(every)))
    assert not counter.estimated


@pytest.mark.parametrize("dtype", [np.uint64, np.int64])
def test_more_distinct_values_than_are_kept_are_estimated(dtype: type[np.integer[Any]]) -> None:
    """Beyond the limit counts are within four standard errors, memory stays, and where none came again that is said."""
    dice = np.random.default_rng(5)
    limits = np.iinfo(dtype)
    values = dice.integers(limits.min, limits.max, 200_000, dtype=dtype)
    alone, again = DistinctCount(dtype, kept_max=10_000), DistinctCount(dtype, kept_max=10_000)
    for part in np.split(values, 20):
        alone.add(part)
        again.add(np.concatenate([part, part[:1_000]]))
        assert alone.count() > 0
        assert len(alone._known) <= 10_000
    error = 4 * np.sqrt(200_000 * 2**5)
    assert alone.repeated() == 0
    assert alone.estimated
    assert abs(alone.count() - 200_000) < error
    assert abs(again.count() - 200_000) < error
    assert abs(again.repeated() - 20_000) < 4 * np.sqrt(20_000 * 2**5)


def test_names_that_are_ids_are_not_counted_one_by_one() -> None:
    """A column of ids taken for events makes no summary as long as the file; nothing is left out of the sum."""
    fields = {"customer_id": "who", "event": "event", "at": "at"}
    mapping = mapping_from_json({"kind": "events", "fields": fields})
    tally = QualityTally(mapping)
    count = NAMES_MAX + 500
    rows = {"who": ["a"] * count, "event": [f"e{i}" for i in range(count)], "at": ["2026-01-01 08:00:00"] * count}
    tally.add(to_records(batch_of(rows), mapping, CONTEXT))
    summary = tally.summary()
    assert (summary.events, len(summary.events_by_name), summary.events_by_name["…"]) == (count, NAMES_MAX + 1, 500)


def test_findings_are_sentences_in_both_languages() -> None:
    """What a person reads says how many, of what, and begins with the worst."""
    tally = QualityTally(MAPPING)
    tally.add(to_records(batch_of(ROWS), MAPPING, CONTEXT))
    found = findings(tally.summary(), MAPPING)
    assert all(finding.zh and finding.en for finding in found)
    assert any("没有客户标识" in finding.zh and finding.rows == 1 for finding in found)
    assert any("完全相同" in finding.zh and "照常计入" in finding.zh for finding in found)
    levels = ["problem", "notice", "good"]
    assert [levels.index(finding.level) for finding in found] == sorted(levels.index(f.level) for f in found)


def test_an_error_file_can_be_corrected_and_imported_again() -> None:
    """It opens in Excel as it is, runs no formula, and holds the columns of the file itself."""
    row = RejectedRow(index=3, line=5, reason="unreadable_value", field="ordered_at", value="=SUM(A1)")
    text = error_file_header(["订单号", "备注"], "zh-CN")
    text += "".join(error_file_lines([(row, ["3", "=cmd|' /C calc'!A0"])], "zh-CN"))
    assert text.startswith("\ufeff")
    header, line = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert header == ["行号", "原因", "字段", "内容", "订单号", "备注"]
    assert line == ["5", "内容无法识别", "ordered_at", "'=SUM(A1)", "3", "'=cmd|' /C calc'!A0"]
    assert error_file_header(["a"], "en").startswith("\ufeffline,reason")


@settings(deadline=None)
@given(cells=st.lists(st.text(max_size=10), min_size=1, max_size=4))
def test_no_cell_of_a_written_line_starts_a_formula(cells: list[str]) -> None:
    """Whatever was in the file, what we write is text or a plain number."""
    (written,) = csv.reader(io.StringIO(csv_line(cells), newline=""))
    for cell in written:
        assert not cell.startswith(("=", "@", "\t", "\r")), cell
        if cell.startswith(("+", "-")):
            float(cell)


def test_every_reason_has_its_words() -> None:
    """No reason is shown as a code."""
    assert all(zh and en for zh, en in REASONS.values())
