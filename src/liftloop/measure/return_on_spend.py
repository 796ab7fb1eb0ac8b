"""What ads cost and what is attributed to them, by channel, campaign, group and keyword; every sum is of what is below.

Attributed is not caused: without people left alone nobody knows what would have been bought anyway.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

Key = tuple[str, str, str, str]
"""Channel, campaign, ad group, keyword; what is not said is empty."""
LEVELS = 4


class Amounts(Struct, frozen=True, kw_only=True):
    """Money in fen; conversions and newcomers are attributed and so need not be whole."""

    cost_fen: float = 0.0
    impressions: float = 0.0
    clicks: float = 0.0
    touches: int = 0
    conversions: float = 0.0
    newcomers: float = 0.0
    value_fen: float = 0.0

    def roi(self) -> float | None:
        """Return what came back beyond the cost, per unit of cost; None where nothing was spent."""
        return (self.value_fen - self.cost_fen) / self.cost_fen if self.cost_fen > 0 else None

    def cost_of_newcomer_fen(self) -> float | None:
        return self.cost_fen / self.newcomers if self.cost_fen > 0 and self.newcomers > 0 else None


class Node(Struct, frozen=True, kw_only=True):
    """One channel, campaign, group or keyword with all that is below it, the dearest first."""

    key: tuple[str, ...]
    amounts: Amounts
    below: tuple["Node", ...] = ()


def added(amounts: Iterable[Amounts]) -> Amounts:
    """Return the sum."""
    rows = list(amounts)
    return Amounts(**{name: sum(getattr(row, name) for row in rows) for name in Amounts.__struct_fields__})


def tree(lines: Mapping[Key, Amounts]) -> tuple[Node, ...]:
    """Return the channels with what is below them; each node is the sum of its children, or a line itself."""
    return _level([(key, amounts) for key, amounts in lines.items()], 1)


def _level(lines: Sequence[tuple[Key, Amounts]], depth: int) -> tuple[Node, ...]:
    groups: dict[tuple[str, ...], list[tuple[Key, Amounts]]] = {}
    for key, amounts in lines:
        groups.setdefault(key[:depth], []).append((key, amounts))
    nodes = [
        Node(
            key=name,
            amounts=added(amounts for _, amounts in members),
            below=_level(members, depth + 1) if depth < LEVELS and _parts(members, depth) else (),
        )
        for name, members in groups.items()
    ]
    return tuple(sorted(nodes, key=lambda node: (-node.amounts.cost_fen, -node.amounts.value_fen, node.key)))


def _parts(members: Sequence[tuple[Key, Amounts]], depth: int) -> bool:
    """Say whether anything is told below a level."""
    return any(part for key, _ in members for part in key[depth:])


def prefixes(keys: Iterable[Key]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the spelling of each channel, campaign, group and keyword of spend by its folded form."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for key in keys:
        folded = fold(key)
        for depth in range(1, LEVELS + 1):
            if folded[depth - 1]:
                found.setdefault(folded[:depth], key[:depth])
    return found


def placed(touch: Key, spend: Mapping[tuple[str, ...], tuple[str, ...]]) -> Key:
    """Return the line that a touch belongs to: as deep as the spend of its campaign is told, in the spend's spelling.

    `spend` comes from `prefixes`. A campaign without spend stands for itself, below its channel.

    >>> placed(("baidu", "Brand", "", "milk"), prefixes([("baidu", "brand", "", "")]))
    ('baidu', 'brand', '', '')
    """
    folded = fold(touch)
    for depth in range(LEVELS, 1, -1):
        if folded[:depth] in spend:
            return _key((*spend[folded[:depth]], *("",) * (LEVELS - depth)))
    return _key((*spend.get(folded[:1], touch[:1]), touch[1], "", ""))


def fold(key: Key) -> Key:
    """Return a key in which upper case and spaces at the ends make no difference."""
    return _key(tuple(part.strip().casefold() for part in key))


def _key(parts: tuple[str, ...]) -> Key:
    channel, campaign, group, keyword = parts
    return (channel, campaign, group, keyword)


def missing_days(days: Iterable[date]) -> tuple[date, ...]:
    """Return the days between the first and the last of these that are not among them."""
    known = sorted(set(days))
    if not known:
        return ()
    whole = (known[0] + timedelta(days=number) for number in range((known[-1] - known[0]).days))
    return tuple(day for day in whole if day not in known)
