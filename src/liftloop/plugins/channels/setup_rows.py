"""What a set-up checklist is made of: one thing to get a row, in Chinese and English."""

from collections.abc import Sequence

from msgspec import Struct


class Row(Struct, frozen=True):
    """What, where and how long, each in zh and en; the settings it gives; whether our callback address goes there."""

    words: Sequence[str]
    fields: Sequence[str] = ()
    callback: bool = False


class Kind(Struct, frozen=True):
    """A kind of channel as people call it."""

    zh: str
    en: str
    steps: Sequence[Row]


AT_ONCE = ("几分钟", "minutes")
DAYS_1 = ("当天到 2 个工作日", "the same day to two working days")
DAYS_7 = ("5–10 个工作日", "five to ten working days")
