"""The tools as a server of the Model Context Protocol; imported when the first agent comes, for `mcp` is heavy."""

import json
from collections.abc import Callable
from typing import Any

from mcp.server.lowlevel import Server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp.types import Tool as OfferedTool

from liftloop.agent.calling import BadArguments, perform
from liftloop.agent.contract import Answer, Reach, Tool
from liftloop.agent.tools import BY_NAME, INSTRUCTIONS, TOOLS


def make_server(version: str, reach_of: Callable[[Any], Reach]) -> Server[Any]:
    """Return the server; `reach_of` says, of the HTTP request or None, in whose name a call is made."""

    async def offered(context: Any, params: PaginatedRequestParams | None) -> ListToolsResult:
        reach = reach_of(context.request)
        return ListToolsResult(tools=[_offer(each) for each in TOOLS if await reach.may(each.use_case)])

    async def called(context: Any, params: CallToolRequestParams) -> CallToolResult:
        tool = BY_NAME.get(params.name)
        if tool is None:
            error = BadArguments(params.name, "没有这个工具", "there is no such tool")
            return _result(Answer(status=404, body=error.as_json("en")))
        try:
            answer = await perform(tool, params.arguments or {}, reach_of(context.request))
        except BadArguments as error:
            answer = Answer(status=error.status, body=error.as_json("en"))
        return _result(answer)

    return Server("liftloop", version=version, instructions=INSTRUCTIONS, on_list_tools=offered, on_call_tool=called)


def _offer(tool: Tool) -> OfferedTool:
    return OfferedTool(
        name=tool.name,
        description=f"{tool.zh}\n{tool.en}",
        input_schema={
            "type": "object",
            "properties": {name: dict(each) for name, each in tool.arguments.items()},
            "required": list(tool.needed),
            "additionalProperties": False,
        },
        annotations=ToolAnnotations(
            read_only_hint=not tool.writes,
            destructive_hint=False,
            idempotent_hint=not tool.writes or tool.name == "propose_launch",
            open_world_hint=False,
        ),
    )


def _result(answer: Answer) -> CallToolResult:
    told = json.dumps(answer.body, ensure_ascii=False)
    whole = answer.body if isinstance(answer.body, dict) else {"answer": answer.body}
    return CallToolResult(
        content=[TextContent(type="text", text=told)], structured_content=whole, is_error=answer.status >= 400
    )
