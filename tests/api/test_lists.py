"""Fixed lists: frozen audiences and files of identifiers, usable wherever an audience is."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from served import Served, play
from test_audience_insight import SHANGHAI, published
from test_audiences import a_small_shop, lives_in

from liftloop.app.tags.naming import named_in
from liftloop.cli.audience import command


async def count_of(world: Served, tree: dict[str, Any]) -> int:
    answer = await world.admin.post("/api/audiences/preview", {"definition": tree})
    assert answer.status == 200, answer.body
    return answer.json()["count"]


async def _frozen(world: Served) -> None:
    await a_small_shop(world)
    await published(world, "here", SHANGHAI)
    answer = await world.admin.post("/api/audiences/here/freeze", {"name": "国庆名单"})
    assert (answer.status, answer.json()["people"]) == (200, 3), answer.body
    made = answer.json()["audience_id"]
    world.installation.receive(lives_in("u1", "北京"), lives_in("u9", "上海"))
    await world.settle()
    people = (await world.admin.get(f"/api/audiences/{made}/people")).json()["people"]
    assert sorted(each["identifier"] for each in people) == ["u1", "u2", "u3"]
    for text in ("在“国庆名单”里而且住在上海", 'in "国庆名单" and lives in 上海'):
        heard = (await world.admin.post("/api/audiences/understand", {"text": text})).json()
        assert heard["unread"] == [], text
        assert heard["choices"] == [], text
        assert {"audience": made} in heard["definition"]["all"]
        assert await count_of(world, heard["definition"]) == 2
    page = (await world.admin.get(f"/api/audiences/{made}")).json()
    assert (page["name"], page["sentence"]["en"]) == ("国庆名单", "Tagged “国庆名单”")
    missing = await world.admin.post("/api/audiences/nowhere/freeze", {"name": "x"})
    assert missing.status == 404


def test_a_frozen_audience_stays_as_it_was(tmp_path: Path) -> None:
    """Who comes and goes later changes nothing; the list has a name that sentences in both languages may say."""
    play(tmp_path, _frozen)


async def _from_file(world: Served, folder: Path) -> None:
    await a_small_shop(world)
    world.installation.receive(
        {"type": "identify", "userId": "u3", "traits": {"phone": "139 0000 1234", "email": "Anna@Example.test"}},
        {"type": "alias", "userId": "u2", "previousId": "u4"},
    )
    await world.settle()
    profile = (await world.admin.get("/api/profiles/u1")).json()["profile_id"]
    file = folder / "名单.csv"
    file.write_text(f'会员,备注\nu2,"a,b"\n{profile},x\n+8613900001234\nanna@example.test\nu4\nnobody\n', "gb18030")
    async with world.on_socket() as data:

        def run(*arguments: str) -> Any:
            return CliRunner().invoke(command, [*arguments, "--data", str(data), "--json"])

        result = await asyncio.to_thread(run, "from-file", str(file), "--name", "大客户")
        assert result.exit_code == 0, result.output
        made = json.loads(result.stdout)
        assert (made["people"], made["repeated"], made["unknown_shown"]) == (3, 2, ["nobody"])
        again = await asyncio.to_thread(run, "freeze", made["audience_id"], "--name", "再来一次")
        assert json.loads(again.stdout)["people"] == 3
        file.write_text("nobody\nnowhere\n")
        refused = await asyncio.to_thread(run, "from-file", str(file), "--name", "空")
        assert getattr(refused.exception, "code", "") == "bad_list"
    listed = (await world.admin.get("/api/audiences")).json()["audiences"]
    assert sorted((each["name"], each["count"]) for each in listed) == [("再来一次", 3), ("大客户", 3)]


def test_a_file_of_identifiers_becomes_a_list(tmp_path: Path) -> None:
    """Customer and profile numbers, phones and mails are told by themselves; strangers are counted and left out."""

    async def story(world: Served) -> None:
        await _from_file(world, tmp_path)

    play(tmp_path, story)


def test_first_cells_are_read_from_whatever_file_it_is(tmp_path: Path) -> None:
    """Marks, quotes, separators, compression and encodings take nothing away from what stands first in a row."""
    lines = ["user_id", "u1", "“二”"]
    for codec in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        path = tmp_path / codec
        path.write_bytes("\r\n".join(f'"{line}"\t7' for line in lines).encode(codec))
        assert named_in(path) == lines, codec
    packed = tmp_path / "x.gz"
    packed.write_bytes(gzip.compress(b"u1;2\n\n u2 |x\n"))
    assert named_in(packed) == ["u1", "u2"]
