from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from liftloop.app.facts import fact, published
from liftloop.kernel.codec import canonical_json
from liftloop.runtime.catalog import FILLED, RETIRED, Catalog, fold_definitions
from liftloop.storage.contract import Record, Row

WAITING_KIND, OTHER_KIND = "audience", "content"
KINDS = st.sampled_from([WAITING_KIND, OTHER_KIND])
IDS = st.sampled_from(["a", "b"])


class Model:
    """The same rules over one dict: (kind, id) to a list of statuses, version 1 first."""

    def __init__(self) -> None:
        self.statuses: dict[tuple[str, str], list[str]] = {}
        self.history = False

    def published(self, kind: str, identity: str, version: int) -> None:
        held = self.statuses.setdefault((kind, identity), [])
        if version != len(held) + 1:
            return
        waits = self.history and kind == WAITING_KIND
        if not waits:
            held[:] = ["superseded" if status in ("live", "filling") else status for status in held]
        held.append("filling" if waits else "live")

    def filled(self, kind: str, identity: str, version: int) -> None:
        held = self.statuses.get((kind, identity), [])
        if 0 < version <= len(held) and held[version - 1] == "filling":
            older = ["superseded" if status in ("live", "filling") else status for status in held[: version - 1]]
            held[:version] = [*older, "live"]

    def retired(self, kind: str, identity: str, version: int) -> None:
        held = self.statuses.get((kind, identity), [])
        held[:version] = ["retired" if status in ("live", "filling") else status for status in held[:version]]


class CatalogMachine(RuleBasedStateMachine):
    """Whatever facts come, in ticks of any size, late or twice: one version is live at most, and the rules are kept."""

    @initialize()
    def empty(self) -> None:
        self.catalog = Catalog()
        self.rows: dict[tuple[str, str, int], Row] = {}
        self.model = Model()
        self.waiting: list[Record] = []

    @rule(kind=KINDS, identity=IDS, ahead=st.sampled_from([0, 0, 0, 1, -1]))
    def publish(self, kind: str, identity: str, ahead: int) -> None:
        version = len(self.model.statuses.get((kind, identity), [])) + 1 + ahead
        body = {"of": f"{kind}/{identity}/{version}"}
        self.waiting.append(published(kind, identity, version, body, "person:a", 7))
        self.model.published(kind, identity, version)

    @rule(kind=KINDS, identity=IDS, version=st.integers(1, 4))
    def fill(self, kind: str, identity: str, version: int) -> None:
        self._say(FILLED, kind, identity, version)
        self.model.filled(kind, identity, version)

    @rule(kind=KINDS, identity=IDS, version=st.integers(1, 4))
    def retire(self, kind: str, identity: str, version: int) -> None:
        self._say(RETIRED, kind, identity, version)
        self.model.retired(kind, identity, version)

    def _say(self, what: str, kind: str, identity: str, version: int) -> None:
        body = canonical_json({"kind": kind, "id": identity, "version": version})
        self.waiting.append(fact(what, f"{kind}/{identity}", body, "person:a", 7))

    @rule()
    def tick(self) -> None:
        rows = fold_definitions(self.catalog, self.waiting, has_history=self.model.history)
        self.catalog.apply(rows)
        self.rows |= {row[:3]: row for row in rows}
        self.waiting = []

    @rule()
    def people_come(self) -> None:
        self.tick()
        self.model.history = True

    @invariant()
    def statuses_are_those_of_the_model(self) -> None:
        if not hasattr(self, "model") or self.waiting:
            return
        restored = Catalog()
        restored.restore([self.rows[key] for key in sorted(self.rows)])
        for catalog in (self.catalog, restored):
            for (kind, identity), statuses in self.model.statuses.items():
                live = [version for version, status in enumerate(statuses, 1) if status == "live"]
                filling = [version for version, status in enumerate(statuses, 1) if status == "filling"]
                assert len(live) <= 1
                assert _version(catalog.live(kind), identity) == (live[0] if live else None)
                assert _version(catalog.filling(kind), identity) == (filling[-1] if filling else None)
                assert catalog.newest(kind, identity) == len(statuses)
                for version in range(1, len(statuses) + 1):
                    definition = catalog.version(kind, identity, version)
                    assert definition is not None
                    assert definition.body == {"of": f"{kind}/{identity}/{version}"}
                    assert definition.actor == "person:a"
                    assert self.rows[kind, identity, version][7] == statuses[version - 1]


def _version(held: Any, identity: str) -> int | None:
    return held[identity].version if identity in held else None


TestCatalogMachine = CatalogMachine.TestCase
TestCatalogMachine.settings = settings(max_examples=200, stateful_step_count=25, deadline=None, derandomize=True)


@pytest.mark.parametrize("version", [1, 3])
def test_another_version_than_the_next_changes_nothing(version: int) -> None:
    """A definition published as a version that is not the next one is a conflict: the first author's words hold."""
    catalog = Catalog()
    catalog.apply(fold_definitions(catalog, [published("content", "a", 1, {"x": 1}, "p", 1)], has_history=True))
    assert fold_definitions(catalog, [published("content", "a", version, {"x": 2}, "q", 2)], has_history=True) == []
    assert catalog.live("content")["a"].body == {"x": 1}


def test_two_authors_in_one_tick() -> None:
    """Of two facts that claim the same version in one tick, the first holds."""
    catalog = Catalog()
    both = [published("content", "a", 1, {"x": place}, "p", place) for place in range(2)]
    catalog.apply(fold_definitions(catalog, both, has_history=False))
    assert catalog.live("content")["a"].body == {"x": 0}
    assert catalog.newest("content", "a") == 1


def test_the_generation_tells_of_every_change() -> None:
    """What is compiled from definitions can trust that nothing changed while the generation is the same."""
    catalog = Catalog()
    before = catalog.generation
    catalog.apply(fold_definitions(catalog, [published("content", "a", 1, {}, "p", 1)], has_history=False))
    assert catalog.generation != before


def test_an_old_version_ended_does_not_hide_the_newest() -> None:
    """Retiring an early version in the same tick leaves the number of the next version as it is."""
    catalog = Catalog()
    for version in (1, 2):
        record = published("content", "a", version, {"x": version}, "p", version)
        catalog.apply(fold_definitions(catalog, [record], has_history=False))
    end = fact(RETIRED, "content/a", canonical_json({"kind": "content", "id": "a", "version": 1}), "p", 3)
    claims = [end, published("content", "a", 2, {"x": 9}, "q", 3), published("content", "a", 3, {"x": 3}, "q", 3)]
    catalog.apply(fold_definitions(catalog, claims, has_history=False))
    assert catalog.live("content")["a"].body == {"x": 3}
