"""Where a standing goal is, in one sentence."""

from liftloop.plan.goal.check import SHARE_DECIMALS
from liftloop.plan.goal.said import amount_words
from liftloop.plan.options import Words
from liftloop.plan.standing import Review
from liftloop.profile.metric import MetricUnit


def review_sentence(review: Review) -> Words:
    """Return how the goal stands: now, where it should be, where it is going."""
    level, unit = review.level, review.unit
    now, path, foreseen, target = (
        amount_words(readable(each, unit), unit)
        for each in (level.now, review.path_now, level.foreseen, review.path.target)
    )
    match review.status:
        case "over":
            return Words(
                zh=f"期限已到：现在 {now}，目标 {target}", en=f"its time is over: {now} now, the goal was {target}"
            )
        case "on_path":
            zh, en = f"现在 {now}，这时该有 {path}，走在路上", f"{now} now where {path} was due: on its path"
        case "behind":
            unsure = ("", "") if review.sure else ("（差距还在误差之内）", " (within the error of measurement)")
            zh = f"现在 {now}，这时该有 {path}，落后了{unsure[0]}"
            en = f"{now} now where {path} was due: behind{unsure[1]}"
    return Words(
        zh=f"{zh}；什么都不做，下一期大约 {foreseen}，目标 {target}",
        en=f"{en}; if nothing is done the next window comes to about {foreseen}; the goal is {target}",
    )


def readable(level: float, unit: MetricUnit) -> float:
    """Return a level with as many digits as anybody reads: hundredths of a percent, whole fen, hundredths.

    >>> readable(0.186391, "share"), readable(1257.17, "fen"), readable(3.14159, "count")
    (0.1864, 1257.0, 3.14)
    """
    return round(level, {"share": SHARE_DECIMALS, "fen": 0, "count": 2}[unit])
