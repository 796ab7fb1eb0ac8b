"""Likeness to a group: found where it is, refused where it is not or where a plainer score does as well."""

import numpy as np
import pytest

from liftloop.inference.likeness import compare, judge

PEOPLE = 6_000
FOLD = np.arange(PEOPLE) % 5


def drawn(seed: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    dice = np.random.default_rng(seed)
    features = dice.normal(size=(PEOPLE, 8)).astype(np.float32)
    return dice, features, features[:, :3].astype(np.float64)


@pytest.mark.parametrize("seed", range(3))
def test_an_interaction_that_the_simple_score_cannot_see_is_found(seed: int) -> None:
    """Members told apart by two hidden columns together are found well, far better than by the simple score."""
    dice, features, simple = drawn(seed)
    label = dice.random(PEOPLE) < 1 / (1 + np.exp(3 - 2 * features[:, 4] * features[:, 5]))
    judged = judge(features, simple, label, FOLD)
    assert judged.verdict == "usable"
    assert judged.compared is not None
    assert judged.compared.area > 0.75
    assert judged.compared.simple_area < 0.6
    first = judged.curve[2]
    assert first.precision > 2 * first.random_precision


@pytest.mark.long
def test_members_drawn_by_lot_are_refused_nearly_always() -> None:
    """Of twenty groups drawn by lot hardly one passes: the bound is one-sided 95%, and the gain must pass as well."""
    verdicts: list[str] = []
    for seed in range(20):
        dice, features, simple = drawn(100 + seed)
        verdicts.append(judge(features, simple, dice.random(PEOPLE) < 0.05, FOLD).verdict)
    assert verdicts.count("usable") <= 2


def test_what_rfm_tells_as_well_is_left_to_rfm() -> None:
    """Members told apart by the simple columns alone give the verdict that these are enough."""
    dice, features, simple = drawn(7)
    label = dice.random(PEOPLE) < 1 / (1 + np.exp(3 - 1.5 * features[:, 0]))
    assert judge(features, simple, label, FOLD).verdict == "simple_is_enough"


def test_too_few_members_are_refused() -> None:
    """With fewer than fifty members even the accuracy would be a guess."""
    _, features, simple = drawn(1)
    label = np.arange(PEOPLE) < 49
    assert judge(features, simple, label, FOLD).verdict == "too_few"


def test_areas_and_their_errors_are_those_of_counting_pairs() -> None:
    """The area equals the share of rightly ordered pairs, and the bound covers the truth about as often as it says."""
    dice = np.random.default_rng(3)
    covered = 0
    for _ in range(200):
        label = np.arange(400) < 100
        score = dice.normal(size=400) + label
        plain = dice.normal(size=400) + 0.5 * label
        compared = compare(np.round(score, 1), plain, label)
        pairs = np.sign(np.round(score, 1)[label][:, None] - np.round(score, 1)[~label]) / 2 + 0.5
        assert compared.area == pytest.approx(pairs.mean())
        covered += compared.area_low <= 0.7602  # Phi(1/sqrt 2), the area of two normals one apart.
    assert 0.90 <= covered / 200 <= 0.99
