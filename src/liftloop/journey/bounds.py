"""What a node must keep within, beside leading somewhere."""

from collections.abc import Sequence
from math import isclose, isfinite
from typing import Any

from msgspec import UNSET

from liftloop.journey.actions import (
    AddScore,
    CallWebhook,
    Change,
    Enrol,
    GiveCoupon,
    GivePoints,
    GiveTask,
    PutTag,
    SetTrait,
)
from liftloop.journey.contract import BadJourney
from liftloop.journey.splits import Arm, Bandit, Branch, Experiment, Split
from liftloop.kernel.codec import canonical_json

SECONDS_MAX = 10 * 366 * 86_400
"""Ten years: a longer wait is a slip of the keyboard, and far longer ones do not fit a column of times."""
DAYS_MAX = SECONDS_MAX // 86_400
WITHIN_MIN_S, WITHIN_MAX_S = 60, 60 * 86_400
"""Of what a bandit counts: the shares are learned from the last 90 days, so that a wider window would leave none."""
ARMS_MAX = 10
"""More arms than that never gather enough people each."""
CASES_MAX = 20
"""More ways at one place are not read by anybody."""
POINTS_MAX = 10**9
"""More than a billion points at once are a slip of the key."""
SCORE_MAX = 1_000
"""A lead's score is of the order of a hundred."""
TITLE_MAX = 200
"""Characters of a task's title and of a score's reason."""
SORT_MAX = 40
VALUE_BYTES_MAX = 2_000
"""Of a trait, as of custom fields."""


def check_parting(node: Experiment | Split | Branch | Bandit) -> None:
    """Raise `BadJourney` where people cannot be parted so."""
    match node:
        case Branch(cases=cases) if not 1 <= len(cases) <= CASES_MAX:
            raise BadJourney(
                f"节点 {node.id} 要有 1 到 {CASES_MAX} 个条件", f"node {node.id} needs 1 to {CASES_MAX} cases"
            )
        case Experiment(arms=arms) | Split(arms=arms) if not is_fair(arms):
            raise BadJourney(
                f"节点 {node.id} 要有 2 到 {ARMS_MAX} 个名字不同的分支，share 都大于 0，合计为 1",
                f"node {node.id} needs 2 to {ARMS_MAX} arms of different names, with shares above 0 that add up to 1",
            )
        case Bandit():
            _check_bandit(node)
        case _:
            pass


def _check_bandit(node: Bandit) -> None:
    names = {arm.id for arm in node.arms}
    if not 2 <= len(node.arms) <= ARMS_MAX or len(names) < len(node.arms) or "" in names:
        raise BadJourney(
            f"节点 {node.id} 要有 2 到 {ARMS_MAX} 个名字不同的分支",
            f"node {node.id} needs 2 to {ARMS_MAX} arms of different names",
        )
    if not node.event.strip():
        raise BadJourney(
            f"节点 {node.id} 要写明 event：做了什么算有效果", f"node {node.id} must say which event counts as won"
        )
    if not WITHIN_MIN_S <= node.within_s <= WITHIN_MAX_S:
        raise BadJourney(
            f"节点 {node.id} 的 within_s 要在 1 分钟到 60 天之间",
            f"within_s of node {node.id} is from a minute to 60 days",
        )
    if not 0 < node.floor <= 1 / len(node.arms):
        raise BadJourney(
            f"节点 {node.id} 的 floor 要大于 0，且不超过平分的份额 {1 / len(node.arms):.2g}",
            f"floor of node {node.id} is above 0 and no more than an equal share, {1 / len(node.arms):.2g}",
        )


def check_change(node: Change | CallWebhook | GiveCoupon) -> None:
    """Raise `BadJourney` where a node says what nobody can carry out."""
    match node:
        case PutTag(expires_days=days) | GivePoints(expires_days=days) if days is not None and not 0 < days <= DAYS_MAX:
            raise BadJourney(
                f"节点 {node.id} 的 expires_days 要大于 0，且不超过十年",
                f"expires_days of node {node.id} is above 0 and at most ten years",
            )
        case PutTag(take_off=True, expires_days=days) if days is not None:
            raise BadJourney(
                f"节点 {node.id} 是摘标签，不能有 expires_days",
                f"node {node.id} takes a tag off: it has no expires_days",
            )
        case SetTrait():
            _check_trait(node)
        case GivePoints(points=points) if not 0 < abs(points) <= POINTS_MAX:
            raise BadJourney(
                f"节点 {node.id} 的 points 不能是 0，也不能过大", f"points of node {node.id} are not 0, nor too many"
            )
        case AddScore(points=points, reason=reason) if not (
            0 < abs(points) <= SCORE_MAX and 0 < len(reason.strip()) <= TITLE_MAX
        ):
            raise BadJourney(
                f"节点 {node.id} 的 points 在 ±{SCORE_MAX} 之内且不为 0，reason 要写明原因（{TITLE_MAX} 字以内）",
                f"points of node {node.id} are within ±{SCORE_MAX} and not 0; its reason has 1 to {TITLE_MAX} letters",
            )
        case GiveTask(title=title, sort=sort, due_s=seconds) if not (
            0 < len(title.strip()) <= TITLE_MAX and 0 < len(sort.strip()) <= SORT_MAX and 0 < seconds <= SECONDS_MAX
        ):
            raise BadJourney(
                f"节点 {node.id} 要有 title（{TITLE_MAX} 字以内）和 sort（{SORT_MAX} 字以内），due_s 在十年以内",
                f"node {node.id} takes a title ({TITLE_MAX} letters), a sort ({SORT_MAX}) and a due_s up to ten years",
            )
        case CallWebhook(expires_s=seconds) | GiveCoupon(expires_s=seconds) if not 0 < seconds <= SECONDS_MAX:
            raise BadJourney(
                f"节点 {node.id} 的有效时间要大于 0，且不超过十年",
                f"what node {node.id} asks for must last more than 0, at most ten years",
            )
        case PutTag() | GivePoints() | AddScore() | GiveTask() | CallWebhook() | GiveCoupon() | Enrol():
            pass


def _check_trait(node: SetTrait) -> None:
    if not node.trait:
        raise BadJourney(f"节点 {node.id} 要写明改哪个特征", f"node {node.id} must say which trait")
    if (node.set is UNSET) == (node.add is None):
        raise BadJourney(f"节点 {node.id} 要写 set 或 add 中的一个", f"node {node.id} takes one of set and add")
    if node.add is not None and not (isfinite(node.add) and node.add):
        raise BadJourney(f"节点 {node.id} 的 add 要是不为 0 的数", f"add of node {node.id} is a number other than 0")
    if not _is_plain(node.set):
        raise BadJourney(
            f"节点 {node.id} 的 set 要是文字、数字、真假或 null，不超过 {VALUE_BYTES_MAX} 字节",
            f"set of node {node.id} is a text, a number, a truth value or null, of up to {VALUE_BYTES_MAX} bytes",
        )


def _is_plain(value: Any) -> bool:
    if value is UNSET:
        return True
    return isinstance(value, str | int | float | bool | None) and len(canonical_json(value)) <= VALUE_BYTES_MAX


def is_fair(arms: Sequence[Arm]) -> bool:
    """Tell whether arms are told apart and their shares make a whole."""
    named = len({arm.id for arm in arms}) == len(arms) and all(arm.id for arm in arms)
    shared = all(arm.share > 0 for arm in arms) and isclose(sum(arm.share for arm in arms), 1, abs_tol=1e-6)
    return 2 <= len(arms) <= ARMS_MAX and named and shared
