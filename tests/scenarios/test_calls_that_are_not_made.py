"""A journey asks colleagues to call: who wants no calls is given to nobody, and "why" says so."""

import asyncio
from pathlib import Path
from typing import Any

from corner_shop import corner_shop

NODES: list[dict[str, Any]] = [
    {"kind": "task", "id": "call", "title": "回访", "next": "end"},
    {"kind": "exit", "id": "end"},
]


def test_who_wants_no_calls_is_given_to_nobody(tmp_path: Path) -> None:
    async def walk() -> None:
        async with corner_shop(tmp_path) as shop:
            body = {"name": "回访", "trigger": {"on": "event", "name": "Bought"}, "nodes": NODES}
            await shop.post("/api/definitions", {"kind": "journey", "id": "care", "body": body})
            for person, status in (("yes", "granted"), ("no", "withdrawn")):
                shop.agree(person, {"channel": "call", "purpose": "service", "status": status})
                shop.do(person, "Bought")
            await shop.wait(60)
            assert [each["title"] for each in await shop.tasks("yes")] == ["回访"]
            assert await shop.tasks("no") == []
            assert await shop.why("no", "care") == "没发：撤回了接收电话的同意。"

    asyncio.run(walk())
