"""The scanner: from a plain text to tokens, the longest reading at each place, nothing left out.

On a tie a metric goes before a word, a word before a date, a date before a number (五一 is a holiday, not 51).
"""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from liftloop.plan.goal.amounts import amount_at
from liftloop.plan.goal.catalogue import Catalogue
from liftloop.plan.goal.dates import date_at
from liftloop.plan.goal.tokens import (
    CHANNEL,
    COUNT,
    FESTIVAL,
    METRIC,
    MINUS,
    NUMBER,
    RANGE,
    REACH,
    STOP,
    UNKNOWN,
    UP,
    WINDOW,
    Token,
)
from liftloop.plan.goal.waves import wave_at
from liftloop.plan.goal.words import WORDS

_STOPS = frozenset(",;。、!?.()[]{}<>\"'“”|/…·「」『』《》=&#*@^%$")
_BEFORE_RANGE = frozenset("0123456789%日号元点")
# A number after one of these is an amount even if shops know it as a festival (增加 520).
_BEFORE_AMOUNT = frozenset("UDR+-XGB")

Value = TypeVar("Value")


def scan(text: str, catalogue: Catalogue, today: date) -> tuple[Token, ...]:
    """Return the tokens of a plain text in order, without gaps except for spaces."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        if text[position] == " ":
            position += 1
            continue
        token = _token_at(text, position, catalogue, today)
        tokens.append(_as_push(_as_amount(token, tokens, text), tokens, text))
        position = tokens[-1].end
    return tuple(_with_levels(_with_years(tokens), text))


def _with_years(tokens: list[Token]) -> list[Token]:
    """Make a number such as 2027 a year where it stands beside a festival."""
    for index, token in enumerate(tokens):
        beside = (*tokens[max(index - 1, 0) : index], *tokens[index + 1 : index + 2])
        year = int(token.amount)
        if token.kind == NUMBER and 2000 <= year < 2100 and any(other.kind == FESTIVAL for other in beside):
            days = date(year, 1, 1), date(year, 12, 31)
            tokens[index] = Token(kind=WINDOW, start=token.start, end=token.end, first=days[0], last=days[1])
    return tokens


def _with_levels(tokens: list[Token], text: str) -> list[Token]:
    """Read `of` between a metric and an amount as a level: a redemption rate of 20%."""
    for index in range(1, len(tokens) - 1):
        before, token, following = tokens[index - 1 : index + 2]
        if before.kind == METRIC and text[token.start : token.end] == "of" and following.kind in "PYNC":
            tokens[index] = Token(kind=REACH, start=token.start, end=token.end)
    return tokens


def phrase_at(text: str, start: int, rows: Sequence[tuple[str, Value]] | None) -> tuple[int, Value] | None:
    """Return the end and the value of the longest phrase at `start`; Latin phrases end with the word or its s."""
    for phrase, value in rows or ():
        if not text.startswith(phrase, start):
            continue
        end = start + len(phrase)
        if not _is_latin(phrase[-1]) or not _continues(text, end):
            return end, value
        if text[end] == "s" and not _continues(text, end + 1):
            return end + 1, value
    return None


def _token_at(text: str, start: int, catalogue: Catalogue, today: date) -> Token:
    first = text[start]
    candidates: list[Token] = []
    if (metric := phrase_at(text, start, catalogue.phrases.get(first))) is not None:
        candidates.append(Token(kind=METRIC, start=start, end=metric[0], more=metric[1]))
    if (word := phrase_at(text, start, WORDS.get(first))) is not None:
        end, entry = word
        # 520 Day is a festival, 520 days are a length of time.
        if not (entry.kind == FESTIVAL and first.isdecimal() and text[start:end].endswith("days")):
            candidates.append(
                Token(kind=entry.kind, start=start, end=end, word=entry.word, amount=entry.amount, more=entry.more)
            )
    others = date_at(text, start, today), amount_at(text, start), wave_at(text, start)
    candidates += [token for token in others if token is not None]
    if candidates:
        best = max(candidates, key=lambda token: token.end)  # The first of equals: the order above.
        return _as_range(best, text) if best.kind == MINUS else best
    if first in _STOPS:
        return Token(kind=STOP, start=start, end=start + 1)
    return Token(kind=UNKNOWN, start=start, end=_unknown_end(text, start))


def _as_range(token: Token, text: str) -> Token:
    """A hyphen right after an amount or a day joins a range; elsewhere it is a minus."""
    before = text[: token.start].rstrip(" ")
    if before and before[-1] in _BEFORE_RANGE:
        return Token(kind=RANGE, start=token.start, end=token.end)
    return token


def _as_amount(token: Token, before: list[Token], text: str) -> Token:
    digits = text[token.start : token.end]
    if token.kind == FESTIVAL and digits.isdecimal() and before and before[-1].kind in _BEFORE_AMOUNT:
        return Token(kind=NUMBER, start=token.start, end=token.end, amount=float(digits))
    return token


def _as_push(token: Token, before: list[Token], text: str) -> Token:
    """A number of pushes is of messages, and no verb (one push per week)."""
    if token.kind == UP and text[token.start : token.end] == "push" and before and before[-1].kind in (NUMBER, COUNT):
        return Token(kind=CHANNEL, start=token.start, end=token.end, word="app_push")
    return token


def _unknown_end(text: str, start: int) -> int:
    end = start + 1
    if _is_latin(text[start]):
        while end < len(text) and (_is_latin(text[end]) or text[end] == "'"):
            end += 1
    return end


def _is_latin(character: str) -> bool:
    return "a" <= character <= "z"


def _continues(text: str, end: int) -> bool:
    return end < len(text) and (_is_latin(text[end]) or text[end].isdigit())
