"""Which live definitions ask for another one, so that nothing is ended under those who stand on it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from liftloop.audience.reading import LEVEL, SIGNAL
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.profile.studied import LIKENESS
from liftloop.profile.tags import TAG

USERS_NAMED = 5
ASKED_FOR = ("audience", "signal", "tag", "level", "trait")
"""Kinds that conditions ask for."""
ASKING = ("audience", "signal", "tag", "level", "journey", "campaign", "destination")
"""Kinds that have conditions, or name an audience."""
_PREFIXES = {"signal": SIGNAL, "tag": TAG, "level": LEVEL}
KIND_WORDS: Mapping[str, tuple[str, str]] = {
    "audience": ("人群", "audience"),
    "signal": ("信号", "signal"),
    "tag": ("标签", "tag"),
    "level": ("等级", "level"),
    "trait": ("特征", "trait"),
    "journey": ("旅程", "journey"),
    "campaign": ("活动", "campaign"),
    "destination": ("去向", "destination"),
    "metric": ("指标", "metric"),
    "goal": ("长期目标", "standing goal"),
    "content": ("内容", "content"),
    "channel": ("渠道", "channel"),
    "offer": ("优惠", "offer"),
    "item": ("商品", "item"),
    "pool": ("券池", "pool of codes"),
    "alert": ("群通知", "alert"),
    "setting": ("设置", "setting"),
    "asset": ("素材", "asset"),
}

Live = Callable[[str], Mapping[str, Mapping[str, Any]]]
"""Return the live bodies of a kind by id."""


class User(Struct, frozen=True, kw_only=True):
    """A live definition that asks for another."""

    kind: str
    id: str
    name: str


class InUse(LiftloopError):
    """Something that is to be ended is asked for by what lives on."""

    def __init__(self, kind: str, identity: str, users: list[User]) -> None:
        word_zh, word_en = KIND_WORDS[kind]
        more_zh, more_en = (f"等 {len(users)} 处", f" and {len(users) - USERS_NAMED} more")
        few = len(users) <= USERS_NAMED
        named_zh = "、".join(f"{KIND_WORDS[each.kind][0]}「{each.name}」" for each in users[:USERS_NAMED])
        named_en = ", ".join(f"{KIND_WORDS[each.kind][1]} “{each.name}”" for each in users[:USERS_NAMED])
        super().__init__(
            "in_use",
            zh=f"{word_zh} {identity} 还有人用：{named_zh}{'' if few else more_zh}",
            en=f"the {word_en} {identity} is in use: {named_en}{'' if few else more_en}",
            next_zh="先改掉或撤掉这些，再撤掉它",
            next_en="change or retire these first",
            status=409,
            exit_code=EXIT_REFUSED,
        )


def users_of(live: Live, kind: str, identity: str) -> list[User]:
    """Return the live definitions that ask for one of a kind, itself left out."""
    if kind not in ASKED_FOR:
        return []
    return [
        User(kind=asking, id=each, name=str(body.get("name") or each))
        for asking in ASKING
        for each, body in live(asking).items()
        if (asking, each) != (kind, identity) and (kind, identity) in asked_for(body)
    ]


def asked_for(body: Any) -> Iterator[tuple[str, str]]:
    """Yield (kind, id) of all that the conditions of a definition ask for; attributes are said to be traits too."""
    if isinstance(body, Mapping):
        for word, meant in (("audience", _audience), ("tag", _tag), ("trait", _trait)):
            if isinstance(body.get(word), str):
                yield meant(body[word])
        if isinstance(body.get("columns"), list | tuple):  # Of a destination: attributes, and traits among them.
            yield from (_trait(str(column)) for column in body["columns"])
        for part in body.values():
            yield from asked_for(part)
    elif isinstance(body, list | tuple):
        for part in body:
            yield from asked_for(part)


def _audience(name: str) -> tuple[str, str]:
    for kind, prefix in _PREFIXES.items():
        if name.startswith(prefix):
            return kind, name.removeprefix(prefix)
    return "audience", name


def _tag(name: str) -> tuple[str, str]:
    return "tag", name


def _trait(name: str) -> tuple[str, str]:
    return ("audience", name.removeprefix(LIKENESS)) if name.startswith(LIKENESS) else ("trait", name)
