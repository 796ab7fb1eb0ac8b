"""Reads the chances that a log tells of itself: what each arm's was when the arm of this row was drawn."""

from collections.abc import Sequence

import msgspec
import numpy as np

from liftloop.inference.arrays import Floats
from liftloop.inference.encoding import Texts
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.learn.table import numbers

SUM_ERROR_MAX = 0.01  # Chances are often written with two or three digits.


def given_chances(name: str, texts: Texts, arms: Sequence[str]) -> Floats:
    """Return [rows, arms]: with two arms a number is the second one's, otherwise a JSON object says them by arm.

    NaN where a row says none. Raises `chances_unreadable` where some are no chances, as 30 or {"Yes": 0.9, "No": 0.9}.
    """
    known = texts != ""
    of_second = numbers(texts)
    if len(arms) == 2 and np.isfinite(of_second[known]).all():
        chance = np.column_stack([1 - of_second, of_second])
    else:
        spelled, code = np.unique(texts, return_inverse=True)
        chance = np.array([_by_arm(text, arms) for text in spelled.tolist()])[code]
    said = chance[known]
    if not known.any() or not ((said >= 0) & (said <= 1)).all() or (abs(said.sum(axis=1) - 1) > SUM_ERROR_MAX).any():
        raise _unreadable(name, arms)
    return chance


def _by_arm(text: str, arms: Sequence[str]) -> list[float]:
    try:
        said = msgspec.json.decode(text, type=dict[str, float])
    except msgspec.MsgspecError:
        return [float("nan") if text == "" else -1.0] * len(arms)
    return [said.get(arm, 0.0) for arm in arms]


def _unreadable(name: str, arms: Sequence[str]) -> LiftloopError:
    example = msgspec.json.encode(dict.fromkeys(arms, round(1 / len(arms), 2))).decode()
    return LiftloopError(
        "chances_unreadable",
        zh=f"“{name}”里不全是概率。",
        en=f"“{name}” does not hold chances throughout.",
        next_zh=f"两组时写触达的概率（0 到 1），多组时写各组的概率，合计为 1，例如 {example}。",
        next_en=f"With two arms write the chance of the contact (0 to 1), with more all arms' chances, adding up to 1: "
        f"{example}.",
        status=422,
        exit_code=EXIT_USAGE,
    )
