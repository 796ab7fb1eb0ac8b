"""Reads and checks the graph of a journey."""

from collections.abc import Mapping, Sequence
from math import isclose
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.audience.reading import check as check_tree
from liftloop.journey.actions import AddScore, CallWebhook, Enrol, GiveCoupon, GivePoints, GiveTask, PutTag, SetTrait
from liftloop.journey.bounds import SECONDS_MAX, check_change, check_parting
from liftloop.journey.checking import check_journey_times, check_wait
from liftloop.journey.contract import BadJourney, Journey
from liftloop.journey.entry import check_entry
from liftloop.journey.nodes import Act, Exit, Node, Send
from liftloop.journey.splits import Bandit, Branch, Condition, Experiment, Split
from liftloop.journey.triggers import OnCampaign
from liftloop.journey.waits import Resting, Stagger, UntilDate, UntilEvent, Waiting
from liftloop.plan.contract import Phase

NODES_MAX = 200
"""More does not fit on a canvas, nor in a head."""
WAVES_MAX = 1_000
"""Each wave is an instant at which the tick wakes people: more are no smoother to anybody who looks."""
NOTE_CHARACTERS_MAX = 1_000
"""A remark of more than half a page belongs into a document."""


class Graph(Struct, frozen=True, kw_only=True):
    """A journey version with its nodes by position; position 0 is where people enter."""

    id: str
    version: int
    journey: Journey
    position: Mapping[str, int]

    def node(self, position: int) -> Node:
        return self.journey.nodes[position]


def read(identity: str, version: int, body: Mapping[str, Any]) -> Graph:
    """Return the graph of a definition; raises `BadJourney` where it is not one."""
    try:
        journey = msgspec.convert(body, type=Journey, strict=False)
    except msgspec.ValidationError as error:
        raise BadJourney(f"旅程的写法不对：{error}", f"not a journey: {error}") from error
    position = {node.id: index for index, node in enumerate(journey.nodes)}
    return Graph(id=identity, version=version, journey=journey, position=position)


def check(identity: str, body: Mapping[str, Any]) -> None:
    """Raise `BadJourney` or `BadAudience` where a graph would strand people: dead ends, loops without a wait."""
    graph = read(identity, 0, body)
    nodes = graph.journey.nodes
    if not nodes or len(nodes) > NODES_MAX or len(graph.position) != len(nodes):
        raise BadJourney(
            f"节点数要在 1 到 {NODES_MAX} 之间，且名字不能重复", f"1 to {NODES_MAX} nodes with names of their own"
        )
    for node in nodes:
        for onward in successors(node):
            if onward not in graph.position:
                raise BadJourney(
                    f"节点 {node.id} 指向不存在的 {onward}", f"node {node.id} leads to {onward}, which is not there"
                )
        for tree in trees_of(node):
            check_tree(tree)
        _check_asks(node)
        check_node(graph.journey, node)
    check_entry(graph.journey)
    _check_notes(graph)
    _check_moves(graph)
    _check_loops(graph)
    check_journey_times(graph.journey)


def _check_asks(node: Node) -> None:
    """Refuse a condition that asks nothing."""
    parts = (node,) if isinstance(node, Condition) else node.cases if isinstance(node, Branch) else ()
    if not all(part.when or part.entry for part in parts):
        raise BadJourney(
            f"节点 {node.id} 的条件是空的：写 when 或 entry",
            f"node {node.id} asks nothing: it needs when or entry",
        )


def _check_moves(graph: Graph) -> None:
    if graph.journey.moves and graph.journey.inside != "migrate":
        raise BadJourney("只有 inside 为 migrate 时才写 moves", "moves go with migrate as what people inside do")
    for before, onward in graph.journey.moves.items():
        if onward not in graph.position:
            raise BadJourney(
                f"moves 把 {before} 指向不存在的节点 {onward}",
                f"moves send people from {before} to {onward}, which is not there",
            )


def _check_notes(graph: Graph) -> None:
    for identity, note in graph.journey.notes.items():
        if identity not in graph.position:
            raise BadJourney(f"备注写给了不存在的节点 {identity}", f"a note is on node {identity}, which is not there")
        if len(note) > NOTE_CHARACTERS_MAX:
            raise BadJourney(
                f"节点 {identity} 的备注最多 {NOTE_CHARACTERS_MAX} 个字",
                f"the note on node {identity} has at most {NOTE_CHARACTERS_MAX} characters",
            )


def check_node(journey: Journey, node: Node) -> None:
    """Raise what is wrong with one node, wherever it leads."""
    if isinstance(node, Resting):
        check_wait(node)
    if not node.id or "/" in node.id:
        raise BadJourney(
            f"节点名 {node.id} 不能为空，也不能含斜杠", f"the name of node {node.id} is empty or has a slash"
        )
    match node:
        case Stagger(over_s=seconds, waves=waves) if not (0 < seconds <= SECONDS_MAX and 0 < waves <= WAVES_MAX):
            raise BadJourney(
                f"节点 {node.id} 要在十年以内分 1 到 {WAVES_MAX} 批",
                f"node {node.id} must take 1 to {WAVES_MAX} waves within ten years",
            )
        case Stagger(phases=phases) if phases and not _whole(phases):
            raise BadJourney(
                f"节点 {node.id} 的各阶段占比都要大于 0，合计为 1，每个阶段都要有时间和批次",
                f"the phases of node {node.id} take shares above 0 that add up to 1, and time and waves each",
            )
        case Stagger() if not _of_its_campaign(journey):
            raise BadJourney(
                f"节点 {node.id} 需要由旅程所属的活动触发",
                f"node {node.id} needs the journey's own campaign as its trigger",
            )
        case Send(expires_s=seconds) | Act(expires_s=seconds) if not 0 < seconds <= SECONDS_MAX:
            raise BadJourney(
                f"节点 {node.id} 的有效时间要大于 0，且不超过十年",
                f"the message of node {node.id} must last more than 0, at most ten years",
            )
        case Act() if not _of_its_campaign(journey):
            raise BadJourney(
                f"节点 {node.id} 需要由旅程所属的活动触发",
                f"node {node.id} needs the journey's own campaign as its trigger",
            )
        case Experiment() | Split() | Branch() | Bandit():
            check_parting(node)
        case PutTag() | SetTrait() | GivePoints() | AddScore() | GiveTask() | Enrol() | CallWebhook() | GiveCoupon():
            check_change(node)
        case _:
            pass


def _whole(phases: Sequence[Phase]) -> bool:
    filled = all(each.share > 0 and each.over_s > 0 and each.from_s >= 0 and each.waves > 0 for each in phases)
    return filled and isclose(sum(each.share for each in phases), 1, abs_tol=1e-6)


def _of_its_campaign(journey: Journey) -> bool:
    trigger = journey.trigger
    return isinstance(trigger, OnCampaign) and trigger.campaign == journey.campaign


def trees_of(node: Node) -> tuple[Mapping[str, Any], ...]:
    """Return the conditions that a node asks of people."""
    match node:
        case Condition(when=when):
            return (when,) if when else ()
        case Branch(cases=cases):
            return tuple(case.when for case in cases if case.when)
        case _:
            return ()


def successors(node: Node) -> tuple[str, ...]:
    match node:
        case UntilDate(next=onward, passed=passed):
            return (onward, passed or onward)
        case UntilEvent(happened=happened, timed_out=timed_out, answers=answers):
            return (*(answer.next for answer in answers), happened, timed_out)
        case Condition(yes=yes, no=no):
            return (yes, no)
        case Branch(cases=cases, otherwise=otherwise):
            return (*(case.next for case in cases), otherwise)
        case Experiment(arms=arms) | Split(arms=arms) | Bandit(arms=arms):
            return tuple(arm.next for arm in arms)
        case Exit():
            return ()
        case _:
            return (node.next,)


def _check_loops(graph: Graph) -> None:
    """Refuse a circle in which nobody ever waits."""
    state: dict[str, int] = {}

    def visit(identity: str) -> None:
        node = graph.node(graph.position[identity])
        if isinstance(node, Waiting) or state.get(identity) == 2:
            return
        if state.get(identity) == 1:
            raise BadJourney(
                f"节点 {identity} 在一个没有等待的循环里", f"node {identity} lies in a loop without a wait"
            )
        state[identity] = 1
        for onward in successors(node):
            visit(onward)
        state[identity] = 2

    for node in graph.journey.nodes:
        for onward in successors(node) if isinstance(node, Waiting) else (node.id,):
            visit(onward)
