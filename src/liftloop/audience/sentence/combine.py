"""Puts together what belongs together before sentences are parted: bounds, windows, lists of values and of goods."""

from collections.abc import Sequence

from msgspec.structs import replace

from liftloop.audience.sentence.tokens import Token
from liftloop.audience.sentence.words import (
    AGO,
    AHEAD,
    AMOUNT,
    AND,
    BETWEEN,
    BOUND,
    BOUND_AFTER,
    COMMA,
    FILLER,
    GOOD,
    OR,
    QUANTITY,
    RANGE,
    RECENT,
    SINCE,
    VALUE,
    WHICH,
    WINDOW,
    WITHIN,
    WITHIN_AFTER,
)

_VAGUE_ENGLISH = frozenset({"recently", "lately"})
_OPPOSITE = {"gte": ("lt", "lte"), "gt": ("lt", "lte"), "lt": ("gte", "gt"), "lte": ("gte", "gt")}
_LISTS = frozenset({VALUE, GOOD})
_JOINTS = frozenset({OR, AND, COMMA})


def combined(tokens: Sequence[Token], plain: str) -> list[Token]:
    """Return the tokens with amounts, windows and lists as one token each, and without what only fills."""
    amounts = _both_bounds(_amounts(_without_fillers(tokens)))
    return _lists(_windows(amounts, plain))


def _without_fillers(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if token.kind != FILLER]


def _kinds(tokens: Sequence[Token], at: int, *kinds: str) -> bool:
    return [token.kind for token in tokens[at : at + len(kinds)]] == list(kinds)


def _amounts(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        amount, taken = _amount(tokens, at)
        out.append(amount)
        at += taken
    return out


def _amount(tokens: list[Token], at: int) -> tuple[Token, int]:
    """Return the amount that begins here and how many tokens it takes; other tokens come back as they are."""
    if _kinds(tokens, at, BETWEEN, QUANTITY, AND, QUANTITY) or _kinds(tokens, at, BETWEEN, QUANTITY, RANGE, QUANTITY):
        return _ranged(tokens[at], tokens[at + 1], tokens[at + 3]), 4
    if _kinds(tokens, at, QUANTITY, RANGE, QUANTITY) and tokens[at].value < tokens[at + 2].value:
        return _ranged(tokens[at], tokens[at], tokens[at + 2]), 3
    if _kinds(tokens, at, BOUND, QUANTITY):
        return _bounded(tokens[at : at + 2], tokens[at + 1], tokens[at].word), 2
    if _kinds(tokens, at, QUANTITY, BOUND_AFTER):
        taken = tokens[at : at + 2]
        if _kinds(tokens, at + 2, QUANTITY) and not taken[0].word and not tokens[at + 2].value:
            return _bounded(tokens[at : at + 3], replace(taken[0], word=tokens[at + 2].word), taken[1].word), 3
        return _bounded(taken, taken[0], taken[1].word), 2
    return tokens[at], 1


def _ranged(first: Token, low: Token, high: Token) -> Token:
    unit = high.word or low.word
    bounds = {"gte": low.value, "lte": high.value}
    chinese = first.chinese or low.chinese
    return Token(kind=AMOUNT, start=first.start, end=high.end, word=unit, bounds=bounds, chinese=chinese)


def _bounded(taken: Sequence[Token], quantity: Token, bound: str) -> Token:
    start, end = taken[0].start, taken[-1].end
    chinese = any(token.chinese for token in taken)
    return Token(kind=AMOUNT, start=start, end=end, word=quantity.word, bounds={bound: quantity.value}, chinese=chinese)


def _both_bounds(tokens: list[Token]) -> list[Token]:
    """Return tokens in which `at least 1 and fewer than 5` is one amount."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        if _kinds(tokens, at, AMOUNT, AND, AMOUNT) and _complete(tokens[at], tokens[at + 2]):
            first, second = tokens[at], tokens[at + 2]
            bounds = {**first.bounds, **second.bounds}
            out.append(replace(first, end=second.end, bounds=bounds, word=second.word or first.word))
            at += 3
        else:
            out.append(tokens[at])
            at += 1
    return out


def _complete(first: Token, second: Token) -> bool:
    if len(first.bounds) != 1 or len(second.bounds) != 1 or (first.word and first.word != second.word):
        return False
    return next(iter(second.bounds)) in _OPPOSITE.get(next(iter(first.bounds)), ())


def _windows(tokens: list[Token], plain: str) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        window, taken = _window(tokens, at, plain)
        if window is not None:
            out.append(window)
        at += taken
    return out


def _window(tokens: list[Token], at: int, plain: str) -> tuple[Token | None, int]:
    token, following = tokens[at], tokens[at + 1 : at + 3]
    days = bool(following) and following[0].kind == QUANTITY and following[0].word == "days"
    match token.kind:
        case _ if token.kind in (RECENT, WITHIN, WHICH) and days and token.word != "first" and not _no_last(token):
            taken = 3 if _kinds(following, 1, WITHIN_AFTER) else 2
            word = "recent" if token.kind != WITHIN else token.word
            return _windowed(tokens[at : at + taken], following[0].value, word), taken
        case _ if token.kind == AHEAD and days:
            taken = 3 if _kinds(following, 1, WITHIN_AFTER) else 2
            return _windowed(tokens[at : at + taken], following[0].value, AHEAD), taken
        case _ if token.kind == QUANTITY and token.word == "days" and _kinds(tokens, at + 1, WITHIN_AFTER):
            return _windowed(tokens[at : at + 2], token.value, "within"), 2
        case _ if token.kind in (RECENT, WITHIN):
            said = plain[token.start : token.end]
            if token.kind == RECENT and (token.chinese or said in _VAGUE_ENGLISH):
                return _windowed([token], 0, "vague"), 1
            if token.kind == RECENT:
                return replace(token, kind=WHICH, word="last"), 1
            return None, 1
        case _ if token.kind in (AMOUNT, QUANTITY) and token.word == "days" and _kinds(tokens, at + 1, AGO):
            bounds = token.bounds or {"gte": token.value}
            return replace(token, kind=AMOUNT, end=tokens[at + 1].end, bounds=bounds), 2
        case _ if token.kind in (WITHIN_AFTER, RANGE, BETWEEN, AGO):
            return None, 1
        case _ if token.kind == SINCE and token.chinese and not _since_something(tokens, at):
            return None, 1
        case _:
            return token, 1


def _no_last(token: Token) -> bool:
    """Return whether a word for the last of several can be no window: 上次 and the like."""
    return token.kind == WHICH and token.chinese


def _since_something(tokens: list[Token], at: int) -> bool:
    return any(token.kind in (AMOUNT, QUANTITY) and token.word == "days" for token in tokens[at : at + 6])


def _windowed(taken: Sequence[Token], days: float, word: str) -> Token:
    chinese = any(token.chinese for token in taken)
    return Token(kind=WINDOW, start=taken[0].start, end=taken[-1].end, word=word, value=days, chinese=chinese)


def _lists(tokens: list[Token]) -> list[Token]:
    """Return tokens in which values of one trait, and goods, that are joined are one token each."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token, at = _list(tokens, at)
        out.append(token)
    return out


def _list(tokens: list[Token], at: int) -> tuple[Token, int]:
    token = tokens[at]
    if token.kind not in _LISTS:
        return token, at + 1
    members, joints, after = [token], [], at + 1
    while after + 1 < len(tokens) and tokens[after].kind in _JOINTS and _same(members[-1], tokens[after + 1]):
        joints.append(tokens[after].kind)
        members.append(tokens[after + 1])
        after += 2
    if len(members) == 1:
        return token, at + 1
    more = tuple(pair for member in members for pair in _of_one_kind(member, members))
    joint = "all" if AND in joints else "any"
    return replace(token, end=members[-1].end, more=more, joint=joint), after


def _same(token: Token, other: Token) -> bool:
    if token.kind != other.kind:
        return False
    return token.kind == GOOD or bool({trait for trait, _ in token.more} & {trait for trait, _ in other.more})


def _of_one_kind(member: Token, members: Sequence[Token]) -> list[tuple[str, str]]:
    """Return the readings of a value under the trait that all of a list share; all readings of goods."""
    if member.kind == GOOD:
        return list(member.more)
    shared = set.intersection(*({trait for trait, _ in each.more} for each in members))
    first = min(shared) if shared else member.more[0][0]
    return [(trait, value) for trait, value in member.more if trait == first]
