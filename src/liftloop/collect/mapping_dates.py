"""Reading dates the way people and spreadsheets write them. The zone is told; nothing is guessed from the machine."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from liftloop.kernel.errors import LiftloopError

EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - serials count local days; Excel takes 1900 for a leap year, hence the 30th.
EXCEL_SERIAL_MIN = 20_000.0  # 1954-10-03; lower numbers are counts, not dates.
EXCEL_SERIAL_MAX = 80_000.0  # 2119-01-10.
EPOCH_SECONDS_MIN = 631_152_000  # 1990-01-01: before it nobody had customers in a database.
EPOCH_SECONDS_MAX = 4_102_444_800  # 2100-01-01.
DATE_CHARACTERS_MAX = 64
YEAR_MIN, YEAR_MAX = 1, 9999  # The first and the last year of the calendar have days that no other zone knows.

STYLES = ("auto", "mdy", "dmy", "excel", "epoch_s", "epoch_ms")
"""How a column writes its dates; any other style is a pattern of `strptime`, told by its `%`."""

_CLOCK = (
    r"(?:[T\s]*(?P<before>上午|下午|凌晨|中午|晚上|AM|PM)?\s*(?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})?\s*分?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})\s*秒?)?(?:[.,](?P<fraction>\d{1,9}))?"
    r"\s*(?P<after>AM|PM)?\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?" + _CLOCK,
    re.IGNORECASE | re.ASCII,
)
_YEAR_LAST = re.compile(
    r"(?P<first>\d{1,2})[-/.](?P<second_part>\d{1,2})[-/.](?P<year>\d{4})" + _CLOCK, re.IGNORECASE | re.ASCII
)
_DAY_NAME_YEAR = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(?P<day>\d{1,2})[-\s/]+(?P<name>[a-z]{3,9})\.?[-\s/,]+(?P<year>\d{4})" + _CLOCK,
    re.IGNORECASE | re.ASCII,
)
_NAME_DAY_YEAR = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _CLOCK,
    re.IGNORECASE | re.ASCII,
)
_DIGITS = re.compile(r"(?:19|20)\d{6}(?:[T\s]?\d{4}(?:\d{2})?)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,13}(?:\.\d+)?", re.ASCII)
_MONTHS = {
    name: number + 1
    for number, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))
}
_MONTH = re.compile(
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?",
    re.IGNORECASE,
)


def check_style(style: str) -> None:
    """Raise `bad_date_format` where `style` is neither one of `STYLES` nor a `strptime` pattern."""
    if style in STYLES or "%" in style:
        return
    raise LiftloopError(
        "bad_date_format",
        zh=f"不认识日期格式“{style}”。",
        en=f'The date format "{style}" is not known.',
        next_zh=f"可用：{'、'.join(STYLES)}，或 %d/%m/%Y 这样的写法。",
        next_en=f"Use {', '.join(STYLES)} or a pattern such as %d/%m/%Y.",
    )


def parse_instant(text: str, style: str, zone: tzinfo) -> datetime | None:
    """Return the instant with its zone, or None where the text is no date of this style.

    Text without a zone is read in `zone`; an hour that happens twice in autumn means its first occurrence.
    `auto` never decides between day/month and month/day: `9/12/2011` is None until a style says which it is.

    >>> from zoneinfo import ZoneInfo
    >>> parse_instant("2011/12/9 8:26", "auto", ZoneInfo("Asia/Shanghai")).isoformat()
    '2011-12-09T08:26:00+08:00'
    >>> parse_instant("40886.5", "auto", ZoneInfo("Asia/Shanghai")).isoformat()
    '2011-12-09T12:00:00+08:00'
    """
    if len(text) > DATE_CHARACTERS_MAX:
        return None
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.strip()
    try:
        instant = _iso(text) if style in ("auto", "mdy", "dmy") else None
        instant = instant or _by_style(text, style)
    except (ValueError, OverflowError):
        return None  # The 31st of February.
    if instant is None or not YEAR_MIN < instant.year < YEAR_MAX:
        return None
    return instant.replace(tzinfo=zone) if instant.tzinfo is None else instant


def _iso(text: str) -> datetime | None:
    """Return the date of plain ISO text, which most files hold; anything else is left to the slower patterns."""
    if text[4:5] != "-" or text[7:8] != "-" or text[10:11] not in ("", "T", " "):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _by_style(text: str, style: str) -> datetime | None:
    match style:
        case "auto":
            return _auto(text)
        case "mdy" | "dmy":
            return _year_last(text, style) or _auto(text)
        case "excel":
            return _excel(float(text)) if _NUMBER.fullmatch(text) else None
        case "epoch_s" | "epoch_ms":
            per_second = 1 if style == "epoch_s" else 1_000
            return datetime.fromtimestamp(float(text) / per_second, UTC) if _NUMBER.fullmatch(text) else None
        case _:
            return datetime.strptime(text, style)  # noqa: DTZ007 - the caller adds the zone where the pattern has none.


def _auto(text: str) -> datetime | None:
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        return _with_clock(found, int(found["year"]), int(found["month"]), int(found["day"]))
    if _DIGITS.fullmatch(text):
        return _compact(text)
    if _NUMBER.fullmatch(text):
        return _bare_number(text)
    found = _DAY_NAME_YEAR.fullmatch(text) or _NAME_DAY_YEAR.fullmatch(text)
    if found and _MONTH.fullmatch(found["name"]):
        return _with_clock(found, int(found["year"]), _MONTHS[found["name"][:3].lower()], int(found["day"]))
    return None


def _year_last(text: str, style: str) -> datetime | None:
    found = _YEAR_LAST.fullmatch(text)
    if not found:
        return None
    first, second = int(found["first"]), int(found["second_part"])
    month, day = (first, second) if style == "mdy" else (second, first)
    return _with_clock(found, int(found["year"]), month, day)


def _with_clock(found: re.Match[str], year: int, month: int, day: int) -> datetime:
    """Return the date with the time of day that the match holds; raises ValueError where it does not exist."""
    hour = int(found["hour"] or 0)
    half = (found["before"] or found["after"] or "").upper()
    if half in ("PM", "下午", "晚上", "中午") and 1 <= hour < 12 and not (half == "中午" and hour > 3):
        hour += 12
    elif half in ("AM", "上午", "凌晨") and hour == 12:
        hour = 0
    micros = int((found["fraction"] or "0").ljust(6, "0")[:6])
    instant = datetime(year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0), micros)  # noqa: DTZ001
    return instant.replace(tzinfo=_offset(found["offset"])) if found["offset"] else instant


def _offset(text: str) -> tzinfo:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-shift if text[0] == "-" else shift)


def _compact(text: str) -> datetime:
    digits = text.replace("T", "").replace(" ", "")
    pattern = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}[len(digits)]
    return datetime.strptime(digits, pattern)  # noqa: DTZ007 - the caller adds the zone.


def _bare_number(text: str) -> datetime | None:
    """Return what a number without any mark can only be: an Excel serial, seconds or milliseconds since 1970."""
    value = float(text)
    if EXCEL_SERIAL_MIN <= value < EXCEL_SERIAL_MAX:
        return _excel(value)
    for seconds in (value, value / 1_000):
        if EPOCH_SECONDS_MIN <= seconds < EPOCH_SECONDS_MAX:
            return datetime.fromtimestamp(seconds, UTC)
    return None


def _excel(serial: float) -> datetime | None:
    """Return the date of an Excel serial (days since 1899-12-30, 1900 system), to the second as Excel shows it."""
    if not 1 <= serial < 2_958_466:  # 9999-12-31, the last day that Excel knows.
        return None
    return EXCEL_EPOCH + timedelta(seconds=round(serial * 86_400))
