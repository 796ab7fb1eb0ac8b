"""What the rules and approvals say of live contents: for the library, for journeys and for launches alike."""

from collections.abc import Iterable, Mapping

import msgspec

from liftloop.app.definitions.uses import Live
from liftloop.app.text_variables import COUPON, PERSON, known_variables
from liftloop.app.words import reason_words
from liftloop.compose.asset_names import assets_in, names_of
from liftloop.compose.assets import ASSETS
from liftloop.compose.check import check
from liftloop.compose.contract import Carrier, Content, ContentReview, ContentRules, Problem
from liftloop.compose.law.rule import Judged
from liftloop.compose.law.table import RULES
from liftloop.compose.reading import REVIEW, SETTING, Hit, hits, parts_reserved
from liftloop.deliver.content_law import ContentLaw
from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.media import carrier_of
from liftloop.journey.contract import Journey
from liftloop.journey.nodes import Send
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.plan.contract import Action
from liftloop.plan.options import Words

NAMED_MAX = 5


class ContentNotAllowed(LiftloopError):
    """Something that would start breaks a rule with its words, or they are not approved."""

    def __init__(self, refused: Mapping[str, str]) -> None:
        """Take the reason by content."""
        few = list(refused.items())[:NAMED_MAX]
        said = [(content, reason_words(reason)) for content, reason in few]
        more_zh, more_en = (
            (f"；还有 {len(refused) - NAMED_MAX} 个", f"; and {len(refused) - NAMED_MAX} more")
            if len(refused) > NAMED_MAX
            else ("", "")
        )
        waiting = all(reason.startswith("not_approved:") for reason in refused.values())
        super().__init__(
            "content_not_allowed",
            zh="内容现在不能发：" + "；".join(f"「{content}」{why.zh}" for content, why in said) + more_zh,
            en="contents may not be sent now: " + "; ".join(f"{content}: {why.en}" for content, why in said) + more_en,
            next_zh="请审批人在内容库里批准，再启动" if waiting else "在内容库里改好（或登记例外），再启动",
            next_en="have them approved in the library, then start again"
            if waiting
            else "mend them in the library (or record an exception), then start again",
            status=409,
            exit_code=EXIT_REFUSED,
        )


def content_rules(live: Live) -> ContentRules:
    """Return the setting `contents`, or what holds without one."""
    return msgspec.convert(live("setting").get(SETTING, {}), type=ContentRules, strict=False)


def rules_problem(rules: ContentRules) -> Words | None:
    """Return what is wrong with the setting `contents`."""
    unknown = [each for each in rules.stricter if each not in RULES]
    if unknown:
        return Words(zh=f"没有规则 {unknown[0]}", en=f"there is no rule {unknown[0]}")
    if rules.public_url and not rules.public_url.startswith("https://"):
        return Words(zh="public_url 要以 https:// 开头", en="public_url begins with https://")
    return None


def known_variables_of(live: Live) -> tuple[str, ...]:
    """Return what templates may speak of here."""
    return known_variables(live("trait"), linked=bool(content_rules(live).public_url))


def content_problems(live: Live, content: Content) -> list[Problem]:
    """Return what a content's templates cannot say here, to anybody or to some."""
    assets = {f"{ASSETS}.{name}" for identity, body in live("asset").items() for name in names_of(identity, body)}
    problems = check(content, {*known_variables_of(live), *assets}, (PERSON, COUPON))
    if not content_rules(live).public_url and assets_in(content):
        zh = "用了素材，但还没有填公开地址（设置 contents 的 public_url），读者打不开"
        en = "it shows an asset nobody could see: no public address is set (public_url in the setting contents)"
        problems.insert(0, Problem(code="no_public_url", zh=zh, en=en))
    return problems


def reviews_of(live: Live) -> dict[str, ContentReview]:
    """Return what was last said of each content's words."""
    return {
        identity: msgspec.convert(body, type=ContentReview, strict=False) for identity, body in live(REVIEW).items()
    }


def carrier_named(live: Live, channel: str) -> Carrier:
    """Return a live channel as far as rules ask; a carrier of no kind where there is none of this name."""
    body = live("channel").get(channel)
    if body is None:
        return Carrier(id=channel)
    definition = msgspec.convert(body, type=ChannelDefinition, strict=False)
    return carrier_of(definition, content_rules(live))


def message_fen(live: Live, content: str, channel: str, purpose: str) -> int:
    """Return what is set aside for one message of a content, of an SMS with all its parts; 0 for what is not there."""
    body, words = live("channel").get(channel), live("content").get(content)
    if body is None:
        return 0
    carrier = carrier_named(live, channel)
    if carrier.medium != "sms" or words is None:
        return int(body.get("cost_fen") or 0)
    parts = parts_reserved(msgspec.convert(words, type=Content, strict=False), carrier, purpose)
    return int(body.get("cost_fen") or 0) * parts


def content_hits(live: Live, content: Content, channel: str, purpose: str, when: Judged = "writing") -> list[Hit]:
    """Return what a content breaks, as it is written, through a channel."""
    review = reviews_of(live).get(content.id)
    exemptions = review.exemptions if review else ()
    return hits(content, carrier_named(live, channel), purpose, content_rules(live), exemptions, when)


def check_journey_words(live: Live, journey: Journey) -> None:
    """Raise `ContentNotAllowed` where a node would send words that may not leave; what is not there yet may come."""
    sends = [node for node in journey.nodes if isinstance(node, Send)]
    _check(live, [(node.content, node.channel, node.purpose) for node in sends])


def check_actions(live: Live, actions: Iterable[Action]) -> None:
    """Raise `ContentNotAllowed` where the words of a campaign's action may not leave."""
    asked = [
        (content, action.channel, "marketing")
        for action in actions
        for content in ([each.content for each in action.variants] or [action.content])
        if content
    ]
    _check(live, asked)


def _check(live: Live, asked: Iterable[tuple[str, str, str]]) -> None:
    """Ask the gate's own law about contents, channels and purposes."""
    law = ContentLaw(contents=live("content"), reviews=reviews_of(live), rules=content_rules(live))
    channels = live("channel")
    refused: dict[str, str] = {}
    for content, channel, purpose in asked:
        if channel in channels:
            definition = msgspec.convert(channels[channel], type=ChannelDefinition, strict=False)
            reason = law.refusal(content, definition, purpose)
            refused |= {content: reason} if reason else {}
    if refused:
        raise ContentNotAllowed(refused)
