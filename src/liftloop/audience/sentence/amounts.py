"""Amounts and windows that are said of a trait, as tests of it: money and shares scaled, dates by how far they are."""

from collections.abc import Sequence

from liftloop.audience.sentence.contract import INSTANT, YEARLY, TraitMeaning
from liftloop.audience.sentence.drafts import Fields
from liftloop.audience.sentence.reading import Reading
from liftloop.audience.sentence.tokens import Token
from liftloop.audience.sentence.words import AHEAD, NEXT, RECENT


def asked_of_days(asked: Sequence[Token], meaning: TraitMeaning) -> str:
    """Return what days are compared with: the time since a date, or to its next anniversary; "" for no date."""
    if meaning.unit == YEARLY or any(each.word == NEXT for each in asked):
        return "days_to_anniversary"
    return "days_since" if asked or meaning.unit == INSTANT else ""


def window_of_date(reading: Reading, window: Token, meaning: TraitMeaning) -> Fields:
    """Return the test that a date lies in a window: of a birthday the next one, of others before or behind now."""
    days = scaled(window.value, window.word, meaning.unit)
    if meaning.unit == YEARLY:
        return {"days_to_anniversary": {"lte": days}}
    ahead = window.word == AHEAD
    if window.word not in (AHEAD, RECENT):
        ways = [(f"未来 {days} 天内", f"in the next {days} days"), (f"过去 {days} 天内", f"in the last {days} days")]
        ahead = reading.choose(f"date-{meaning.id}", reading.span(window), ways) == 0
    return {"days_since": {"gte": -days, "lte": 0} if ahead else {"gte": 0, "lte": days}}


def bounds_of(token: Token, meaning: TraitMeaning, *, since: str) -> Fields:
    """Return the comparison of an amount; `since` is what days are compared with, "" for the value itself."""
    bounds = dict(token.bounds) or {"eq": token.value}
    compared = {word: scaled(value, token.word, meaning.unit) for word, value in bounds.items()}
    return {since: compared} if since else compared


def scaled(value: float, said: str, unit: str) -> float:
    """Return a number in the unit of a trait."""
    if said == "yuan" and unit == "fen":
        value *= 100
    if said == "percent" and unit == "share":
        value /= 100
    return int(value) if float(value).is_integer() else value
