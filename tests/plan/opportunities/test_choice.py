"""Order and overlap of opportunities: whoever is in several counts once, and the first three differ in kind."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from liftloop.plan.opportunities.candidate import FAMILY, Candidate, Kind
from liftloop.plan.opportunities.choice import Weighed, placed, together
from liftloop.plan.opportunities.worth import Stake

STAKE = Stake(
    people=0,
    rate=0.1,
    buyer_fen=1e4,
    usual_fen=1e6,
    point_fen=4e4,
    low_fen=-1e4,
    high_fen=9e4,
    lift=0.04,
    basis="assumed",
    windows=6,
)


def _weighed(kind: Kind, people: set[int], point_fen: float) -> Weighed:
    profile = np.array(sorted(people), dtype=np.int64)
    candidate = Candidate(kind=kind, tree={}, comparable={})
    return Weighed(candidate=candidate, stake=replace(STAKE, people=len(people), point_fen=point_fen), profile=profile)


GROUPS = st.dictionaries(
    st.sampled_from(sorted(FAMILY)),
    st.tuples(st.sets(st.integers(0, 30), min_size=1), st.floats(1, 1e6)),
    min_size=1,
)


@given(groups=GROUPS)
@settings(max_examples=200, deadline=None)
def test_nobody_counts_twice_and_the_first_differ_in_kind(groups: dict[Kind, tuple[set[int], float]]) -> None:
    """Together they have as many people as their union, and the first three as many families as there are."""
    places = placed([_weighed(kind, people, point) for kind, (people, point) in groups.items()])
    assert len(places) == len(groups)
    everybody = set().union(*(people for people, _ in groups.values()))
    whole = together(places)
    assert whole.people == len(everybody)
    assert whole.point_fen <= sum(point for _, point in groups.values()) + 1e-6
    families = {FAMILY[kind] for kind in groups}
    first = {FAMILY[each.weighed.candidate.kind] for each in places[:3]}
    assert len(first) == min(3, len(families), len(places))


def test_people_of_two_opportunities_belong_to_the_narrower() -> None:
    """Everybody who bought within a year is in the festival's group too; who is due to restock counts there."""
    places = placed([_weighed("festival", set(range(100)), 5e5), _weighed("replenish", set(range(20)), 2e5)])
    own = {each.weighed.candidate.kind: each.own for each in places}
    assert own == {"replenish": 20, "festival": 80}
    assert places[0].weighed.candidate.kind == "festival"
    assert together(places).point_fen == 5e5 * 0.8 + 2e5
