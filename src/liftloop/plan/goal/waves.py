"""Waves in a sentence: how many parts a launch starts its people in, and how long lies between two of them.

An expression is one token, read whole, so that `每周一批` is never taken for a goal that repeats every week.
"""

import re
from typing import Final

from liftloop.plan.goal.amounts import NUMBER_PATTERN, number_of
from liftloop.plan.goal.contract import Waves
from liftloop.plan.goal.draft import Draft
from liftloop.plan.goal.limits import contradiction
from liftloop.plan.goal.tokens import WAVES, Token

COUNT_MAX: Final = 100
"""More waves than that are a steady stream, and most likely a slip of the pen."""
MINUTE_S: Final = 60
DAY_S: Final = 86_400
EVERY_MIN_S: Final = 10 * MINUTE_S
"""Waves closer than that follow each other faster than anybody could look at the one before."""
EVERY_MAX_S: Final = 90 * DAY_S

_SECONDS = {"minute": MINUTE_S, "hour": 3_600, "day": DAY_S, "week": 7 * DAY_S, "month": 30 * DAY_S}
_UNITS = (
    ("minute", "分钟"),
    ("hour", "个?小时"),
    ("day", "天|日|晚"),
    ("week", "个?星期|个?礼拜|周"),
    ("month", "个?月"),
)
_ADVERBS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month"}
_END = r"(?![a-z0-9])"
_WAVE_ZH = "(?:批次?|波次?)"
_WAVE_EN = rf"(?:waves?|batch(?:es)?){_END}"
_VERB_ZH = "(?:只?(?:发送?|推送?|触达|启动|放|走|上)(?:出去)?)?"
_ADVERB = "|".join(_ADVERBS)
_UNIT_EN = rf"(?:minute|hour|day|week|month)s?{_END}"
_LENGTH_ZH = rf"(?P<length>{NUMBER_PATTERN})? ?(?P<unit>{'|'.join(pattern for _, pattern in _UNITS)})"
_LENGTH_EN = rf"(?:(?P<length>{NUMBER_PATTERN}) )?(?P<unit>{_UNIT_EN})"
_ONE_EN = rf"(?:a|one|1|(?P<many>{NUMBER_PATTERN}))"

_RATES = (
    re.compile(rf"(?:每隔?|间隔) ?一?{_LENGTH_ZH} ?{_VERB_ZH} ?(?P<many>{NUMBER_PATTERN}) ?个?{_WAVE_ZH}(?:人(?!均))?"),
    re.compile(
        rf"(?P<length>{NUMBER_PATTERN}) ?(?P<unit>{'|'.join(p for _, p in _UNITS)}){_VERB_ZH}(?P<many>[一1]){_WAVE_ZH}"
    ),
    re.compile(rf"每[批波](?:之间)?(?:间隔|相隔|隔|相差) ?{_LENGTH_ZH}"),
    re.compile(rf"{_ONE_EN} {_WAVE_EN} ?(?:an?|per|each|every|/) ?{_LENGTH_EN}"),
    re.compile(rf"(?:every|each) {_LENGTH_EN} {_ONE_EN} {_WAVE_EN}"),
    re.compile(rf"(?P<adverb>{_ADVERB}) {_WAVE_EN}"),
)
_COUNTS = (
    re.compile(
        rf"(?:一?共计?|总共)? ?(?:拆?分成?|分为|分作|拆成|拆为)? ?(?P<count>{NUMBER_PATTERN}) ?个?{_WAVE_ZH}"
        rf"(?:{_VERB_ZH}|进行)?(?![人货])"
    ),
    re.compile(
        r"(?:(?:split|divided|staggered|spread|sent) )?(?:(?:in|into|over|across) )?"
        rf"(?P<count>{NUMBER_PATTERN}) (?:equal )?(?:(?P<adverb>{_ADVERB}) )?{_WAVE_EN}"
        rf"(?:,? (?:(?:a|one|1) ?(?:an?|per|each|every|/) ?{_LENGTH_EN}"
        rf"|(?:an? )?(?P<length_apart>{NUMBER_PATTERN})? ?(?P<unit_apart>{_UNIT_EN}) apart{_END}))?"
    ),
)
_BARE = re.compile(rf"分批次?{_VERB_ZH}|分波次?{_VERB_ZH}|(?:sent |staggered )?in (?:waves|batches){_END}")
_WAVES = re.compile(WAVES)


def wave_at(text: str, start: int) -> Token | None:
    """Return the waves that are spoken of at `start` of a plain text; `amount` is how many, `word` seconds between."""
    for pattern in (*_RATES, *_COUNTS):
        if (found := pattern.match(text, start)) is not None and found.end() > start:
            token = _token(found)
            if token is not None:
                return token
    bare = _BARE.match(text, start)
    return Token(kind=WAVES, start=start, end=bare.end()) if bare is not None else None


def _token(found: re.Match[str]) -> Token | None:
    named = found.groupdict()
    count = number_of(named["count"]) if named.get("count") else 0.0
    every_s = _every_s(named)
    if count is None or every_s is None or not (count or every_s):
        return None
    if count and (not float(count).is_integer() or not 2 <= count <= COUNT_MAX):
        return None
    return Token(
        kind=WAVES,
        start=found.start(),
        end=found.end(),
        amount=float(count),
        word=str(every_s) if every_s else "",
    )


def _every_s(named: dict[str, str | None]) -> int | None:
    """Return the seconds between two waves in whole minutes, 0 where nothing is said; None for what cannot be."""
    if (adverb := named.get("adverb")) is not None:
        return _SECONDS[_ADVERBS[adverb]]
    unit = named.get("unit") or named.get("unit_apart")
    if unit is None:
        return 0
    said = named.get("length") or named.get("length_apart") or "1", named.get("many") or "1"
    length, many = number_of(said[0]), number_of(said[1])
    if not length or not many:
        return None
    every_s = round(length * _seconds(unit) / many / MINUTE_S) * MINUTE_S
    return every_s if EVERY_MIN_S <= every_s <= EVERY_MAX_S else None


def _seconds(unit: str) -> int:
    for name, pattern in _UNITS:
        if unit.startswith(name) or re.fullmatch(pattern, unit):
            return _SECONDS[name]
    raise AssertionError(unit)


def read_waves(draft: Draft) -> Waves | None:
    """Read in how many waves people are started and how far apart; None where nothing usable is said of either.

    Raises LiftloopError `contradictory_goal` for two numbers of waves, or two times between them.
    """
    places = [found.start() for found in _WAVES.finditer(draft.kinds)]
    count = _only(draft, {int(draft.tokens[place].amount) for place in places} - {0})
    every_s = _only(draft, {int(draft.tokens[place].word or 0) for place in places} - {0})
    if count is None and every_s is None:
        return None
    draft.claim("waves", places)
    return Waves(count=count, every_s=every_s)


def _only(draft: Draft, said: set[int]) -> int | None:
    if len(said) > 1:
        raise contradiction(
            "分批说了两种说法", "Two ways of going in waves are given", "只留一种分法", "Keep one of them"
        )
    return next(iter(said), None)


def check_fits(waves: Waves, window_days: int | None) -> None:
    """Raise LiftloopError `contradictory_goal` where the last wave would begin after the window is over."""
    if waves.count is None or waves.every_s is None or window_days is None:
        return
    needed_days = (waves.count - 1) * waves.every_s / DAY_S
    if needed_days >= window_days:
        raise contradiction(
            f"分 {waves.count} 批，最后一批要到第 {needed_days:g} 天以后才开始，期限只有 {window_days} 天",
            f"The last of {waves.count} waves would begin {needed_days:g} days in; the window has {window_days}",
            "少分几批，隔得近一些，或者把期限放长",
            "Ask for fewer waves, less time between them, or a longer window",
        )
