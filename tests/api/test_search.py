"""The search: names by any part or by first letters, people by what identifies them, and nobody else's customers."""

from pathlib import Path
from typing import Any

from served import Served, play

from liftloop.testing.asgi import Caller


def test_everything_with_a_name_is_found_and_nobody_else_s_customers(tmp_path: Path) -> None:
    """Parts, first letters and ids find definitions; phones find people masked, and only those of one's own team."""

    async def story(world: Served) -> None:
        world.installation.receive(
            *(
                {
                    "type": "identify",
                    "userId": f"u{each}",
                    "traits": {"region": ("east", "south")[each % 2], "phone": f"1380013800{each}"},
                }
                for each in range(4)
            )
        )
        await world.settle()
        team = {"kind": "team", "id": "east", "body": {"name": "East", "regions": ["east"]}}
        assert (await world.admin.post("/api/definitions", team)).status == 200
        sleeping = {"audience_id": "aud_1", "name": "沉睡会员", "definition": {"trait": "region", "is": "east"}}
        assert (await world.admin.post("/api/audiences", sleeping)).status == 200
        await world.settle()

        async def found(caller: Caller, words: str) -> list[Any]:
            answer = await caller.get("/api/search", q=words)
            assert answer.status == 200, answer.body
            return [(each["kind"], each["id"]) for each in answer.json()["hits"]]

        for words in ("会员", "cshy", "CSHY", "aud_1"):
            assert ("audience", "aud_1") in await found(world.admin, words), words
        assert ("dashboard", "ready-sales") in await found(world.admin, "sale")
        assert ("playbook", "recall") in await found(world.admin, "recall") or await found(world.admin, "召回")
        assert await found(world.admin, "   ") == []
        assert await found(world.admin, "%' OR 1=1") == []
        by_phone = await found(world.admin, "138 0013 8001")
        assert [kind for kind, _ in by_phone] == ["person"]
        hit = (await world.admin.get("/api/search", q="13800138001")).json()["hits"][0]
        assert "13800138001" not in str(hit)
        made = await world.admin.post("/api/tokens", {"name": "east", "role": "viewer", "teams": ["east"]})
        mine = Caller(app=world.admin.app, token=made.json()["secret"])
        assert await found(mine, "13800138001") == []
        assert len(await found(mine, "13800138002")) == 1
        people = [identity for kind, identity in await found(world.admin, "u") if kind == "person"]
        assert people == [], "one letter begins everybody"

    play(tmp_path, story)
