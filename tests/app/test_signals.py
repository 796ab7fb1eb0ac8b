"""Signals rise with what people do, fall with time, and name the events behind them; live as in the lake."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings
from liftloop.app.definitions.publishing import BadDefinition, Definitions
from liftloop.app.facts import fact
from liftloop.app.following import Follower
from liftloop.app.signal_templates import TEMPLATES, Chosen, body_of, chosen_in, usual
from liftloop.app.signals import RaisedSignal, entered_since, raised_signals
from liftloop.audience.contract import BadAudience
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.profile.studied import TRAIT_STUDIED, Studied, part_of
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000


class Shop:
    def __init__(self, path: Path) -> None:
        self.installation = Installation(path, NOW_MS)
        self._messages = 0

    def happens(self, event: str, ago_ms: int = 0, **properties: Any) -> None:
        self._messages += 1
        at_ms = self.installation.now_ms() - ago_ms
        self.installation.receive(
            {
                "type": "track",
                "messageId": f"m{self._messages}",
                "userId": "u",
                "event": event,
                "timestamp": str(np.datetime64(at_ms, "ms")) + "Z",
                "properties": properties,
            }
        )
        self.installation.fold_all()

    def publish(self, name: str) -> None:
        signal = TEMPLATES[name].signal
        body = {"name": signal.name, "where": signal.where, "half_life_days": signal.half_life_days}
        self.installation.publish("signal", name, body)

    def person(self) -> dict[str, Any]:
        return asyncio.run(self.installation.tick.ask("person", identifier="u", now_ms=self.installation.now_ms()))

    def raised(self) -> list[RaisedSignal]:
        """Return the person's signals, after the lake was asked whether it says the same."""
        shop, person = self.installation, self.person()
        shop.follow()
        follower = Follower(shop.lake, shop.log, shop.state, shop.tick, shop.clock)
        definitions = Definitions(shop.tick, shop.state, shop.clock, (), shop.vault)
        for name in TEMPLATES:
            asked = selection(TEMPLATES[name].signal.where, Meanings(traits={}, audiences={}), shop.now_ms())
            in_lake = person["profile"] in shop.lake.select(asked.text, asked.parameters)["profile"].tolist()
            if name in definitions.live("signal"):
                assert in_lake == (f"signal:{name}" in person["audiences"]), name
        numbers = [person["profile"]]
        since = asyncio.run(entered_since(follower, numbers))
        raised = {each: since.get(each) for each in person["audiences"] if each.startswith("signal:")}
        return asyncio.run(raised_signals(definitions, follower, numbers, raised, shop.now_ms()))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "data")
    yield made
    made.installation.close()


def test_looking_five_times_without_buying_is_hesitation_until_bought(shop: Shop) -> None:
    """The fifth view raises the signal, with the five views behind it; the order lowers it."""
    shop.publish("hesitating")
    for hours in (9, 8, 7, 6):
        shop.happens("Product Viewed", hours * HOUR_MS, price=59)
    assert shop.raised() == []
    shop.happens("Product Viewed", 2 * HOUR_MS)
    (signal,) = shop.raised()
    assert [each.at_ms for each in signal.evidence] == [NOW_MS - hours * HOUR_MS for hours in (2, 6, 7, 8, 9)]
    assert signal.since_ms == NOW_MS
    shop.happens("Order Completed", revenue=59)
    assert shop.raised() == []


@pytest.mark.long
def test_a_signal_fades_and_ends_by_time_alone(shop: Shop) -> None:
    """A day after the last view hesitation is half as strong; when the first of five is three days old it is over."""
    shop.publish("hesitating")
    for _ in range(5):
        shop.happens("Product Viewed")
    (fresh,) = shop.raised()
    shop.installation.advance(DAY_MS / 1000)
    (faded,) = shop.raised()
    assert (fresh.strength, faded.strength) == (1.0, 0.5)
    shop.installation.advance(2 * DAY_MS / 1000 - 0.001)
    assert len(shop.raised()) == 1
    shop.installation.advance(0.001)
    assert shop.raised() == []


@pytest.mark.parametrize(
    ("query", "signals"),
    [
        ("物流慢怎么投诉", ["complaint"]),
        ("REFUND please", ["complaint"]),
        ("这次不是很满意", ["complaint"]),
        ("I was not happy with it", ["complaint"]),
        ("没有投诉，谢谢", []),
        ("没有投诉过，但这次要退款", ["complaint"]),
        ("No complaint at all", []),
        ("很满意", []),
        ("纸尿裤", []),
        (5, []),
    ],
)
def test_words_of_complaint_in_a_search_are_heard(shop: Shop, query: Any, signals: list[str]) -> None:
    """A search that contains a word of the lexicon, in either case, raises the signal; others and numbers do not."""
    shop.publish("complaint")
    shop.happens("Products Searched", query=query)
    assert [each.id for each in shop.raised()] == signals


@pytest.mark.parametrize(
    ("event", "text"), [("Ticket Opened", "text"), ("Message Received", "text"), ("Product Reviewed", "review_body")]
)
def test_complaints_are_heard_wherever_people_say_things(shop: Shop, event: str, text: str) -> None:
    """A ticket, an imported chat and a review count as a search does, each named in both languages."""
    shop.publish("complaint")
    shop.happens(event, **{text: "包装破损，不太满意"})
    (signal,) = shop.raised()
    assert [each.name for each in signal.evidence] == [event]
    assert "in the last 7 days" in signal.sentence.en


def test_a_shop_adds_its_own_words(shop: Shop) -> None:
    """A competitor's name that was added is heard, and a phrase that was added means nothing."""
    shop.installation.publish(
        "signal", "competitor", body_of("competitor", Chosen(words=("某某优选",), unless=("不是某某优选",)))
    )
    for query, heard in (("不是某某优选吧", 0), ("某某优选 奶粉", 1)):
        shop.happens("Products Searched", query=query)
        assert len(shop.person()["audiences"]) == heard


@pytest.mark.long
def test_replenishment_comes_due_at_its_instant(shop: Shop) -> None:
    """Three days before what a study foresaw the signal rises, to the millisecond, and after an order it is gone."""
    shop.publish("replenishment_due")
    shop.happens("Order Completed", 20 * DAY_MS)
    due_ms = NOW_MS + 10 * DAY_MS
    found = Studied(
        trait="replenish_due_ms",
        profile=np.array([shop.person()["profile"]]),
        value=np.array([float(due_ms)]),
    )
    body = part_of(found, np.array([0]), first=True)
    shop.installation.append([fact(TRAIT_STUDIED, found.trait, body, "system:desk", NOW_MS)])
    shop.installation.fold_all()
    shop.installation.advance(7 * DAY_MS / 1000 - 0.001)
    assert shop.raised() == []
    shop.installation.advance(0.001)
    assert [each.id for each in shop.raised()] == ["replenishment_due"]
    shop.happens("Order Completed")
    assert shop.raised() == []


def test_audiences_and_journeys_name_signals_and_circles_are_refused(shop: Shop) -> None:
    """`{"audience": "signal:x"}` is a condition like any other; a signal may not lead back to itself."""
    shop.publish("hesitating")
    shop.installation.publish("audience", "a", {"name": "a", "where": {"audience": "signal:hesitating"}})
    for _ in range(5):
        shop.happens("Product Viewed")
    assert {"a", "signal:hesitating"} <= set(shop.person()["audiences"])
    definitions = Definitions(
        shop.installation.tick, shop.installation.state, shop.installation.clock, (), shop.installation.vault
    )
    with pytest.raises(BadAudience, match="refers to itself"):
        definitions.check("signal", "hesitating", {"name": "x", "where": {"audience": "a"}})
    with pytest.raises(BadDefinition, match="belongs to signals"):
        definitions.check("audience", "signal:x", {"name": "x", "where": {"trait": "city"}})
    for name, template in TEMPLATES.items():
        definitions.check("signal", name, {"name": template.signal.name, "where": template.signal.where})


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_shop_says_of_a_template_stands_in_its_definition_and_is_found_there_again(name: str) -> None:
    """Any numbers and words make a definition from which the same are read; one changed by hand says nothing."""
    template = TEMPLATES[name]
    assert body_of(name, Chosen())["where"] == template.signal.where
    own = {"words": ("别人家",), "unless": ("不是别人家",)} if template.words else {}
    for end in ("low", "high"):
        values = {field.id: getattr(field, end) for field in template.fields}
        body = body_of(name, Chosen(values=values, **own))
        assert chosen_in(name, body) == Chosen(values=values, **own)
        assert body["where"] != template.signal.where
    assert chosen_in(name, {"where": {"trait": "city", "is": "x"}}) is None
    assert chosen_in(name, {"where": {"all": [body["where"]]}}) is None
    assert set(usual(template)) == {field.id for field in template.fields}
    for bad in ({template.fields[0].id: 1e9}, {"moon": 1.0}, {template.fields[0].id: float("nan")}):
        with pytest.raises(BadDefinition):
            body_of(name, Chosen(values=bad))
