"""Values of columns are read alike, one by one or many at once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_batch import batch_of

from liftloop.collect.cleaning import CleaningRules
from liftloop.collect.mapping import Column, Constant, Prefix, Product, Template
from liftloop.collect.mapping_kinds import FieldType
from liftloop.collect.mapping_values import Cells, Reading, parse_number, read_field

READING = Reading(zone=ZoneInfo("Asia/Shanghai"), rules=CleaningRules())
DST_READING = Reading(zone=ZoneInfo("Europe/Paris"), rules=CleaningRules())


def read(values: list[Any], type_: FieldType, reading: Reading = READING) -> Cells:
    return read_field(batch_of({"x": values}), Column(column="x"), type_, reading)


@settings(deadline=None)
@given(fen=st.integers(-(10**11), 10**11))
def test_money_is_read_however_it_is_dressed(fen: int) -> None:
    """Currency signs, thousands, full-width digits and brackets for minus do not change an amount."""
    yuan = fen / 100
    for text in (f"{yuan:.2f}", f"{yuan:,.2f}", f"¥{yuan:,.2f}", f"{yuan:.2f}元", f"CNY {yuan:.2f}", f" {yuan:.2f} "):
        assert parse_number(text) == pytest.approx(yuan, abs=1e-6)
    assert parse_number(f"({abs(yuan):,.2f})") == pytest.approx(-abs(yuan), abs=1e-6)
    assert parse_number(
        f"￥{abs(yuan):.2f}".translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    ) == pytest.approx(abs(yuan), abs=1e-6)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "12,5", "1.234,56", "1,23,456", "1_000", "nan", "inf", "1e400", "--5", "5%", "$€5", "1 2 x", "0x10"],
)
def test_what_is_no_clear_number_is_none(text: str) -> None:
    """`12,5` could be twelve and a half or 125: it is neither."""
    assert parse_number(text) is None


@settings(deadline=None)
@given(text=st.text(max_size=40))
def test_no_text_breaks_the_number_reader(text: str) -> None:
    """Any text is a finite number or None."""
    number = parse_number(text)
    assert number is None or abs(number) <= 1e12


ODD = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "-", "n/a", "NULL", "无", "'=1+1", " a ", "A|B", "|", "| x", "x |", "|'x", "1.0", "17850.0"]
    ),
)
PLAIN: dict[FieldType, st.SearchStrategy[Any]] = {
    "id": st.from_regex(r"[A-Z0-9_-]{1,9}", fullmatch=True),
    "text": st.from_regex(r"[a-zA-Z0-9 '|,.]{1,12}|[一-龥]{1,6}", fullmatch=True),
    "number": st.one_of(st.integers(-(10**6), 10**6).map(str), st.floats(-1e4, 1e4).map(lambda x: f"{x:.2f}")),
    "phone": st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    "email": st.from_regex(r"[a-z0-9]{1,6}([._-][a-z0-9]{1,3})?@[a-z0-9]{1,5}\.[a-z]{2,3}", fullmatch=True),
    "datetime": st.datetimes(datetime.fromisoformat("1980-01-01"), datetime.fromisoformat("2090-01-01")).map(
        lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S")
    ),
    "date": st.dates().map(str),
}


@settings(deadline=None)
@given(data=st.data(), type_=st.sampled_from(list(PLAIN)), zone=st.sampled_from([READING, DST_READING]))
def test_reading_many_at_once_is_reading_each_with_care(data: st.DataObject, type_: FieldType, zone: Reading) -> None:
    """Plain columns take a fast path; it gives exactly what the careful one gives, whatever is mixed in."""
    plain = data.draw(st.lists(PLAIN[type_], max_size=8))
    odd = data.draw(st.lists(ODD, max_size=2))
    values = data.draw(st.permutations([*plain, *odd]))
    together = read(values, type_, zone)
    alone = [read([value], type_, zone) for value in values]
    # A single value is read by the same fast path; a neighbour that no fast path takes forces the careful one.
    careful = read([*values, "\u2028\x00never plain"], type_, zone)
    assert together.values == [cells.values[0] for cells in alone] == careful.values[:-1]
    assert together.missing == sum(cells.missing for cells in alone)
    assert sorted(together.unusable) == [row for row, cells in enumerate(alone) if cells.unusable]


@settings(deadline=None)
@given(moments=st.lists(PLAIN["datetime"], min_size=1, max_size=5), suffix=st.sampled_from(["Z", "+08:00", "-0330"]))
def test_written_offsets_are_read_at_once_as_one_by_one(moments: list[str], suffix: str) -> None:
    """A column of moments with an offset behind each is the same instants as each alone."""
    values = [moment.replace(" ", "T") + suffix for moment in moments]
    expected = [datetime.fromisoformat(value) for value in values]
    for (iso, at_ms), instant in zip(read(values, "datetime").values, expected, strict=True):
        assert datetime.fromisoformat(iso) == instant
        assert at_ms == (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def test_typed_columns_of_parquet_are_read_like_their_text() -> None:
    """Floats that are ids, local times and integers give what the same file as CSV gives."""
    typed = batch_of(
        {
            "id": np.array([17850.0, np.nan]),
            "n": np.array([6, -1]),
            "at": np.array(["2010-12-01T08:26:00", "NaT"], dtype="datetime64[us]"),
        }
    )
    text = batch_of({"id": ["17850", None], "n": ["6", "-1"], "at": ["2010-12-01 08:26:00", None]})
    fields: dict[str, FieldType] = {"id": "id", "n": "number", "at": "datetime"}
    for name, type_ in fields.items():
        rule = Column(column=name)
        assert read_field(typed, rule, type_, READING).values == read_field(text, rule, type_, READING).values
    assert read_field(typed, Column(column="id"), "id", READING).missing == 1


def test_rules_build_values() -> None:
    """Templates, constants, products, prefixes and value maps give what they say, and nothing where a part lacks."""
    batch = batch_of(
        {"id": ["17850.0", None], "q": ["3", "2"], "p": ["0.10", "x"], "no": ["C1", "1"], "sex": ["男", "?"]}
    )
    assert read_field(batch, Template(template="{id}@a.test"), "email", READING).values == ["17850@a.test", None]
    assert read_field(batch, Constant(constant="CNY"), "text", READING).values == ["CNY", "CNY"]
    assert read_field(batch, Product(multiply=("q", "p")), "money", READING).values == [0.3, None]
    assert read_field(batch, Prefix(column="no", starts_with="C"), "boolean", READING).values == [True, False]
    assert read_field(batch, Column(column="sex", values={"男": "male"}), "text", READING).values == ["male", "?"]


def test_missing_and_unreadable_are_told_apart() -> None:
    """An empty cell is missing; a word where a number should be is unreadable; a placeholder is blocked."""
    cells = read([None, "", "n/a", "暂无", "five", "5"], "number")
    assert (cells.missing, list(cells.unusable), cells.values[5]) == (4, [4], 5.0)
    phones = read(["13800000000", "13912345678", "oops"], "phone")
    assert {row: value.problem for row, value in phones.unusable.items()} == {0: "blocked", 2: "unreadable"}


def test_json_and_lists() -> None:
    """JSON that is none is unreadable, lists may be written with bars."""
    assert read(['["a","nobody"]', "a|nobody", "[1,"], "json_list").values == [["a", "nobody"], ["a", "nobody"], None]
    assert read(['{"a":0.5}', "[]", "x"], "json_object").values == [{"a": 0.5}, None, None]
    assert read(["是", "否", "TRUE", "maybe"], "boolean").values == [True, False, True, None]
