"""Sentences as marketers write them, each held against the exact tree that it means."""

import json
from pathlib import Path
from typing import Any

import pytest
from shop_words import shop_lexicon

from liftloop.audience.reading import check
from liftloop.audience.sentence.canonical import canonical
from liftloop.audience.sentence.contract import Lexicon
from liftloop.audience.sentence.grammar import understand
from liftloop.audience.sentence.scan import Index
from liftloop.kernel.errors import LiftloopError

GOLDEN = Path(__file__).parents[2] / "golden" / "audience"
BLIND: list[dict[str, Any]] = json.loads((GOLDEN / "sentences_blind.json").read_text(encoding="utf-8"))
KNOWN: list[dict[str, Any]] = json.loads((GOLDEN / "sentences.json").read_text(encoding="utf-8"))
INDEX = Index(shop_lexicon())


@pytest.mark.parametrize("phrasing", [*BLIND, *KNOWN], ids=lambda each: each["say"])
def test_a_sentence_means_exactly_this_tree(phrasing: dict[str, Any]) -> None:
    """The sentence is understood whole, as this tree, which the engine can read."""
    understood = understand(phrasing["say"], INDEX, {})
    assert understood.tree is not None
    assert canonical(understood.tree) == canonical(phrasing["tree"])
    assert understood.unread == ()
    check(understood.tree)


def test_both_languages_have_their_share() -> None:
    """Of at least 120 phrasings half are Chinese, and 40 were written before there was a parser."""
    chinese = [each for each in (*BLIND, *KNOWN) if any("\u4e00" <= one <= "\u9fff" for one in each["say"])]
    assert len(BLIND) == 40
    assert len(BLIND) + len(KNOWN) >= 120
    assert 0.45 <= len(chinese) / (len(BLIND) + len(KNOWN)) <= 0.6


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("买过榴莲的上海客户", ["榴莲"]),
        ("星座是白羊的金卡会员", ["星座", "白羊"]),
        ("people who like jazz", ["who like", "jazz"]),
        ("gold members with a blue car", ["blue car"]),
        ("随便写点什么", ["随便写点什么"]),
    ],
)
def test_what_is_not_understood_is_asked_back(sentence: str, words: list[str]) -> None:
    """Words that nothing knows are named with their place; none is dropped, and the rest is still understood."""
    understood = understand(sentence, INDEX, {})
    assert [each.text for each in understood.unread] == words
    assert [sentence[each.start : each.end].strip() for each in understood.unread] == words


def test_known_words_that_look_alike_are_offered() -> None:
    """A slip of the pen is met with what was probably meant."""
    understood = understand("citty is 上海", INDEX, {})
    assert "city" in understood.unread[0].near


def test_every_part_points_at_the_words_that_say_it() -> None:
    """A part has the spans of its own words, in characters of the sentence as it was typed."""
    text = "最近 90 天买过 3 次以上的金卡会员"
    parts = understand(text, INDEX, {}).parts
    said = [[text[start:end].strip() for start, end in part.spans] for part in parts]
    assert said == [["最近 90 天", "买过", "3 次以上"], ["金卡"]]


def test_a_place_with_two_readings_offers_both_as_whole_trees() -> None:
    """`bought twice` is at least twice unless exactly twice is chosen; each option has the tree it leads to."""
    text = "gold members who bought twice"
    (choice,) = understand(text, INDEX, {}).choices
    assert text[choice.start : choice.end] == "twice"
    counts = [option.tree["all"][1]["count"] for option in choice.options if option.tree]
    assert counts == [{"gte": 2}, {"eq": 2}]
    chosen = understand(text, INDEX, {choice.id: 1})
    assert chosen.tree == choice.options[1].tree
    assert chosen.choices[0].chosen == 1


def test_what_was_taken_for_granted_is_said() -> None:
    """`lately` without a number is thirty days, said so, and two others are offered."""
    understood = understand("最近没下单", INDEX, {})
    assert [each.zh for each in understood.assumed] == ["“最近”按 30 天理解"]
    assert [option.zh for option in understood.choices[0].options] == ["30 天", "7 天", "90 天"]


def test_width_case_and_script_of_the_typing_change_nothing() -> None:
    """Full-width digits, capitals and traditional characters are read as the plain ones."""
    plain = understand("最近90天买过3次以上的金卡会员", INDEX, {}).tree
    assert understand("最近９０天買過３次以上的金卡會員", INDEX, {}).tree == plain
    assert understand("GOLD Members", INDEX, {}).tree == understand("gold members", INDEX, {}).tree


def test_nothing_of_the_shop_is_needed_for_the_words_of_every_shop() -> None:
    """An empty lexicon still reads events, windows and counts."""
    understood = understand("ordered twice in 60 days", Index(Lexicon()), {})
    assert understood.tree == {"event": "Order Completed", "within_days": 60, "count": {"gte": 2}}


@pytest.mark.parametrize("text", ["", "   ", "买" * 1_001])
def test_no_sentence_and_a_whole_document_are_refused(text: str) -> None:
    """Empty and endless texts raise an error that says what to do."""
    with pytest.raises(LiftloopError):
        understand(text, INDEX, {})


@pytest.mark.parametrize(
    "text",
    [
        "(((((",
        "))) or (",
        "不不不不",
        "but not",
        "或或或",
        "最近",
        "0",
        "“",
        "「",
        "除了",
        "没没买过",
        "\ud800",
        "😀 gold",
    ],
)
def test_broken_sentences_are_understood_as_far_as_they_go(text: str) -> None:
    """Nothing that can be typed breaks the reader; what comes out is a tree the engine reads, or none."""
    understood = understand(text, INDEX, {})
    if understood.tree is not None:
        check(understood.tree)
