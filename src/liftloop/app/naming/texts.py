"""The vocabulary of message texts: what may be said of a person, by which words, and how it is written."""

from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.naming.vocabulary import trait_name
from liftloop.app.text_variables import LEVEL, LEVEL_BENEFITS, PERSON, TAGS, TRAITS, person_names
from liftloop.app.words import Said
from liftloop.profile.studied import ITEM_TRAITS, STUDIED

_OWN = {
    LEVEL: Said("会员等级", "member level"),
    LEVEL_BENEFITS: Said("等级权益", "what the level brings"),
    TAGS: Said("标签", "tags"),
}


class TextVariable(Struct, frozen=True, kw_only=True):
    """One thing that a text may say of whoever gets it."""

    path: str
    name: Said
    example: str
    """As it is usually written in a text."""


def text_variables(desk: Desk) -> list[TextVariable]:
    """Return what texts may say of a person beyond attributes, the names of this installation's traits among them."""
    computed = desk.definitions.live("trait")
    return [
        TextVariable(
            path=f"{PERSON}.{name}",
            name=_OWN.get(name) or trait_name(TRAITS.get(name, name), computed.get(name)),
            example=_example(name),
        )
        for name in person_names(computed)
    ]


def _example(name: str) -> str:
    trait = TRAITS.get(name, "")
    unit = STUDIED[trait].unit if trait else "none"
    if name == TAGS:
        return f"{{{{ {PERSON}.{name} | join: '、' }}}}"
    if trait in ITEM_TRAITS:
        return f"{{{{ {PERSON}.{name}.name }}}}"
    match unit:
        case "fen":
            return f"{{{{ {PERSON}.{name} | money }}}}"
        case "instant":
            return f"{{{{ {PERSON}.{name} | date: '%m-%d' }}}}"
        case "share":
            return f"{{{{ {PERSON}.{name} | times: 100 | round }}}}%"
        case _:
            return f"{{{{ {PERSON}.{name} }}}}"
