"""Who says or does something, as people know them: sources by their names, the terminal by what it is."""

from collections.abc import Mapping
from typing import Any

from liftloop.app.words import Said
from liftloop.collect.sources import OWN_KEY

_KNOWN = {
    "person:cli": Said("命令行", "the terminal"),
    "person:admin": Said("管理员", "the administrator"),
    f"key:{OWN_KEY}": Said("自带的写入密钥", "this installation's own key"),
    "import": Said("导入的文件", "an imported file"),
}


def source_names(live: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, str]:
    """Return what sources and forms are called, by the id under which actors name them; `live` has both kinds."""
    sources = {identity: str(body.get("name") or "") for identity, body in live["source"].items()}
    forms = {f"form:{identity}": str(body.get("title") or "") for identity, body in live["form"].items()}
    return {identity: name for identity, name in {**sources, **forms}.items() if name}


def actor_words(actor: str, names: Mapping[str, str]) -> Said:
    """Return what to call an actor such as `key:web`; one that has no name by its id, nobody by nothing.

    >>> actor_words("key:web", {"web": "小程序"}).zh, actor_words("key:old", {}).en, actor_words("system:study", {}).en
    ('小程序', 'old', 'the system')
    """
    kind, _, identity = actor.partition(":")
    name = names.get(identity or actor) or names.get(actor)
    if name:
        return Said(name, name)
    if kind == "system":
        return Said("系统", "the system")
    return _KNOWN.get(actor) or Said(identity or actor, identity or actor)
