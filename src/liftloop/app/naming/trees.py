"""Reads the tree of an audience aloud, so that a person can hear what it says before trusting it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from liftloop.app.category_names import CATEGORY_PROPERTIES
from liftloop.app.code_names import STAGE_NAMES, medium_name
from liftloop.app.naming.fields import Asked, choice_name, field_name, value_name
from liftloop.app.naming.vocabulary import (
    BOUGHT,
    BOUGHT_PROPERTY,
    ITEM_PROPERTIES,
    event_name,
    property_name,
    trait_name,
)
from liftloop.app.words import Said
from liftloop.profile.elapsed import DAYS_SINCE
from liftloop.profile.reading import AGGREGATES
from liftloop.profile.studied import CATEGORY_TRAITS, ITEM_TRAITS, LIKENESS
from liftloop.profile.tags import TAG

Tree = Mapping[str, Any]

_AGGREGATE_WORDS = {
    "sum": Said("合计", "total"),
    "avg": Said("平均", "average"),
    "min": Said("最低", "lowest"),
    "max": Said("最高", "highest"),
    "distinct": Said("不同值个数", "number of different values of"),
    "first": Said("第一次", "first"),
    "last": Said("最后一次", "last"),
}
_WORDS_SAID = 3

Sayer = Callable[[Any], Said]
"""Say a value."""

_FIRST, _LAST = Said("首次", "first"), Said("上次", "last")
_BOUND_WORDS = {
    "gte": Said("至少 {0}", "at least {0}"),
    "gt": Said("超过 {0}", "more than {0}"),
    "lte": Said("最多 {0}", "at most {0}"),
    "lt": Said("少于 {0}", "fewer than {0}"),
    "eq": Said("正好 {0}", "exactly {0}"),
}


class Names(Struct, frozen=True, kw_only=True):
    """What the ids in a tree are called."""

    audiences: Mapping[str, str]
    traits: Mapping[str, Mapping[str, Any]]
    """Bodies of computed traits by id."""
    fields: Mapping[str, Asked] = {}
    """Of traits that are custom fields, or derived of them."""
    items: Mapping[str, str] = {}
    """Of those items that the tree names, where they have a name."""
    segments: Mapping[str, Said] = {}
    """Of learned segments, by code."""
    categories: Mapping[str, Said] = {}
    """Of those categories that the tree names by a code."""


def read_aloud(tree: Tree, names: Names) -> Said:
    """Return a tree as one sentence in each language.

    >>> tree = {"all": [{"trait": "city", "is": "上海"}, {"not": {"event": "Order Completed", "within_days": 30}}]}
    >>> read_aloud(tree, Names(audiences={}, traits={}))
    Said(zh='城市是上海，并且最近 30 天没有下单', en='City is 上海, and no order in the last 30 days')
    """
    said = _node(tree, names, negated=False)
    return Said(said.zh, said.en[:1].upper() + said.en[1:])


def _node(tree: Tree, names: Names, *, negated: bool) -> Said:
    match tree:
        case {"not": part}:
            return _node(part, names, negated=not negated)
        case {"all": parts} if len(parts) == 1:
            return _node(parts[0], names, negated=negated)
        case {"any": parts} if len(parts) == 1:
            return _node(parts[0], names, negated=negated)
        case {"all": parts}:
            return _group(parts, names, Said("，并且", ", and "), negated=negated)
        case {"any": parts}:
            return _group(parts, names, Said("，或者", ", or "), negated=negated)
        case {"percent": [low, high]}:
            said = Said(f"随机的 {_plain(high - low)}% 的人", f"a random {_plain(high - low)}% of people")
            return Said(f"不是{said.zh}", f"not {said.en}") if negated else said
        case {"audience": identity}:
            name = names.audiences.get(str(identity), str(identity))
            return Said(f"不在「{name}」里", f"not in “{name}”") if negated else Said(f"在「{name}」里", f"in “{name}”")
        case {"tag": identity}:
            name = names.audiences.get(TAG + str(identity), str(identity))
            return (
                Said(f"没有标签「{name}」", f"not tagged “{name}”")
                if negated
                else Said(f"有标签「{name}」", f"tagged “{name}”")
            )
        case {"sequence": [first, then]}:
            return _sequence(tree, (first, then), names, negated=negated)
        case {"event": _}:
            return _event(tree, names, negated=negated)
        case _:
            return _trait(tree, names, negated=negated)


def _group(parts: Sequence[Tree], names: Names, joint: Said, *, negated: bool) -> Said:
    said = [_in_brackets(part, _node(part, names, negated=False)) for part in parts]
    whole = Said(joint.zh.join(each.zh for each in said), joint.en.join(each.en for each in said))
    return Said(f"不满足（{whole.zh}）", f"not ({whole.en})") if negated else whole


def _in_brackets(part: Tree, said: Said) -> Said:
    inner = part.get("all") or part.get("any") or ()
    return Said(f"（{said.zh}）", f"({said.en})") if len(inner) > 1 else said


def _event(leaf: Tree, names: Names, *, negated: bool) -> Said:
    name = event_name(str(leaf["event"]))
    days = leaf.get("within_days")
    when = Said("", "") if days is None else Said(f"最近 {_plain(days)} 天", f" in the last {_days(days)}")
    filtered = _filters(leaf, names)
    asked = sorted(AGGREGATES & set(leaf)) or ["count"]
    if asked == ["count"] and leaf.get("count", {"gte": 1}) in ({"gte": 1}, {"gt": 0}):
        if negated:
            return Said(f"{when.zh}没有{name.zh}{filtered.zh}", f"no {name.singular}{filtered.en}{when.en}")
        return Said(f"{when.zh}有{name.zh}{filtered.zh}", f"at least one {name.singular}{filtered.en}{when.en}")
    parts: list[Said] = []
    for aggregate in asked:
        bound = _bounds(leaf[aggregate])
        if aggregate in DAYS_SINCE:
            which = _LAST if aggregate == "days_since_last" else _FIRST
            zh = f"距{which.zh}{name.zh}{filtered.zh}{_bounds(leaf[aggregate], ' 天').zh}"
            en = f"{bound.en} days since the {which.en} {name.singular}{filtered.en}"
        elif aggregate == "count":
            times = _bounds(leaf[aggregate], " 次").zh
            zh, en = f"{when.zh}{name.zh}{filtered.zh}{times}", f"{bound.en} {name.plural}{filtered.en}{when.en}"
        else:
            value, of = _AGGREGATE_WORDS[aggregate], property_name(str(leaf.get("property", "")))
            zh = f"{when.zh}{name.zh}{filtered.zh}的{of.zh}{value.zh}{bound.zh}"
            en = f"{value.en} {of.en} of {name.plural}{filtered.en}{when.en} {bound.en}"
        parts.append(Said(zh, en))
    said = Said("、".join(each.zh for each in parts), " and ".join(each.en for each in parts))
    return Said(f"不满足（{said.zh}）", f"not ({said.en})") if negated else said


def _sequence(leaf: Tree, steps: tuple[Tree, Tree], names: Names, *, negated: bool) -> Said:
    first, then = (_step(step, names) for step in steps)
    days, gap = _plain(leaf["within_days"]), _plain(leaf["gap_days"])
    zh = f"最近 {days} 天有{first.zh}，之后 {gap} 天内{then.zh}"
    last, within = _days(leaf["within_days"]), _days(leaf["gap_days"])
    en = f"{first.en} in the last {last} and then {then.en} within {within if gap != '1' else 'a day'}"
    if "without" in leaf:
        third = _step(leaf["without"], names)
        zh, en = f"{zh}，其间没有{third.zh}", f"{en}, without {third.en} between them"
    return Said(f"不满足（{zh}）", f"not ({en})") if negated else Said(zh, en)


def _step(step: Tree, names: Names) -> Said:
    name, filtered = event_name(str(step["event"])), _filters(step, names)
    return Said(f"{name.zh}{filtered.zh}", f"{name.singular}{filtered.en}")


def _filters(leaf: Tree, names: Names) -> Said:
    where = leaf.get("where") or ()
    tests: Sequence[Tree] = where if isinstance(where, list | tuple) else (where,)
    if not tests:
        return Said("", "")
    parts = [_filter(test, names) for test in tests]
    zh, en = "、".join(each.zh for each in parts), ", ".join(each.en for each in parts)
    return Said(f"（{zh}）", f" ({en})")


def _filter(test: Tree, names: Names) -> Said:
    asked = str(test.get("property", ""))
    say = _item_sayer(names) if asked in ITEM_PROPERTIES else _value
    if asked in CATEGORY_PROPERTIES:
        say = _coded(names.categories)
    named = asked == BOUGHT_PROPERTY and _all_named(test, names)
    name = BOUGHT if named else property_name(asked)
    bounds = {word: test[word] for word in ("gte", "lte") if word in test}
    parts: list[Said] = []
    if "is" in test:
        parts.append(Said(f"是{say(test['is']).zh}", f"is {say(test['is']).en}"))
    if "in" in test:
        parts.append(_one_of(test["in"], say))
    if "contains" in test:
        few = [str(word) for word in test["contains"][:_WORDS_SAID]]
        more = Said("等", " or the like") if len(test["contains"]) > _WORDS_SAID else Said("", "")
        parts.append(Said(f"含有{'或'.join(few)}{more.zh}", f"contains {' or '.join(few)}{more.en}"))
    if bounds:
        parts.append(_bounds(bounds))
    zh, en = "且".join(each.zh for each in parts), " and ".join(each.en for each in parts)
    return Said(f"{name.zh}{zh}", f"{name.en} {en}")


def _trait(leaf: Tree, names: Names, *, negated: bool) -> Said:
    trait = str(leaf["trait"])
    asked = names.fields.get(trait)
    if asked is not None and asked.choice is not None:
        return _chosen(leaf, asked, negated=negated)
    name = _trait_name(trait, names) if asked is None else field_name(asked.field)
    words = [word for word in ("is", "is_not", "in", "exists") if word in leaf]
    if "days_since" in leaf or "days_to_anniversary" in leaf:
        said = _of_date(leaf, name)
        return Said(f"不满足（{said.zh}）", f"not ({said.en})") if negated else said
    say = _sayer(trait, asked, names)
    parts = [_trait_test(word, leaf[word], say, negated=negated) for word in words]
    bounds = {word: leaf[word] for word in _BOUND_WORDS if word in leaf}
    if bounds:
        unit = f" {asked.field.unit}" if asked is not None and asked.field.unit else ""
        said = _bounds(bounds, unit)
        said = Said(said.zh, said.en + unit)
        no = "不" if said.zh.startswith("在") else "不是"
        parts.append(Said(f"{no}{said.zh}", f"not {said.en}") if negated else said)
    joint = Said("或者", " or ") if negated else Said("且", " and ")
    zh, en = joint.zh.join(each.zh for each in parts), joint.en.join(each.en for each in parts)
    return Said(f"{name.zh}{zh}", f"{name.en} {en}")


def _of_date(leaf: Tree, name: Said) -> Said:
    if "days_to_anniversary" in leaf:
        said = _bounds(leaf["days_to_anniversary"], " 天")
        return Said(f"距下一次{name.zh}{said.zh}", f"{said.en} days to the next {name.en}")
    match leaf["days_since"]:
        case {"gte": low, "lte": 0, **rest} if low < 0 and not rest:
            return Said(f"{name.zh}在未来 {_plain(-low)} 天内", f"{name.en} in the next {_plain(-low)} days")
        case {"gte": 0, "lte": high, **rest} if high > 0 and not rest:
            return Said(f"{name.zh}在过去 {_plain(high)} 天内", f"{name.en} in the last {_plain(high)} days")
        case bounds:
            said = _bounds(bounds, " 天")
            return Said(f"距{name.zh}{said.zh}", f"{said.en} days since {name.en}")


def _trait_name(trait: str, names: Names) -> Said:
    if trait.startswith(LIKENESS):
        audience = trait.removeprefix(LIKENESS)
        name = names.audiences.get(audience, audience)
        return Said(f"和「{name}」的相似度", f"likeness to “{name}”")
    return trait_name(trait, names.traits.get(trait))


def _chosen(leaf: Tree, asked: Asked, *, negated: bool) -> Said:
    """Return whether one of several choices is among those of a person."""
    name, choice = field_name(asked.field), choice_name(asked.choice) if asked.choice else Said("", "")
    has = bool(leaf.get("is", leaf.get("exists", True))) != negated
    if has:
        return Said(f"{name.zh}包含{choice.zh}", f"{name.en} includes {choice.en}")
    return Said(f"{name.zh}不包含{choice.zh}", f"{name.en} does not include {choice.en}")


def _trait_test(word: str, value: Any, say: Sayer, *, negated: bool) -> Said:
    match word:
        case "in":
            said = _one_of(value, say)
            return Said(f"不{said.zh}", f"{said.en.replace('is ', 'is not ', 1)}") if negated else said
        case "exists":
            known = bool(value) != negated
            return Said("已知", "is known") if known else Said("未知", "is not known")
        case _:
            equal = (word == "is") != negated
            said = say(value)
            return Said(f"是{said.zh}", f"is {said.en}") if equal else Said(f"不是{said.zh}", f"is not {said.en}")


def _one_of(values: Sequence[Any], say: Sayer) -> Said:
    said = [say(each) for each in values]
    return Said(f"是{'或'.join(each.zh for each in said)}", f"is {' or '.join(each.en for each in said)}")


def _bounds(comparison: Mapping[str, Any], unit: str = "") -> Said:
    """Return a comparison in words; `unit` stands behind each number of the Chinese ones."""
    if set(comparison) == {"gte", "lte"}:
        low, high = _plain(comparison["gte"]), _plain(comparison["lte"])
        if low == high:
            return _bounds({"eq": low}, unit)
        return Said(f"在 {low}～{high}{unit}之间" if unit else f"在 {low}～{high} 之间", f"between {low} and {high}")
    said = [(_BOUND_WORDS[word], _plain(value)) for word, value in comparison.items()]
    zh = "且".join(f"{words.zh.format(value)}{unit}" for words, value in said)
    return Said(zh, " and ".join(words.en.format(value) for words, value in said))


def _sayer(trait: str, asked: Asked | None, names: Names) -> Sayer:
    """Return how the values of a trait are said: codes by their names."""
    if trait in ITEM_TRAITS:
        return _item_sayer(names)
    if trait == "lifecycle_stage":
        return lambda value: STAGE_NAMES.get(value) or _value(value)
    if trait == "segment":
        return _coded(names.segments)
    if trait in CATEGORY_TRAITS:
        return _coded(names.categories)
    if trait == "best_channel":
        return lambda value: medium_name(str(value))
    if asked is not None:
        return lambda value: value_name(asked.field, value) or _value(value)
    return _value


def _coded(called: Mapping[str, Said]) -> Sayer:
    """Return how codes are said by the names that they have."""
    return lambda value: called.get(str(value)) or _value(value)


def _item_sayer(names: Names) -> Sayer:
    def say(value: Any) -> Said:
        name = names.items.get(str(value))
        return _value(value) if name is None else Said(f"「{name}」", f"“{name}”")

    return say


def _all_named(test: Tree, names: Names) -> bool:
    values = [*test.get("in", ()), *([test["is"]] if "is" in test else [])]
    return bool(values) and all(str(each) in names.items for each in values)


def _value(value: Any) -> Said:
    if isinstance(value, bool):
        return Said("“是”", "yes") if value else Said("“否”", "no")
    text = _plain(value)
    return Said(text, text)


def _days(count: Any) -> str:
    """Return a span as it follows “in the last”: day, 3 days."""
    return "day" if count == 1 else f"{_plain(count)} days"


def _plain(value: Any) -> str:
    """Return a number without a needless `.0`, any other value as it is."""
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
