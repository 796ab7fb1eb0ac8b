"""A person's data: handed out whole, then erased from every file, and not brought back by a backup from before."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from served import NOW_MS, Served, play, served

from liftloop.app.upkeep.restore import Order, restore
from liftloop.testing.installation import Installation

PHONE, MAIL, NAME = "13800138017", "li.na@example.com", "李娜娜"
CLEAR = [text.encode() for text in (PHONE, MAIL, NAME)]


async def _li_na(world: Served) -> None:
    consents = [{"channel": "sms", "purpose": "marketing", "status": "granted"}]
    traits = {"phone": PHONE, "email": MAIL, "name": NAME, "city": "上海"}
    world.installation.receive(
        {"type": "identify", "userId": "u1", "traits": traits, "context": {"consents": consents}},
        {"type": "track", "anonymousId": "a1", "event": "Form Submitted", "properties": {"phone": PHONE, "size": 3}},
        {"type": "alias", "previousId": "a1", "userId": "u1"},
        {"type": "identify", "userId": "u2", "traits": {"phone": "13900139000", "name": "王芳"}},
    )
    await world.settle()


def _holding(folder: Path) -> list[Path]:
    """Return the files in which anything of her can be read."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if any(text in file.read_bytes() for text in CLEAR)]


def _legible(text: str) -> list[str]:
    return [each.decode() for each in CLEAR if each.decode() in text]


async def _seen(world: Served) -> str:
    told = [
        (await world.admin.get("/api/profiles/u1")).json(),
        (await world.admin.post("/api/profiles/u1/reveal", {"reason": "asked"})).json(),
        (await world.admin.post("/api/profiles/u1/export", {})).json(),
    ]
    return str(told)


def test_who_is_erased_is_gone_from_files_answers_and_restored_backups(tmp_path: Path) -> None:
    """Export tells all; erasure takes a second word, ends consents, and no file, answer or restored backup has her."""
    backup, again = tmp_path / "backup", tmp_path / "again"

    async def story(world: Served) -> None:
        await _li_na(world)
        noted = {"text": "Prefers calls in the evening"}
        assert (await world.admin.post("/api/profiles/u1/notes", noted)).status in (200, 201)
        await world.settle()
        held = (await world.admin.post("/api/profiles/u1/export", {})).json()
        assert {each["name"]: each["value"] for each in held["attributes"]}["phone"] == PHONE
        assert [each["status"] for each in held["consents"]] == ["granted"]
        assert {each["value"] for each in held["identifiers"]} >= {"u1", "a1"}
        assert "Form Submitted" in {each["name"] for each in held["events"]}
        assert [each["text"] for each in held["work"]] == ["Prefers calls in the evening"]
        assert held["messages"] == held["points"] == []
        assert (await world.admin.post("/api/backup", {"to": str(backup)})).status == 200

        path, profile = "/api/profiles/u1/erase", held["profile_id"]
        refused = await world.admin.post(path, {"confirm": "u1"})
        assert refused.json()["code"] == "erasure_not_confirmed"
        done = (await world.admin.post(path, {"confirm": profile, "reason": "request 42"})).json()
        assert done["keys"] >= 1
        assert done["consents"] == 1
        await world.settle()
        assert (await world.admin.post(path, {"confirm": profile})).json()["keys"] == 0
        assert not _legible(await _seen(world))
        held = (await world.admin.post("/api/profiles/u1/export", {})).json()
        assert [each["status"] for each in held["consents"]] == ["granted", "withdrawn"]
        assert "13900139000" in (await world.admin.post("/api/profiles/u2/reveal", {"reason": "asked"})).body.decode()
        trail = (await world.admin.get("/api/audit")).json()
        assert {"profile.erase", "profile.export"} <= {each["use_case"] for each in trail["entries"]}

    play(tmp_path, story)
    assert _holding(tmp_path / "data") == []
    restore(Order(backup=backup, data=again))
    assert _holding(again) == []

    async def after(world: Served) -> None:
        seen = await _seen(world)
        assert "u1" in seen
        assert not _legible(seen)

    _open(again, after)


def _open(folder: Path, story: Callable[[Served], Awaitable[None]]) -> None:
    async def whole() -> None:
        installation = Installation(folder, NOW_MS)
        async with served(installation) as world:
            await story(world)
        installation.close()

    asyncio.run(whole())
