"""What is wrong with a journey, node by node, and that what is offered mends it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from liftloop.app.definitions.publishing import BadDefinition, Definitions
from liftloop.app.journeys.checking import Problem, mended, problems_of
from liftloop.app.journeys.patching import patched
from liftloop.kernel.errors import LiftloopError
from liftloop.testing.installation import Installation

END = {"kind": "exit", "id": "end"}
SEND = {"kind": "send", "id": "s", "channel": "sms", "content": "hello", "purpose": "service", "next": "end"}


class Shop:
    """An installation with a channel, a content, a tag and the definitions' own checks."""

    def __init__(self, path: Path) -> None:
        self.installation = shop = Installation(path, 1_790_000_000_000)
        shop.publish("channel", "sms", {"id": "sms", "kind": "webhook", "settings": {}, "medium": "sms"})
        shop.publish("content", "hello", {"id": "hello", "body": "hi", "language": "zh-CN"})
        shop.publish("tag", "vip", {"name": "VIP"})
        shop.publish("tag", "rich", {"name": "Rich", "where": {"event": "Bought"}})
        self.definitions = Definitions(shop.tick, shop.state, shop.clock, (), shop.vault)

    def body(self, *nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"name": "j", "trigger": {"on": "event", "name": "Signed Up"}, "nodes": list(nodes), **more}

    def problems(self, *nodes: dict[str, Any], identity: str = "j") -> list[Problem]:
        return problems_of(self.definitions, self.installation.state, identity, self.body(*nodes))

    def codes(self, *nodes: dict[str, Any], identity: str = "j") -> list[tuple[str, str]]:
        return [(each.code, each.node) for each in self.problems(*nodes, identity=identity)]

    def refuses(self, body: dict[str, Any]) -> bool:
        try:
            self.definitions.check("journey", "j", body)
        except LiftloopError:
            return True
        return False


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "data")
    yield shop
    shop.installation.close()


def arms(*shares: float) -> list[dict[str, Any]]:
    return [{"id": f"a{n}", "share": share, "next": "end"} for n, share in enumerate(shares)]


BROKEN: dict[str, tuple[tuple[str, str], list[dict[str, Any]]]] = {
    "dead end": (("dead_end", "s"), [{**SEND, "next": "gone"}, END]),
    "no end": (("dead_end", "s"), [SEND]),
    "no nodes": (("no_nodes", ""), []),
    "name twice": (("name_twice", "s"), [SEND, SEND, END]),
    "unreachable": (("unreachable", "s"), [{"kind": "wait", "id": "w", "duration_s": 9, "next": "end"}, SEND, END]),
    "circle": (("loop_without_wait", "s"), [{**SEND, "next": "s"}, END]),
    "shares": (("bad_journey", "p"), [{"kind": "split", "id": "p", "arms": arms(0.5, 0.6)}, END]),
    "no tag": (("no_tag", "t"), [SEND | {"next": "t"}, {"kind": "tag", "id": "t", "tag": "gone", "next": "end"}, END]),
    "no team": (("no_team", "t"), [{"kind": "task", "id": "t", "title": "x", "team": "gone", "next": "end"}, END]),
    "no content": (("no_content", "s"), [{**SEND, "content": "helo"}, END]),
    "no channel": (("no_channel", "s"), [{**SEND, "channel": "smss"}, END]),
    "no pool": (
        ("no_pool", "c"),
        [SEND | {"next": "c"}, {"kind": "coupon", "id": "c", "pool": "gone", "next": "end"}, END],
    ),
    "no journey": (
        ("no_journey", "c"),
        [SEND | {"next": "c"}, {"kind": "journey", "id": "c", "journey": "gone", "next": "end"}, END],
    ),
    "itself": (
        ("circular_journeys", "c"),
        [SEND | {"next": "c"}, {"kind": "journey", "id": "c", "journey": "j", "next": "end"}, END],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_problem_is_named_and_its_fix_mends_it(shop: Shop, name: str) -> None:
    """Each problem names its node; after its patch it is gone, and after all of them the journey is published."""
    expected, nodes = BROKEN[name]
    found = next(each for each in shop.problems(*nodes) if (each.code, each.node) == expected)
    assert found.fix is not None
    after = patched(shop.body(*nodes), found.fix.patch)
    left = problems_of(shop.definitions, shop.installation.state, "j", after)
    assert expected not in [(each.code, each.node) for each in left]
    whole, _ = mended(shop.definitions, shop.installation.state, "j", shop.body(*nodes))
    assert problems_of(shop.definitions, shop.installation.state, "j", whole) == []
    assert not shop.refuses(whole)


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ({"kind": "tag", "id": "n", "tag": "rich", "next": "end"}, "tag_follows_rule"),
        ({"kind": "trait", "id": "n", "trait": "points_balance", "set": 1, "next": "end"}, "trait_computed"),
        ({"kind": "trait", "id": "n", "trait": "tag:vip", "set": 1, "next": "end"}, "trait_computed"),
        ({"kind": "points", "id": "n", "points": 5, "next": "end"}, "no_points"),
        ({"kind": "webhook", "id": "n", "channel": "gone", "content": "hello", "next": "end"}, "no_webhook"),
        ({"kind": "webhook", "id": "n", "channel": "sms", "content": "gone", "next": "end"}, "no_content"),
        ({"kind": "condition", "id": "n", "when": {"audience": "gone"}, "yes": "end", "no": "end"}, "not_found"),
        ({"kind": "fly", "id": "n"}, "bad_journey"),
        ({**SEND, "id": "n", "purpose": "marketing"}, "no_consents"),
    ],
)
def test_what_a_node_stands_on_is_looked_for(shop: Shop, node: dict[str, Any], code: str) -> None:
    """What is deleted, computed by the system or never agreed to is said before anybody comes to the node."""
    assert code in [each.code for each in shop.problems(node, END)]


def test_journeys_do_not_lead_in_circles(shop: Shop) -> None:
    """A journey that leads into another which leads back is refused, however many lie between."""
    onward = {"kind": "journey", "id": "n", "journey": "two", "next": "end"}
    shop.installation.publish("journey", "three", shop.body({**onward, "journey": "one"}, END))
    shop.installation.publish("journey", "two", shop.body({**onward, "journey": "three"}, END))
    assert shop.codes(onward, END, identity="one") == [("circular_journeys", "n")]
    assert shop.codes(onward, END, identity="zero") == []
    with pytest.raises(BadDefinition):
        shop.definitions.check("journey", "one", shop.body(onward, END))


@pytest.mark.parametrize("seed", range(6))
def test_an_error_is_said_exactly_where_publishing_refuses(shop: Shop, seed: int) -> None:
    """Random graphs, half of them broken: the check finds an error where publishing would, and mends all of these."""
    chance = np.random.default_rng(seed)
    for _ in range(30):
        names = [f"n{place}" for place in range(int(chance.integers(1, 7)))]
        ways = [*names, "end", "end"] + ["gone"] * int(chance.integers(0, 2))

        def way(ways: list[str] = ways) -> str:
            return str(chance.choice(ways))

        nodes: list[dict[str, Any]] = []
        for name in names:
            kinds: list[dict[str, Any]] = [
                {"kind": "wait", "id": name, "duration_s": 60, "next": way()},
                {**SEND, "id": name, "next": way()},
                {"kind": "tag", "id": name, "tag": str(chance.choice(["vip", "vip", "gone"])), "next": way()},
                {"kind": "condition", "id": name, "when": {"tag": "vip"}, "yes": way(), "no": way()},
                {"kind": "split", "id": name, "arms": [{**arm, "next": way()} for arm in arms(0.5, 0.5)]},
            ]
            nodes.append(kinds[int(chance.integers(len(kinds)))])
        body = shop.body(*nodes, END)
        problems = problems_of(shop.definitions, shop.installation.state, "j", body)
        assert any(each.severity == "error" for each in problems) == shop.refuses(body)
        whole, _ = mended(shop.definitions, shop.installation.state, "j", body)
        assert not shop.refuses(whole)
