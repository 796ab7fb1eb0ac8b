"""Remarks on nodes are kept with the journey, and only on nodes that are there."""

from typing import Any

import pytest

from liftloop.journey.contract import BadJourney
from liftloop.journey.graph import NOTE_CHARACTERS_MAX, check


def _journey(notes: dict[str, str]) -> dict[str, Any]:
    return {
        "name": "回访",
        "trigger": {"on": "event", "name": "Order Completed"},
        "nodes": [{"id": "wait", "kind": "wait", "duration_s": 60, "next": "done"}, {"id": "done", "kind": "exit"}],
        "notes": notes,
    }


def test_a_note_stands_on_a_node() -> None:
    """A remark on a node of the journey is no fault of it."""
    check("visit", _journey({"wait": "店长说一分钟就够"}))


@pytest.mark.parametrize(
    ("notes", "words"),
    [({"gone": "?"}, "gone, which is not there"), ({"wait": "x" * (NOTE_CHARACTERS_MAX + 1)}, "characters")],
)
def test_a_note_on_nothing_or_without_end_is_refused(notes: dict[str, str], words: str) -> None:
    """A remark on a node that is gone, or longer than anybody reads, is refused when publishing."""
    with pytest.raises(BadJourney, match=words):
        check("visit", _journey(notes))
