"""`liftloop mcp`."""

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import click

from liftloop.agent.contract import Answer
from liftloop.cli.connection import Server, data_option, server


@click.command("mcp", short_help="给智能体用的工具（MCP） / tools for agents (MCP)")
@data_option
@click.option("--token", envvar="LIFTLOOP_TOKEN", default="", help="API 口令 / API token (LIFTLOOP_TOKEN)")
def command(data: Path, token: str) -> None:
    """在标准输入输出上提供 MCP 工具，由智能体的客户端启动。给了口令就只有口令的角色、范围和团队。

    Offer the MCP tools on standard input and output; a client for agents starts this.
    With a token it has the token's role, scopes and teams and no more.

    \b
    例 / Examples:
      liftloop mcp --data ./shop
      LIFTLOOP_TOKEN=llt_… liftloop mcp --data ./shop
    """
    from mcp.server.stdio import stdio_server

    from liftloop.agent.server import make_server

    async def talk(desk: Server) -> None:
        reach = BySocket(desk)
        offering = make_server(version("liftloop"), lambda _: reach)
        async with stdio_server() as (read, write):
            await offering.run(read, write, offering.create_initialization_options())

    with server(data, token) as desk:
        asyncio.run(talk(desk))


class BySocket:
    """Calls the management API over the folder's socket."""

    def __init__(self, desk: Server) -> None:
        self._desk = desk
        self._granted: frozenset[str] | None = None

    async def may(self, use_case: str) -> bool:
        if self._granted is None:
            seen = await self.call("GET", "/session", {}, None)
            self._granted = frozenset(seen.body.get("may", ()))
        return use_case in self._granted

    async def call(self, method: str, path: str, query: Mapping[str, Any], body: Mapping[str, Any] | None) -> Answer:
        asked = f"/api{quote(path, safe='/%')}" + (f"?{urlencode(dict(query))}" if query else "")
        content = None if body is None else json.dumps(body).encode()
        status, told = await asyncio.to_thread(partial(self._desk.answer, method, asked, content))
        return Answer(status=status, body=told)
