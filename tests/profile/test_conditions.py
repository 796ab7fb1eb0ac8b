"""What is published can be answered: the check of conditions refuses whatever the fold could stumble over."""

from typing import Any

import numpy as np
import pytest
from engine import Engine, record
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liftloop.audience.reading import check, holds
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.errors import LiftloopError
from liftloop.profile.contract import UnknownCondition
from liftloop.profile.reading import People
from liftloop.profile.sources import leaves, needed_by, source_of

JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 300),
        st.just(10**400),
        st.floats(),
        st.sampled_from(["上海", "", "Bought", "v"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["gte", "lt", "eq", "property", "is", "in", "x"]), inner, max_size=2),
    ),
    max_leaves=4,
)
FIELDS = ["event", "trait", "within_days", "property", "where", "count", "sum", "min", "avg", "is", "is_not", "in"]
LEAVES = st.one_of(
    st.dictionaries(
        st.sampled_from([*FIELDS, "exists", "gte", "eq", "aggregate", "audience", "percent"]), JSON, max_size=4
    ),
    st.fixed_dictionaries(
        {"event": st.just("Bought")},
        optional=dict.fromkeys(("within_days", "property", "where", "count", "sum", "min"), JSON),
    ),
    st.fixed_dictionaries(
        {"trait": st.sampled_from(["city", "spent"])}, optional=dict.fromkeys(("is", "in", "exists", "gte"), JSON)
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, max_size=2)}), st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=3,
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = Engine()
    engine.publish("trait", "spent", {"event": "Bought", "property": "v", "aggregate": "sum", "within_days": 7})
    engine.publish("audience", "a", {"name": "a", "where": {"trait": "city", "exists": True}})
    engine.step(
        [
            record("track", "1", engine.now_ms, user_id="u", name="Bought", properties={"v": 3}),
            record("identify", "2", engine.now_ms, user_id="u", traits={"city": "上海"}),
        ]
    )
    return engine


@settings(max_examples=400, deadline=None)
@given(tree=TREES)
@example(tree={"audience": "a", "percent": [None, 5]})
@example(tree={"audience": "a", "percent": [0, 10**400]})
@example(tree={"not": {"audience": "a"}, "event": None})
def test_what_passes_the_check_can_be_answered(engine: Engine, tree: Any) -> None:
    """A tree is refused in words, or the fold can need, keep and answer it for anybody at any time."""
    try:
        check(tree)
    except LiftloopError:
        return
    traits = {identity: each.body for identity, each in engine.fold.catalog.live("trait").items()}
    needed_by(leaves(tree), traits)
    persons = People(engine.fold.state, np.array([engine.slot(user="u")]), engine.now_ms, traits)
    assert holds(tree, persons, {}).shape == (1,)


@settings(max_examples=300, deadline=None)
@given(body=st.dictionaries(st.sampled_from([*FIELDS, "aggregate"]), JSON, max_size=4))
def test_a_trait_that_is_read_can_be_computed(engine: Engine, body: dict[str, Any]) -> None:
    """A computed trait is refused in words, or it has a value or none for everybody."""
    body = {"event": "Bought", **body}
    try:
        source_of(body)
    except UnknownCondition:
        return
    persons = People(engine.fold.state, np.array([engine.slot(user="u")]), engine.now_ms, {"t": body})
    assert persons.number({"trait": "t", "gte": 0}).shape == (1,)


@pytest.mark.parametrize(
    "leaf",
    [
        {"event": "x", "within_days": 7, "count": {"gte": 257}},
        {"event": "x", "min": {"gte": 1}},
        {"event": "x", "count": {"gte": "two"}},
        {"event": "x", "count": 2},
        {"event": "x", "counts": {"gte": 2}},
        {"event": "x", "within_days": 1e-12},
        {"event": "x", "where": [5]},
        {"event": "x", "where": {"property": "v", "gte": "1"}},
        {"event": "x", "where": {"property": "v", "in": 5}},
        {"trait": "x", "like": "y"},
        {"trait": "x", "in": "上海"},
        {"trait": "x", "gte": 10**400},
        {"trait": "x", "is": None},
        {"event": "x", "aggregate": "median"},
    ],
)
def test_what_cannot_be_answered_is_refused(leaf: dict[str, Any]) -> None:
    """Publishing says what is wrong with a condition that no fold could answer."""
    with pytest.raises(UnknownCondition):
        check(leaf)


def test_a_trait_may_take_the_name_of_an_attribute() -> None:
    """A computed trait published later under an attribute's name leaves old conditions answerable: nobody is meant."""
    engine = Engine()
    engine.publish("audience", "gold", {"name": "gold", "where": {"trait": "level", "is": "gold"}})
    engine.step([record("identify", "1", engine.now_ms, user_id="u", traits={"level": "gold"})])
    engine.publish("trait", "level", {"event": "Bought"})
    frame = engine.step([record("track", "2", engine.now_ms, user_id="u", name="Bought")])
    assert "audience.entered" not in frame


@pytest.mark.parametrize("value", [10**400, -(10**400), 2**70, True, "x", None, 1.5])
def test_values_of_any_size_are_folded(value: Any) -> None:
    """Numbers beyond every column make neither an attribute nor a sum stop the tick."""
    engine = Engine()
    spent = {"event": "Bought", "property": "v", "within_days": 7, "sum": {"gte": 1}}
    where = {"any": [spent, {"trait": "level", "gte": 1}, {"trait": "level", "is": 1}]}
    engine.publish("audience", "a", {"name": "a", "where": where})
    properties = {"v": value} if not isinstance(value, int) or abs(value) < 2**63 else {"v": str(value)}
    engine.step(
        [
            record("track", "1", engine.now_ms, user_id="u", name="Bought", properties=properties),
            record("identify", "2", engine.now_ms, user_id="u", traits={"level": value}),
        ]
    )
    assert engine.slot(user="u") >= 0


def test_what_nothing_asks_for_is_dropped_and_filled_anew() -> None:
    """A source that rested while events went on is complete when it is asked for again."""
    engine = Engine()
    bought_twice = {"name": "a", "where": {"event": "Bought", "within_days": 7, "count": {"gte": 2}}}
    engine.publish("audience", "a", bought_twice)
    engine.step([record("track", "1", engine.now_ms, user_id="u", name="Bought")])
    engine.retire("audience", "a")
    assert engine.fold.state.names("source.") == []
    engine.step([record("track", "2", engine.now_ms, user_id="u", name="Bought")])
    engine.publish("audience", "b", bought_twice)
    persons = People(engine.fold.state, np.array([engine.slot(user="u")]), engine.now_ms, {})
    assert holds(bought_twice["where"], persons, {}).tolist() == [True]
    assert engine.fold.next_due_ms() == engine.now_ms + 7 * DAY_MS
