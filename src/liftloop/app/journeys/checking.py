"""Says what is wrong with a journey before it is published, node by node, and offers what would mend it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal

import msgspec
from msgspec import Struct

from liftloop.app.definitions.journeys import lacks, single_way
from liftloop.app.definitions.lawful import content_rules
from liftloop.app.definitions.publishing import Definitions
from liftloop.app.dispatch.words import read_wording
from liftloop.app.journeys.patching import Operation, patched, pointer
from liftloop.app.words import reason_words
from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.media import medium_of
from liftloop.journey.contract import BadJourney
from liftloop.journey.graph import Graph, check_node, read, successors, trees_of
from liftloop.journey.nodes import Node, Send
from liftloop.journey.triggers import OnEvent, OnRequest
from liftloop.journey.waits import Waiting
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import StateReader

Severity = Literal["error", "warning"]

EDGES = frozenset({"next", "yes", "no", "otherwise", "happened", "timed_out", "passed"})
"""Fields of nodes, of their cases and of their arms that name the next node."""
DAY_S = 86_400
_GRANTED = "SELECT 1 FROM consent WHERE channel = ? AND purpose = 'marketing' AND status = 'granted' LIMIT 1"


class Fix(Struct, frozen=True, kw_only=True):
    """What would mend a problem, in words and as a patch of the definition as it was checked."""

    zh: str
    en: str
    patch: tuple[Operation, ...]


class Problem(Struct, frozen=True, kw_only=True):
    """Something wrong: an error keeps the journey from being published, a warning does not."""

    code: str
    node: str
    """Empty where it is about the whole journey."""
    severity: Severity
    zh: str
    en: str
    fix: Fix | None = None


def problems_of(definitions: Definitions, state: StateReader, identity: str, body: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with a journey, errors first. There is an error exactly where publishing would refuse it."""
    found = [*_of_shape(body)]
    try:
        graph = read(identity, 0, body)
    except BadJourney as error:
        return [*found, _refused(error)]
    found += [*_of_nodes(graph, body), *_of_ways(graph, body)]
    found += [*_of_lacks(definitions, graph, body), *_of_sends(definitions, state, graph, body)]
    if not any(each.severity == "error" for each in found):
        try:
            definitions.check("journey", identity, body)
        except LiftloopError as error:
            found.append(_refused(error, _named(graph, error)))
    return sorted(found, key=lambda each: each.severity != "error")


def mended(
    definitions: Definitions, state: StateReader, identity: str, body: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the definition with every fix made that there is, and those that were made, one after the other."""
    made: list[Problem] = []
    while len(made) < len(_nodes(body)) * 4 + 4:
        problem = next((each for each in problems_of(definitions, state, identity, body) if each.fix), None)
        if problem is None or problem.fix is None:
            break
        body = patched(dict(body), problem.fix.patch)
        made.append(problem)
    return dict(body), made


def _of_shape(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what can be said of nodes before they are read: names twice, ways that lead nowhere, no end."""
    nodes = _nodes(body)
    if not nodes:
        end = Operation(op="add", path="/nodes", value=[{"kind": "exit", "id": "end"}])
        fix = Fix(zh="加一个结束节点", en="add an exit", patch=(end,))
        yield Problem(
            code="no_nodes", node="", severity="error", zh="旅程没有节点", en="the journey has no nodes", fix=fix
        )
        return
    names = [str(node.get("id", "")) for node in nodes]
    for place, name in enumerate(names):
        if name in names[:place]:
            free = _free(names, name or "node")
            fix = Fix(
                zh=f"把后一个改名为 {free}",
                en=f"call the later one {free}",
                patch=(Operation(op="replace", path=pointer("nodes", place, "id"), value=free),),
            )
            yield Problem(
                code="name_twice",
                node=name,
                severity="error",
                zh=f"有两个节点都叫 {name}",
                en=f"two nodes are called {name}",
                fix=fix,
            )
    for place, node in enumerate(nodes):
        for path, onward in _ways(node, ("nodes", place)):
            if onward not in names and (onward or not path.endswith("/passed")):
                yield Problem(
                    code="dead_end",
                    node=names[place],
                    severity="error",
                    zh=f"节点 {names[place]} 指向不存在的 {onward or '（空）'}",
                    en=f"node {names[place]} leads to {onward or 'nowhere'}, which is not there",
                    fix=_to_end(nodes, names, path),
                )


def _to_end(nodes: Sequence[Mapping[str, Any]], names: Sequence[str], path: str) -> Fix:
    """Return the fix that lets a way lead to an end: the one that there is, else a new one."""
    end = next((str(node.get("id", "")) for node in nodes if node.get("kind") == "exit"), "")
    patch = [Operation(op="replace", path=path, value=end or _free(names, "end"))]
    if not end:
        patch.append(Operation(op="add", path="/nodes/-", value={"kind": "exit", "id": _free(names, "end")}))
    return Fix(zh="改为走到结束", en="let it lead to the end", patch=tuple(patch))


def _of_nodes(graph: Graph, body: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what nodes say that cannot be carried out."""
    for place, node in enumerate(graph.journey.nodes):
        try:
            check_node(graph.journey, node)
        except LiftloopError as error:
            yield _refused(error, node.id, _even(_nodes(body)[place], place))


def _even(node: Mapping[str, Any], place: int) -> Fix | None:
    """Return the fix that makes shares a whole, where that is what is wrong."""
    arms: list[Mapping[str, Any]] = list(node.get("arms") or ())
    shares = [float(arm.get("share", 0)) for arm in arms]
    if node.get("kind") == "bandit":
        return None
    if len(shares) < 2 or len({arm.get("id") for arm in arms}) < len(arms) or sum(shares) == 1:
        return None
    positive = [max(0, share) for share in shares]
    whole = [round(share / sum(positive), 4) for share in positive] if all(positive) else []
    even = whole or [round(1 / len(shares), 4)] * len(shares)
    even[-1] = round(1 - sum(even[:-1]), 4)
    patch = tuple(
        Operation(op="replace", path=pointer("nodes", place, "arms", arm, "share"), value=share)
        for arm, share in enumerate(even)
    )
    return Fix(zh="按比例调到合计 100%", en="make the shares 100% together", patch=patch)


def _of_ways(graph: Graph, body: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield nodes that nobody reaches, and circles in which nobody waits."""
    nodes, names = graph.journey.nodes, [node.id for node in graph.journey.nodes]
    seen, ahead = set[str](), [names[0]] if names else []
    while ahead:
        one = ahead.pop()
        if one in seen or one not in graph.position:
            continue
        seen.add(one)
        ahead += successors(graph.node(graph.position[one]))
    for place, node in enumerate(nodes):
        if node.id not in seen:
            yield Problem(
                code="unreachable",
                node=node.id,
                severity="warning",
                zh=f"没有人会走到节点 {node.id}",
                en=f"nobody comes to node {node.id}",
                fix=Fix(
                    zh="删掉它",
                    en="remove it",
                    patch=(Operation(op="remove", path=pointer("nodes", place)),),
                )
                if not any(node.id in successors(other) for other in nodes)
                else None,
            )
    closing = _closing(graph)
    if closing is not None:
        node, onward = closing
        place, pause = graph.position[node], _free(names, "pause")
        path = next(path for path, to in _ways(_nodes(body)[place], ("nodes", place)) if to == onward)
        patch = (
            Operation(op="replace", path=path, value=pause),
            Operation(
                op="add",
                path="/nodes/-",
                value={"kind": "wait", "id": pause, "duration_s": DAY_S, "next": onward},
            ),
        )
        yield Problem(
            code="loop_without_wait",
            node=node,
            severity="error",
            zh=f"节点 {node} 到 {onward} 绕成了一个没有等待的圈",
            en=f"node {node} leads back to {onward} in a circle without a wait",
            fix=Fix(zh="在中间加一天等待", en="add a wait of a day in between", patch=patch),
        )


def _closing(graph: Graph) -> tuple[str, str] | None:
    """Return the first way that closes a circle in which nobody waits, None where there is none."""
    state: dict[str, int] = {}
    for start in graph.position:
        stack: list[tuple[str, list[str]]] = [(start, [])] if state.get(start) is None else []
        if stack:
            state[start] = 1
            stack[0][1].extend(_moving(graph, start))
        while stack:
            name, ahead = stack[-1]
            if not ahead:
                state[name] = 2
                stack.pop()
                continue
            onward = ahead.pop()
            if state.get(onward) == 1:
                return name, onward
            if state.get(onward) is None and onward in graph.position:
                state[onward] = 1
                stack.append((onward, _moving(graph, onward)))
    return None


def _moving(graph: Graph, name: str) -> list[str]:
    node = graph.node(graph.position[name])
    return [] if isinstance(node, Waiting) else list(successors(node))


def _of_lacks(definitions: Definitions, graph: Graph, body: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what nodes stand on and is not there."""
    for lack in lacks(definitions.live, graph.id, graph.journey):
        place = graph.position[lack.node]
        fix = _around(graph, body, lack.node)
        if lack.code == "no_team":
            team = Operation(op="replace", path=pointer("nodes", place, "team"), value="")
            fix = Fix(zh="交给分配规则", en="leave it to the rules of assignment", patch=(team,))
        if lack.code == "channel_not_for_marketing":
            path = pointer("nodes", place, "purpose")
            patch = (Operation(op="add", path=path, value="service"),)
            fix = Fix(zh="把用途改成服务通知", en="give it the purpose service", patch=patch)
        if lack.code == "no_content":
            fix = _other_content(definitions, graph.node(place), place) or fix
        yield Problem(code=lack.code, node=lack.node, severity="error", zh=lack.zh, en=lack.en, fix=fix)
    for node in graph.journey.nodes:
        for tree in trees_of(node):
            try:
                definitions.check_references(tree)
            except LiftloopError as error:
                yield _refused(error, node.id, _around(graph, body, node.id))


def _of_sends(definitions: Definitions, state: StateReader, graph: Graph, body: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield messages that the gate would stop for everybody."""
    channels, contents = definitions.live("channel"), definitions.live("content")
    for place, node in enumerate(graph.journey.nodes):
        if not isinstance(node, Send):
            continue
        if node.content not in contents:
            zh, en = f"内容 {node.content} 还没有发布", f"{node.content} is not published"
            # A message is never taken out for its author: its words may still come.
            yield _stopped("no_content", node, zh, en, _other_content(definitions, node, place))
        yield from _of_entry(definitions, graph, body, node)
        if node.channel not in channels:
            others = get_close_matches(node.channel, list(channels), 1, 0.6)
            path = pointer("nodes", place, "channel")
            fix = _replaced(path, others[0]) if others else None
            yield _stopped("no_channel", node, f"渠道 {node.channel} 没有接好", f"{node.channel} is not connected", fix)
            continue
        channel = msgspec.convert(channels[node.channel], type=ChannelDefinition, strict=False)
        if node.purpose == "marketing" and not state.rows(_GRANTED, (medium_of(channel),)):
            yield _stopped(
                "no_consents",
                node,
                f"还没有人同意在 {medium_of(channel)} 上收营销消息，一条也发不出去",
                f"nobody has agreed to marketing by {medium_of(channel)}: none would leave",
                None,
            )


def _of_entry(definitions: Definitions, graph: Graph, body: Mapping[str, Any], node: Send) -> Iterator[Problem]:
    """Yield what a content says of the entry that the journey does not keep: nobody would get the message."""
    written = definitions.live("content").get(node.content)
    wording = read_wording(node.content, canonical_json(written)) if written is not None else None
    if wording is not None and wording.forms:
        yield from _of_forms(definitions, node, wording.forms)
    for name in sorted(wording.entries if wording else ()):
        if name in graph.journey.keeps:
            continue
        fix = None
        if isinstance(graph.journey.trigger, OnEvent | OnRequest):
            add = Operation(op="add", path="/keeps", value=[*(body.get("keeps") or ()), name])
            fix = Fix(zh=f"让旅程记住 {name}", en=f"let the journey keep {name}", patch=(add,))
        zh = f"内容 {node.content} 要用进入时的 {name}，旅程没有记住它，这条消息谁也收不到"
        en = f"{node.content} speaks of entry.{name}, which this journey does not keep: nobody would get it"
        yield _stopped("entry_not_kept", node, zh, en, fix)


def _of_forms(definitions: Definitions, node: Send, named: Collection[str]) -> Iterator[Problem]:
    """Yield why a content could not lead to the forms that it names."""
    for missing in sorted(set(named) - {*definitions.live("form")}):
        zh, en = (
            f"内容 {node.content} 要用的表单 {missing} 不在了",
            f"{node.content} leads to the form {missing}, not there",
        )
        yield _stopped("no_form", node, zh, en, None)
    if not content_rules(definitions.live).public_url:
        zh = f"内容 {node.content} 里有表单链接，但还没有填公开地址（设置 contents 的 public_url），这条消息谁也收不到"
        en = f"{node.content} has a link to a form, and no public_url is set in contents: nobody would get it"
        yield _stopped("no_public_url", node, zh, en, None)


def _stopped(code: str, node: Send, zh: str, en: str, fix: Fix | None) -> Problem:
    said = reason_words(code)
    return Problem(
        code=code,
        node=node.id,
        severity="warning",
        zh=f"节点 {node.id}：{zh}" if zh else said.zh,
        en=f"node {node.id}: {en}" if en else said.en,
        fix=fix,
    )


def _other_content(definitions: Definitions, node: Node, place: int) -> Fix | None:
    """Return the fix that takes the content whose id is most alike."""
    field = "text" if hasattr(node, "text") else "content"
    others = get_close_matches(str(getattr(node, field, "")), list(definitions.live("content")), 1, 0.6)
    return _replaced(pointer("nodes", place, field), others[0]) if others else None


def _replaced(path: str, value: str) -> Fix:
    operation = Operation(op="replace", path=path, value=value)
    return Fix(zh=f"改用 {value}", en=f"take {value} instead", patch=(operation,))


def _around(graph: Graph, body: Mapping[str, Any], name: str) -> Fix | None:
    """Return the fix that takes a node out and lets people go on behind it; of a condition the way of no."""
    node = graph.node(graph.position[name])
    onward = single_way(node) or getattr(node, "no", "") or getattr(node, "otherwise", "")
    place, nodes = graph.position[name], _nodes(body)
    if onward == name or onward not in graph.position:
        return None
    ways = [way for other, each in enumerate(nodes) if other != place for way in _ways(each, ("nodes", other))]
    patch = [Operation(op="replace", path=path, value=onward) for path, to in ways if to == name]
    if place:
        patch.append(Operation(op="remove", path=pointer("nodes", place)))
    else:  # People enter at the first: that is now the one behind.
        entry = patched({"nodes": nodes}, patch)["nodes"][graph.position[onward]]
        patch.append(Operation(op="remove", path=pointer("nodes", graph.position[onward])))
        patch.append(Operation(op="replace", path=pointer("nodes", 0), value=entry))
    return Fix(zh=f"去掉这个节点，直接走到 {onward}", en=f"take the node out and go on to {onward}", patch=tuple(patch))


def _refused(error: LiftloopError, node: str = "", fix: Fix | None = None) -> Problem:
    return Problem(code=error.code, node=node, severity="error", zh=error.zh, en=error.en, fix=fix)


def _named(graph: Graph, error: LiftloopError) -> str:
    """Return the node that an error names, empty where it names none."""
    return next((name for name in graph.position if f"节点 {name} " in error.zh or f"node {name} " in error.en), "")


def _nodes(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    nodes = body.get("nodes")
    return [node for node in nodes if isinstance(node, Mapping)] if isinstance(nodes, list | tuple) else []


def _ways(part: Any, at: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    """Yield (pointer, node) of every way on in a node as it is written."""
    if isinstance(part, Mapping):
        for field, value in part.items():
            if field in EDGES and isinstance(value, str):
                yield pointer(*at, field), value
            elif field in {"cases", "arms", "answers"}:
                yield from _ways(value, (*at, field))
    elif isinstance(part, list | tuple):
        for place, each in enumerate(part):
            yield from _ways(each, (*at, place))


def _free(names: Sequence[str], wanted: str) -> str:
    """Return a name that no node has."""
    return next(name for name in (wanted, *(f"{wanted}_{n}" for n in range(2, len(names) + 3))) if name not in names)
