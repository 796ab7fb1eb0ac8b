"""Ways to conversions and their division, beside plain loops over each history and examples worked by hand."""

import numpy as np
import pytest

from liftloop.kernel.clock import DAY_MS
from liftloop.measure.attribution import (
    MODELS,
    Conversions,
    Touches,
    Ways,
    attributed,
    far_apart,
    last_touch,
    model_shares,
    ways_of,
)
from liftloop.measure.return_on_spend import Amounts, placed, prefixes, tree

DICE = np.random.default_rng(7)


def ways(touched: list[tuple[int, int, int]], converted: list[tuple[int, int, float]], lookback: int = 10) -> Ways:
    """Return the ways of (person, instant, channel) touches and (person, instant, worth) conversions."""
    profile, at_ms, channel = np.array(touched, dtype=np.int64).reshape(-1, 3).T
    ends = np.array(converted, dtype=np.float64).reshape(-1, 3).T
    return ways_of(
        Touches(profile=profile, at_ms=at_ms, channel=channel),
        Conversions(profile=ends[0].astype(np.int64), at_ms=ends[1].astype(np.int64), value=ends[2]),
        5,
        lookback_ms=lookback,
        from_ms=20,
    )


def test_the_last_touch_is_what_a_plain_reading_says() -> None:
    """For any person and instant it is her latest touch until then if that is in reach; at one instant it counts."""
    dice = np.random.default_rng(5)
    for touched, asked in ((60, 40), (0, 5), (5, 0)):
        touches = Touches(
            profile=dice.integers(0, 6, touched),
            at_ms=dice.permutation(200)[:touched],
            channel=dice.integers(0, 4, touched),
        )
        profile, at_ms = dice.integers(0, 8, asked), dice.integers(0, 200, asked)
        found = last_touch(touches, profile, at_ms, 25)
        for who, when, channel in zip(profile.tolist(), at_ms.tolist(), found.tolist(), strict=True):
            near = [
                (at, code)
                for person, at, code in zip(
                    *(each.tolist() for each in (touches.profile, touches.at_ms, touches.channel)), strict=True
                )
                if person == who and when - 25 <= at <= when
            ]
            assert channel == (max(near)[1] if near else -1)


def plain_ways(touched: list[tuple[int, int, int]], converted: list[tuple[int, int, float]], lookback: int) -> set[str]:
    """Return each way as text, by walking through each person's history once."""
    found: set[str] = set()
    for person in {each[0] for each in (*touched, *converted)}:
        history = sorted([(at, 0, code) for who, at, code in touched if who == person])
        ends = sorted(at for who, at, _ in converted if who == person)
        lost = []
        used: dict[int, list[int]] = {place: [] for place in range(len(ends))}
        for at, _, code in history:
            place = next((place for place, end in enumerate(ends) if end >= at), None)
            if place is not None and ends[place] - at <= lookback:
                used[place].append(code)
            elif at >= 20:
                lost.append(code)
        found |= {f"{person}@{ends[place]}:{codes}" for place, codes in used.items()}
        found |= {f"{person}@lost:{lost}"} if lost else set()
    return found


def test_ways_are_those_of_a_plain_walk() -> None:
    """Each touch belongs to the next conversion in reach, or to a way that led to nothing, whatever the history."""
    dice = np.random.default_rng(11)
    for _ in range(40):
        touched = [(int(p), int(t), int(c)) for p, t, c in dice.integers(0, [6, 60, 5], (int(dice.integers(0, 40)), 3))]
        touched = sorted(set(touched))
        instants = {(int(p), int(t)) for p, t in dice.integers([0, 20], [8, 60], (int(dice.integers(0, 10)), 2))}
        converted = [(p, t, 1.0) for p, t in sorted(instants)]
        lookback = int(dice.integers(1, 40))
        got = ways(touched, converted, lookback)
        paths, ends = got.paths, got.conversion.size
        lines: set[str] = set()
        lost = iter(sorted(each for each in plain_ways(touched, converted, lookback) if "lost" in each))
        for path in range(paths.count):
            codes = paths.touch[paths.start[path] : paths.start[path + 1]].tolist()
            if path < ends:
                person, at_ms, _ = converted[got.conversion[path]]
                lines.add(f"{person}@{at_ms}:{codes}")
            else:
                lines.add(f"{next(lost).partition(':')[0]}:{codes}")
        assert lines == plain_ways(touched, converted, lookback)


def test_models_on_a_way_worked_by_hand() -> None:
    """One way of four touches worth 100 is divided as the textbooks have it; direct is passed over by its own model."""
    day = DAY_MS
    found = ways([(1, 0, 0), (1, 7 * day, 1), (1, 14 * day, 2), (1, 14 * day + 1, 4)], [(1, 21 * day, 100.0)], 30 * day)
    expected = {
        "first": [1, 0, 0, 0, 0],
        "last": [0, 0, 0, 0, 1],
        "last_non_direct": [0, 0, 1, 0, 0],
        "linear": [0.25, 0.25, 0.25, 0, 0.25],
        "time_decay": [0.25 / 2.75, 0.5 / 2.75, 1 / 2.75, 0, 1 / 2.75],
        "position": [0.4, 0.1, 0.1, 0, 0.4],
    }
    for model, shares in expected.items():
        got = model_shares(found.paths, model, direct=4, order=1, dice=DICE)  # type: ignore[arg-type]
        assert got == pytest.approx(shares, abs=1e-6), model


def test_data_driven_models_see_who_makes_the_difference() -> None:
    """A channel that converts alone is told from one that is only there too, which rules that count touches cannot."""
    touched = [(person, 30, 0) for person in range(8)] + [(person, 31, 1) for person in range(4, 40)]
    found = ways(touched, [(person, 35, 1.0) for person in range(8)], 10)
    models = attributed(found.paths, direct=None, order=2, dice=DICE)
    told = {each.model: each.share for each in models.shares}
    assert list(told) == list(MODELS)
    assert told["last"].tolist() == [0.5, 0.5, 0, 0, 0]
    assert told["markov"][0] > 0.6, "without the first all is lost, without the second half"
    assert told["shapley"].tolist() == [1, 0, 0, 0, 0], "alone the second never converts"
    assert far_apart(models)
    assert all(each.sum() == pytest.approx(1) for each in told.values())


def test_nothing_is_divided_where_there_is_nothing() -> None:
    """Without conversions, or without touches, every model gives zeros and no two disagree."""
    for touched, converted in (([(1, 30, 0)], []), ([], [(1, 30, 5.0)]), ([], [])):
        models = attributed(ways(touched, converted).paths, direct=None, order=1, dice=DICE)
        assert all(each.share.sum() == 0 for each in models.shares)
        assert models.disagreement == 0


def test_touches_find_their_line_of_spend_and_sums_are_whole() -> None:
    """A touch goes as deep as the spend of its campaign is told, in its spelling; parents are sums of children."""
    spend = prefixes([("baidu", "Brand", "Milk", "一段"), ("baidu", "Brand", "Milk", ""), ("xhs", "Seed", "", "")])
    assert placed(("baidu", "brand", "milk", "一段"), spend) == ("baidu", "Brand", "Milk", "一段")
    assert placed(("baidu", "brand", "milk", "二段"), spend) == ("baidu", "Brand", "Milk", "")
    assert placed(("baidu", "brand", "", ""), spend) == ("baidu", "Brand", "", "")
    assert placed(("xhs", "SEED", "note", "x"), spend) == ("xhs", "Seed", "", "")
    assert placed(("baidu", "other", "g", "k"), spend) == ("baidu", "other", "", "")
    assert placed(("own:sms", "c1", "a", ""), spend) == ("own:sms", "c1", "", "")
    lines = {("a", "x", "", "k"): Amounts(cost_fen=5), ("a", "x", "g", ""): Amounts(cost_fen=7, value_fen=24)}
    nodes = tree(lines)
    assert [(node.key, node.amounts.cost_fen, node.amounts.roi()) for node in nodes] == [(("a",), 12, 1.0)]
    assert sorted(group.key for group in nodes[0].below[0].below) == [("a", "x", ""), ("a", "x", "g")]
