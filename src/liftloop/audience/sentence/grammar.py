"""From a sentence to the tree of an audience: the same words against the same lexicon always give the same tree.

`but` and `except` bind loosest, then `or`, then `and`; brackets come first.
"""

from collections.abc import Mapping
from difflib import get_close_matches

from liftloop.audience.sentence.clauses import Clause
from liftloop.audience.sentence.combine import combined
from liftloop.audience.sentence.contract import Choice, Option, Part, Tree, Understood, Unread
from liftloop.audience.sentence.drafts import Draft, Knot, tree_of
from liftloop.audience.sentence.filters import with_filters
from liftloop.audience.sentence.reading import Reading
from liftloop.audience.sentence.scan import Index, scan
from liftloop.audience.sentence.sequences import with_sequences
from liftloop.audience.sentence.tokens import Token
from liftloop.audience.sentence.words import (
    AND,
    BUT,
    CLOSE,
    COMMA,
    EXCEPT,
    EXCEPT_END,
    NOT,
    OPEN,
    OR,
)
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.kernel.plain_text import normalise

SENTENCE_CHARACTERS_MAX = 1_000
"""A sentence that somebody says; more is a document."""
CHOICES_MAX = 8
"""Places that are offered to be read otherwise; each option is one more reading of the whole."""
_NEAR = 3
_JOINTS = frozenset({AND, COMMA, BUT})
_ENDS = frozenset({OR, EXCEPT, EXCEPT_END, CLOSE})


def understand(text: str, index: Index, chosen: Mapping[str, int]) -> Understood:
    """Return what a sentence says; `chosen` has, by choice, the number of another option than the first.

    Raises LiftloopError for a text that is empty or too long.
    """
    _refuse_unreadable(text)
    reading, tree, parts = _read(text, index, chosen)
    return Understood(
        text=text,
        tree=tree,
        parts=tuple(parts),
        unread=_unread(reading),
        assumed=tuple(reading.remarks.values()),
        choices=tuple(_choices(text, index, chosen, reading)),
    )


def _refuse_unreadable(text: str) -> None:
    if not text.strip():
        raise LiftloopError(
            "empty_sentence",
            zh="还没有写要找什么人",
            en="there is no sentence yet",
            next_zh="写一句话，例如“最近 90 天买过 3 次以上的金卡会员”",
            next_en='write one, such as "gold members who bought 3 times in the last 90 days"',
            status=422,
            exit_code=EXIT_REFUSED,
        )
    if len(text) > SENTENCE_CHARACTERS_MAX:
        raise LiftloopError(
            "sentence_too_long",
            zh=f"这句话有 {len(text):,} 个字，最多 {SENTENCE_CHARACTERS_MAX:,} 个",
            en=f"the sentence has {len(text):,} characters; at most {SENTENCE_CHARACTERS_MAX:,} are read",
            next_zh="只写条件，其余留给条件树",
            next_en="say the conditions only, and add the rest to the tree",
            status=422,
            exit_code=EXIT_REFUSED,
        )


def _read(text: str, index: Index, chosen: Mapping[str, int]) -> tuple[Reading, Tree | None, list[Part]]:
    plain = normalise(text)
    reading = Reading(text, plain, index, chosen)
    tokens = combined(with_filters(scan(text, plain, index)), plain.plain)
    root = Sentence(with_sequences(tokens, reading), reading).whole()
    _share_windows(root, reading)
    parts: list[Part] = []
    return reading, tree_of(root, parts), parts


class Sentence:
    """Walks the tokens once, from left to right."""

    def __init__(self, tokens: list[Token], reading: Reading) -> None:
        self._tokens = tokens
        self._reading = reading
        self._at = 0

    def whole(self) -> Knot:
        """Return everything; a bracket that closes nothing is passed over."""
        knots: list[Draft | Knot] = [self._excepting()]
        while self._at < len(self._tokens):
            if self._kind() in (CLOSE, EXCEPT_END):
                self._at += 1
            else:
                knots.append(self._excepting())
        return _knot("all", knots)

    def _kind(self, ahead: int = 0) -> str:
        return self._tokens[self._at + ahead].kind if self._at + ahead < len(self._tokens) else ""

    def _excepting(self) -> Knot:
        members: list[Draft | Knot] = [self._any_of()]
        while self._kind() == EXCEPT:
            self._at += 1
            left_out = self._any_of()
            left_out.negated = not left_out.negated
            members.append(left_out)
            if self._kind() == EXCEPT_END:
                self._at += 1
                members.append(self._any_of())
        return _knot("all", members)

    def _any_of(self) -> Knot:
        members: list[Draft | Knot] = [self._all_of()]
        while self._kind() == OR:
            self._at += 1
            members.append(self._all_of())
        return _knot("any", members)

    def _all_of(self) -> Knot:
        knot = Knot(joint="all", members=[], strong=[])
        while self._kind() and self._kind() not in _ENDS:
            joints = self._joints()
            if not self._kind() or self._kind() in _ENDS:
                break
            strong = COMMA in joints and BUT not in joints
            for number, member in enumerate(self._unit()):
                knot.members.append(member)
                knot.strong.append(strong and number == 0)
        return knot

    def _joints(self) -> set[str]:
        found: set[str] = set()
        while self._kind() in _JOINTS:
            found.add(self._kind())
            self._at += 1
        return found

    def _unit(self) -> list[Draft | Knot]:
        """Return a bracket, or the conditions of the words up to the next joint."""
        denied = 0
        while self._kind(denied) == NOT:
            denied += 1
        if self._kind(denied) == OPEN:
            self._at += denied + 1
            inner = self._excepting()
            inner.negated ^= denied % 2 == 1
            if self._kind() == CLOSE:
                self._at += 1
            return [inner]
        start = self._at
        while self._kind() and self._kind() not in _JOINTS | _ENDS | {OPEN}:
            self._at += 1
        return list[Draft | Knot](Clause(self._reading, self._tokens[start : self._at]).read())


def _knot(joint: str, members: list[Draft | Knot]) -> Knot:
    return Knot(joint=joint, members=members, strong=[True] * len(members))


def _share_windows(knot: Knot, reading: Reading) -> None:
    """Let events without a window share that of a neighbour they are said in one breath with."""
    for member in knot.members:
        if isinstance(member, Knot):
            _share_windows(member, reading)
    for at in range(1, len(knot.members) if knot.joint == "all" else 0):
        before, after = knot.members[at - 1], knot.members[at]
        if knot.strong[at] or not isinstance(before, Draft) or not isinstance(after, Draft):
            continue
        if before.within_days is not None and _shares(after):
            _share(before, after, reading, usual=0 if after.negated or before.window_first else 1)
        elif after.within_days is not None and _shares(before) and not after.window_first and not after.again:
            _share(after, before, reading, usual=0)


def _shares(draft: Draft) -> bool:
    elapsed = any(test.startswith("days_since") for test in draft.tests)
    return bool(draft.event) and draft.within_days is None and not elapsed and not draft.never


def _share(giving: Draft, taking: Draft, reading: Reading, *, usual: int) -> None:
    days = f"{giving.within_days:g}"
    ways = [(f"也是最近 {days} 天", f"in the last {days} days too"), ("不限时间", "at any time")]
    if reading.choose("window", min(taking.spans), ways, usual) == 0:
        taking.within_days, taking.window_first = giving.within_days, giving.window_first


def _unread(reading: Reading) -> tuple[Unread, ...]:
    """Return what was not understood, in order, each with known words that look like it."""
    found: list[Unread] = []
    phrases = [phrase for phrase in reading.index.meanings if len(phrase) > 1]
    for start, end in sorted(set(reading.unread)):
        said = reading.text[start:end].strip()
        near = get_close_matches(normalise(said).plain, phrases, n=_NEAR, cutoff=0.5)
        found.append(Unread(start=start, end=end, text=said, near=tuple(near)))
    return tuple(found)


def _choices(text: str, index: Index, chosen: Mapping[str, int], reading: Reading) -> list[Choice]:
    choices: list[Choice] = []
    for identity, ((start, end), taken, ways) in list(reading.asked.items())[:CHOICES_MAX]:
        options = tuple(
            Option(zh=zh, en=en, tree=_read(text, index, {**chosen, identity: number})[1])
            for number, (zh, en) in enumerate(ways)
        )
        choices.append(Choice(id=identity, start=start, end=end, chosen=taken, options=options))
    return choices
