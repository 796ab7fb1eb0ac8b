"""Filters in brackets behind an event, as they are read aloud: `（品类是奶粉、金额至少 100）`."""

import re

from liftloop.audience.sentence.drafts import Fields
from liftloop.audience.sentence.reading import Reading
from liftloop.audience.sentence.scan import Index
from liftloop.audience.sentence.tokens import Token
from liftloop.audience.sentence.words import CLOSE, EVENT, FILTER, OPEN, PROPERTY, QUOTED

_TEST = re.compile(
    r"\s*(?:(?P<contains>含有|contains )|(?P<gte>至少|at least )|(?P<lte>最多|at most )|(?P<between>在|between )"
    r"|(?P<is>是|is ))\s*"
)
_QUOTED = re.compile(r"[「“](.+)[」”]")
ITEM_PROPERTIES = frozenset({"product_id", "products.product_id"})
"""Properties that name goods by id."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def with_filters(tokens: list[Token]) -> list[Token]:
    """Return tokens in which a bracket right behind an event is one token."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        follows = bool(out) and out[-1].kind in (EVENT, QUOTED)
        close = next((n for n in range(at, len(tokens)) if tokens[n].kind == CLOSE), -1) if token.kind == OPEN else -1
        if follows and close > at:
            out.append(Token(kind=FILTER, start=token.start, end=tokens[close].end))
            at = close + 1
        else:
            out.append(token)
            at += 1
    return out


def filters_of(token: Token, reading: Reading) -> list[Fields] | None:
    """Return what a bracket says, None where it is no filter."""
    inside = reading.original(token)[1:-1]
    found: list[Fields] = []
    for piece in re.split(r"、|, ", inside):
        test = _filter(piece.strip(), reading.index)
        if test is None:
            return None
        found.append(test)
    return found


def _filter(piece: str, index: Index) -> Fields | None:
    name = _property(piece, index)
    if name is None:
        return None
    identity, rest = name
    test: Fields = {"property": identity}
    for clause in re.split(r"且| and (?=is |contains |at )", rest):
        found = _TEST.match(clause)
        if found is None:
            return None
        test |= _tested(found.lastgroup or "", clause[found.end() :].strip())
    return _with_items(test, index) if identity in ITEM_PROPERTIES else test


def _with_items(test: Fields, index: Index) -> Fields | None:
    """Return a test in which names of goods in quotation marks are their ids; None where one is no known name."""
    if "is" not in test and "in" not in test:
        return test
    values = [test["is"]] if "is" in test else list(test["in"])
    ids = [_item(each, index) for each in values]
    if None in ids:
        return None
    return {**test, "is": ids[0]} if "is" in test else {**test, "in": ids}


def _item(said: object, index: Index) -> object:
    quoted = _QUOTED.fullmatch(said) if isinstance(said, str) else None
    return said if quoted is None else index.lexicon.items.get(quoted[1])


def _property(piece: str, index: Index) -> tuple[str, str] | None:
    """Return the property and the rest: the longest name that is known, else all before the test."""
    lowered = piece.lower()
    known = [
        (phrase, meanings[0][1])
        for phrase, meanings in index.meanings.items()
        if meanings[0][0] == PROPERTY and lowered.startswith(phrase) and _TEST.match(piece, len(phrase))
    ]
    if known:
        phrase, identity = max(known, key=lambda each: len(each[0]))
        return identity, piece[len(phrase) :]
    test = next((found for at in range(1, len(piece)) if (found := _TEST.match(piece, at))), None)
    return (piece[: test.start()].strip(), piece[test.start() :]) if test else None


def _tested(word: str, said: str) -> Fields:
    match word:
        case "contains":
            words = said.removesuffix(" or the like").removesuffix("等")
            return {"contains": re.split(r"或| or ", words)}
        case "gte" | "lte":
            return {word: _value(said)}
        case "between":
            low, high = _NUMBER.findall(said)[:2]
            return {"gte": _value(low), "lte": _value(high)}
        case _:
            values = [_value(each) for each in re.split(r"或| or ", said)]
            return {"is": values[0]} if len(values) == 1 else {"in": values}


def _value(said: str) -> str | float | bool:
    if said in ("“是”", "yes"):
        return True
    if said in ("“否”", "no"):
        return False
    if _NUMBER.fullmatch(said):
        number = float(said)
        return int(number) if number.is_integer() else number
    return said
