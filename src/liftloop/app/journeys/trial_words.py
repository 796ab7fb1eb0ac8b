"""Says why somebody may not enter a journey, and how a walk through it ends."""

from liftloop.app.words import Said, reason_words
from liftloop.journey.watching import BEEN_INSIDE, EXIT_HOLDS, FULL_TODAY, NOT_RUNNING

_REFUSED = {
    NOT_RUNNING: Said("旅程现在不收人（不在有效期或时段内）", "the journey takes nobody in now"),
    BEEN_INSIDE: Said(
        "已经进过，按重入规则不能再进", "was in it already, and the rule of re-entry lets nobody in again"
    ),
    EXIT_HOLDS: Said("已经满足旅程的退出条件", "is in an audience that makes people leave this journey"),
    FULL_TODAY: Said("今天进入的人数已到上限", "as many as may enter in a day have entered today"),
}
_ENDS = {
    "done": Said("走到结束", "walked to the end"),
    "inside": Said("到试走结束时还在旅程里", "still inside when the trial ended"),
}


def refusal_words(reason: str) -> Said:
    return _REFUSED.get(reason, Said("没有进入旅程", "did not enter"))


def end_words(reason: str) -> Said:
    return _ENDS.get(reason) or reason_words(reason)
