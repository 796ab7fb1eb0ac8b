"""From plain text to tokens: at every place the longest thing that is known, quantities and quotations included."""

from collections.abc import Iterator, Mapping

from liftloop.audience.sentence.contract import Lexicon, Named, TraitMeaning
from liftloop.audience.sentence.quantities import quantity_at
from liftloop.audience.sentence.tokens import Token
from liftloop.audience.sentence.words import (
    ALIKE,
    AUDIENCE,
    CHURN_PHRASES,
    COMPOSITES,
    EVENT,
    EVENT_PHRASES,
    FILLER,
    FUNCTION_PHRASES,
    GOOD,
    PHRASE,
    PROPERTY,
    QUANTITY,
    QUOTED,
    STAGE_PHRASES,
    TRAIT,
    UNKNOWN,
    VALUABLE_PHRASES,
    VALUE,
)
from liftloop.kernel.places import PLACES
from liftloop.kernel.plain_text import Plain, is_chinese, normalise

Meaning = tuple[str, str, str]
"""Kind, id and value."""
_QUOTES = {"「": "」", "“": "”", "『": "』", '"': '"', "《": "》", "【": "】"}
_PLACE_EN = dict(PLACES)
_STAGE = "lifecycle_stage"
PHRASE_CHARACTERS_MIN = 2
"""Shorter words of goods and audiences are taken for them only in quotation marks."""


class Index:
    """A lexicon, ready to be looked up: phrases by their first character, the longest first."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.meanings: dict[str, list[Meaning]] = {}
        for phrase, (kind, word) in FUNCTION_PHRASES.items():
            self._add(phrase, (kind, word, ""))
        for event, phrases in EVENT_PHRASES.items():
            self._add_all(phrases, (EVENT, event, ""))
        for phrase in COMPOSITES:
            self._add(phrase, (PHRASE, "composite", phrase))
        for each in lexicon.properties:
            self._add_all(each.phrases, (PROPERTY, each.id, ""))
        for trait in lexicon.traits:
            self._add_trait(trait)
        for good in lexicon.goods:
            if len(good.phrase) >= PHRASE_CHARACTERS_MIN:
                self._add(good.phrase, (GOOD, good.property, good.value))
        for event in lexicon.events:
            self._add_all(event.phrases, (EVENT, event.id, ""))
        self._add_named(lexicon.audiences)
        self._add_all(tuple(CHURN_PHRASES.split("|")), (PHRASE, "churn", ""))
        self._add_all(tuple(VALUABLE_PHRASES.split("|")), (PHRASE, "valuable", ""))
        for unit in lexicon.units:
            if normalise(unit).plain.strip() not in self.meanings:
                self._add(unit, (FILLER, "", ""))
        self._by_first: dict[str, list[str]] = {}
        for phrase in sorted(self.meanings, key=len, reverse=True):
            self._by_first.setdefault(phrase[0], []).append(phrase)
        self.names = _names(lexicon)

    def longest_at(self, plain: str, start: int) -> str | None:
        """Return the longest known phrase that begins here, whole words only."""
        for phrase in self._by_first.get(plain[start], ()):
            if plain.startswith(phrase, start) and _whole(plain, start, start + len(phrase)):
                return phrase
        return None

    def _add(self, phrase: str, meaning: Meaning) -> None:
        plain = normalise(phrase).plain.strip()
        if not plain:
            return
        meanings = self.meanings.setdefault(plain, [])
        kind = meaning[0]
        if kind in (VALUE, GOOD) and meanings and meanings[0][0] == kind:
            if meaning not in meanings:
                meanings.append(meaning)
        elif kind != PROPERTY or not meanings or meanings[0][0] != PROPERTY:
            self.meanings[plain] = [meaning]

    def _add_all(self, phrases: tuple[str, ...], meaning: Meaning) -> None:
        for phrase in phrases:
            self._add(phrase, meaning)

    def _add_trait(self, trait: TraitMeaning) -> None:
        self._add_all(trait.phrases, (TRAIT, trait.id, ""))
        if trait.type == "yes_no":
            self._add_all(tuple(f"{phrase}s" for phrase in trait.phrases if phrase.isascii()), (TRAIT, trait.id, ""))
        for value in trait.values:
            for phrase in (*_said_as(trait.id, value), *trait.value_phrases.get(value, ())):
                self._add(phrase, (VALUE, trait.id, value))

    def _add_named(self, named: tuple[Named, ...]) -> None:
        for each in named:
            for phrase in each.phrases:
                if len(phrase) >= PHRASE_CHARACTERS_MIN:
                    self._add(phrase, (AUDIENCE, each.id, ""))


def scan(text: str, plain: Plain, index: Index) -> list[Token]:
    """Return the tokens of a sentence; what nothing knows is one token of unknown words."""
    tokens: list[Token] = []
    at = 0
    while at < len(plain.plain):
        if plain.plain[at] == " ":
            at += 1
            continue
        found = _at(text, plain, at, index)
        if found:
            tokens += found
            at = found[-1].end
        else:
            end = _word_end(plain.plain, at)
            if tokens and tokens[-1].kind == UNKNOWN and tokens[-1].end == len(plain.plain[:at].rstrip()):
                at, tokens[-1] = tokens[-1].start, _unknown(plain.plain, tokens[-1].start, end)
            else:
                tokens.append(_unknown(plain.plain, at, end))
            at = end
    return tokens


def _at(text: str, plain: Plain, at: int, index: Index) -> list[Token]:
    if (quoted := _quoted(text, plain, at, index)) is not None:
        return [quoted]
    phrase = index.longest_at(plain.plain, at)
    quantity = quantity_at(plain.plain, at)
    if quantity is not None and quantity.end - at >= len(phrase or ""):
        return [_in_language(quantity, plain.plain)]
    return list(_tokens(plain.plain, at, phrase, index.meanings)) if phrase else []


def _tokens(plain: str, at: int, phrase: str, meanings: Mapping[str, list[Meaning]]) -> Iterator[Token]:
    end, found = at + len(phrase), meanings[phrase]
    kind, word, value = found[0]
    chinese = is_chinese(plain[at:end])
    if kind == PHRASE and word == "composite":
        for part, part_word in COMPOSITES[value]:
            amount = 1.0 if part == QUANTITY else 0.0
            unit = "times" if part == QUANTITY else part_word
            yield Token(kind=part, start=at, end=end, word=unit, value=amount, chinese=chinese)
        return
    more = tuple((each[1], each[2]) for each in found) if kind in (VALUE, GOOD) else ()
    yield Token(kind=kind, start=at, end=end, word=word, more=more, chinese=chinese)


def _quoted(text: str, plain: Plain, at: int, index: Index) -> Token | None:
    """Return what stands in quotation marks: a name that is known, else the words themselves."""
    origin = plain.origins[at]
    close = _QUOTES.get(text[origin])
    after = text.find(close, origin + 1) if close else -1
    if after <= origin + 1:
        return None
    inner = text[origin + 1 : after]
    if inner in ("是", "否"):
        return None
    end = next((place for place, each in enumerate(plain.origins) if each > after), len(plain.origins))
    kind, word = index.names.get(normalise(inner).plain.strip(), (QUOTED, inner))
    return Token(kind=kind, start=at, end=end, word=word, chinese=is_chinese(inner))


def _names(lexicon: Lexicon) -> dict[str, tuple[str, str]]:
    """Return what may stand in quotation marks: events by their own names, audiences before them."""
    names: dict[str, tuple[str, str]] = {}
    for event in lexicon.events:
        for phrase in (event.id, *event.phrases):
            names[normalise(phrase).plain.strip()] = (EVENT, event.id)
    for audience in lexicon.audiences:
        for phrase in audience.phrases:
            names[normalise(phrase).plain.strip()] = (AUDIENCE, audience.id)
    return names


def _said_as(trait: str, value: str) -> list[str]:
    plain = normalise(value).plain.strip()
    phrases = [value] if len(plain) > 1 or is_chinese(plain) else []
    if trait == _STAGE:
        return [value, *STAGE_PHRASES.get(value, "").split("|")]
    for group in ALIKE:
        if plain in group or plain.removesuffix("会员") in group:
            phrases += [phrase for phrase in group if phrase != plain]
    city = value.removesuffix("市")
    if city in _PLACE_EN:
        phrases += [city, _PLACE_EN[city]]
    return phrases


def _in_language(quantity: Token, plain: str) -> Token:
    around = plain[max(quantity.start - 1, 0) : quantity.end + 1]
    return Token(
        kind=quantity.kind,
        start=quantity.start,
        end=quantity.end,
        word=quantity.word,
        value=quantity.value,
        chinese=is_chinese(around),
    )


def _unknown(plain: str, start: int, end: int) -> Token:
    return Token(kind=UNKNOWN, start=start, end=end, word=plain[start:end], chinese=is_chinese(plain[start:end]))


def _word_end(plain: str, at: int) -> int:
    """Return where an unknown word ends: a character of Chinese, a run of letters or digits of anything else."""
    end = at + 1
    while end < len(plain) and _latin(plain[at]) and _latin(plain[end]):
        end += 1
    return end


def _whole(plain: str, start: int, end: int) -> bool:
    inside_before = start > 0 and _latin(plain[start - 1]) and _latin(plain[start])
    inside_after = end < len(plain) and _latin(plain[end - 1]) and _latin(plain[end])
    return not inside_before and not inside_after


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
