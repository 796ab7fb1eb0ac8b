"""What is gathered while a sentence is read: choices, remarks, words not understood, and the event last spoken of."""

from collections.abc import Mapping, Sequence

from liftloop.audience.sentence.contract import Good, Remark, Span
from liftloop.audience.sentence.drafts import Draft, Fields
from liftloop.audience.sentence.scan import Index
from liftloop.audience.sentence.tokens import Token
from liftloop.kernel.plain_text import Plain, normalise

Ways = Sequence[tuple[str, str]]
GOODS_MAX = 200
"""Words that one filter may look for; more is a category, not a product."""


class Reading:
    """One reading of one sentence, with places that can be read otherwise decided by `chosen`."""

    def __init__(self, text: str, plain: Plain, index: Index, chosen: Mapping[str, int]) -> None:
        self.text = text
        self.plain = plain
        self.index = index
        self._chosen = chosen
        self.asked: dict[str, tuple[Span, int, Ways]] = {}
        self.remarks: dict[str, Remark] = {}
        self.unread: list[Span] = []
        self.last_event: Draft | None = None
        self.last_zh: bool = True
        self.traits = {trait.id: trait for trait in index.lexicon.traits}

    def choose(self, kind: str, span: Span, ways: Ways, usual: int = 0) -> int:
        """Return which of several ways to read a place is taken: the usual one unless another was chosen."""
        identity = f"{kind}@{span[0]}"
        order = [usual, *(way for way in range(len(ways)) if way != usual)]
        taken = self._chosen.get(identity, 0)
        taken = taken if 0 <= taken < len(ways) else 0
        self.asked[identity] = (span, taken, [ways[way] for way in order])
        return order[taken]

    def assume(self, code: str, zh: str, en: str) -> None:
        self.remarks.setdefault(f"{code}:{zh}", Remark(code=code, zh=zh, en=en))

    def give_up(self, *tokens: Token) -> None:
        """Note that some words were not understood."""
        self.unread += [self.span(token) for token in tokens]

    def span(self, token: Token) -> Span:
        return self.plain.span(token.start, token.end)

    def original(self, token: Token) -> str:
        start, end = self.span(token)
        return self.text[start:end].strip()

    def named_good(self, token: Token) -> list[Fields]:
        """Return the filters for goods that are known by exactly these words."""
        return _by_field([Good(phrase="", property=field, value=value) for field, value in token.more])

    def goods_like(self, token: Token) -> list[Fields]:
        """Return the filter for goods whose names contain these words; none where no good does."""
        wanted = normalise(token.word).plain.strip()
        found = [good for good in self.index.lexicon.goods if wanted in normalise(good.phrase).plain]
        if len(wanted) < 2 or not found:
            return []
        if any(good.property == "products.product_id" for good in found):
            values = sorted({good.value for good in found if good.property == "products.product_id"})
            return [{"property": "products.product_id", "in": values[:GOODS_MAX]}]
        named = [good for good in found if good.property == "products.name"] or found
        return [{"property": named[0].property, "contains": [self.original(token)]}]


def _by_field(goods: Sequence[Good]) -> list[Fields]:
    """Return one filter for each word: of the first field that has it, categories before names before numbers."""
    order = ("products.category", "products.name", "products.product_id")
    by_word: dict[str, Good] = {}
    ids: list[str] = []
    for good in sorted(goods, key=lambda good: order.index(good.property) if good.property in order else len(order)):
        if good.property == "products.product_id":
            ids.append(good.value)
        else:
            by_word.setdefault(good.value, good)
    if by_word:
        return [{"property": good.property, "is": good.value} for good in by_word.values()]
    return [{"property": "products.product_id", "in": sorted(dict.fromkeys(ids))[:GOODS_MAX]}] if ids else []
