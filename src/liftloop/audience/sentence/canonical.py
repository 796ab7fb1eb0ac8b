"""One shape for trees that say the same, so that what was read aloud and read again can be compared."""

from collections.abc import Mapping
from typing import Any

from liftloop.kernel.codec import canonical_json
from liftloop.profile.reading import AGGREGATES

Tree = Mapping[str, Any]


def canonical(tree: Tree) -> dict[str, Any]:
    """Return the tree with groups flattened and ordered, double denials gone and values of one trait together.

    >>> canonical({"all": [{"not": {"not": {"trait": "city", "in": ["上海"]}}}]})
    {'trait': 'city', 'is': '上海'}
    """
    match tree:
        case {"all": parts}:
            return _group("all", [canonical(part) for part in parts])
        case {"any": parts}:
            return _group("any", [canonical(part) for part in parts])
        case {"not": part}:
            inner = canonical(part)
            if set(inner) == {"trait", "exists"}:
                return {**inner, "exists": not inner["exists"]}
            return inner.get("not", {"not": inner})
        case {"percent": bounds}:
            salt = {"salt": tree["salt"]} if tree.get("salt") else {}
            return {"percent": list(bounds), **salt}
        case {"event": _}:
            return _event(tree)
        case {"sequence": steps}:
            return {**tree, "sequence": [_step(step) for step in steps]}
        case {"trait": _}:
            return _trait(tree)
        case _:
            return dict(tree)


def _group(joint: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    flat: list[dict[str, Any]] = []
    for part in parts:
        flat += part.get(joint, [part])
    if joint == "any":
        flat = _together(flat)
    unique = {canonical_json(part): part for part in flat}
    ordered = [unique[key] for key in sorted(unique)]
    return ordered[0] if len(ordered) == 1 else {joint: ordered}


def _together(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return alternatives with the values of each trait gathered in one condition."""
    values: dict[str, list[Any]] = {}
    others: list[dict[str, Any]] = []
    for part in parts:
        if set(part) == {"trait", "is"}:
            values.setdefault(part["trait"], []).append(part["is"])
        elif set(part) == {"trait", "in"}:
            values.setdefault(part["trait"], []).extend(part["in"])
        else:
            others.append(part)
    return [*others, *(_trait({"trait": trait, "in": chosen}) for trait, chosen in values.items())]


def _event(leaf: Tree) -> dict[str, Any]:
    """Return a leaf for each aggregate, at least one event for none."""
    asked = sorted(AGGREGATES & set(leaf))
    if len(asked) > 1:
        return _group("all", [_event({k: v for k, v in leaf.items() if k not in asked or k == one}) for one in asked])
    step = _step(leaf)
    if step.get("count") in ({"gte": 1}, {"gt": 0}):
        del step["count"]
    if not asked or asked == ["count"]:
        step.pop("property", None)
    return step


def _step(leaf: Tree) -> dict[str, Any]:
    where = leaf.get("where") or ()
    tests = list(where) if isinstance(where, list | tuple) else [where]
    rest = {key: value for key, value in leaf.items() if key != "where" and value is not None}
    return {**rest, "where": sorted(tests, key=canonical_json)} if tests else rest


def _trait(leaf: Tree) -> dict[str, Any]:
    rest = dict(leaf)
    if set(rest) == {"trait", "is_not"}:
        return {"not": {"trait": rest["trait"], "is": rest["is_not"]}}
    if "in" in rest:
        values = sorted(dict.fromkeys(rest["in"]), key=canonical_json)
        if len(values) == 1 and "is" not in rest:
            del rest["in"]
            rest["is"] = values[0]
        else:
            rest["in"] = values
    return rest
