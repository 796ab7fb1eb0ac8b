"""What the fold of journey knows of definitions: every version by the code that enrolments in it carry."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.journey import enrolments
from liftloop.journey.graph import Graph, read
from liftloop.journey.opening import Codes
from liftloop.journey.waits import UntilEvent
from liftloop.plan.contract import Campaign
from liftloop.runtime.contract import StateView


class Known(Struct, frozen=True, kw_only=True):
    """Every journey version by its code, and the codes of those that people may enter."""

    generation: int
    graphs: Mapping[int, Graph]
    live: tuple[int, ...]
    waiting: tuple[int, ...]
    """First versions that wait for their history: who enters stands at the entry until they are live."""
    listening: Mapping[str, tuple[tuple[int, int, UntilEvent], ...]]
    """(code, position, node) of the nodes that wait for an event, by its name."""
    campaigns: Mapping[str, Campaign]
    traits: Mapping[str, Mapping[str, Any]]

    def codes(self) -> Codes:
        return Codes(graphs=tuple(self.graphs.items()), live=self.live, waiting=self.waiting)

    def entered(self) -> Iterator[tuple[int, Graph]]:
        """Yield the versions that people may enter."""
        for code in (*self.live, *self.waiting):
            yield code, self.graphs[code]


def read_all(state: StateView) -> Known:
    """Return what is known of journeys at this generation of definitions."""
    versions = state.definitions.versions("journey")
    hashes = np.array([enrolments.code_hash(each.id, each.version) for each in versions], dtype=np.uint64)
    codes = enrolments.CODES.find(state, hashes).tolist()
    is_live = {(each.id, each.version) for each in state.definitions.live("journey").values()}
    waiting = {(each.id, each.version) for each in state.definitions.filling("journey").values()}
    first = {pair for pair in waiting if pair[0] not in state.definitions.live("journey")}
    graphs = {code: read(each.id, each.version, each.body) for code, each in zip(codes, versions, strict=True)}
    return Known(
        generation=state.definitions.generation,
        graphs=graphs,
        live=tuple(code for code, each in zip(codes, versions, strict=True) if (each.id, each.version) in is_live),
        waiting=tuple(code for code, each in zip(codes, versions, strict=True) if (each.id, each.version) in first),
        listening=_listening(graphs),
        campaigns={
            identity: msgspec.convert(each.body, type=Campaign, strict=False)
            for identity, each in state.definitions.live("campaign").items()
        },
        traits={identity: trait.body for identity, trait in state.definitions.live("trait").items()},
    )


def _listening(graphs: Mapping[int, Graph]) -> dict[str, tuple[tuple[int, int, UntilEvent], ...]]:
    found: dict[str, tuple[tuple[int, int, UntilEvent], ...]] = {}
    for code, graph in graphs.items():
        for position, node in enumerate(graph.journey.nodes):
            if isinstance(node, UntilEvent):
                found[node.name] = (*found.get(node.name, ()), (code, position, node))
    return found
