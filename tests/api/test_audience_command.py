"""`liftloop audience` counts, samples, explains, compares and exports what the server of its folder knows."""

import asyncio
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from served import Served, play
from test_audience_insight import SHANGHAI, published
from test_audiences import a_small_shop

from liftloop.cli.audience import command


def run(*arguments: str) -> Any:
    return CliRunner().invoke(command, list(arguments))


def test_what_the_api_tells_the_terminal_tells_too(tmp_path: Path) -> None:
    """Count, sample, explain, overlap and export of a live audience and of a draft, as JSON and as lines."""

    async def story(world: Served) -> None:
        await a_small_shop(world)
        await published(world, "shanghai", SHANGHAI)
        async with world.on_socket() as data:

            async def told(*arguments: str) -> Any:
                result = await asyncio.to_thread(run, *arguments, "--data", str(data), "--json")
                assert result.exit_code == 0, result.output
                return json.loads(result.stdout)

            assert (await told("count", "shanghai"))["count"] == 3
            draft = json.dumps({"event": "Order Completed", "count": {"gte": 2}})
            assert (await told("count", "--where", draft))["count"] == 2
            assert len((await told("sample", "shanghai"))["people"]) == 3
            assert (await told("explain", "shanghai", "--person", "u4"))["inside"] is False
            assert (await told("overlap", "--where", draft, "--with", "shanghai"))["rows"][0]["both"] == 2
            out = tmp_path / "out.csv"
            made = await told("export", "shanghai", "--out", str(out), "--changes-for", "crm", "--column", "city")
            assert (made["entered"], made["left"]) == (3, 0)
            assert out.read_text("utf-8-sig").splitlines()[0] == "profile_id,customer_id,change,city"
            again = await told("export", "shanghai", "--out", str(out), "--changes-for", "crm")
            assert (again["entered"], len(out.read_bytes().splitlines())) == (0, 1)
            table = {"kind": "database", "url": f"sqlite:///{tmp_path / 'house.db'}", "table": "people"}
            definition = tmp_path / "house.json"
            definition.write_text(json.dumps({"name": "数仓", "audience": "shanghai", "to": table}))
            assert (await told("destination", "house", "--file", str(definition)))["version"] == 1
            assert (await told("export", "shanghai", "--to", "house"))["sent"] == 3
            assert (await told("destinations"))["destinations"][0]["last"]["sent"] == 3
            unknown = await asyncio.to_thread(run, "export", "shanghai", "--to", "nowhere", "--data", str(data))
            assert unknown.exit_code == 2
            lines = await asyncio.to_thread(run, "explain", "shanghai", "--person", "u1", "--data", str(data))
            assert "✓" in lines.stdout
            neither = await asyncio.to_thread(run, "count", "--data", str(data))
            assert neither.exit_code == 2

    play(tmp_path, story)
