"""The draft of one goal while it is being read: tokens, and which piece of the goal each of them became.

It lives for one parse. A reader looks for patterns among the tokens that nobody has claimed yet, claims
those it understood, and leaves remarks; what is unclaimed in the end is shown as unread.
"""

import re
from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from liftloop.kernel.plain_text import Plain
from liftloop.plan.goal.contract import Remark, Span
from liftloop.plan.goal.tokens import AT_LEAST, AT_MOST, FILLER, NOT, STOP, UNKNOWN, Token

CLAIMED = "_"
_NEGATED_BOUND = re.compile(r"Z[HLBekMUD]{0,3}[XG]")
# Words that only hold a sentence together; without the pieces they belong to they say nothing.
_GLUE = frozenset("UDIKRfbVvtmdgkHrEjJO+-~,x_")


class Draft:
    """Tokens without fillers, the field that claimed each, and the remarks made on the way."""

    def __init__(self, original: str, plain: Plain, tokens: Iterable[Token], today: date) -> None:
        self.original = original
        self.plain = plain
        self.today = today
        self.answers_from = len(plain.plain)  # Plain offset at which appended answers begin; none by default.
        self.tokens = tuple(_affirmed(_joined(plain.plain, tokens)))
        self.fields = [""] * len(self.tokens)
        self.kinds = "".join(token.kind for token in self.tokens)  # `_` where a token is claimed.
        self.assumed: list[Remark] = []
        self.notes: list[Remark] = []

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.search(self.kinds)

    def claim(self, field: str, indices: Iterable[int]) -> None:
        for index in indices:
            assert not self.fields[index], "a token is claimed once"
            self.fields[index] = field
            self.kinds = self.kinds[:index] + CLAIMED + self.kinds[index + 1 :]

    def text(self, token: Token) -> str:
        return self.plain.plain[token.start : token.end]

    def assume(self, id_: str, zh: str, en: str) -> None:
        self.assumed.append(Remark(id=id_, zh=zh, en=en))

    def note(self, id_: str, zh: str, en: str) -> None:
        self.notes.append(Remark(id=id_, zh=zh, en=en))

    def spans(self, field: str) -> tuple[tuple[int, int], ...]:
        """Return where `field` stands in the original text, neighbours joined, answers left out."""
        spans: list[tuple[int, int]] = []
        neighbour = False
        for token, owner in zip(self.tokens, self.fields, strict=True):
            if owner != field or token.start >= self.answers_from:
                neighbour = False
                continue
            start, end = self.plain.span(token.start, token.end)
            if neighbour:
                start = spans.pop()[0]
            spans.append((start, end))
            neighbour = True
        return tuple(spans)

    def unread(self) -> tuple[Span, ...]:
        """Return the stretches that carry meaning and were not understood, words between them included."""
        runs: list[tuple[int, int]] = []
        open_run = negated = False
        for token, owner in zip(self.tokens, self.fields, strict=True):
            if owner or token.kind == STOP or token.start >= self.answers_from:
                open_run = negated = False
            elif token.kind not in _GLUE or negated:
                negated = token.kind == NOT
                start, end = self.plain.span(token.start, token.end)
                runs.append((runs.pop()[0] if open_run else start, end))
                open_run = True
        return tuple(Span(start=start, end=end, text=self.original[start:end]) for start, end in runs)


def _affirmed(tokens: list[Token]) -> list[Token]:
    """Turn a negated bound into its opposite: do not send more than three is at most three."""
    kinds = "".join(token.kind for token in tokens)
    dropped: set[int] = set()
    for found in _NEGATED_BOUND.finditer(kinds):
        bound = found.end() - 1
        tokens[bound] = replace(tokens[bound], kind=AT_MOST if kinds[bound] == AT_LEAST else AT_LEAST)
        dropped.add(found.start())
    return [token for index, token in enumerate(tokens) if index not in dropped]


def _joined(text: str, tokens: Iterable[Token]) -> list[Token]:
    """Drop fillers, and join unknown pieces that touch or stand a space apart."""
    kept: list[Token] = []
    for token in tokens:
        if token.kind == FILLER:
            continue
        touching = kept and kept[-1].kind == UNKNOWN and not text[kept[-1].end : token.start].strip(" ")
        if token.kind == UNKNOWN and touching:
            kept[-1] = Token(kind=UNKNOWN, start=kept[-1].start, end=token.end)
        else:
            kept.append(token)
    return kept
