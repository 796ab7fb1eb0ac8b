"""Proposals: one change where a node surely falls short, hardly ever by luck, told as a diff that can be taken back."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from liftloop.journey.graph import check
from liftloop.learn.proposals.change import AS_BEFORE, CHANGED, Change, adopted, diff, tried
from liftloop.learn.proposals.evidence import Cut, Dimension, Expected, Sending, Tally, falls_short, findings
from liftloop.learn.proposals.proposal import proposal_of
from liftloop.learn.proposals.writing import Named, because, change_words, finding_words, headline, trial_words

BODY: Mapping[str, Any] = {
    "name": "welcome",
    "trigger": {"on": "event", "name": "Form Submitted"},
    "nodes": [
        {"kind": "condition", "id": "known", "when": {"trait": "city", "is": "上海"}, "yes": "send", "no": "rest"},
        {"kind": "send", "id": "send", "channel": "sms", "content": "plain", "next": "rest"},
        {"kind": "wait", "id": "rest", "duration_s": 259_200, "next": "later"},
        {"kind": "send", "id": "later", "channel": "sms", "content": "plain", "next": "end"},
        {"kind": "exit", "id": "end"},
    ],
}
CHANGES: tuple[tuple[str, Change], ...] = (
    ("send", Change(dimension="content", before="plain", after="short")),
    ("send", Change(dimension="channel", before="sms", after="mail")),
    ("send", Change(dimension="hour", before="", after="20")),
    ("later", Change(dimension="wait", before="259200", after="86400")),
)


def sending(own: int, of: int, cuts: tuple[Cut, ...] = (), expected: float = 0.2) -> Sending:
    return Sending(
        journey="welcome",
        journey_name="welcome",
        version=3,
        node="send",
        channel="sms",
        content="plain",
        whole=Tally(value="", sent=of, opened=own),
        expected=Expected(rate=expected, source="set"),
        cuts=cuts,
        entries_a_day=50.0,
    )


def contents(plain: tuple[int, int], short: tuple[int, int]) -> Cut:
    own, other = (Tally(value=name, sent=of, opened=got) for name, (got, of) in (("plain", plain), ("short", short)))
    return Cut(dimension="content", own=(own,), others=(other,))


def test_the_better_content_is_proposed_with_what_it_takes() -> None:
    """A tenth against a fifth is below; the content that did better elsewhere is proposed, sized by half its gain."""
    seen = sending(40, 400, (contents((40, 400), (90, 400)),))
    made = proposal_of(seen, BODY, 1_000, "system:test")
    assert made is not None
    assert made.change == Change(dimension="content", before="plain", after="short")
    assert 300 < made.people < 1_200
    assert made.days == -(-made.people // 50)
    assert [each.value for each in made.findings] == ["plain"]
    for words in (headline(made), because(made, Named()), trial_words(made), change_words(made.change, Named())):
        assert words.zh
        assert words.en
    assert "10.0%" in finding_words(made.findings[0], Named()).en


@pytest.mark.parametrize(
    "seen",
    [
        sending(20, 150, (contents((20, 150), (90, 400)),)),
        sending(76, 400, (contents((76, 400), (180, 400)),)),
        sending(40, 400, (contents((40, 400), (44, 400)),)),
        sending(40, 400, (contents((40, 400), (20, 40)),)),
        sending(40, 400),
    ],
    ids=["too few sent", "not surely below", "nothing does better", "the better one is an anecdote", "nothing known"],
)
def test_nothing_is_proposed_without_evidence(seen: Sending) -> None:
    """Few messages, a rate that may be as expected, or no way that is known to do better: no proposal."""
    assert proposal_of(seen, BODY, 1_000, "system:test") is None


def test_luck_is_hardly_ever_proposed() -> None:
    """Where hours do not matter, at most about a tenth of nodes that fall short get a proposal from their hours."""
    rng, made, runs = np.random.default_rng(7), 0, 200
    for _ in range(runs):
        counts = rng.binomial(60, 0.1, 24)
        tallies = tuple(Tally(value=str(hour), sent=60, opened=int(got)) for hour, got in enumerate(counts))
        seen = sending(int(counts.sum()), 24 * 60, (Cut(dimension="hour", own=tallies),))
        assert falls_short(seen)
        made += proposal_of(seen, BODY, 1_000, "system:test") is not None
        assert all(each.rate < each.compared for each in findings(seen))
    assert made / runs < 0.1 + 3 * np.sqrt(0.09 / runs)


@pytest.mark.parametrize(("node", "change"), CHANGES, ids=[change.dimension for _, change in CHANGES])
def test_a_trial_holds_both_ways_and_keeping_has_no_split(node: str, change: Change) -> None:
    """Both versions are journeys; the trial sends half each way, what is kept differs only in what was changed."""
    both, kept = tried(BODY, node, change, "try"), adopted(BODY, node, change)
    check("welcome", both)
    check("welcome", kept)
    (split,) = [each for each in both["nodes"] if each["kind"] == "experiment"]
    assert [arm["id"] for arm in split["arms"]] == [AS_BEFORE, CHANGED]
    assert not [each for each in kept["nodes"] if each["kind"] == "experiment"]
    assert len([each for each in both["nodes"] if each["kind"] == "exit"]) == 1
    lines = diff(BODY, kept)
    assert lines
    expected: dict[Dimension, set[str]] = {
        "content": {"send.content"},
        "channel": {"send.channel"},
        "hour": {"known.yes", "send-hour.kind", "send-hour.minute", "send-hour.next"},
        "wait": {"rest.duration_s"},
    }
    assert {line.path for line in lines} == expected[change.dimension]


def test_an_hour_that_is_waited_for_is_moved_not_doubled() -> None:
    """A node that already waits for an hour waits for another one."""
    first = adopted(BODY, "send", CHANGES[2][1])
    second = adopted(first, "send", Change(dimension="hour", before="20", after="9"))
    assert [(line.path, line.after) for line in diff(first, second)] == [("send-hour.minute", "540")]
