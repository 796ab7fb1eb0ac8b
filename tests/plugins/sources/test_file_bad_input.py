"""A bad file never crashes: its answer has a code, both languages and a next step, as the golden files show.

A change of wording shows as a difference; `LIFTLOOP_WRITE_GOLDEN=1` writes the files anew for review.
"""

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from workbooks import write_protected, write_workbook

from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.sources.file import ReadOptions, open_table

GOLDEN = Path(__file__).parent / "golden"


class Plan(NamedTuple):
    group_by: tuple[str, ...] = ()
    joins: tuple["Joined", ...] = ()


class Joined(NamedTuple):
    file: str
    key: str
    other_key: str
    columns: tuple[str, ...] = ()


class Case(NamedTuple):
    name: str
    make: Callable[[Path], object]
    options: ReadOptions = ReadOptions()
    plan: Plan | None = None


def written(content: bytes | str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content.encode() if isinstance(content, str) else content)


ORDERS = "订单号,客户\n1,a\n2,b\n"
CASES = {
    "missing": Case("nowhere.csv", lambda path: None),
    "folder": Case("folder.csv", lambda path: path.mkdir()),
    "empty": Case("empty.csv", written("")),
    "blank": Case("blank.csv", written(" \n\n")),
    "header_only": Case("header.csv", written("订单号,客户\n")),
    "empty_workbook": Case("empty.xlsx", lambda path: write_workbook(path, {"Sheet1": []})),
    "no_header": Case("headless.csv", written("1001,张三,13912345678,2024-01-01\n1002,李四,13812345678,2024-01-02\n")),
    "no_header_numbers": Case("numbers.csv", written("1,2,3\n4,5,6\n")),
    "latin_text": Case("latin.csv", written("id,name\n1,Café Müller\n2,Señor\n".encode("latin-1"))),
    "japanese_text": Case("sjis.csv", written("番号,名前\n1,カタカナテスト\n2,ひらがなテスト\n".encode("shift_jis"))),
    "wrong_encoding_told": Case("told.csv", written(ORDERS.encode("gb18030")), ReadOptions(encoding="utf-8")),
    "unheard_of_encoding": Case("told.csv", written(ORDERS), ReadOptions(encoding="klingon")),
    "pdf": Case("report.csv", written(b"%PDF-1.7 ...")),
    "web_page": Case("orders.xls", written("<html><table><tr><td>1</td></tr></table></html>")),
    "json": Case("events.json", written('[{"event": "x"}]')),
    "binary": Case("picture.csv", written(b"\x89PNG\r\n\x1a\n\x00\x00\x00")),
    "zip": Case("files.zip", lambda path: _zip(path)),
    "packed_parquet": Case("data.parquet.gz", written(gzip.compress(b"PAR1" + b"x" * 50))),
    "damaged_parquet": Case("data.parquet", written(b"PAR1" + b"x" * 50 + b"PAR1")),
    "damaged_workbook": Case("book.xlsx", lambda path: _torn_workbook(path)),
    "torn_gzip": Case("orders.csv.gz", written(gzip.compress(ORDERS.encode() * 500)[:60])),
    "password": Case("secret.xlsx", write_protected),
    "unknown_sheet": Case("book.xlsx", lambda path: write_workbook(path, {"订单": [["a", "b"], ["1", "2"]]}),
                          ReadOptions(sheet="客户")),
    "all_ragged": Case("ragged.csv", written("a,b,c\n1,2\n3,4,5,6\n")),
    "unclosed_quote": Case("quote.csv", written("id,note\n1,fine\n2,\"never closed\n" + "3,x\n" * 50)),
    "large_cell": Case("large.csv", written(f"id,note\n1,x\n2,{'x' * 70_000}\n")),
    "huge_cell": Case("huge.csv", written(f"id,note\n1,x\n2,{'x' * 3_000_000}\n")),
    "large_cell_in_quotes": Case("quoted.csv", written('id,note\n1,"a\nb"\n2,"' + "x\n" * 70_000 + '"\n')),
    "too_many_columns": Case("wide.csv", written(",".join(f"c{i}" for i in range(2_001)) + "\n" + "," * 2_000 + "\n")),
    "no_memory": Case("orders.csv", written(ORDERS * 1_000), ReadOptions(memory_bytes_max=2 * 1024**2)),
    "unknown_group": Case("orders.csv", written(ORDERS), plan=Plan(group_by=("单号",))),
    "unknown_join_file": Case("orders.csv", written(ORDERS), plan=Plan(joins=(Joined("items.csv", "客户", "客户"),))),
}  # fmt: skip


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("orders.csv", ORDERS)


def _torn_workbook(path: Path) -> None:
    write_workbook(path, {"订单": [["a", "b"], ["1", "2"]]})
    path.write_bytes(path.read_bytes()[:-300] + b"\x00" * 300)


@pytest.mark.parametrize("name", CASES)
def test_a_bad_file_is_told_in_both_languages(tmp_path: Path, name: str) -> None:
    """The error is the one of the golden file, to the word."""
    case = CASES[name]
    path = tmp_path / case.name
    case.make(path)
    with pytest.raises(LiftloopError) as refused:
        open_table(path, case.options, case.plan)
    error = refused.value
    told = {"code": error.code, "zh": error.zh, "en": error.en, "next_zh": error.next_zh, "next_en": error.next_en}
    assert all(told.values())
    golden = GOLDEN / f"{name}.json"
    if os.environ.get("LIFTLOOP_WRITE_GOLDEN"):
        golden.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    assert told == json.loads(golden.read_text())


def test_a_file_that_unpacks_beyond_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small archive of a large file is stopped while it unpacks, not after it has filled the disk."""
    monkeypatch.setattr("liftloop.plugins.sources.file.text.FILE_BYTES_MAX", 1_000_000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 1_000_000))
    with pytest.raises(LiftloopError) as refused:
        open_table(path, ReadOptions())
    assert refused.value.code == "file_too_large"


def test_formulas_are_text(tmp_path: Path) -> None:
    """Cells that begin like a formula are kept as they stand; nothing runs them."""
    path = tmp_path / "formulas.csv"
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"]
    path.write_text("id,note\n" + "".join(f'{i},"{cell}"\n' for i, cell in enumerate(cells)))
    with open_table(path, ReadOptions()) as table:
        (batch,) = table.batches()
    assert batch.columns["note"].tolist() == cells


def test_no_golden_file_is_left_over() -> None:
    """Every golden file belongs to a case."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(CASES)
