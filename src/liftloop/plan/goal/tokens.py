"""Tokens: the pieces of a goal before they mean anything together, one letter for each kind.

The letters make it possible to look for a pattern of kinds with a regular expression.
"""

from datetime import date
from typing import Final

from msgspec import Struct

PERCENT: Final = "P"  # amount: fraction
POINTS: Final = "Q"  # amount: fraction (one percentage point = 0.01)
TIMES: Final = "*"  # amount: factor (doubling = 2)
MONEY: Final = "Y"  # amount: fen
FOREIGN: Final = "$"  # money that is not yuan
COUNT: Final = "C"  # amount; word: what is counted
NUMBER: Final = "N"
DURATION: Final = "T"  # amount: days; word: the period if it is exactly one
DATE: Final = "A"  # first == last
WINDOW: Final = "W"  # first and last day of a calendar window
END: Final = "z"  # the end of a calendar window, which includes its last day
FESTIVAL: Final = "F"  # word: id

METRIC: Final = "M"  # more: ids
UP: Final = "U"
DOWN: Final = "D"
IMPROVE: Final = "I"
KEEP: Final = "K"
REACH: Final = "R"
FROM: Final = "f"
PLUS: Final = "+"
MINUS: Final = "-"
RANGE: Final = "~"
AT_MOST: Final = "X"
AT_LEAST: Final = "G"
HARM: Final = "h"

WAVES: Final = "w"  # amount: how many, 0 if not said; word: the seconds between two, if said

BUDGET: Final = "B"
UNLIMITED: Final = "u"
EACH_PERSON: Final = "e"
EVERY: Final = "i"  # word: the period ("every week", 每周)
PER: Final = "j"  # word: the period ("per week")
LASTING: Final = "S"  # 长期, standing
TOUCH: Final = "H"
WITHIN: Final = "V"
WITHIN_AFTER: Final = "v"  # 内 after what it bounds
BEFORE: Final = "m"  # before, in front of what it bounds
BEFORE_AFTER: Final = "t"  # 前 after what it bounds
BY: Final = "b"
DURING: Final = "d"
FINISHED: Final = "E"  # 结束: the end of the window named before it
SINCE: Final = "r"  # 起, starting
AGAINST: Final = "a"  # word: AgainstPeriod

CHANNEL: Final = "L"
ONLY: Final = "O"
NOT: Final = "Z"
PREFER: Final = "J"

SCOPE: Final = "s"  # more: kind=value, …
PLACE: Final = "p"  # word: Chinese name
STORE: Final = "n"
CATEGORY: Final = "c"
CUSTOMER: Final = "k"
BOUGHT: Final = "o"
AIMED: Final = "g"
EXCEPT: Final = "q"

STOP: Final = ","
UNKNOWN: Final = "?"
FILLER: Final = "x"  # Dropped before reading; never shown as unread.


class Token(Struct, frozen=True, kw_only=True):
    """One piece: its kind, where it stands in the plain text, and what it carries for that kind."""

    kind: str
    start: int
    end: int
    word: str = ""
    amount: float = 0.0
    more: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
