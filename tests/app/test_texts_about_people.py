"""Texts say what is known of a person: level, points, tags and traits, from the real tick to the rendered word."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from dispatch_world import ScriptedChannel

from liftloop.app.dispatch.personal import Asked, Told
from liftloop.app.dispatch.words import Due, Gathered, Wordings
from liftloop.app.facts import fact
from liftloop.app.text_variables import known_variables, person_names
from liftloop.app.tick.questions import answer
from liftloop.compose.check import check
from liftloop.compose.contract import Content
from liftloop.deliver.contract import Envelope
from liftloop.identify.contract import USER
from liftloop.identify.reading import find, identifier_hash
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.ids import MessageKey
from liftloop.profile.studied import TRAIT_STUDIED, Studied, part_of, words_of
from liftloop.runtime import people
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000  # 2026-09-21 21:33 in Shanghai.
DEFINITIONS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("setting", "points"): {"expires_days": 10},
    ("level", "silver"): {"name": "银卡", "rank": 1, "where": {"trait": "city", "exists": True}},
    ("level", "gold"): {
        "name": "金卡",
        "rank": 2,
        "where": {"trait": "points_balance", "gte": 100},
        "benefits": "免运费",
    },
    ("tag", "rule"): {"name": "上海客", "where": {"trait": "city", "is": "上海"}},
    ("tag", "put"): {"name": "老客"},
    ("tag", "over"): {"name": "过期的"},
    ("trait", "views"): {"event": "Product Viewed", "within_days": 30},
}


class Shop:
    """An installation whose people have a level, points, tags and traits."""

    def __init__(self, path: Path) -> None:
        self.installation = shop = Installation(path, NOW_MS)
        shop.receive(*(self.told("identify", each, traits={"city": "上海"}) for each in ("u1", "u2")))
        shop.receive(self.told("identify", "u3", traits={"name": "Li"}))
        for (kind, identity), body in DEFINITIONS.items():
            shop.publish(kind, identity, body)
        shop.receive(
            self.told("identify", "u1", traits={"tag:put": True, "tag:over": NOW_MS - DAY_MS}),
            self.told("track", "u1", event="Points Earned", properties={"points": 120}),
            self.told("track", "u1", event="Product Viewed", properties={}),
        )
        shop.fold_all()
        self.sent = 0

    @staticmethod
    def told(kind: str, user: str, **more: Any) -> dict[str, Any]:
        return {"type": kind, "messageId": f"{kind}-{user}-{sorted(more.items())}", "userId": user, **more}

    def number(self, user: str) -> int:
        state = self.installation.fold.state
        slots = find(state, np.array([identifier_hash(USER, user)], np.uint64))
        return int(people.numbers(state, slots)[0])

    def study(self, trait: str, values: Mapping[str, Any], *names: Mapping[str, str]) -> None:
        """Say what a study found of a trait."""
        words = tuple(dict.fromkeys(each for each in values.values() if isinstance(each, str)))
        found = Studied(
            trait=trait,
            profile=np.array([self.number(user) for user in values]),
            value=np.array([words.index(each) if words else each for each in values.values()]).astype(
                np.int32 if words else np.float64
            ),
            words=words,
        )
        bodies = [words_of(words, *(names or ({},)))] if words else []
        bodies.append(part_of(found, np.arange(len(values)), first=True))
        self.installation.append([fact(TRAIT_STUDIED, trait, body, "system:desk", NOW_MS) for body in bodies])
        self.installation.fold_all()

    def say(self, text: str, *users: str, language: str = "zh-CN") -> dict[str, str]:
        """Return what each is told, or why nothing can be said."""
        self.sent += 1
        content = f"c{self.sent}"
        self.installation.publish("content", content, {"id": content, "body": text, "language": language})
        dues = [self._due(content, user) for user in users]
        wordings = Wordings(self.installation.state, self.installation.vault)
        asked = wordings.asks(dues)
        answered = None if asked is None else (asked, self._answer(asked))
        said, unsaid = wordings.say(dues, ScriptedChannel(), self.installation.now_ms(), Gathered(told=answered))
        told = {due.envelope.key: message.body for due, message in said}
        told |= {each.due.envelope.key: each.reason for each in unsaid}
        return {user: told[MessageKey(user)] for user in users}

    def _due(self, content: str, user: str) -> Due:
        envelope = Envelope(
            key=MessageKey(user),
            profile=self.number(user),
            campaign="c",
            channel="shop",
            content=content,
            content_version=1,
            purpose="marketing",
            decided_ms=NOW_MS,
            expires_ms=NOW_MS + DAY_MS,
            cost_fen=0,
        )
        return Due(envelope=envelope, due_ms=NOW_MS, waited=None)

    def _answer(self, asked: Asked) -> Told:
        given = {"now_ms": self.installation.now_ms(), **msgspec.to_builtins(asked)}
        return msgspec.convert(answer(self.installation.fold, "known", given), type=Told)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = Shop(tmp_path_factory.mktemp("texts") / "data")
    yield made
    made.installation.close()


def test_level_points_and_tags_are_those_of_this_instant(shop: Shop) -> None:
    """Each person reads the level, balance, end of points and tags they have; who has none is not written to."""
    text = "{{ person.level }}{{ person.points }} {{ person.points_expire_at | date: '%m-%d' }}"
    assert shop.say(text, "u1", "u2") == {"u1": "金卡120 10-01", "u2": "missing_variable:person.points"}
    assert shop.say("{{ person.level_benefits }}", "u1") == {"u1": "免运费"}
    tags = "{{ person.tags | default: '无' | join: '、' }}|{{ person.level | default: '非会员' }}"
    assert shop.say(tags, "u1", "u2", "u3") == {"u1": "上海客、老客|金卡", "u2": "上海客|银卡", "u3": "无|非会员"}
    assert shop.say("{% if person.tags contains '老客' %}欢迎回来{% else %}你好{% endif %}", "u1", "u3") == {
        "u1": "欢迎回来",
        "u3": "你好",
    }


def test_studied_texts_are_words_again_in_the_language_of_the_text(shop: Shop) -> None:
    """A code is said in the text's language, an item by its name, a day by the shop's clock, and a number as it is."""
    shop.study("lifecycle_stage", {"u1": "dormant", "u2": "active"})
    shop.study("replenish_item", {"u1": "sku_7", "u2": "sku_9"}, {"sku_7": "猪肉脯"})
    shop.study("best_hour_of_week", {"u1": 20.0})
    shop.study("clv_fen", {"u1": 12_300.0})
    text = "{{ person.lifecycle_stage }} {{ person.replenish_item.name | default: '老朋友' }} {{ person.views }}"
    assert shop.say(text, "u1", "u2") == {"u1": "沉睡 猪肉脯 1", "u2": "活跃 老朋友 0"}
    english = "{{ person.lifecycle_stage }}, {{ person.best_hour_of_week }}, {{ person.clv_fen | money }}"
    assert shop.say(english, "u1", language="en") == {"u1": "dormant, Monday 20:00, ¥123"}
    assert shop.say("{{ person.replenish_item.id }}", "u2", "u3") == {
        "u2": "sku_9",
        "u3": "missing_variable:person.replenish_item.id",
    }


def test_a_category_that_is_a_code_is_said_by_its_name(shop: Shop) -> None:
    """In the language of the text; one without a name is said as it is."""
    zh, en = {"c-07": "坚果", "c-08": "果干"}, {"c-07": "nuts"}
    shop.study("interest_category", {"u1": "c-07", "u2": "c-08", "u3": "茶"}, zh, en)
    text = "{{ person.interest_category }}"
    assert shop.say(text, "u1", "u2", "u3") == {"u1": "坚果", "u2": "果干", "u3": "茶"}
    assert shop.say(text, "u1", "u2", language="en") == {"u1": "nuts", "u2": "果干"}


def test_words_outlive_a_restart_and_a_merge(tmp_path: Path) -> None:
    """After a crash, and of a person who turned out to be another, the same words are said."""
    shop = Shop(tmp_path / "data")
    shop.study("interest_category", {"u1": "坚果"})
    shop.installation.restart()
    both = {"type": "alias", "messageId": "both", "userId": "u2", "previousId": "u1"}
    shop.installation.receive(both)
    shop.installation.fold_all()
    assert shop.say("{{ person.interest_category }} {{ person.points }}", "u1", "u2") == {
        "u1": "坚果 120",
        "u2": "坚果 120",
    }
    shop.installation.close()


def test_only_what_can_be_known_of_a_person_may_be_written() -> None:
    """A name that nothing can ever fill is refused with the likest ones, whether or not a default stands by."""
    known = known_variables(["views"], linked=False)
    for text in ("{{ person.levle }}", "{{ person.levle | default: '会员' }}"):
        (problem,) = check(Content(id="c", body=text), known, ("person",))
        assert (problem.code, problem.variable) == ("unknown_variable", "person.levle")
        assert "person.level" in problem.zh
    for name in person_names(["views"]):
        assert not check(Content(id="c", body=f"{{{{ person.{name} }}}}"), known, ("person",))


def test_a_text_shows_the_newest_file_of_an_asset_or_the_one_it_names(shop: Shop) -> None:
    """Without a public address, and for what is no longer there, nothing is sent and the reason says so."""
    files = [{"sha256": each * 64, "type": "image/png", "bytes": 1, "width": 1, "height": 1} for each in "ab"]
    text = "{{ 'hero' | asset }} {{ 'hero@1' | asset }}"
    assert shop.say(text, "u1") == {"u1": "no_asset:hero"}
    shop.installation.publish("asset", "hero", {"files": files})
    assert shop.say(text, "u1") == {"u1": "no_public_url:hero"}
    shop.installation.publish("setting", "contents", {"public_url": "https://t.example.com"})
    base = "https://t.example.com/media/"
    assert shop.say(text, "u1") == {"u1": f"{base}{'b' * 64}.png {base}{'a' * 64}.png"}
    assert shop.say("{{ customer.id }}{{ 'hero@2' | asset }}", "u1")["u1"].endswith("b.png")
    assert shop.say("{{ 'hero@3' | asset }}", "u1") == {"u1": "no_asset:hero@3"}


def test_words_that_break_a_rule_through_a_value_do_not_leave(shop: Shop) -> None:
    """What a field of a person adds is judged as it is read; their name is not, and a recorded exception lifts it."""
    installation = shop.installation
    text = "{{ customer.name }}，{{ customer.praise | default: '秋天到了' }}"
    people_of = {"w1": {"name": "王最美"}, "w2": {"name": "王小明", "praise": "全网第一的奶粉"}}
    installation.receive(*(shop.told("identify", user, traits=traits) for user, traits in people_of.items()))
    installation.fold_all()
    assert shop.say(text, "w1", "w2") == {"w1": "王最美，秋天到了", "w2": "王小明，全网第一的奶粉"}
    rules = {"stricter": ["CN-SUPERLATIVE"]}
    installation.publish("setting", "contents", rules)
    assert shop.say(text, "w1", "w2") == {"w1": "王最美，秋天到了", "w2": "law:CN-SUPERLATIVE"}
    exception = {"rule": "CN-SUPERLATIVE", "quote": "全网第一", "evidence": "某榜单", "by": "user:a", "at_ms": NOW_MS}
    review = {"status": "approved", "words": "w", "version": 1, "by": "user:a", "at_ms": NOW_MS}
    content = f"c{shop.sent + 1}"
    installation.publish("content_review", content, {"id": content, **review, "exemptions": [exception]})
    assert shop.say(text, "w2") == {"w2": "王小明，全网第一的奶粉"}
    installation.publish("setting", "contents", {})
