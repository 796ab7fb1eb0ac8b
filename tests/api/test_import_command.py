"""`liftloop import` speaks to the server of its folder: loads, prints, and says what is wrong."""

import asyncio
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from served import Served, play

from liftloop.cli.import_files import command
from liftloop.kernel.errors import LiftloopError

LINES = "InvoiceNo,InvoiceDate,CustomerID,StockCode,Quantity,UnitPrice\n" + "".join(
    f"{500 + number // 2},2026-01-{1 + number % 28:02d} 10:00:00,{17000 + number % 7},S{number},1,2.5\n"
    for number in range(40)
)


def run(arguments: list[str]) -> Any:
    return CliRunner().invoke(command, arguments)


def test_a_file_is_loaded_and_told_as_json(tmp_path: Path) -> None:
    """With --json nothing is asked: the guess runs, addresses are built, consent is declared, figures are printed."""
    file = tmp_path / "orders.csv"
    file.write_text(LINES)
    options = ["--map", "email={CustomerID}@example.test", "--declare-consent", "email:marketing", "--evidence", "表"]

    async def story(world: Served) -> None:
        async with world.on_socket() as data:
            arguments = [str(file), "--kind", "orders", *options, "--data", str(data), "--json"]
            result = await asyncio.to_thread(run, arguments)
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)
        assert (told["status"], told["rows"], told["customers"], told["events"]) == ("done", 40, 7, 20)
        assert told["rejected"] == 0
        assert told["mapping"]["fields"]["email"] == "{CustomerID}@example.test"
        reach = await world.admin.post("/api/audiences/preview", {"definition": {"event": "Order Completed"}})
        assert reach.json()["reachable"] == [{"channel": "email", "people": 7}]

    play(tmp_path, story)


def test_without_json_the_mapping_is_shown_and_refusals_are_spoken(tmp_path: Path) -> None:
    """A person sees where each field comes from and how it went; a column that is not there is a usage error."""
    file = tmp_path / "orders.csv"
    file.write_text(LINES + "599,not a date,17001,S1,1,2\n")

    async def story(world: Served) -> None:
        async with world.on_socket() as data:
            shown = await asyncio.to_thread(run, [str(file), "--data", str(data)])
            missing = await asyncio.to_thread(run, [str(file), "--map", "city=Town", "--data", str(data), "--json"])
        assert shown.exit_code == 0, shown.output
        assert "订单号 ← InvoiceNo" in shown.output
        assert "读完 41 行" in shown.output
        assert "1 行没有导入" in shown.output
        assert isinstance(missing.exception, LiftloopError)
        assert (missing.exception.code, missing.exception.exit_code) == ("mapping_missing_column", 2)

    play(tmp_path, story)


def test_what_is_asked_wrongly_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """A missing file, a mapping that is none and consent without evidence end with usage errors that say what to do."""
    file = tmp_path / "orders.csv"
    file.write_text(LINES)
    broken = tmp_path / "mapping.json"
    broken.write_text("{")
    for arguments, code in (
        ([str(tmp_path / "nothing.csv")], "file_not_found"),
        ([str(file), "--map", "email"], "bad_option"),
        ([str(file), "--mapping", str(broken)], "bad_option"),
        ([str(file), "--declare-consent", "email:marketing"], "bad_option"),
    ):
        result = run([*arguments, "--data", str(tmp_path / "never"), "--json"])
        assert isinstance(result.exception, LiftloopError), arguments
        assert (result.exception.code, result.exception.exit_code) == (code, 2)
        assert result.exception.next_step("en")
        assert result.exception.next_step("zh-CN")
