"""Dates are read the way people write them, and never guessed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.collect.mapping_dates import STYLES, check_style, parse_instant
from liftloop.kernel.errors import LiftloopError

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Naive on purpose: what a file holds has no zone.
FIRST = datetime.fromisoformat("1992-01-01")
LAST = datetime.fromisoformat("2099-12-31")
EXCEL_DAY_NOUGHT = datetime.fromisoformat("1899-12-30")
SECONDS = st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(microsecond=0))
PATTERNS = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H%M%S",
    "%d %b %Y %H:%M:%S",
    "%B %d, %Y %I:%M:%S %p",
    "%Y/%m/%d %I:%M:%S %p",
]


@settings(deadline=None)
@given(moment=SECONDS, pattern=st.sampled_from(PATTERNS))
def test_every_usual_way_of_writing_a_moment_gives_that_moment(moment: datetime, pattern: str) -> None:
    """A moment written in any usual pattern is read back as itself, in the zone told."""
    assert parse_instant(moment.strftime(pattern), "auto", SHANGHAI) == moment.replace(tzinfo=SHANGHAI)


@settings(deadline=None)
@given(moment=SECONDS)
def test_numbers_without_leading_zeros_are_read(moment: datetime) -> None:
    """`2011/12/9 8:26` is what Excel writes."""
    text = f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment.minute:02d}"
    assert parse_instant(text, "auto", SHANGHAI) == moment.replace(second=0, tzinfo=SHANGHAI)


@settings(deadline=None)
@given(moment=SECONDS, minutes=st.integers(-14 * 60, 14 * 60))
def test_a_written_offset_beats_the_zone_told(moment: datetime, minutes: int) -> None:
    """A zone in the text counts, whatever zone the mapping names."""
    sign, span = ("-", -minutes) if minutes < 0 else ("+", minutes)
    for colon in ("", ":"):
        text = f"{moment:%Y-%m-%d %H:%M:%S}{sign}{span // 60:02d}{colon}{span % 60:02d}"
        told = moment.replace(tzinfo=UTC) - timedelta(minutes=minutes)
        assert parse_instant(text, "auto", SHANGHAI) == told


@settings(deadline=None)
@given(moment=SECONDS, style=st.sampled_from(["mdy", "dmy"]))
def test_dates_with_the_year_last_need_to_be_told_their_order(moment: datetime, style: str) -> None:
    """`9/12/2011` is nothing until somebody says which number is the month."""
    pattern = "%m/%d/%Y %H:%M" if style == "mdy" else "%d/%m/%Y %H:%M"
    text = moment.strftime(pattern)
    assert parse_instant(text, "auto", SHANGHAI) is None
    assert parse_instant(text, style, SHANGHAI) == moment.replace(second=0, tzinfo=SHANGHAI)


@settings(deadline=None)
@given(moment=SECONDS)
def test_spreadsheet_serials_and_epochs_are_read(moment: datetime) -> None:
    """A bare number is an Excel day, seconds or milliseconds since 1970, told apart by size."""
    serial = (moment - EXCEL_DAY_NOUGHT) / timedelta(days=1)
    assert parse_instant(f"{serial:.9f}", "auto", SHANGHAI) == moment.replace(tzinfo=SHANGHAI)
    instant = moment.replace(tzinfo=UTC)
    assert parse_instant(str(int(instant.timestamp())), "auto", SHANGHAI) == instant
    assert parse_instant(str(int(instant.timestamp()) * 1_000), "auto", SHANGHAI) == instant


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2011/12/9 8:26", "2011-12-09T08:26:00+08:00"),
        ("20111209", "2011-12-09T00:00:00+08:00"),
        ("２０１１－１２－０９", "2011-12-09T00:00:00+08:00"),
        ("2011年12月9日 下午3点05分", "2011-12-09T15:05:00+08:00"),
        ("2011-12-09 12:30 AM", "2011-12-09T00:30:00+08:00"),
        ("Fri, 09 Dec 2011 08:26:00 GMT", "2011-12-09T08:26:00+00:00"),
        ("2011-12-09T08:26:00.250Z", "2011-12-09T08:26:00.250000+00:00"),
        ("40886", "2011-12-09T00:00:00+08:00"),
    ],
)
def test_known_dates(text: str, iso: str) -> None:
    """These are what files really hold."""
    instant = parse_instant(text, "auto", SHANGHAI)
    assert instant is not None
    assert instant.isoformat() == iso


@pytest.mark.parametrize(
    "text",
    ["", "hello", "12", "2011-02-31", "2011-13-01", "2011-12-09 25:00", "0001-01-01", "99991231", "2011-12-09x08:26",
     "1e9", "-40886", "12:30", "2011", "31 Foo 2011"],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    """Nothing is bent into a date."""
    assert parse_instant(text, "auto", SHANGHAI) is None


@settings(deadline=None)
@given(text=st.text(max_size=80), style=st.sampled_from([*STYLES, "%d-%m-%y", "%Q"]))
def test_no_text_makes_the_reader_fail(text: str, style: str) -> None:
    """Any text is a date or None, never an error."""
    instant = parse_instant(text, style, SHANGHAI)
    assert instant is None or instant.tzinfo is not None


def test_an_unknown_style_is_refused_with_what_is_possible() -> None:
    """A mapping cannot name a date format that nobody knows."""
    check_style("%d.%m.%y")
    with pytest.raises(LiftloopError) as refused:
        check_style("american")
    assert refused.value.code == "bad_date_format"
    assert "mdy" in refused.value.next_zh


def test_the_spring_hour_that_does_not_exist_and_the_autumn_hour_that_comes_twice() -> None:
    """A doubled hour means its first occurrence; both readings have an instant."""
    paris = ZoneInfo("Europe/Paris")
    twice = parse_instant("2025-10-26 02:30:00", "auto", paris)
    assert twice is not None
    assert twice.utcoffset() == timedelta(hours=2)
    assert parse_instant("2025-03-30 02:30:00", "auto", paris) is not None
