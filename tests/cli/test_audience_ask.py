"""What `liftloop audience` prints: each thing once, and a way to find what there is."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from liftloop.cli import audience

TREE = {"event": "Order Completed", "within_days": 60}
HEARD = {
    "definition": TREE,
    "sentence": {"zh": "最近 60 天下单至少 1 次", "en": "At least 1 order in the last 60 days"},
    "assumed": [],
    "choices": [],
    "unread": [],
}
LISTED = {"audiences": [{"audience_id": "twice", "name": "买过两次", "count": 1732}]}


class Desk:
    """Answers as the server does."""

    def get(self, path: str) -> Mapping[str, Any]:
        return {"/audiences": LISTED}[path]

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return {"/audiences/understand": dict(HEARD), "/audiences/preview": {"count": 7, "of": 20}}[path]


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> None:
    def server(_data: Path) -> AbstractContextManager[Desk]:
        return nullcontext(Desk())

    monkeypatch.setattr(audience, "server", server)


def test_a_tree_that_was_understood_is_printed_once() -> None:
    """The sentence read aloud, the tree, and the count: a line each."""
    done = CliRunner().invoke(audience.command, ["ask", "最近 60 天下过单的人"])
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        f"{HEARD['sentence']['zh']} / {HEARD['sentence']['en']}",
        json.dumps(TREE),
        "7 / 20 人 / people",
    ]


def test_audiences_are_listed_by_id() -> None:
    """An error that says to look at the list finds one."""
    done = CliRunner().invoke(audience.command, ["list"])
    assert (done.exit_code, done.output) == (0, "twice 买过两次: 1,732\n")
