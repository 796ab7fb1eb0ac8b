"""Readers of whom the goal is about, and which channels are wished for."""

import re
from collections.abc import Sequence

from liftloop.kernel.plain_text import normalise
from liftloop.plan.goal.contract import ChannelWish, ScopeCondition, ScopeKind, WishKind
from liftloop.plan.goal.draft import CLAIMED, Draft
from liftloop.plan.goal.limits import contradiction
from liftloop.plan.goal.tokens import CUSTOMER, EXCEPT, ONLY, PREFER, SCOPE, STORE, UNKNOWN

_KINDS: tuple[ScopeKind, ...] = ("member", "tier", "lifecycle", "value", "sex", "sales")
_CHANNELS = re.compile(r"(?P<before>[OZJHb]*)(?P<channels>L[LH]*)(?P<after>[OJ]*)")
_STORE = re.compile(r"(?P<except>q?)[Vbg]?(?:p(?:,?p)*[Vg]?n|n[Vbg]?p(?:,?p)*)O?")
_NAMED_STORE = re.compile(r"(?P<except>q?)[Vg]?\?nO?")
_CATEGORY = re.compile(r"(?P<except>q?)[Vg]?(?:\?c|c\?)O?")
_PLACE = re.compile(r"(?P<except>q?)[Vgb]?p[k]?O?")
_PEOPLE = re.compile(r"(?P<except>q?)O?[Vgb]?s+k?O?")
_OFFLINE = re.compile(r"(?P<except>q?)[Vgb]?nO?")
_AIMED = re.compile(r"(?P<except>q?)g\?k?")
# Names of stores hold numerals and small words (三里屯, 五角场, 人民广场).
_NAME_PARTS = frozenset("?kNvVtgHp")
# Words of a match that are not part of what it names.
_AROUND = frozenset((EXCEPT, *"VgbO"))
# A name of people holds one of these at least.
_NAMING = frozenset((UNKNOWN, SCOPE, STORE, *"pkco"))
_THINGS: tuple[tuple[re.Pattern[str], ScopeKind], ...] = (
    (_STORE, "store"),
    (_NAMED_STORE, "store"),
    (_CATEGORY, "category"),
    (_PLACE, "place"),
)


def read_channels(draft: Draft) -> tuple[ChannelWish, ...]:
    """Read which channels to use, to use only, to prefer or to avoid."""
    wishes: list[ChannelWish] = []
    while (found := draft.find(_CHANNELS)) is not None:
        around = found.group("before") + found.group("after")
        wish: WishKind = "use"
        if "Z" in around:
            wish = "avoid"
        elif ONLY in around:
            wish = "only"
        elif PREFER in around:
            wish = "prefer"
        tokens = draft.tokens[found.start("channels") : found.end("channels")]
        wishes += [ChannelWish(channel=token.word, wish=wish) for token in tokens if token.word]
        draft.claim("channels", range(*found.span()))
    _refuse_both(wishes)
    return tuple(dict.fromkeys(wishes))


def _refuse_both(wishes: Sequence[ChannelWish]) -> None:
    avoided = {wish.channel for wish in wishes if wish.wish == "avoid"}
    if avoided & {wish.channel for wish in wishes if wish.wish != "avoid"}:
        raise contradiction(
            "同一个渠道一处说用，一处说不用",
            "One channel is both wanted and unwanted",
            "留下其中一句",
            "Keep one of the two",
        )


def read_groups(draft: Draft, names: Sequence[str]) -> tuple[ScopeCondition, ...]:
    """Read groups by the names that they have here, the longest first; before all others, for they hold any words.

    A name that says nothing but words of goals (复购率) is left to the goal.
    """
    conditions: list[ScopeCondition] = []
    text = draft.plain.plain[: draft.answers_from]
    for name in sorted(names, key=lambda name: (-len(name), name)):
        plain = normalise(name).plain.strip()
        start = text.find(plain) if plain else -1
        end = start + len(plain)
        inside = [index for index, token in enumerate(draft.tokens) if token.start < end and start < token.end]
        kinds = {draft.kinds[index] for index in inside}
        if start < 0 or CLAIMED in kinds or not kinds & _NAMING:
            continue
        excluded = inside[0] > 0 and draft.kinds[inside[0] - 1] == EXCEPT
        spelled = draft.original[slice(*draft.plain.span(start, end))]
        conditions.append(ScopeCondition(kind="group", value=name, text=spelled, excluded=excluded))
        draft.claim("scope", [*([inside[0] - 1] if excluded else []), *inside])
    return tuple(conditions)


def read_scope(draft: Draft, bought: tuple[ScopeCondition, ...]) -> tuple[ScopeCondition, ...]:
    """Read places, stores, categories and kinds of people; what follows 针对 or `among` is kept as text.

    `bought`, and groups by name, were read before and come first.
    """
    found = _named_stores(draft)
    for pattern, kind in _THINGS:
        while (match := draft.find(pattern)) is not None:
            found += _things(draft, match, kind)
    while (match := draft.find(_PEOPLE)) is not None:
        found += _people(draft, match)
    while (match := draft.find(_OFFLINE)) is not None:
        text = draft.original[slice(*_original(draft, match))]
        excluded = bool(match.group("except"))
        offline = ScopeCondition(kind="sales", value="offline", text=text, excluded=excluded)
        found.append((match.start(), offline))
        draft.claim("scope", range(*match.span()))
    while (match := draft.find(_AIMED)) is not None:
        found += _things(draft, match, "text")
    found += _unknown_people(draft)
    ordered = [condition for _, condition in sorted(found, key=lambda pair: pair[0])]
    _claim_customers(draft)
    if not ordered and not bought:
        draft.assume("everyone", "没有限定人群：所有允许触达的客户", "No group was named: everyone who may be reached")
    known = {(each.kind, each.value, each.excluded, each.days): each for each in reversed((*bought, *ordered))}
    return tuple(reversed(known.values()))


def _named_stores(draft: Draft) -> list[tuple[int, ScopeCondition]]:
    """Read the names of single stores (三里屯店): everything that touches the word for store, whatever it means."""
    found: list[tuple[int, ScopeCondition]] = []
    for store in [index for index, kind in enumerate(draft.kinds) if kind == STORE]:
        first = store
        while first > 0 and _touches(draft, first) and draft.kinds[first - 1] in _NAME_PARTS:
            first -= 1
        if UNKNOWN not in draft.kinds[first:store]:
            continue
        excluded = first > 0 and draft.kinds[first - 1] == EXCEPT
        start, end = draft.plain.span(draft.tokens[first].start, draft.tokens[store].end)
        name = draft.original[start : draft.plain.origins[draft.tokens[store].start]]
        text = draft.original[start:end]
        found.append((first, ScopeCondition(kind="store", value=name, text=text, excluded=excluded)))
        draft.claim("scope", range(first - excluded, store + 1))
    return found


def _unknown_people(draft: Draft) -> list[tuple[int, ScopeCondition]]:
    """Read words that touch the word for customers as a group, known or not (黑金客户, loyal customers)."""
    found: list[tuple[int, ScopeCondition]] = []
    for index in range(1, len(draft.tokens)):
        before, customers = draft.tokens[index - 1], draft.tokens[index]
        between = draft.plain.plain[before.end : customers.start]
        if draft.kinds[index - 1 : index + 1] == UNKNOWN + CUSTOMER and between.strip(" 的") == "":
            excluded = index > 1 and draft.kinds[index - 2] == EXCEPT
            text = draft.original[slice(*draft.plain.span(before.start, customers.end))]
            name = draft.original[slice(*draft.plain.span(before.start, before.end))]
            found.append((index - 1, ScopeCondition(kind="text", value=name, text=text, excluded=excluded)))
            draft.claim("scope", range(index - 1 - excluded, index + 1))
    return found


def _touches(draft: Draft, index: int) -> bool:
    return draft.tokens[index - 1].end == draft.tokens[index].start


def _things(draft: Draft, match: re.Match[str], kind: ScopeKind) -> list[tuple[int, ScopeCondition]]:
    """Make one condition of each place or name in the match (上海、杭州门店 are two)."""
    found: list[tuple[int, ScopeCondition]] = []
    excluded = bool(match.group("except"))
    places = [index for index in range(*match.span()) if draft.tokens[index].kind in "p?"]
    for index in places:
        named = draft.tokens[index]
        start, end = _original(draft, match) if len(places) == 1 else draft.plain.span(named.start, named.end)
        name = draft.original[slice(*draft.plain.span(named.start, named.end))]
        text = draft.original[start:end]
        found.append((index, ScopeCondition(kind=kind, value=named.word or name, text=text, excluded=excluded)))
    draft.claim("scope", range(*match.span()))
    return found


def _original(draft: Draft, match: re.Match[str]) -> tuple[int, int]:
    tokens = [token for token in draft.tokens[match.start() : match.end()] if token.kind not in _AROUND]
    return draft.plain.span(tokens[0].start, tokens[-1].end)


def _people(draft: Draft, match: re.Match[str]) -> list[tuple[int, ScopeCondition]]:
    found: list[tuple[int, ScopeCondition]] = []
    for index in range(*match.span()):
        token = draft.tokens[index]
        if token.kind != SCOPE:
            continue
        start, end = draft.plain.span(token.start, token.end)
        for condition in token.more:
            name, value = condition.split("=")
            kind: ScopeKind = next(known for known in _KINDS if known == name)
            text = draft.original[start:end]
            excluded = bool(match.group("except"))
            found.append((index, ScopeCondition(kind=kind, value=value, text=text, excluded=excluded)))
    draft.claim("scope", range(*match.span()))
    return found


def _claim_customers(draft: Draft) -> None:
    """A bare 客户 or `customers` restricts nothing."""
    kinds = draft.kinds
    draft.claim("everyone", [index for index, kind in enumerate(kinds) if kind == CUSTOMER])
