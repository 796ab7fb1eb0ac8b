"""`liftloop source` makes, tries, changes, pulls and resets what the server of its folder pulls."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from served import Served, play

from liftloop.cli.source import command


def run(*arguments: str, said: str = "") -> Any:
    return CliRunner().invoke(command, list(arguments), input=said)


def till(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "till.db")) as database:
        database.execute("CREATE TABLE sale (order_id TEXT, customer_id TEXT, paid_at TEXT, amount REAL, n INTEGER)")
        rows = [(f"T{n}", "ann", "2026-09-01 10:00:00", 30.5, n) for n in (1, 2)]
        database.executemany("INSERT INTO sale VALUES (?, ?, ?, ?, ?)", rows)
        database.commit()
    return f"sqlite:///{folder / 'till.db'}"


def test_a_database_is_set_up_changed_pulled_and_retired_from_the_terminal(tmp_path: Path) -> None:
    """Tried before it is kept; its address comes by input and is never shown; every refusal ends with its exit code."""

    async def story(world: Served) -> None:
        url = till(tmp_path)
        async with world.on_socket() as data:

            async def ended(*arguments: str, said: str = "") -> Any:
                return await asyncio.to_thread(run, *arguments, "--data", str(data), said=said)

            async def told(*arguments: str, said: str = "") -> Any:
                result = await ended(*arguments, "--json", said=said)
                assert result.exit_code == 0, (result.output, result.exception)
                assert str(tmp_path / "till.db") not in result.output
                return json.loads(result.stdout)

            away = await ended("database", "Till", "--url", "sqlite:////nowhere.db", "--table", "sale")
            assert "there is no such database file" in str(away.exception)
            assert (await world.admin.get("/api/definitions/source")).json()["definitions"] == {}
            made = await told("database", "Till", "--url", "-", "--table", "sale", "--watermark", "n", said=url + "\n")
            assert (made["source_id"], made["trial"]["kind"]) == ("till", "orders")
            assert (await told("try", "till"))["rows"] == 2
            assert (await told("change", "till", "--every", "30"))["version"] == 2
            shown = await told("show", "till")
            assert (shown["definition"]["url"], shown["definition"]["every_minutes"]) == ("(set)", 30)
            assert (await told("pull", "till"))["rows"] == 2
            rows = {each["source_id"]: each for each in (await told("list"))["sources"]}
            assert rows["till"]["last_pull"]["status"] == "done"
            assert (await told("reset", "till", "--to", "2"))["watermark"] == 2
            assert (await told("reset", "till"))["watermark"] == 0
            assert "till" in (await ended("list")).output
            assert (await ended("reset", "nowhere")).exception is not None
            assert (await ended("try")).exit_code == 2
            assert (await ended("retire", "till", said="n\n")).exit_code == 1
            assert (await told("retire", "till", "--yes"))["id"] == "till"

    play(tmp_path, story)
