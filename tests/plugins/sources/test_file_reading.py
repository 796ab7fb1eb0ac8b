"""Files of any make are read whole, in order, and each row knows its line."""

import csv
import gzip
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import write_workbook

from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.sources.file import ReadOptions, Table, open_table

HURRY_NOT = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Plan(NamedTuple):
    group_by: tuple[str, ...] = ()
    joins: tuple["Joined", ...] = ()


class Joined(NamedTuple):
    file: str
    key: str
    other_key: str
    columns: tuple[str, ...] = ()


def read(path: Path, plan: Plan | None = None, **options: Any) -> tuple[list[dict[str, Any]], Table]:
    """Return all rows with their lines, and the table, which is closed by then."""
    with open_table(path, ReadOptions(**options), plan) as table:
        rows = list(rows_of(table, rows_max=7))
    return rows, table


def rows_of(table: Table, rows_max: int) -> Iterator[dict[str, Any]]:
    for batch in table.batches(rows_max=rows_max):
        lists = {name: column.tolist() for name, column in batch.columns.items()}
        for i, line in enumerate(batch.lines.tolist()):
            yield {name: values[i] for name, values in lists.items()} | {"#": line}


TEXT = "订单号,姓名,备注\n1,张三,老客户\n2,李四,\n3,王五,喜欢喝茶，要龙井\n"
ROWS = [
    {"订单号": "1", "姓名": "张三", "备注": "老客户", "#": 2},
    {"订单号": "2", "姓名": "李四", "备注": None, "#": 3},
    {"订单号": "3", "姓名": "王五", "备注": "喜欢喝茶，要龙井", "#": 4},
]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_one_file_in_every_encoding(tmp_path: Path, encoding: str, newline: str, packed: bool) -> None:
    """UTF-8 with and without mark, GB18030, UTF-16; packed or not; with either line end: the same rows."""
    content = TEXT.replace("\n", newline).encode(encoding)
    path = tmp_path / "导出[1]*.csv"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert read(path)[0] == ROWS


def test_an_encoding_can_be_told(tmp_path: Path) -> None:
    """What nobody could find out may be said."""
    path = tmp_path / "big5.csv"
    path.write_bytes("編號,姓名\n1,張三\n".encode("big5"))
    assert read(path, encoding="big5")[0] == [{"編號": "1", "姓名": "張三", "#": 2}]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters_are_told_by_the_rows(tmp_path: Path, delimiter: str) -> None:
    """Commas inside a file of tabs are text."""
    path = tmp_path / "file.txt"
    path.write_text(f"id{delimiter}a,b\n" + "".join(f"{i}{delimiter}x,y\n" for i in range(5)) if delimiter != "," else
                    "id,a\n" + "".join(f"{i},x\n" for i in range(5)))  # fmt: skip
    rows, table = read(path)
    assert len(rows) == 5
    assert table.columns[0] == "id"
    assert len(table.columns) == 2


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    """Exports that begin with the shop and the period are read from their header on."""
    path = tmp_path / "export.csv"
    path.write_text("某某商城订单导出\n2025-09,,,\n\n订单号,客户,时间,金额\n1,a,2025-09-01,5\n2,b,2025-09-02,6\n")
    rows, _ = read(path)
    assert [(row["订单号"], row["金额"], row["#"]) for row in rows] == [("1", "5", 5), ("2", "6", 6)]


def test_names_of_columns_are_made_unique(tmp_path: Path) -> None:
    """Two columns of one name, and one of none, are told apart."""
    path = tmp_path / "names.csv"
    path.write_text("名称,名称,,价格\na,b,c,1\n")
    assert read(path)[1].columns == ("名称", "名称_2", "column_3", "价格")


CELL = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=8)


@HURRY_NOT
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12), newline=st.sampled_from(["\n", "\r\n"]))
def test_any_cells_come_back_as_they_were_written(
    tmp_path: Path, rows: list[tuple[str, str, str]], newline: str
) -> None:
    """Quotes, line breaks, commas and formulas inside cells are text; nothing is lost between rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=newline, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b", "c"])
    for row in rows:
        writer.writerow(row)
    path = tmp_path / "cells.csv"
    path.write_bytes(text.getvalue().encode())
    found, table = read(path)
    assert [tuple(row[name] or "" for name in "abc") for row in found] == rows
    assert table.bad_count == 0


@HURRY_NOT
@given(
    kinds=st.lists(st.sampled_from(["good", "good", "short", "long", "blank", "broken"]), min_size=1, max_size=40),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_every_row_knows_its_line_and_ragged_ones_are_set_aside(tmp_path: Path, kinds: list[str], newline: str) -> None:
    """Blank lines, breaks inside quotes and rows of other widths do not shift the lines of what follows."""
    shapes = {"good": "{n},x,y", "short": "{n},x", "long": "{n},x,y,z", "blank": "", "broken": '{n},"x\nx",y'}
    lines, good, bad = ["id,a,b"], [], []
    for number, kind in enumerate(["good", *kinds]):
        start = sum(line.count("\n") + 1 for line in lines) + 1
        lines.append(shapes[kind].format(n=number))
        if kind in ("good", "broken"):
            good.append((str(number), start))
        elif kind != "blank":
            bad.append((start, "too_few_cells" if kind == "short" else "too_many_cells"))
    path = tmp_path / "ragged.csv"
    path.write_bytes(newline.join(lines).encode())
    rows, table = read(path)
    assert [(row["id"], row["#"]) for row in rows] == good
    assert [(line.line, line.reason) for line in table.bad_lines] == bad
    assert table.bad_count == len(bad)


def test_lines_are_right_far_into_a_large_file(tmp_path: Path) -> None:
    """Read by several threads, with bad lines strewn in, the last row still knows where it stands."""
    path = tmp_path / "large.csv"
    bad = set(range(1_000, 200_000, 7_919))
    path.write_text("id,a\n" + "".join(f"{i}\n" if i in bad else f"{i},x\n" for i in range(200_000)))
    with open_table(path, ReadOptions()) as table:
        assert table.bad_count == len(bad)
        assert [line.line for line in table.bad_lines] == [i + 2 for i in sorted(bad)]
        for batch in table.batches():
            assert (batch.columns["id"].astype(np.int64) + 2 == batch.lines).all()


@HURRY_NOT
@given(data=st.data(), rows_max=st.integers(3, 9))
def test_no_batch_cuts_an_order_apart(tmp_path: Path, data: st.DataObject, rows_max: int) -> None:
    """Lines of one order come together, in the order of the file, wherever they stood; none is lost."""
    scattered = st.lists(st.sampled_from(["1", "2", " 2", "3.0", "3", "4", ""]), min_size=1, max_size=25)
    numbers = data.draw(st.one_of(scattered, scattered.map(sorted)))
    path = tmp_path / "orders.csv"
    path.write_text("no,line\n" + "".join(f"{number},{i}\n" for i, number in enumerate(numbers)))

    def key(number: str | None) -> str:
        return (number or "").strip().removesuffix(".0")

    largest = (
        max(sum(key(other) == key(number) for other in numbers) for number in numbers if number) if any(numbers) else 0
    )
    if largest > rows_max:
        with pytest.raises(LiftloopError) as refused, open_table(path, ReadOptions(), Plan(group_by=("no",))) as table:
            list(table.batches(rows_max=rows_max))
        assert refused.value.code == "group_too_large"
        return
    seen: list[int] = []
    home: dict[str, int] = {}
    with open_table(path, ReadOptions(), Plan(group_by=("no",))) as table:
        for number, batch in enumerate(table.batches(rows_max=rows_max)):
            assert len(batch.lines) <= rows_max
            for order, line in zip(batch.columns["no"].tolist(), batch.columns["line"].tolist(), strict=True):
                seen.append(int(line))
                if order:
                    assert home.setdefault(key(order), number) == number
            assert (batch.columns["line"].astype(int) + 2 == batch.lines).all()
    assert sorted(seen) == list(range(len(numbers)))
    first = {key(number): i for i, number in reversed(list(enumerate(numbers))) if number}
    assert seen == sorted(seen, key=lambda i: (first[key(numbers[i])] if numbers[i] else i, i))


def test_a_second_file_widens_the_rows(tmp_path: Path) -> None:
    """Joined by key: first row of a repeated key, nothing for an unknown one, own names kept apart."""
    (tmp_path / "orders.csv").write_text("no,item,name\n1,10,a\n2,11.0,b\n3,12,c\n4,,d\n")
    other = tmp_path / "items.csv"
    other.write_bytes("item,name,brand\n10,茶,X\n11,饼,Y\n11,饼饼,Z\n".encode("gb18030"))
    plan = Plan(joins=(Joined(file="items.csv", key="item", other_key="item"),))
    rows, table = read(tmp_path / "orders.csv", plan, files={"items.csv": other})
    assert [(row["no"], row["name"], row["items.name"], row["brand"]) for row in rows] == [
        ("1", "a", "茶", "X"),
        ("2", "b", "饼", "Y"),
        ("3", "c", None, None),
        ("4", "d", None, None),
    ]
    (report,) = table.joins
    assert (report.matched_rows, report.repeated_keys) == (2, 1)
    with open_table(tmp_path / "orders.csv", ReadOptions(files={"items.csv": other}), plan) as opened:
        assert opened.raw_rows([0, 3]) == [("1", "10", "a"), ("4", "", "d")]
        assert opened.file_columns == ("no", "item", "name")


def test_workbooks(tmp_path: Path) -> None:
    """The first sheet that holds anything is read; dates, whole floats and blank rows come as a person sees them."""
    moment = datetime.fromisoformat("2025-01-02 03:04:05")
    path = write_workbook(
        tmp_path / "book.xlsx",
        {
            "空": [],
            "订单": [["导出"], [], ["订单号", "数量", "下单时间", "手机"], ["A1", 2, moment, 13912345678], [None],
                   ["A2", 1.5, None, 13812345678.0], ["A3", 1, None, None, "多余"], ["=1+1", True]],
            "别的": [["x", "y"], ["1", "2"]],
        },
    )  # fmt: skip
    rows, table = read(path)
    assert rows == [
        {"订单号": "A1", "数量": "2", "下单时间": "2025-01-02 03:04:05", "手机": "13912345678", "#": 4},
        {"订单号": "A2", "数量": "1.5", "下单时间": None, "手机": "13812345678", "#": 6},
        {"订单号": "=1+1", "数量": "true", "下单时间": None, "手机": None, "#": 8},
    ]
    assert [(line.line, line.reason) for line in table.bad_lines] == [(7, "too_many_cells")]
    assert read(path, sheet="别的")[0] == [{"x": "1", "y": "2", "#": 2}]
    assert (table.sheet, table.sheets) == ("订单", ("空", "订单", "别的"))
    cover = {"说明": [["导出说明"], ["请勿修改"]], "数据": [["a", "b"], [1, 2]], "再": [["c", "d"], [3, 4]]}
    assert read(write_workbook(tmp_path / "cover.xlsx", cover))[1].sheet == "数据", "a cover page is no table"


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    """Whole numbers, floats, local and zoned times, lists and decimals come as what batches promise."""
    path = tmp_path / "typed.parquet"
    duckdb.sql(
        f"""copy (select * from (values
            (1, 2.5::double, 'a', timestamp '2025-01-02 03:04:05', timestamptz '2025-01-02 03:04:05+08', true, [1,2],
             1.25::decimal(9,2), date '2025-01-02'),
            (null, null, '', null, null, null, null, null, null))
            t(i, f, s, local, zoned, yes, list, money, day)) to '{path}' (format parquet)"""
    )
    with open_table(path, ReadOptions()) as table:
        (batch,) = table.batches()
    columns = batch.columns
    assert columns["i"].tolist() == [1, None]
    assert columns["f"][0] == 2.5
    assert np.isnan(columns["f"][1])
    assert columns["s"].tolist() == ["a", None]
    assert columns["local"].dtype == np.dtype("datetime64[us]")
    assert np.isnat(columns["local"][1])
    assert columns["zoned"].tolist() == ["2025-01-01T19:04:05.000000Z", None]
    assert columns["yes"].tolist() == ["true", None]
    assert columns["list"].tolist() == ["[1,2]", None]
    assert columns["money"][0] == 1.25
    assert columns["day"][0] == np.datetime64("2025-01-02")
    assert batch.lines.tolist() == [1, 2]


def test_equal_rows_hash_alike_and_samples_show_the_whole(tmp_path: Path) -> None:
    """Duplicates are told by the hash of the whole row; a sample has the beginning and reaches the end."""
    path = tmp_path / "rows.csv"
    path.write_text("id,a\n" + "".join(f"{i % 5_000},x\n" for i in range(10_000)))
    with open_table(path, ReadOptions()) as table:
        hashes = np.concatenate([batch.hashes for batch in table.batches()])
        sample = table.sample(100)
    assert len(np.unique(hashes)) == 5_000
    assert (hashes[:5_000] == hashes[5_000:]).all()
    assert sample.lines[:50].tolist() == list(range(2, 52))
    assert sample.lines.max() > 9_500
    assert 90 <= len(sample.lines) <= 110


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """What was staged is gone when the table is closed, and when opening it failed."""
    work = tmp_path / "work"
    work.mkdir()
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes("a,备注\n1,中文\n".encode("gb18030"))
    bad.write_text("a,b\n")
    with open_table(good, ReadOptions(work_folder=work)):
        assert list(work.iterdir())
    with pytest.raises(LiftloopError):
        open_table(bad, ReadOptions(work_folder=work))
    assert not list(work.iterdir())


def test_numbers_longer_than_a_workbook_keeps_say_so(tmp_path: Path) -> None:
    """A number of eighteen digits, stored as a number, has lost three: it is told as spreadsheets tell it."""
    rows = [["证件号", "电话"], [420115199001011234, 13912345678], ["420115199001011234", 13800138001.0]]
    with open_table(write_workbook(tmp_path / "ids.xlsx", {"s": rows}), ReadOptions()) as table:
        columns = table.sample(10).columns
    assert list(columns["证件号"]) == ["4.20115199001011E+17", "420115199001011234"]
    assert list(columns["电话"]) == ["13912345678", "13800138001"]
