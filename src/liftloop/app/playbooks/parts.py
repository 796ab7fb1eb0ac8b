"""What playbooks are made of: words, nodes one after the other, conditions that many ask."""

from collections.abc import Mapping, Sequence
from typing import Any

from liftloop.app.playbooks.contract import Asked, Draft

HOUR_S = 3_600
DAY_S = 24 * HOUR_S
ORDER = "Order Completed"
END = "end"
_BRANCHES = frozenset({"yes", "happened", "arms", "cases"})

Node = Mapping[str, Any]


def chain(*nodes: Node) -> list[dict[str, Any]]:
    """Return nodes, each leading to the one behind it where it says nothing else, and the exit behind the last."""
    ids = [*(str(node["id"]) for node in nodes), END]
    linked = [
        dict(node) if "next" in node or _BRANCHES & node.keys() else {**node, "next": ids[place + 1]}
        for place, node in enumerate(nodes)
    ]
    return [*linked, {"kind": "exit", "id": END}]


def send(asked: Asked, identity: str, content: str, *, channel: str = "channel", purpose: str = "marketing") -> Node:
    return {
        "kind": "send",
        "id": identity,
        "channel": asked.text(channel),
        "content": content,
        "purpose": purpose,
    }


def wait_days(identity: str, days: float) -> Node:
    return {"kind": "wait", "id": identity, "duration_s": round(days * DAY_S)}


def wait_hours(identity: str, hours: float) -> Node:
    return {"kind": "wait", "id": identity, "duration_s": round(hours * HOUR_S)}


def condition(identity: str, when: Mapping[str, Any], yes: str, no: str) -> Node:
    return {"kind": "condition", "id": identity, "when": when, "yes": yes, "no": no}


def event(name: str, within_days: float | None = None, count: int | None = None) -> dict[str, Any]:
    tree: dict[str, Any] = {"event": name}
    if within_days is not None:
        tree["within_days"] = within_days
    if count is not None:
        tree["count"] = {"gte": count}
    return tree


def silent(days: float, name: str = ORDER) -> dict[str, Any]:
    """Return the tree of people to whom something last happened so many days ago or earlier."""
    return {"event": name, "days_since_last": {"gte": days}}


def words(asked: Asked, place: str, subject: str, body: str, *, offer: bool = False) -> tuple[str, Sequence[Draft]]:
    """Return the content to use and what has to be made for it: the chosen one, or the words that come with it.

    Drafted words name nothing of a person that could be missing. With `offer` they promise the offer that was chosen.
    """
    if asked.values.get("content"):
        return asked.text("content"), ()
    promise = _promise(asked) if offer else ""
    identity = f"{asked.base}.{place}"
    content = {"id": identity, "subject": subject, "body": body + promise, "language": asked.language}
    return identity, (Draft(kind="content", id=identity, body=content),)


def _promise(asked: Asked) -> str:
    chosen = asked.offers.get(str(asked.values.get("offer", "")))
    return asked.said(f"为你准备了{chosen}。", f" There is {chosen} for you.") if chosen else ""


def journey(asked: Asked, name: str, **body: Any) -> Draft:
    return Draft(kind="journey", id=asked.base, body={"name": name, **body})


def audience(asked: Asked, place: str, name: str, where: Mapping[str, Any]) -> Draft:
    return Draft(kind="audience", id=f"{asked.base}.{place}", body={"name": name, "where": where})
