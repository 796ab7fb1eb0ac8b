"""What sentences about audiences are read against: the words of this installation, made into a lexicon."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.item_names import item_names
from liftloop.app.naming.spoken import spoken_names
from liftloop.app.naming.trees import read_aloud
from liftloop.app.naming.vocabulary import (
    BOUGHT,
    BOUGHT_PROPERTY,
    EVENT_NAMES,
    PROPERTY_NAMES,
    TRAIT_NAMES,
    Words,
    event_name,
    known_words,
)
from liftloop.app.studies.predictions import SEGMENT
from liftloop.app.words import Said
from liftloop.audience.sentence.contract import INSTANT, YEARLY, Good, Lexicon, Named, TraitMeaning, Understood
from liftloop.audience.sentence.grammar import understand
from liftloop.audience.sentence.scan import Index
from liftloop.profile.studied import STUDIED
from liftloop.profile.tags import TAG

NO_ITEMS: Mapping[str, str] = {}
GOODS_MAX = 5_000
"""Names of goods that a sentence may say; the most sold come first."""
CATEGORY, NAME, NUMBER = "products.category", "products.name", "products.product_id"

_GOODS = """
WITH line AS (
    SELECT l.product_id, nullif(l.name, '') AS name, nullif(l.category, '') AS category, count(*) AS times
    FROM order_line_now AS l WHERE NOT l.refunded GROUP BY ALL
)
SELECT line.product_id, line.name, line.category, item.name AS item_name, item.category AS item_category,
    called.zh AS category_zh, called.en AS category_en, sum(times) AS times
FROM line LEFT JOIN item ON item.item_id = line.product_id
LEFT JOIN category_called AS called ON called.category = line.category
GROUP BY ALL ORDER BY times DESC, line.product_id LIMIT ?
"""
_BIRTHDAYS = ("birth", "生日", "dob")
"""Of dates with these in their names people ask when they come round, of others how far away they are."""
_TRAIT_ALIASES = {
    "age": ("aged", "岁数"),
    "level": ("等级", "会员等级", "会员级别", "member level"),
    "city": ("城市", "所在城市"),
    "points": ("积分", "points balance"),
    "clv_fen": ("未来一年价值", "lifetime value", "客户价值"),
    "alive_probability": ("复购概率", "回购概率"),
    "interest_category": ("兴趣品类",),
    "best_channel": ("偏好渠道",),
}


def lexicon_of(
    words: Words, goods: Sequence[Good], audiences: Sequence[Named], items: Mapping[str, str] = NO_ITEMS
) -> Lexicon:
    """Return the lexicon of what there is: names in both languages, and what people say for them.

    `items` are the ids of goods by the names that they are read aloud with.
    """
    return Lexicon(
        traits=tuple(
            TraitMeaning(
                id=each.id,
                phrases=tuple(
                    dict.fromkeys(
                        [
                            each.name.zh,
                            each.name.en,
                            *each.phrases,
                            *_TRAIT_ALIASES.get(each.id, ()),
                            *(() if ":" in each.id else _own_name(each.id)),
                        ]
                    )
                ),
                type="number" if each.type == "date" else each.type,
                unit=_unit_of_date(each.id)
                if each.type == "date"
                else STUDIED[each.id].unit
                if each.id in STUDIED
                else each.unit,
                values=each.values,
                value_phrases={value: (name.zh, name.en) for value, name in each.value_names.items()}
                if each.phrases or each.id == SEGMENT
                else {},
            )
            for each in words.traits
        ),
        events=tuple(_event(each) for each in dict.fromkeys([*EVENT_NAMES, *words.events])),
        goods=tuple(goods),
        audiences=tuple(audiences),
        properties=tuple(
            Named(id=each, phrases=tuple(dict.fromkeys([name.zh, name.en, *_also(each)])))
            for each, name in PROPERTY_NAMES.items()
        ),
        items=dict(items),
        units=tuple(dict.fromkeys(each.unit_said for each in words.traits if each.unit_said)),
    )


def _unit_of_date(identity: str) -> str:
    return YEARLY if any(word in identity.lower() for word in _BIRTHDAYS) else INSTANT


def _also(identity: str) -> tuple[str, ...]:
    return (BOUGHT.zh, BOUGHT.en) if identity == BOUGHT_PROPERTY else ()


def _event(event: str) -> Named:
    name = event_name(event)
    said = (name.zh, name.singular, name.plural) if event in EVENT_NAMES else (event,)
    return Named(id=event, phrases=tuple(dict.fromkeys(said)))


def _own_name(trait: str) -> tuple[str, ...]:
    """Return the id of a trait that nobody gave a name; the ids of others are for machines."""
    return () if trait in TRAIT_NAMES else (trait,)


def _stands_for_itself(identity: str, body: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether a tag only holds a fixed list: the audience of the same name is what people mean."""
    if not identity.startswith(TAG):
        return False
    where = {"tag": identity.removeprefix(TAG)}
    return any(each["where"] == where and each["name"] == body["name"] for each in others.values())


class Heard(Struct, frozen=True, kw_only=True):
    """A sentence as it was understood, and that read aloud again: the whole and its parts."""

    understood: Understood
    sentence: Said | None
    parts: Sequence[Said]


class Lexicons:
    """The lexicon of an installation; made anew when definitions changed or some time has passed."""

    FRESH_MS = 60_000
    """New values and goods may be said a minute after they came in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._made: tuple[int, object, Index] | None = None
        self._making = asyncio.Lock()

    async def heard(self, text: str, chosen: Mapping[str, int]) -> Heard:
        """Return what a sentence says of whom; raises as `understand` does."""
        understood = understand(text, await self.index(), chosen)
        trees = [*filter(None, [understood.tree]), *(part.tree for part in understood.parts)]
        names = await spoken_names(self._desk.definitions, self._desk.follower, trees)
        return Heard(
            understood=understood,
            sentence=None if understood.tree is None else read_aloud(understood.tree, names),
            parts=[read_aloud(part.tree, names) for part in understood.parts],
        )

    async def index(self) -> Index:
        """Return everything that a sentence may say here now."""
        async with self._making:
            now_ms, named = self._desk.clock.now_ms(), self._audiences()
            if self._made is not None and self._made[1] == named and 0 <= now_ms - self._made[0] < self.FRESH_MS:
                return self._made[2]
            words, (goods, numbers) = await known_words(self._desk), await self._goods()
            called = await item_names(self._desk.follower, numbers)
            items = {name: identity for identity, name in called.items()}
            index = await asyncio.to_thread(Index, lexicon_of(words, goods, named, items))
            self._made = (now_ms, named, index)
            return index

    def _audiences(self) -> list[Named]:
        named: list[Named] = []
        conditioned = self._desk.definitions.conditioned()
        for identity, body in conditioned.items():
            if _stands_for_itself(identity, body, conditioned):
                continue
            name = str(body["name"])
            zh, _, en = name.partition(" ") if identity.startswith("signal:") else (name, "", "")
            named.append(Named(id=identity, phrases=tuple(dict.fromkeys(part for part in (name, zh, en) if part))))
        return named

    async def _goods(self) -> tuple[list[Good], set[str]]:
        """Return goods by what they may be called, and the numbers of all."""
        rows = await self._desk.follower.select(_GOODS, [GOODS_MAX])
        goods: dict[Good, None] = {}
        told = ("product_id", "name", "category", "item_name", "item_category", "category_zh", "category_en")
        for product, name, category, item_name, item_category, zh, en in zip(*map(rows.get, told), strict=True):
            if category:
                for phrase in (category, *(each for each in (zh, en) if each)):
                    goods[Good(phrase=str(phrase), property=CATEGORY, value=str(category))] = None
            if name:
                goods[Good(phrase=str(name), property=NAME, value=str(name))] = None
            elif item_name and product:
                goods[Good(phrase=str(item_name), property=NUMBER, value=str(product))] = None
            if product and not category and item_category:
                goods[Good(phrase=str(item_category), property=NUMBER, value=str(product))] = None
        return list(goods), {str(product) for product in rows["product_id"] if product}
