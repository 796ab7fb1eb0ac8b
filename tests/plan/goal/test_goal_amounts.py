"""Numbers, money, lengths and dates are read as people write them, in both languages."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftloop.kernel.number_words import english_number, han_number
from liftloop.kernel.plain_text import normalise
from liftloop.plan.goal.amounts import amount_at
from liftloop.plan.goal.dates import date_at, window_of

MONDAY = date(2026, 9, 7)
DIGITS = "零一二三四五六七八九"
SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_han(number: int) -> str:
    """Write a number below 10**8 in Chinese numerals, the plain way."""
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return in_han(number // 10_000) + "万" + gap + (in_han(rest) if rest else "")
    for unit, name in ((1000, "千"), (100, "百"), (10, "十")):
        if number >= unit:
            rest = number % unit
            gap = "零" if 0 < rest < unit // 10 else ""
            return DIGITS[number // unit] + name + gap + (in_han(rest) if rest else "")
    return DIGITS[number]


def in_english(number: int) -> str:
    if number < 20:
        return SMALL[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f" {SMALL[number % 10]}" if number % 10 else "")
    for unit, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= unit:
            rest = number % unit
            return f"{in_english(number // unit)} {name}" + (f" {in_english(rest)}" if rest else "")
    raise AssertionError(number)


@given(st.integers(0, 10**8 - 1))
def test_chinese_numerals_mean_their_number(number: int) -> None:
    """Any number below a hundred million is read back from its numerals."""
    assert han_number(in_han(number)) == number


@given(st.integers(0, 10**9 - 1))
def test_english_numbers_mean_their_number(number: int) -> None:
    """Any number below a billion is read back from its words."""
    assert english_number(in_english(number)) == number


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [
        ("20 万元", "Y", 20_000_000),
        ("一万五千元", "Y", 1_500_000),
        ("三千五元", "Y", 350_000),
        ("3万5元", "Y", 3_500_000),
        ("3万5千元", "Y", 3_500_000),
        ("half a million yuan", "Y", 50_000_000),
        ("¥80,000", "Y", 8_000_000),
        ("￥８万", "Y", 8_000_000),
        ("人民币 8 万元", "Y", 8_000_000),
        ("RMB 80,000", "Y", 8_000_000),
        ("80k yuan", "Y", 8_000_000),
        ("8w元", "Y", 8_000_000),
        ("1.5亿元", "Y", 15_000_000_000),
        ("1.5 million yuan", "Y", 150_000_000),
        ("80k", "N", 80_000),
        ("8 萬", "N", 80_000),
        ("百分之五", "P", 0.05),
        ("百分之十二", "P", 0.12),
        ("千分之五", "P", 0.005),
        ("三分之一", "P", 1 / 3),
        ("5 per cent", "P", 0.05),
        ("5‰", "P", 0.005),
        ("两成", "P", 0.2),
        ("一成半", "P", 0.15),
        ("五个点", "Q", 0.05),
        ("1.5个百分点", "Q", 0.015),
        ("5pp", "Q", 0.05),
        ("5 percentage points", "Q", 0.05),
        ("50 bps", "Q", 0.005),
        ("half a percentage point", "Q", 0.005),
        ("半个点", "Q", 0.005),
        ("30天", "T", 30),
        ("30-day", "T", 30),
        ("两周", "T", 14),
        ("一个半月", "T", 45),
        ("半年", "T", 180),
        ("6 weeks", "T", 42),
        ("36小时", "T", 2),
        ("3000单", "C", 3000),
        ("两条", "C", 2),
        ("$10k", "$", 0),
        ("1,000 美元", "$", 0),
    ],
)
def test_amounts_have_their_unit(text: str, kind: str, amount: float) -> None:
    """An amount is read whole, with its unit."""
    token = amount_at(normalise(text).plain, 0)
    assert token is not None
    assert (token.kind, token.amount) == (kind, pytest.approx(amount, abs=1e-12))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-10-31", "2026-10-31", "2026-10-31"),
        ("10月31日", "2026-10-31", "2026-10-31"),
        ("十月三十一日", "2026-10-31", "2026-10-31"),
        ("3月5日", "2027-03-05", "2027-03-05"),
        ("明年3月5日", "2027-03-05", "2027-03-05"),
        ("2月29日", "2028-02-29", "2028-02-29"),
        ("10月1日到7日", "2026-10-01", "2026-10-07"),
        ("10.1-10.7", "2026-10-01", "2026-10-07"),
        ("oct 1-7", "2026-10-01", "2026-10-07"),
        ("october 31st, 2027", "2027-10-31", "2027-10-31"),
        ("31 december", "2026-12-31", "2026-12-31"),
        ("10月", "2026-10-01", "2026-10-31"),
        ("9月上旬", "2026-09-01", "2026-09-10"),
        ("10月底", "2026-10-31", "2026-10-31"),
        ("月底", "2026-09-30", "2026-09-30"),
        ("end of october", "2026-10-31", "2026-10-31"),
        ("year end", "2026-12-31", "2026-12-31"),
        ("q4", "2026-10-01", "2026-12-31"),
        ("明年一季度", "2027-01-01", "2027-03-31"),
        ("下半年", "2026-07-01", "2026-12-31"),
        ("上半年", "2027-01-01", "2027-06-30"),
        ("下个月", "2026-10-01", "2026-10-31"),
        ("next quarter", "2026-10-01", "2026-12-31"),
        ("下周", "2026-09-14", "2026-09-20"),
        ("周末", "2026-09-12", "2026-09-13"),
        ("明天", "2026-09-08", "2026-09-08"),
    ],
)
def test_dates_are_seen_from_the_day_of_typing(text: str, first: str, last: str) -> None:
    """A date or window lies where a person who types it on 7 September 2026 means it."""
    token = date_at(text, 0, MONDAY)
    assert token is not None
    assert token.end == len(text)
    assert (str(token.first), str(token.last)) == (first, last)


@pytest.mark.parametrize("text", ["2月30日", "13月5日", "2026-02-30", "10月32日", "feb 30"])
def test_days_that_do_not_exist_are_not_read(text: str) -> None:
    """No part of an impossible date is taken for something else."""
    token = date_at(text, 0, MONDAY)
    assert token is not None
    assert (token.kind, token.end) == ("?", len(text))


@given(
    today=st.dates(date(2024, 1, 1), date(2040, 12, 31)),
    unit=st.sampled_from(["week", "month", "quarter", "half", "year"]),
)
def test_calendar_windows_tile_the_years(today: date, unit: str) -> None:
    """This window holds today, and the next begins on the day after it ends."""
    first, last = window_of(unit, today, 0)
    assert first <= today <= last
    assert window_of(unit, today, 1)[0] == last + timedelta(days=1)
    assert window_of(unit, last, 0) == (first, last)
