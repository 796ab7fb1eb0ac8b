"""Readers of time: the window of the goal, whether it stands for good, and what it is compared with."""

import re
from datetime import date, timedelta

from msgspec import Struct

from liftloop.kernel.plain_text import is_chinese
from liftloop.plan.goal.contract import Against, AgainstPeriod, Period
from liftloop.plan.goal.dates import Days, next_day
from liftloop.plan.goal.draft import Draft
from liftloop.plan.goal.festivals import FESTIVAL_BY_ID, Festival, festival_day
from liftloop.plan.goal.tokens import (
    AGAINST,
    DATE,
    END,
    FESTIVAL,
    LASTING,
    WINDOW,
    Token,
)

# Three years: no baseline of a shop reaches further, and a longer goal is most likely a slip of the pen.
WINDOW_DAYS_MAX = 1096
PERIOD_DAYS: dict[Period, int] = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
_PERIODS: tuple[Period, ...] = ("day", "week", "month", "quarter", "year")
_COMPARED: tuple[AgainstPeriod, ...] = ("previous", "day", "week", "month", "quarter", "year_ago")

# Each takes the first place at which it matches; a festival may have its year before or after it.
_RANGE = re.compile(r"(?:[fV](?P<first>[AF])[R~b]?(?P<last>[AF])|(?P<first2>[AF])d?[R~](?P<last2>[AF]))[dvE]?")
_TWO_FESTIVALS = re.compile(r"V?(?P<first>F)(?P<last>F)[dv]?")
_DAYS_BEFORE = re.compile(r"V?(?:(?P<length>T)m(?P<day>F)|(?P<day2>F)t(?P<length2>T)v?)")
_FINISHED = re.compile(r"(?P<at>W?F|[AWz])Et?")
_BEFORE = re.compile(r"(?:m(?P<at>W?FW?|[AWz])|(?P<at2>W?F|[AWz])d?t)")
_BY = re.compile(r"(?:b|R)(?P<at>W?FW?|[Az]|(?<=b)W)(?:,(?P<name>F),)?")
_STARTING = re.compile(r"(?:[fr](?P<at>[AFW])r?|(?P<at2>[AFW])r)")
_FESTIVAL = re.compile(r"[dVb]?(?P<at>W?FW?)d?")
_CALENDAR = re.compile(r"[Vd]?(?P<at>W)[dv]?")
_DEADLINE = re.compile(r"V?(?P<at>[Az])")
_LENGTHS = (re.compile(r"V(?P<length>T)v?"), re.compile(r"(?P<length>T)v"), re.compile(r"(?P<length>T)"))
_SECOND = re.compile(r"VT|Tv")
_PAST = re.compile(r"去年|前年|上个?月|上个?季度|上周|昨天|last (?:year|month|quarter|week)|yesterday")
_STANDING = re.compile(r"[iS]|(?<=[NCYPQ])j")
_A_PERIOD = re.compile(r"(?<=[NCYPQ])T")
_AGAINST = re.compile(AGAINST)


class Window(Struct, frozen=True, kw_only=True):
    """When: the length in days, and the days between which it lies where they were named."""

    days: int | None = None
    starts: date | None = None
    ends: date | None = None
    festival: str | None = None


def read_against(draft: Draft) -> tuple[Against, AgainstPeriod | None]:
    """Read the earlier period that the size is compared with; doing nothing where none was named."""
    found = draft.find(_AGAINST)
    if found is None:
        return "nobody", None
    draft.claim("against", range(*found.span()))
    word = draft.tokens[found.start()].word
    return "last_period", next(period for period in _COMPARED if period == word)


def read_standing(draft: Draft) -> Period | None:
    """Read whether the goal repeats; a lasting goal without a period is looked at monthly."""
    rate = _each_period(draft)
    found = draft.find(_STANDING)
    if found is None or (rate is not None and draft.tokens[found.start()].kind == LASTING):
        found = rate or found
    if found is None:
        return None
    token = draft.tokens[found.start()]
    draft.claim("standing", range(*found.span()))
    if token.kind == LASTING:
        draft.assume("standing_monthly", "长期目标没有说周期，按每月一次", "The standing goal names no period: monthly")
        return "month"
    return next(period for period in _PERIODS if period == token.word)


def _each_period(draft: Draft) -> re.Match[str] | None:
    """Find a rate in English (500 a month); `+5% 一个月` is a length."""
    found = draft.find(_A_PERIOD)
    return found if found is not None and draft.text(draft.tokens[found.start()]).startswith("a ") else None


def read_window(draft: Draft) -> Window:
    """Read the window; one that is over, or longer than three years, is left unread and noted.

    Two lengths that are both windows, and a window of the past, are asked back: which is meant is not guessed.
    """
    window = _first_window(draft)
    return Window() if window.days is not None and (_is_past(draft) or _is_second(draft)) else window


def _is_second(draft: Draft) -> bool:
    if draft.answers_from < len(draft.plain.plain) or draft.find(_SECOND) is None:
        return False
    draft.note("two_windows", "说了两个期限，没有采用", "Two windows are given; neither was taken")
    return True


def _is_past(draft: Draft) -> bool:
    past = next((span.text for span in draft.unread() if _PAST.search(span.text.lower())), None)
    if past is None or draft.answers_from < len(draft.plain.plain):
        return False
    draft.note("past_window", f"“{past}”已经过去，没有采用", f'"{past}" is over and was left out')
    return True


def _first_window(draft: Draft) -> Window:
    named = (_two_festivals, _range, _days_before, _finished, _before, _by, _starting, _festival)
    for read in (*named, _calendar, _length, _deadline):
        window = read(draft)
        if window is not None:
            return window
    return Window()


def _range(draft: Draft) -> Window | None:
    found = draft.find(_RANGE)
    if found is None:
        return None
    group = "first" if found.group("first") else "first2"
    first = _day_of(draft, draft.tokens[found.start(group)])
    last_at = found.start("last" if group == "first" else "last2")
    last = _day_of(draft, draft.tokens[last_at])
    if first is None or last is None:
        return None
    if last < first and draft.tokens[last_at].kind == FESTIVAL:
        last = festival_day(FESTIVAL_BY_ID[draft.tokens[last_at].word], first, None) or last
    if last < first and draft.tokens[last_at].kind == DATE and not draft.tokens[last_at].word:
        last = next_day(last.month, last.day, first) or last
    window = _between(draft, found, first, last)
    return None if window is None else _named(draft, window)


def _two_festivals(draft: Draft) -> Window | None:
    """Read two festivals in one breath (中秋国庆) as the time from the first to the end of the second."""
    found = draft.find(_TWO_FESTIVALS)
    if found is None:
        return None
    first, _ = _days_of(draft, found.span("first"))
    last, _ = _days_of(draft, found.span("last"))
    return None if first is None or last is None or last < first else _between(draft, found, first[0], last[1])


def _named(draft: Draft, window: Window) -> Window:
    """Take the festival that stands beside a range of dates as its name."""
    found = draft.find(_FESTIVAL)
    if found is None:
        return window
    token = _festival_token(draft, found.span("at"))
    day = _day_of(draft, token)
    if day is None or window.starts is None or window.ends is None or not window.starts <= day <= window.ends:
        return window
    draft.claim("window", range(*found.span()))
    return Window(days=window.days, starts=window.starts, ends=window.ends, festival=token.word)


def _days_before(draft: Draft) -> Window | None:
    found = draft.find(_DAYS_BEFORE)
    if found is None:
        return None
    festival = draft.tokens[found.start("day" if found.group("day") else "day2")]
    length = draft.tokens[found.start("length" if found.group("length") else "length2")]
    day = _day_of(draft, festival)
    if day is None or not 1 <= length.amount <= WINDOW_DAYS_MAX:
        return None
    first = day - timedelta(days=int(length.amount))
    return _between(draft, found, first, day - timedelta(days=1), festival.word)


def _finished(draft: Draft) -> Window | None:
    found = draft.find(_FINISHED)
    if found is None:
        return None
    days, festival = _days_of(draft, found.span("at"))
    return None if days is None else _between(draft, found, draft.today, days[1], festival)


def _before(draft: Draft) -> Window | None:
    found = draft.find(_BEFORE)
    if found is None:
        return None
    span = found.span("at" if found.group("at") else "at2")
    days, festival = _days_of(draft, span, period=False)
    if days is None:
        return None
    kind = _kind_of(draft, span)
    if kind in (DATE, END):
        draft.assume(
            "deadline_included",
            f"截止日 {days[1]:%Y-%m-%d} 当天算在内",
            f"The deadline {days[1]:%Y-%m-%d} itself is included",
        )
        last = days[1]
    else:
        last = days[1] if kind == WINDOW and days[0] <= draft.today else days[0] - timedelta(days=1)
    return _between(draft, found, draft.today, last, festival)


def _by(draft: Draft) -> Window | None:
    found = draft.find(_BY)
    if found is None:
        return None
    span = found.span("at")
    days, festival = _days_of(draft, span, period=False)
    if days is None:
        return None
    if found.group("name"):  # `截至 2026-09-24（中秋）` gives the day and names the festival.
        festival = draft.tokens[found.start("name")].word
    chinese = is_chinese(draft.text(draft.tokens[span[0] - 1]))
    ahead = _kind_of(draft, span) == WINDOW and days[0] > draft.today and not chinese
    last = days[0] - timedelta(days=1) if ahead else days[1]  # "by November" is over when November begins.
    return _between(draft, found, draft.today, last, festival)


def _starting(draft: Draft) -> Window | None:
    """Read a start; its length comes from a duration, and is asked for where there is none."""
    found = draft.find(_STARTING)
    if found is None:
        return None
    token = draft.tokens[found.start("at" if found.group("at") else "at2")]
    first = _day_of(draft, token)
    if first is None or first < draft.today:
        return None
    length = _length_token(draft)
    if length is None:
        draft.claim("window", range(*found.span()))
        return Window(starts=first)
    draft.claim("window", length[1])
    return _between(draft, found, first, first + timedelta(days=length[0] - 1))


def _festival(draft: Draft) -> Window | None:
    found = draft.find(_FESTIVAL)
    if found is None:
        return None
    days, festival = _days_of(draft, found.span("at"))
    if days is None:
        return None
    day = _day_of(draft, _festival_token(draft, found.span("at")))
    if draft.text(draft.tokens[found.end() - 1]) in ("当天", "当日") and day is not None:
        days = day, day
    return _between(draft, found, days[0], days[1], festival)


def _calendar(draft: Draft) -> Window | None:
    found = draft.find(_CALENDAR)
    if found is None:
        return None
    days, _ = _days_of(draft, found.span("at"))
    return None if days is None else _between(draft, found, days[0], days[1])


def _deadline(draft: Draft) -> Window | None:
    found = draft.find(_DEADLINE)
    if found is None:
        return None
    days, _ = _days_of(draft, found.span("at"))
    return None if days is None else _between(draft, found, draft.today, days[1])


def _length(draft: Draft) -> Window | None:
    length = _length_token(draft)
    if length is None:
        return None
    draft.claim("window", length[1])
    return Window(days=length[0])


def _length_token(draft: Draft) -> tuple[int, range] | None:
    """Return the length in days and what to claim: the last answer, else the one marked as a window, else any."""
    kinds = draft.kinds
    for pattern in _LENGTHS:
        for found in sorted(pattern.finditer(kinds), key=lambda match: not _answered(draft, match.start())):
            token = draft.tokens[found.start("length")]
            if not 1 <= token.amount <= WINDOW_DAYS_MAX:
                continue
            _note_length(draft, token)
            return int(token.amount), range(*found.span())
    return None


def _answered(draft: Draft, index: int) -> bool:
    return draft.tokens[index].start >= draft.answers_from


def _note_length(draft: Draft, token: Token) -> None:
    text = draft.text(token)
    if any(word in text for word in ("月", "季", "年", "month", "quarter", "year")):
        days = int(token.amount)
        draft.assume(
            "length_in_days",
            f"“{text}”按 {days} 天算（一个月 30 天，一季 90 天，一年 365 天）",
            f'"{text}" is taken as {days} days (a month is 30, a quarter 90, a year 365)',
        )


def _between(draft: Draft, found: re.Match[str], first: date, last: date, festival: str | None = None) -> Window | None:
    """Claim what was found and return the window; None, with a note, where it is over or too long."""
    starts = first if first > draft.today else None
    days = (last - (starts or draft.today)).days + 1
    if days < 1:
        draft.note(
            "past_window",
            f"{last:%Y-%m-%d} 已经过去，没有采用",
            f"{last:%Y-%m-%d} is over and was left out",
        )
        return None
    if (last - draft.today).days >= WINDOW_DAYS_MAX:
        return None
    draft.claim("window", range(*found.span()))
    if festival is not None:
        _assume_festival(draft, FESTIVAL_BY_ID[festival], starts or draft.today, last)
    return Window(days=days, starts=starts, ends=last, festival=festival)


def _assume_festival(draft: Draft, festival: Festival, first: date, last: date) -> None:
    draft.assume(
        "festival_dates",
        f"{festival.zh}：按 {first:%Y-%m-%d} 到 {last:%Y-%m-%d} 算",
        f"{festival.en}: taken as {first:%Y-%m-%d} to {last:%Y-%m-%d}",
    )


def _kind_of(draft: Draft, span: tuple[int, int]) -> str:
    kinds = {draft.tokens[index].kind for index in range(*span)}
    return FESTIVAL if FESTIVAL in kinds else draft.tokens[span[0]].kind


def _festival_token(draft: Draft, span: tuple[int, int]) -> Token:
    return next(draft.tokens[index] for index in range(*span) if draft.tokens[index].kind == FESTIVAL)


def _days_of(draft: Draft, span: tuple[int, int], *, period: bool = True) -> tuple[Days | None, str | None]:
    """Return the days that the tokens of `span` name: the period of a festival, or only its day."""
    if _kind_of(draft, span) != FESTIVAL:
        token = draft.tokens[span[0]]
        return ((token.first, token.last) if token.first and token.last else None), None
    token = _festival_token(draft, span)
    festival = FESTIVAL_BY_ID[token.word]
    day = festival_day(festival, draft.today, _year(draft, span))
    if day is None:
        draft.note(
            "unknown_festival_year",
            f"{festival.zh}的日期表里没有那一年，请直接写日期",
            f"The dates of {festival.en} are not known for that year; please give the dates",
        )
        return None, None
    return (festival.period(day) if period else (day, day)), festival.id


def _day_of(draft: Draft, token: Token) -> date | None:
    if token.kind == FESTIVAL:
        return festival_day(FESTIVAL_BY_ID[token.word], draft.today, None)
    return token.first


def _year(draft: Draft, span: tuple[int, int]) -> int | None:
    """Return the year that stands beside a festival (明年春节, Christmas 2027)."""
    for index in range(*span):
        token = draft.tokens[index]
        if token.kind == WINDOW and token.first is not None:
            return token.first.year
    return None
