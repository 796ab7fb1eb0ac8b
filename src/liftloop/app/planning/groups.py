"""Whom a goal means: its words held against the audiences and attributes that this installation knows.

Exactly one meaning is taken and said; none or several are asked back with the nearest that there are.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.planning.behaviour import tree_of_behaviour
from liftloop.app.planning.reading import SQL
from liftloop.audience.reading import LEVEL, SIGNAL
from liftloop.kernel.places import PLACE_EN
from liftloop.kernel.plain_text import is_chinese, normalise
from liftloop.plan.goal.contract import Choice, Question, Remark, ScopeCondition, Understood
from liftloop.plan.goal.questions import unusable_answer
from liftloop.profile.tags import TAG
from liftloop.storage.contract import LakeReader

Tree = Mapping[str, Any]

EVERYONE = "everyone"
OFFERED = "opportunity:"
"""Before the id of a group that nobody published: goals that name it keep its tree."""
WORDS_MAX = 20_000  # The commonest words of all attributes; what is rarer can be made an audience.
CHOICES_MAX = 6
NEARNESS_MIN = 0.3  # Of difflib: below, two names share little more than a letter.
NAME_CHARACTERS_MIN = 2  # A single letter in a sentence names nobody.
_MEANS_ALL = frozenset({"member"})
"""Scopes that restrict nothing: whoever is known is a member."""
_PEOPLE = ("customers", "members", "客户", "顾客", "用户", "会员", "门店", "人群", "的人", "店", "的")
_ALSO: Mapping[str, tuple[str, ...]] = {
    "tier=vip": ("vip", "贵宾"),
    "tier=gold": ("gold", "金卡", "黄金"),
    "tier=silver": ("silver", "银卡", "白银"),
    "tier=platinum": ("platinum", "铂金", "白金"),
    "tier=diamond": ("diamond", "钻石"),
    "sex=female": ("female", "f", "女", "女性"),
    "sex=male": ("male", "m", "男", "男性"),
    "lifecycle=new": ("新客", "new"),
    "lifecycle=existing": ("老客", "existing"),
    "lifecycle=lapsed": ("沉睡", "流失", "lapsed"),
    "lifecycle=active": ("活跃", "active"),
    "value=high": ("高价值", "high value"),
    "sales=online": ("线上", "online"),
    "sales=offline": ("线下", "offline"),
}
"""How exports spell what the grammar reads as one thing; compared without the words for people."""


class Known(Struct, frozen=True, kw_only=True):
    """A group that exists here: `value` is what an answer takes, `name` what people call it."""

    value: str
    name: str
    tree: Tree
    label: Choice


class Group(Struct, frozen=True, kw_only=True):
    """Whom a goal is about, as one tree; None is everybody. `remarks` say how its words were taken."""

    tree: Tree | None = None
    remarks: tuple[Remark, ...] = ()


def vocabulary(
    lake: LakeReader, audiences: Mapping[str, Mapping[str, Any]], traits: Mapping[str, Mapping[str, Any]]
) -> tuple[Known, ...]:
    """Return every group that a goal may name: audiences, tags, levels and signals, then the words of attributes."""
    known = [each for identity, body in audiences.items() for each in _named(identity, body)]
    columns = lake.select(SQL["attribute_values"], [WORDS_MAX])
    rows = zip(columns["key"].tolist(), columns["word"].tolist(), columns["people"].tolist(), strict=True)
    known += [_attribute(name, word, int(people)) for name, word, people in rows if name not in traits]
    return tuple(known)


def _named(identity: str, body: Mapping[str, Any]) -> list[Known]:
    """Return what somebody named, by its name; a signal is called by either language's part of it."""
    name = str(body["name"])
    if identity.startswith(OFFERED):
        label = Choice(value=identity, zh=f"机会“{name}”", en=f"the opportunity “{name}”")
        return [Known(value=identity, name=name, tree=body["where"], label=label)]
    if identity.startswith(TAG):
        return [_tag(identity, name)]
    if identity.startswith(LEVEL):
        label = Choice(value=identity, zh=f"等级“{name}”", en=f"the level “{name}”")
        return [Known(value=identity, name=name, tree={"audience": identity}, label=label)]
    if identity.startswith(SIGNAL):
        label = Choice(value=identity, zh=f"有信号“{name}”的人", en=f"people with the signal “{name}”")
        return [Known(value=identity, name=each, tree={"audience": identity}, label=label) for each in names_of(name)]
    return [_audience(identity, name)]


def names_of(name: str) -> tuple[str, ...]:
    """Return a name and, where it is said in Chinese and English one after the other, its two parts.

    >>> names_of("犹豫 hesitating")
    ('犹豫 hesitating', '犹豫', 'hesitating')
    """
    zh, _, en = name.partition(" ")
    parts = (zh, en) if is_chinese(zh) and en and not is_chinese(en) else ()
    return (name, *parts)


def _audience(identity: str, name: str) -> Known:
    value = f"audience:{identity}"
    label = Choice(value=value, zh=f"人群“{name}”", en=f"the audience “{name}”")
    return Known(value=value, name=name, tree={"audience": identity}, label=label)


def _tag(identity: str, name: str) -> Known:
    label = Choice(value=identity, zh=f"标签“{name}”", en=f"the tag “{name}”")
    return Known(value=identity, name=name, tree={"tag": identity.removeprefix(TAG)}, label=label)


def _attribute(name: str, word: str, people: int) -> Known:
    value = f"attribute:{name}={word}"
    label = Choice(value=value, zh=f"{name} 为“{word}”（{people:,} 人）", en=f"{name} is “{word}” ({people:,} people)")
    return Known(value=value, name=word, tree={"trait": name, "is": word}, label=label)


def names_in(understood: Understood, known: Sequence[Known]) -> tuple[str, ...]:
    """Return the groups whose names stand in what the grammar could not read."""
    unread = [normalise(span.text).plain for span in understood.unread]
    names = {each.name for each in known if len(each.name) >= NAME_CHARACTERS_MIN and not each.name.isdecimal()}
    return tuple(name for name in sorted(names) if any(normalise(name).plain in text for text in unread))


def group_of(
    scope: Sequence[ScopeCondition], answer: str | None, words: Sequence[Known], lake: LakeReader
) -> Group | Question:
    """Return whom the conditions mean, or what must be asked; an answer says it in place of all of them.

    Conditions of one kind are alternatives (上海、杭州), different kinds hold together (上海的 VIP).
    Raises `unusable_answer`.
    """
    asked = [condition for condition in scope if condition.kind not in _MEANS_ALL]
    if answer is not None:
        return _answered(answer, words)
    chosen: list[tuple[ScopeCondition, Known]] = []
    for condition in asked:
        fitting = _fitting(condition, words) or _behaving(condition, lake)
        if len(fitting) != 1:
            return _which(condition, fitting or _nearest(condition, words))
        chosen.append((condition, fitting[0]))
    if not chosen:
        return Group()
    parts = [_together([known.tree for kept, known in chosen if kept.kind == kind], "any") for kind in _kinds(chosen)]
    parts += [{"not": known.tree} for kept, known in chosen if kept.excluded]
    meant = [
        replace(known.label, **_excluding(known.label)) if kept.excluded else known.label for kept, known in chosen
    ]
    return _group(_together(parts, "all"), "、".join(condition.text for condition in asked), meant)


def _excluding(label: Choice) -> dict[str, str]:
    return {"zh": f"不含{label.zh}", "en": f"not {label.en}"}


def _kinds(chosen: Sequence[tuple[ScopeCondition, Known]]) -> list[str]:
    return list(dict.fromkeys(condition.kind for condition, _ in chosen if not condition.excluded))


def _together(trees: Sequence[Tree], word: str) -> Tree:
    return trees[0] if len(trees) == 1 else {word: list(trees)}


def _group(tree: Tree, text: str, meant: Sequence[Choice]) -> Group:
    zh, en = "；".join(each.zh for each in meant), "; ".join(each.en for each in meant)
    remark = Remark(
        id="group",
        zh=f"“{text}”按这样认人：{zh}。人数、水平、预测和复盘都只说这群人",
        en=f"“{text}” is taken to mean: {en}. People, baseline, forecast and report speak of them alone",
    )
    return Group(tree=tree, remarks=(remark,))


def _answered(answer: str, words: Sequence[Known]) -> Group:
    if answer == EVERYONE:
        return Group()
    plain = _plain(answer)
    fitting = [each for each in words if answer == each.value]
    fitting = fitting or [each for each in words if _plain(each.name) == plain]
    if len(fitting) != 1:
        raise unusable_answer("scope", answer)
    return _group(fitting[0].tree, fitting[0].name, [fitting[0].label])


def _fitting(condition: ScopeCondition, known: Sequence[Known]) -> list[Known]:
    """Return the groups that a condition names; audiences and tags go before attributes, for somebody named them so."""
    wanted = _spellings(condition)
    fitting = [each for each in known if _plain(each.name) in wanted]
    audiences = [each for each in fitting if each.value.startswith(("audience:", OFFERED, TAG, LEVEL, SIGNAL))]
    return audiences or fitting


def _behaving(condition: ScopeCondition, lake: LakeReader) -> list[Known]:
    found = tree_of_behaviour(condition, lake)
    return [] if found is None else [Known(value="", name=condition.text, tree=found[0], label=found[1])]


def _spellings(condition: ScopeCondition) -> set[str]:
    value = condition.value
    said = {value, condition.text, *_ALSO.get(f"{condition.kind}={value}", ())}
    if condition.kind in ("place", "store"):
        said |= {f"{value}市", f"{value}省", PLACE_EN.get(value, value)}
    return {_plain(each) for each in said}


def _plain(name: str) -> str:
    """Return a name without its words for people: VIP客户 and `vip customers` are both vip."""
    plain = normalise(name).plain.strip()
    for word in _PEOPLE:
        if plain.endswith(word) and len(plain) > len(word):
            plain = plain.removesuffix(word).strip()
    return plain


def _nearest(condition: ScopeCondition, known: Sequence[Known]) -> list[Known]:
    """Return groups with a similar name, then others, as far as there is room for choices."""
    by_name: dict[str, list[Known]] = {}
    for each in known:
        by_name.setdefault(_plain(each.name), []).append(each)
    wanted = _plain(condition.text)
    similar = [name for name in by_name if wanted in name or (len(name) > 1 and name in wanted)]
    similar += get_close_matches(wanted, by_name, n=CHOICES_MAX, cutoff=NEARNESS_MIN)
    near = [each for name in dict.fromkeys(similar) for each in by_name[name]]
    near += [
        each for each in known[: 2 * CHOICES_MAX] if each not in near
    ]  # Audiences come first, then the commonest words.
    return near[:CHOICES_MAX]


def _which(condition: ScopeCondition, offered: Sequence[Known]) -> Question:
    text = condition.text
    everyone = Choice(value=EVERYONE, zh="不限定，所有允许触达的客户", en="no group: everybody who may be reached")
    return Question(
        id="scope",
        zh=f"“{text}”是哪一群人？没有唯一对得上的人群或客户资料",
        en=f"Who is “{text}”? No single audience or attribute goes by that name",
        choices=(*(each.label for each in offered[:CHOICES_MAX]), everyone),
    )
