"""From a tool's arguments to one call of the management API, and from its answer to what a model can read."""

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any, cast
from urllib.parse import quote

from liftloop.agent.contract import Answer, Reach, Tool
from liftloop.kernel.errors import LiftloopError

LIST_MAX = 60
"""Entries of one list that a model is shown; how many there are besides is said."""
LEFT_OUT = "left_out"


class BadArguments(LiftloopError):
    """A tool was called with arguments that it does not have, or without those that it needs."""

    def __init__(self, tool: str, zh: str, en: str) -> None:
        super().__init__(
            "bad_arguments",
            zh=f"{tool}：{zh}",
            en=f"{tool}: {en}",
            next_zh="按这个工具的参数说明再试",
            next_en="see the tool's input schema",
            status=422,
        )


async def perform(tool: Tool, arguments: Mapping[str, Any], reach: Reach) -> Answer:
    """Do what a tool is for. Raises `BadArguments`; what the API refuses is its answer."""
    if unknown := sorted(set(arguments) - set(tool.arguments)):
        raise BadArguments(tool.name, f"没有参数 {unknown[0]}", f"there is no argument {unknown[0]}")
    if missing := [each for each in tool.needed if arguments.get(each) in (None, "")]:
        raise BadArguments(tool.name, f"缺少参数 {missing[0]}", f"{missing[0]} is missing")
    method, template = tool.call
    in_path = [name for _, name, _, _ in Formatter().parse(template) if name]
    path = template.format(**{name: quote(str(arguments[name]), safe="") for name in in_path})
    rest = {name: each for name, each in arguments.items() if name not in in_path and each is not None}
    rest |= dict(tool.fixed)
    found = await reach.call(method, path, rest, None) if method == "GET" else await reach.call(method, path, {}, rest)
    return Answer(status=found.status, body=shortened(found.body))


def shortened(body: Any) -> Any:
    """Return an answer with its long lists cut, each saying how much was left out.

    >>> shortened({"rows": list(range(62))})["rows"][-2:]
    [59, {'left_out': 2}]
    """
    if isinstance(body, Mapping):
        return {name: shortened(each) for name, each in cast(Mapping[str, Any], body).items()}
    if isinstance(body, Sequence) and not isinstance(body, str):
        whole = cast(Sequence[Any], body)
        kept = [shortened(each) for each in whole[:LIST_MAX]]
        return [*kept, {LEFT_OUT: len(whole) - LIST_MAX}] if len(whole) > LIST_MAX else kept
    return body
