"""Drafts of a content by rules, by the words of playbooks and by a language model where there is one.

Each is held against the same rules as any other.
Nothing is kept: whoever likes a draft publishes it.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.contents.checking import Checked, as_content, check_written
from liftloop.app.contents.judging import Judge
from liftloop.app.definitions.lawful import carrier_named, content_rules
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.definitions.uses import Live
from liftloop.app.desk import Desk
from liftloop.app.item_names import item_names
from liftloop.app.language_model.contract import Asked as ModelAsked
from liftloop.app.planning.given import offer_of
from liftloop.app.playbooks.book import PLAYBOOKS
from liftloop.app.playbooks.contract import Asked
from liftloop.compose.contract import Carrier
from liftloop.compose.drafting.brief import Brief, Purpose, Shaped, Spoken
from liftloop.compose.drafting.occasions import BY_ID, NEWS, Occasion, occasion_in, spoken
from liftloop.compose.drafting.shapes import SUBSCRIBE, shaped
from liftloop.compose.fields import BadFields, read_fields
from liftloop.compose.law.writing import OPTIONS
from liftloop.kernel.errors import Language
from liftloop.plan.options import offer_name

DRAFTS_MAX = 6
"""More than anybody compares."""
ReadFrom = Literal["asked", "goal", "signal", "nothing"]


class Wish(Struct, frozen=True, kw_only=True):
    """What somebody wants words for; everything may be left out."""

    goal: str = ""
    occasion: str = ""
    """By its id; else it is read from goal and signal."""
    signal: str = ""
    """Why people are written to. It chooses what is said and is never told to them."""
    channel: str = ""
    purpose: Purpose | Literal[""] = ""
    offer: str = ""
    item: str = ""
    mention: str = ""
    url: str = ""
    language: Language = "zh-CN"
    template: str = ""
    fields: tuple[str, ...] = ()
    ask_model: bool = True
    """Whether a language model is asked too, where one is set."""


class Draft(Struct, frozen=True, kw_only=True):
    """One draft, and what stands against it."""

    shaped: Shaped
    checked: Checked


class Drafts(Struct, frozen=True, kw_only=True):
    """What was understood, and a draft in each tone."""

    occasion: Occasion
    read_from: ReadFrom
    brief: Brief
    drafts: Sequence[Draft]
    """Those of a language model first."""
    model: ModelAsked | None
    """What came of asking it; None where it was not asked."""


async def drafted(desk: Desk, wish: Wish) -> Drafts:
    """Return drafts for a wish; raises `NotFound` for a channel, offer, item, signal or occasion that is not there."""
    live = desk.definitions.live
    occasion, read_from = _occasion(live, wish)
    brief = await _brief(desk, wish, occasion)
    sayings = [*spoken(occasion, wish.language, (wish.goal, wish.mention)), *_playbook_words(occasion, wish.language)]
    model = None
    if wish.ask_model:
        model = await desk.language_model.words(brief, Judge(live, brief, sayings[0]), "draft")
    modelled = model.words if model is not None else ()
    found: dict[str, Draft] = {}
    for each in [*modelled, *sayings]:
        form = shaped(brief, each)
        found.setdefault(str(form.body["body"]), Draft(shaped=form, checked=check_written(live, as_content(form.body))))
    drafts = list(found.values())[: DRAFTS_MAX + len(modelled)]
    return Drafts(occasion=occasion, read_from=read_from, brief=brief, drafts=drafts, model=model)


def _occasion(live: Live, wish: Wish) -> tuple[Occasion, ReadFrom]:
    if wish.occasion:
        if wish.occasion not in BY_ID:
            raise NotFound("occasion", wish.occasion)
        return BY_ID[wish.occasion], "asked"
    if (found := occasion_in(wish.goal)) is not None:
        return found, "goal"
    if wish.signal:
        known = occasion_in(f"{_named(live, 'signal', wish.signal).get('name', '')} {wish.signal}")
        return (known, "signal") if known is not None else (NEWS, "nothing")
    return NEWS, "nothing"


def _named(live: Live, kind: str, identity: str) -> Mapping[str, Any]:
    body = live(kind).get(identity)
    if body is None:
        raise NotFound(kind, identity)
    return body


async def _brief(desk: Desk, wish: Wish, occasion: Occasion) -> Brief:
    live = desk.definitions.live
    if wish.channel:
        _named(live, "channel", wish.channel)
    if wish.signal:
        _named(live, "signal", wish.signal)
    carrier = carrier_named(live, wish.channel)
    return Brief(
        language=wish.language,
        purpose=wish.purpose or occasion.purpose,
        carrier=carrier,
        short=occasion.short.zh if wish.language == "zh-CN" else occasion.short.en,
        phrase=occasion.short.zh,
        brand=_brand(live),
        offer=_offer(live, wish),
        item=await _item(desk, wish.item),
        mention=wish.mention.strip(),
        url=wish.url,
        pool=_pool(live, wish.offer),
        fields=wish.fields or (_known_fields(live, carrier) if carrier.kind in SUBSCRIBE else ()),
        template=wish.template,
        mjml=find_spec("mrml") is not None,
        linked=bool(content_rules(live).public_url),
    )


def _offer(live: Live, wish: Wish) -> str:
    if not wish.offer:
        return ""
    words = offer_name(offer_of(wish.offer, _named(live, "offer", wish.offer)))
    return words.zh if wish.language == "zh-CN" else words.en


async def _item(desk: Desk, identity: str) -> str:
    if not identity:
        return ""
    names = await item_names(desk.follower, [identity])
    if identity not in names:
        raise NotFound("item", identity)
    return names[identity]


def _pool(live: Live, offer: str) -> str:
    """Return the pool from which messages with this offer take their codes, empty for none."""
    return next((each for each, body in live("pool").items() if offer and body.get("offer") == offer), "")


def _brand(live: Live) -> str:
    """Return what the shop calls itself: the signature of its messages, else the name before its mail address."""
    carriers = [carrier_named(live, each) for each in live("channel")]
    senders = (each.sender.partition("<")[0].strip().strip('"') for each in carriers if "<" in each.sender)
    return next((name for name in (*(each.sign for each in carriers), *senders) if name), "")


def _known_fields(live: Live, carrier: Carrier) -> tuple[str, ...]:
    """Return the fields that another content of the same channel fills in; none where there is no such content."""
    for body in live("content").values():
        if body.get("channel") == carrier.id:
            try:
                return tuple(read_fields(str(body.get("body", "")), OPTIONS).values)
            except BadFields:
                continue
    return ()


def _playbook_words(occasion: Occasion, language: Language) -> Iterator[Spoken]:
    """Yield the first words of playbooks for the same occasion, without an offer: that is named beside them.

    Their later words go on from there, and would be untrue by themselves.
    """
    for identity in occasion.playbooks:
        book = PLAYBOOKS[identity]
        usual = {each.id: "" if each.kind == "offer" else each.usual for each in book.fields}
        made = book.build(Asked(base=identity, language=language, values=usual)).definitions
        first = next(each.body for each in made if each.kind == "content")
        yield Spoken(tone="playbook", headline=str(first["subject"]), line=str(first["body"]))
