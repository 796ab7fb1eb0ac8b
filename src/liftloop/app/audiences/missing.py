"""What conditions ask for and is not there any more: said in words, and no reason to send anybody anywhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from liftloop.app.definitions.publishing import Definitions
from liftloop.app.definitions.uses import KIND_WORDS, asked_for
from liftloop.app.words import Said
from liftloop.audience.reading import LEVEL, SIGNAL
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.profile.tags import TAG

_NAMED = {"audience": "", "signal": SIGNAL, "tag": TAG, "level": LEVEL}


class MissingCondition(LiftloopError):
    """Members of an audience are wanted elsewhere, and what one of its conditions asks for is gone."""

    def __init__(self, said: Said) -> None:
        super().__init__(
            "missing_condition",
            zh=said.zh,
            en=said.en,
            next_zh="打开人群，换掉这个条件再发布",
            next_en="open the audience, replace that condition and publish it",
            status=409,
            exit_code=EXIT_REFUSED,
        )


def missing_of(tree: Mapping[str, Any], definitions: Definitions) -> list[Said]:
    """Return what a tree asks for and is gone, a sentence each; the trees of audiences it names are looked at too."""
    conditioned, traits = definitions.conditioned(), definitions.live("trait")
    once = definitions.ended("trait")
    found: dict[tuple[str, str], None] = {}
    seen: set[str] = set()
    open_trees: list[Any] = [tree]
    while open_trees:
        for kind, identity in asked_for(open_trees.pop()):
            if kind == "trait":
                if identity in once and identity not in traits:
                    found[kind, identity] = None
                continue
            name = _NAMED[kind] + identity
            if name not in conditioned:
                found[kind, identity] = None
            elif name not in seen:
                seen.add(name)
                open_trees.append(conditioned[name]["where"])
    return [_said(kind, identity) for kind, identity in found]


def refuse_missing(tree: Mapping[str, Any], definitions: Definitions) -> None:
    """Raise `MissingCondition` where a tree asks for something that is gone."""
    found: Sequence[Said] = missing_of(tree, definitions)
    if found:
        raise MissingCondition(found[0])


def _said(kind: str, identity: str) -> Said:
    zh, en = KIND_WORDS[kind]
    return Said(
        f"条件里的{zh}「{identity}」已经撤掉，谁都不算符合；前面写着「不是」的，就变成所有人都符合",
        f"The {en} “{identity}” that a condition asks for is gone: it holds for nobody, and where it is negated for"
        " everybody",
    )
