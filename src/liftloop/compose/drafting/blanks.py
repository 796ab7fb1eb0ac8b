"""What goes into the blanks of a provider's template, by their names and by the words around them."""

import re

from liftloop.compose.drafting.brief import Brief, Spoken
from liftloop.compose.law.finding import VALUE_CHARACTERS_MAX
from liftloop.compose.law.writing import places
from liftloop.compose.subscribe_fields import fits, kind_of, known

PERSON = frozenset({"name", "customer", "member", "user", "nickname"})
OFFER = frozenset({"offer", "coupon", "gift", "benefit", "discount"})
ITEM = frozenset({"item", "product", "goods"})
CODE = frozenset({"code", "coupon_code"})
BRAND = frozenset({"brand", "shop", "store"})
TEXT = frozenset({"content", "text", "title", "activity", "topic", "message", "remark"})

_BEFORE_PERSON = re.compile(r"(?:亲爱的|尊敬的|您好[，,]?|hi|dear)\s*$", re.IGNORECASE)
_BEHIND_PERSON = re.compile(r"^\s*(?:您好|你好|先生|女士|会员)")
_BEFORE_CODE = re.compile(r"(?:券码|兑换码|优惠码|code)\s*[:：]?\s*$", re.IGNORECASE)
_STOPS = "。.！!"
_BETWEEN = re.compile(r"[，。？！,.?!]")


def blank_values(brief: Brief, spoken: Spoken, template: str) -> tuple[dict[str, str], list[str]]:
    """Return values for the blanks of a template, and the blanks that no rule can fill in, both in its order."""
    names = places(template)
    promised = any(each.lower() in OFFER | ITEM for each in names)
    told, running = said_of(brief, spoken), _running(brief, spoken, promised=promised)
    values: dict[str, str] = {}
    for name in names:
        value = _known_value(brief, name, template)
        if not value and (name.isdigit() or name.lower() in TEXT):
            value, running = _taken(name, running), []
        if not value and (name.isdigit() or name.lower() in TEXT or kind_of(name) == "thing"):
            value = _taken(name, told)
        if value:
            values[name] = value
    return values, [each for each in names if each not in values]


def proposed_text(brief: Brief, spoken: Spoken, opt_out: str) -> str:
    """Return the text to have approved: fixed words, a blank for the name and one for what may change."""
    change = "${offer}" if brief.offer else "${product}" if brief.item else ""
    line = spoken.line.rstrip("。.")
    core = f"，{change}" if change else ""
    end = f"，{opt_out}" if brief.purpose == "marketing" else "。"
    return f"亲爱的${{name}}，{line}{core}{end}"


def said_of(brief: Brief, spoken: Spoken) -> list[str]:
    """Return what free blanks may say, what matters most first; short ones take a clause."""
    clauses = [each.strip() for each in _BETWEEN.split(spoken.line) if each.strip()]
    whole = (spoken.headline or spoken.line, brief.offer, brief.item, brief.mention, spoken.line)
    return [each for each in dict.fromkeys((*whole, *clauses, brief.short)) if each]


def _running(brief: Brief, spoken: Spoken, *, promised: bool) -> list[str]:
    """Return what one blank inside a sentence may say, from all of it down; `promised`: the offer stands elsewhere."""
    comma = brief.said("，", ", ")
    line, headline = (each.rstrip(_STOPS) for each in (spoken.line, spoken.headline))
    about = "" if promised else _about(brief)
    told = [comma.join(each for each in (heart, about) if each) for heart in (line, headline)]
    return [each for each in (*told, about, "" if promised else brief.offer or brief.item, line, headline) if each]


def _about(brief: Brief) -> str:
    if brief.offer:
        return brief.said(f"为你准备了{brief.offer}", f"{brief.offer} for you")
    return brief.said(f"推荐{brief.item}", f"try {brief.item}") if brief.item else ""


def _known_value(brief: Brief, name: str, template: str) -> str:
    """Return the value of a blank whose name, or the words around it, say what it is for."""
    plain = name.lower()
    around = _around(name, template)
    if plain in PERSON or _BEFORE_PERSON.search(around[0]) or _BEHIND_PERSON.search(around[1]):
        return brief.said("{{ customer.name | default: '会员' }}", "{{ customer.name | default: 'member' }}")
    if plain in CODE or kind_of(plain) == "character_string" or _BEFORE_CODE.search(around[0]):
        return "{{ coupon.code }}" if brief.pool else ""
    if plain in OFFER:
        return brief.offer
    if plain in ITEM:
        return brief.item
    if plain in BRAND:
        return brief.brand
    return brief.phrase if kind_of(plain) == "phrase" else ""


def _taken(name: str, told: list[str]) -> str:
    """Return the first saying that fits a blank, and take it; empty where none does."""
    for saying in told:
        if len(saying) <= VALUE_CHARACTERS_MAX and (name.isdigit() or not known(name) or fits(name, saying)):
            told.remove(saying)
            return saying
    return ""


def _around(name: str, template: str) -> tuple[str, str]:
    """Return what stands before and behind a blank."""
    place = f"{{{name}}}" if name.isdigit() else f"${{{name}}}"
    before, _, behind = template.partition(place)
    return before, behind
