"""Whole stories on the real engine, lived twice: once in peace, once dying at drawn instants; every promise holds."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from living import Life
from promises import ALL, everybody_is_where_they_belong, known_of_people, look_for_consent
from provider import POINTS
from rumours import tell
from story import story_of

ACTS = 60
TOGETHER = 10
"""Stories that must among them die at every point."""
MANY_TOGETHER = 40
"""Of ten others now and then none dies at the rarest point: one ten in twenty did not."""


@contextmanager
def lived(seed: int, acts: int, path: Path, *, deaths: bool) -> Iterator[tuple[Life, dict[str, Any]]]:
    """Live a story to its end; yield it with what was known of everybody after the last act."""
    path.mkdir(parents=True)
    life, known = Life(story_of(seed, acts), path, deaths=deaths), dict[str, Any]()

    def look(life: Life) -> None:
        everybody_is_where_they_belong(life)
        known.update(known_of_people(life))

    life.at_its_end = look
    for provider in life.providers.values():
        provider.before_taking = lambda messages: look_for_consent(life, messages)
    try:
        life.live()
        for promise in ALL:
            promise(life)
        yield life, known
    except AssertionError as error:
        error.add_note(f"seed {seed}, {acts} acts, died at {life.deaths.died}")
        raise
    finally:
        life.shop.close()


def live_through(seeds: Iterable[int], acts: int, path: Path) -> tuple[Counter[str], Counter[str]]:
    """Live each story in peace and with deaths, and compare; return where they died and what became of messages."""
    died, states = Counter[str](), Counter[str]()
    for seed in seeds:
        with lived(seed, acts, path / f"{seed}-in-peace", deaths=False) as (_, undisturbed):
            pass
        with lived(seed, acts, path / f"{seed}-dying", deaths=True) as (life, known):
            assert known == undisturbed, "deaths change nothing of what is known"
            died.update(life.deaths.died)
            tell(life)
            states.update(dict(life.shop.state.rows("SELECT state, count(*) FROM ledger GROUP BY 1")))
    return died, states


@pytest.mark.parametrize("first", range(0, 20, TOGETHER))
def test_no_death_loses_or_doubles_anything(tmp_path: Path, first: int) -> None:
    """Whatever happens and wherever the process dies: nothing acknowledged is lost, marketing arrives at most once,
    the ledger adds up, caps, budget, consent and holdout hold, the lake is the log, and people are who they would be;
    receipts that are told five times count once, and those of strangers not at all.
    """
    died, states = live_through(range(first, first + TOGETHER), ACTS, tmp_path)
    assert [point for point in POINTS if not died[point]] == [], "each point ended the process at least once"
    assert {state for state in states if states[state] > 5} >= {"sent", "uncertain", "capped", "held_out", "suppressed"}


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("first", range(1_000, 1_200, MANY_TOGETHER))
def test_no_death_loses_or_doubles_anything_in_many_more_stories(tmp_path: Path, first: int) -> None:
    """The same promise over two hundred stories, twice as long."""
    died, _ = live_through(range(first, first + MANY_TOGETHER), 2 * ACTS, tmp_path)
    assert [point for point in POINTS if not died[point]] == []
