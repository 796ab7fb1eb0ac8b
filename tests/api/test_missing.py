"""Definitions that stand on another: it cannot be ended under them, and where it is gone they say so."""

from pathlib import Path
from typing import Any

from served import Served, play
from test_audience_insight import SHANGHAI, published
from test_audiences import a_small_shop

from liftloop.app.facts import fact
from liftloop.kernel.codec import canonical_json
from liftloop.runtime.catalog import RETIRED

TREES: dict[str, dict[str, Any]] = {
    "tag": {"not": {"tag": "vip"}},
    "trait": {"any": [{"trait": "bought", "gte": 1}, {"percent": [0, 1]}]},
    "audience": {"audience": "other"},
}
ASKED = {"tag": "vip", "trait": "bought", "audience": "other"}


async def _stands(world: Served) -> None:
    await a_small_shop(world)
    await world.admin.post("/api/definitions", {"kind": "tag", "id": "vip", "body": {"name": "VIP"}})
    await world.admin.post("/api/tags/vip/people", {"people": ["u1"]})
    await world.admin.post("/api/traits", {"id": "bought", "event": "Order Completed", "within_days": 30})
    await published(world, "other", SHANGHAI)
    for kind, tree in TREES.items():
        await published(world, f"by-{kind}", tree)
    await published(world, "on-top", {"all": [{"audience": "by-tag"}, SHANGHAI]})


async def _said(world: Served) -> None:
    await _stands(world)
    held = await world.english.post("/api/audiences/explain", {"audience_id": "by-tag", "profile_id": "u1"})
    assert (held.status, held.json()["conditions"][0]["flips_at"]) == (200, None), "a tag put on for ever"
    for kind, identity in ASKED.items():
        refused = await world.english.call("DELETE", f"/api/definitions/{kind}/{identity}")
        assert (refused.status, refused.json()["code"]) == (409, "in_use")
        assert f"“by-{kind}”" in refused.json()["message"]
    now_ms = world.installation.now_ms()
    for kind, identity in ASKED.items():  # As versions before this one could.
        body = canonical_json({"kind": kind, "id": identity, "version": 1})
        world.installation.append([fact(RETIRED, f"{kind}/{identity}", body, "person:test", now_ms)])
    await world.settle()
    for kind, identity in ASKED.items():
        await _tells(world, f"by-{kind}", f"{kind} “{identity}”")
    await _tells(world, "on-top", "tag “vip”")
    world.installation.fold_all()
    free = await world.english.call("DELETE", "/api/definitions/audience/on-top")
    assert free.status == 200


async def _tells(world: Served, audience: str, gone: str) -> None:
    """Page and preview say what is gone; nothing is handed out or frozen; the page can be mended."""
    page = await world.english.get(f"/api/audiences/{audience}")
    assert page.status == 200, page.body
    assert [gone in each["en"] for each in page.json()["missing"]] == [True], page.json()["missing"]
    drafted = await world.english.post("/api/audiences/preview", {"definition": page.json()["definition"]})
    assert drafted.json()["missing"] == page.json()["missing"]
    for call, body in (("exports", {}), ("freeze", {"name": "list"})):
        refused = await world.english.post(f"/api/audiences/{audience}/{call}", body)
        assert (refused.status, refused.json()["code"]) == (409, "missing_condition")
    assert (await world.english.post("/api/audiences/explain", {"audience_id": audience})).status == 200


def test_nothing_is_ended_under_those_who_ask_for_it(tmp_path: Path) -> None:
    """What conditions ask for is not retired; where it is gone all the same, the reason and the remedy are told."""
    play(tmp_path, _said)
