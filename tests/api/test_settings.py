"""Settings are checked when they are published."""

from pathlib import Path
from typing import Any

import pytest
from served import Served, play


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"limits": {"phoen": 3}}, "phoen"),
        ({"limits": {"phone": 0}}, "255"),
        ({"limits": {"phone": 256}}, "255"),
        ({"priorities": ["fax"]}, "fax"),
        ({"banned": ["null"]}, "banned"),
    ],
)
def test_rules_of_identity_that_cannot_hold_are_refused(tmp_path: Path, settings: dict[str, Any], named: str) -> None:
    """The refusal names the kind or the bounds, and nothing is published."""

    async def story(world: Served) -> None:
        refused = await world.english.post("/api/settings", {"id": "identity", **settings})
        assert (refused.status, refused.json()["code"]) == (422, "bad_definition"), refused.body
        assert named in refused.json()["message"]
        assert not world.desk.definitions.live("setting")

    play(tmp_path, story)


def test_rules_of_identity_are_published(tmp_path: Path) -> None:
    """A shop whose staff share phones may say so."""

    async def story(world: Served) -> None:
        taken = await world.english.post("/api/settings", {"id": "identity", "limits": {"phone": 2}})
        assert taken.status == 200, taken.body
        assert list(world.desk.definitions.live("setting")) == ["identity"]

    play(tmp_path, story)
