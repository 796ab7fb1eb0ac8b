"""Agents: the tools are the registry's use cases, in the caller's name and no further."""

import asyncio
import re
import socket
import sys
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi.routing import APIRoute
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from msgspec.structs import replace
from served import Served, play

from liftloop.agent.contract import WRITES
from liftloop.agent.tools import TOOLS
from liftloop.api.route_matrix import use_cases_of
from liftloop.api.server import ROUTERS
from liftloop.app.registry import AGENTS, USE_CASES


def test_every_tool_is_one_route_of_its_use_case_and_none_launches() -> None:
    """A tool calls a route that asks for the tool's own use case; what changes anything is a draft or a question."""
    routes = {
        (method, each.path): use_cases_of(each)
        for router in ROUTERS
        for each in router.routes
        if isinstance(each, APIRoute)
        for method in each.methods
    }
    for tool in TOOLS:
        assert routes[tool.call] == [tool.use_case], tool.name
        assert set(re.findall(r"{(\w+)}", tool.call[1])) <= set(tool.needed) <= set(tool.arguments)
        assert USE_CASES[tool.use_case].changes == tool.writes
        assert re.search("[一-鿿]", tool.zh)
        assert not re.search("[一-鿿]", tool.en)
    assert {each.use_case for each in TOOLS} == set(AGENTS)
    assert not WRITES & {"plan.launch", "approval.answer", "campaign.order", "definition.publish"}


def _http(address: str, token: str) -> Client:
    shown = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(streamable_http_client(f"{address}/mcp", http_client=httpx2.AsyncClient(headers=shown)))


async def _token(world: Served, role: str, use_cases: list[str]) -> str:
    wanted = {"name": "agent", "role": role, "use_cases": use_cases}
    made = await world.admin.post("/api/tokens", wanted)
    assert made.status == 200, made.json()
    return made.json()["secret"]


def test_agents_come_by_http_and_by_stdio_and_are_bound_by_their_token(tmp_path: Path) -> None:
    """The real client sees the tools of its token, is answered as the API answers, and nobody comes in without one."""

    async def story(world: Served) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(world.admin.app, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        operator, viewer = await _token(world, "operator", []), await _token(world, "viewer", ["metrics.read"])
        async with httpx2.AsyncClient() as http:
            stranger = await http.post(f"{address}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
            assert (stranger.status_code, stranger.headers["www-authenticate"]) == (401, "Bearer")
        async with _http(address, operator) as agent:
            assert {each.name for each in (await agent.list_tools()).tools} == {each.name for each in TOOLS}
            await _goes_the_way(agent)
        async with _http(address, viewer) as agent:
            assert [each.name for each in (await agent.list_tools()).tools] == ["list_metrics"]
            refused = await agent.call_tool("make_plan", {"text": "30天内复购率 +5%"})
            assert refused.is_error
            assert _told(refused)["code"] == "forbidden"
        trail = (await world.admin.get("/api/audit")).json()
        assert any("token:" in str(each) and "goal.plan" in str(each) for each in trail["entries"]), trail
        async with world.on_socket() as folder:
            by_stdio = StdioServerParameters(
                command=sys.executable,
                args=["-m", "liftloop.cli", "mcp", "--data", str(folder)],
                env={"LIFTLOOP_TOKEN": viewer, "PYTHONPATH": ":".join(sys.path)},
            )
            async with Client(stdio_client(by_stdio)) as agent:
                assert [each.name for each in (await agent.list_tools()).tools] == ["list_metrics"]
                assert _told(await agent.call_tool("list_metrics", {}))["metrics"]
                assert _told(await agent.call_tool("list_plans", {}))["code"] == "forbidden"
        server.should_exit = True
        await serving

    play(tmp_path, story)


def test_an_agent_that_goes_round_in_circles_is_slowed(tmp_path: Path) -> None:
    """After a burst its calls are refused with when to come back, and nobody else's are."""

    async def story(world: Served) -> None:
        circling = replace(world.admin, token=await _token(world, "viewer", ["metrics.read"]))
        answers = [await circling.post("/mcp", {"no": "call"}) for _ in range(75)]
        assert answers[0].status != 429
        assert answers[-1].status == 429
        assert answers[-1].json()["code"] == "agent_too_fast"
        assert answers[-1].headers["retry-after"] == "1"
        assert (await world.admin.post("/mcp", {"no": "call"})).status != 429
        assert (await circling.get("/api/metrics/catalogue")).status == 200

    play(tmp_path, story)


async def _goes_the_way(agent: Client) -> None:
    understood = _told(await agent.call_tool("read_goal", {"text": "30天内复购率 +5%，预算 8 万"}))
    assert "复购率" in str(understood), understood
    made = await agent.call_tool("make_plan", {"text": "30天内复购率 +5%，预算 8 万"})
    plan = _told(made)
    assert not made.is_error, plan
    proposed = _told(await agent.call_tool("propose_launch", {"plan_id": plan["plan_id"]}))
    assert proposed["code"] == "not_launchable"  # Nobody is known yet, so the plan is a refusal.
    wrong = await agent.call_tool("get_plan", {"plan_id": "../tokens"})
    assert wrong.is_error
    assert _told(await agent.call_tool("get_plan", {}))["code"] == "bad_arguments"
    assert _told(await agent.call_tool("get_plan", {"plan_id": "x", "of": 1}))["code"] == "bad_arguments"
    assert _told(await agent.call_tool("launch", {}))["code"] == "bad_arguments"


def _told(result: Any) -> dict[str, Any]:
    assert isinstance(result.structured_content, dict)
    return result.structured_content
