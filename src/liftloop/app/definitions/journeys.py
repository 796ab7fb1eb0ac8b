"""What nodes of a journey stand on outside of it: whether it is there, and fit for what the node wants of it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from liftloop.deliver.settings import for_customers, for_marketing
from liftloop.journey.actions import CallWebhook, Change, Enrol, GiveCoupon, GivePoints, GiveTask, PutTag, SetTrait
from liftloop.journey.contract import Journey
from liftloop.journey.nodes import Node, Send
from liftloop.profile.points import ACCOUNT
from liftloop.profile.studied import STUDIED
from liftloop.profile.tags import TAG

Live = Callable[[str], Mapping[str, Mapping[str, Any]]]
"""Return the live bodies of a kind by id."""


class Lack(Struct, frozen=True, kw_only=True):
    """What a node stands on and is not there, or does not fit; people who came to it would meet nothing."""

    node: str
    code: str
    zh: str
    en: str


def lacks(live: Live, identity: str, journey: Journey) -> Iterator[Lack]:
    """Yield what keeps nodes from working, in the order of the nodes; what a message lacks may still come."""
    channels = live("channel")
    reaching, marketing = for_customers(channels), for_marketing(channels)
    for node in journey.nodes:
        found = None
        if isinstance(node, Change | CallWebhook | GiveCoupon):
            found = _lack(live, identity, node)
        elif isinstance(node, Send):
            fits = None
            if node.channel in channels:
                fits = _misfit(node, node.channel in reaching, node.channel in marketing)
            found = fits or _no_way(live, node)
        if found is not None:
            code, zh, en = found
            yield Lack(node=node.id, code=code, zh=f"节点 {node.id}：{zh}", en=f"node {node.id}: {en}")


def _misfit(node: Send, reaches: bool, markets: bool) -> tuple[str, str, str] | None:
    if not reaches:
        return (
            "not_for_customers",
            f"{node.channel} 是群机器人或应用消息，只能发给同事，不能发给客户",
            f"{node.channel} is a robot or an app: it speaks to colleagues, not to customers",
        )
    if node.purpose == "marketing" and not markets:
        return (
            "channel_not_for_marketing",
            f"{node.channel} 只能发服务通知：把这个节点的用途改成 service，或换一个渠道发营销",
            f"{node.channel} carries service notices only: give the node the purpose service",
        )
    return None


def _no_way(live: Live, node: Send) -> tuple[str, str, str] | None:
    """Return which other way of a message is not there: nobody would miss it before it is needed."""
    for way in node.fallbacks:
        if way.channel not in live("channel"):
            return "no_channel", f"没有渠道 {way.channel}", f"there is no channel {way.channel}"
        if way.content not in live("content"):
            return "no_content", f"没有内容 {way.content}", f"there is no content {way.content}"
    return None


def _lack(live: Live, identity: str, node: Change | CallWebhook | GiveCoupon) -> tuple[str, str, str] | None:
    match node:
        case PutTag():
            return _of_tag(live, node)
        case SetTrait(trait=trait) if trait in {*STUDIED, ACCOUNT} or trait.startswith(TAG) or trait in live("trait"):
            return (
                "trait_computed",
                f"不能改 {trait}：它由系统计算，或属于标签和积分",
                (f"{trait} cannot be changed: it is computed, or belongs to tags or points"),
            )
        case GivePoints() if "points" not in live("setting"):
            return "no_points", "还没有积分规则，发不了积分", "there are no rules of points, so none can be given"
        case GiveTask(team=team) if team and team not in live("team"):
            return "no_team", f"没有团队 {team}", f"there is no team {team}"
        case GiveTask(text=text) if text and text not in live("content"):
            return "no_content", f"没有内容 {text}", f"there is no content {text}"
        case GiveCoupon(pool=pool) if pool not in live("pool"):
            return "no_pool", f"没有券池 {pool}", f"there is no coupon pool {pool}"
        case CallWebhook(channel=channel) if live("channel").get(channel, {}).get("kind") != "webhook":
            return "no_webhook", f"{channel} 不是已发布的 webhook 渠道", f"{channel} is no live channel of kind webhook"
        case CallWebhook(content=content) if content not in live("content"):
            return "no_content", f"没有内容 {content}", f"there is no content {content}"
        case Enrol(journey=onward):
            return _of_journey(live, identity, onward)
        case _:
            return None


def _of_tag(live: Live, node: PutTag) -> tuple[str, str, str] | None:
    tag = live("tag").get(node.tag)
    if tag is None:
        return "no_tag", f"没有标签 {node.tag}", f"there is no tag {node.tag}"
    if tag.get("where"):
        return (
            "tag_follows_rule",
            f"标签 {node.tag} 按规则自动打，不能由旅程打或摘",
            f"the tag {node.tag} follows a rule: no journey puts it on or takes it off",
        )
    return None


def _of_journey(live: Live, identity: str, onward: str) -> tuple[str, str, str] | None:
    journeys = live("journey")
    if onward != identity and onward not in journeys:
        return "no_journey", f"没有旅程 {onward}", f"there is no journey {onward}"
    if identity in _reached(journeys, onward):
        return (
            "circular_journeys",
            f"旅程 {onward} 又会把人送回 {identity}，绕成了圈",
            f"the journey {onward} leads back to {identity}: a circle",
        )
    return None


def _reached(journeys: Mapping[str, Mapping[str, Any]], start: str) -> set[str]:
    """Return a journey and all into which it leads, at once or by way of others."""
    seen, ahead = set[str](), {start}
    while ahead:
        one = ahead.pop()
        seen.add(one)
        nodes = journeys.get(one, {}).get("nodes", ())
        ahead |= {str(each["journey"]) for each in nodes if each.get("kind") == "journey"} - seen
    return seen


def single_way(node: Node) -> str:
    """Return where a node leads that leads to one place only, empty for others."""
    onward = getattr(node, "next", "")
    return onward if isinstance(onward, str) else ""
