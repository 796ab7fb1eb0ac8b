"""A glance at a large file tells what its columns are, and how many rows it has, without reading them all."""

from pathlib import Path

import pytest

from liftloop.app.imports.proposal import Changes, propose
from liftloop.plugins.sources.file import ReadOptions, Table, open_table
from liftloop.plugins.sources.file.glance import WORTH_BYTES

ROWS = 120_000


def _large(folder: Path, note: str, encoding: str = "utf-8") -> Path:
    """Write orders of which the first third has no coupon, with a note in every hundredth."""
    path = folder / "orders.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        file.write("订单编号,会员手机号,下单时间,实付金额,优惠券,备注\n")
        file.writelines(
            f"D{number:09d},138{number % 99_999_999:08d},2026-03-{number % 28 + 1:02d} 10:{number % 60:02d}:00,"
            f"{number % 500}.{number % 100:02d},{'' if number < ROWS // 3 else f'C{number % 9:030d}'},"
            f"{note if number % 100 == 50 else ''}\n"
            for number in range(ROWS)
        )
    assert path.stat().st_size > WORTH_BYTES
    return path


def _opened(path: Path, *, glance: bool) -> Table:
    return open_table(path, ReadOptions(work_folder=path.parent, glance=glance))


@pytest.mark.parametrize(
    ("note", "encoding"), [("请周末送", "utf-8"), ("请周末送", "gb18030"), ('"第一行\n第二行, ""急"""', "utf-8")]
)
def test_a_glance_proposes_what_the_whole_file_would(tmp_path: Path, note: str, encoding: str) -> None:
    """Columns, rules and questions are those of a full reading, also where notes break lines inside quotes."""
    path = _large(tmp_path, note, encoding)
    with _opened(path, glance=True) as glanced, _opened(path, glance=False) as whole:
        assert glanced.columns == whole.columns
        assert glanced.row_count < ROWS / 2
        assert glanced.of == ROWS + ("\n" in note) * ROWS // 100
        coupons = glanced.sample(2_000).columns["优惠券"]
    assert 200 < sum(value is not None for value in coupons) < 1_500
    proposal = propose(path, {}, Changes(), tmp_path)
    assert (proposal.rows, proposal.missing) == (glanced.of, ())


def test_pieces_that_are_no_rows_are_not_trusted(tmp_path: Path) -> None:
    """Where cells span more lines than a piece holds, the whole file is read."""
    path = tmp_path / "orders.csv"
    note = "很长的备注\n" * 1_000
    path.write_text("订单编号,实付金额,备注\n" + "".join(f'D{number},9.90,"{note}"\n' for number in range(550)))
    assert path.stat().st_size > WORTH_BYTES
    with _opened(path, glance=True) as table:
        assert table.row_count + table.bad_count == table.of
