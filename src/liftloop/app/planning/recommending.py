"""What a plan may recommend to whom: the catalog's items by what purchases teach, each person open to one of them."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from liftloop.app.studies.reading import SQL, read_bought, read_sequences
from liftloop.kernel.clock import MINUTE_MS
from liftloop.plan.inputs import Flags, Integers
from liftloop.plan.options import ItemChoice, Option
from liftloop.profile.studies.cycles import Bought, item_cycles, replenishment_traits, successor_traits, successors
from liftloop.profile.studies.recommended import Patterns, patterns_of, recommend
from liftloop.storage.contract import LakeReader

ITEMS_MAX = 6
"""Items in one plan: each must be tried on enough people to be told from the others."""
PEOPLE_MIN = 30
"""An item recommended to fewer is not worth an option of its own."""


class Recommender(Struct, frozen=True, kw_only=True, eq=False):
    """What the purchases up to now teach, and which items [items] may be recommended at all."""

    bought: Bought
    patterns: Patterns
    open_: Flags

    def items(self, profile: Integers, now_ms: int) -> tuple[str, ...]:
        """Return the items that are the first recommendation of most of these people, the one of most first."""
        found = recommend(self.bought, self.patterns, self.open_, (profile, np.full(profile.size, now_ms)))
        item, _ = found.first(self.open_)
        people = np.bincount(item[item >= 0], minlength=self.open_.size)
        order = np.argsort(-people, kind="stable")[:ITEMS_MAX]
        return tuple(self.bought.items[place] for place in order.tolist() if people[place] >= PEOPLE_MIN)

    def reach(self, options: Sequence[Option], people: tuple[Integers, Integers]) -> tuple[Flags, Integers]:
        """Return whom options may go to as far as recommending goes [people, options], and by which source; -1 none.

        `people` are profiles and, of each, the instant as of which to recommend. Options that are not recommended ones
        go to everybody.
        """
        place = {item: number for number, item in enumerate(self.bought.items)}
        of_option = [place.get(option.item.id, -2) if option.recommended and option.item else -1 for option in options]
        kept = np.zeros(self.open_.size, dtype=np.bool_)
        kept[[each for each in of_option if each >= 0]] = True
        item, source = recommend(self.bought, self.patterns, self.open_, people).first(kept & self.open_)
        wanted = np.array(of_option, dtype=np.int64)[None, :]
        return (wanted == -1) | ((wanted >= 0) & (item[:, None] == wanted)), source


def recommender_of(
    lake: LakeReader, items: Sequence[ItemChoice], now_ms: int, offset_minutes: int
) -> Recommender | None:
    """Return the recommender; None where there is no catalog or nothing of it was ever bought."""
    may = {each.id for each in items if _may_be_recommended(each)}
    if not may:
        return None
    bought = read_bought(lake, now_ms, offset_minutes * MINUTE_MS)
    open_ = np.array([item in may for item in bought.items], dtype=np.bool_)
    if not open_.any():
        return None
    sequences = read_sequences(lake, bought.items, now_ms, offset_minutes * MINUTE_MS)
    following = successors(bought.items, sequences, bought.owners(), _named(lake))
    cycles = item_cycles(bought)
    needs = [*replenishment_traits(bought, cycles, now_ms), *successor_traits(bought, following)]
    return Recommender(bought=bought, patterns=patterns_of(bought, cycles, needs, now_ms), open_=open_)


def _may_be_recommended(item: ItemChoice) -> bool:
    """Say whether an item is in stock and not sold at a loss; what is retired is not in the catalog."""
    return (item.stock is None or item.stock > 0) and (item.margin_fen is None or item.margin_fen > 0)


def _named(lake: LakeReader) -> Mapping[str, str]:
    named = lake.select(SQL["named_successors"])
    return dict(zip(map(str, named["item"]), map(str, named["successor"]), strict=True))
