"""S22: an order goes out to the ERP and its payment comes back; a campaign's budget is approved in the OA system.

All signed as Standard Webhooks describe; a receiver that is away is told again, a forged answer changes nothing.
"""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from served import Served, served
from test_imports import loaded

from liftloop.plugins.channels.robots import dingtalk_signature
from liftloop.plugins.channels.signing import headers, secret_bytes, verify
from liftloop.testing.asgi import Caller
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ROBOT_SECRET = "SECf5e"
GOAL = "30天内复购率 +5%，预算 5000 元"


class Outside(ThreadingHTTPServer):
    """ERP, OA and the robot of a group: verifies, remembers, and is away as often as it is told to be."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.notices: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self.away = 0
        self.forged = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Taking(BaseHTTPRequestHandler):
    server: Outside

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path.startswith("/robot"):
            query = dict(each.partition("=")[::2] for each in self.path.partition("?")[2].split("&"))
            signed = dingtalk_signature(ROBOT_SECRET, int(query["timestamp"]))
            assert query["sign"].replace("%2B", "+").replace("%2F", "/").replace("%3D", "=") == signed
            self.server.texts.append(json.loads(body)["text"]["content"])
            self._answer(200, b'{"errcode":0,"errmsg":"ok"}')
            return
        received = {name.lower(): value for name, value in self.headers.items()}
        if not verify(secret_bytes(SECRET), received, body, int(received["webhook-timestamp"])):
            self.server.forged += 1
            self._answer(401, b"")
        elif self.server.away:
            self.server.away -= 1
            self._answer(503, b"")
        else:
            self.server.notices.append({"id": received["webhook-id"], **json.loads(body)})
            self._answer(200, b"{}")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 - the library's name.


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return asyncio.run(_play(tmp_path_factory.mktemp("s22")))


async def _play(folder: Path) -> dict[str, Any]:
    from msgspec.structs import replace

    installation = Installation(folder / "data", NOW_MS)
    installation.settings = replace(installation.settings, webhook_allow="127.0.0.0/8")
    outside = Outside()
    async with served(installation) as world:
        await _defined(world, outside)
        seen = await _launched(world, outside)
        seen |= await _ordered(world, outside)
        seen |= await _alerted(world, outside)
        seen["forged"] = outside.forged
    installation.close()
    outside.shutdown()
    return seen


async def _defined(world: Served, outside: Outside) -> None:
    hook = {"name": "OA 与 ERP", "url": f"{outside.url}/in", "secret": SECRET}
    robot = {"provider": "dingtalk", "token": "t0", "secret": ROBOT_SECRET, "base_url": outside.url}
    paid = {
        "when": {"type": "paid"},
        "event": "=Payment Updated",
        "user_id": "customer",
        "message_id": "id",
        "properties": {"order_id": "order", "status": "status"},
    }
    sources = {"kind": "webhook", "secrets": [SECRET], "mappings": [paid]}
    definitions: list[tuple[str, str, dict[str, Any]]] = [
        ("setting", "approvals", {"launch_over_fen": 100_000}),
        ("hook", "oa", {**hook, "kinds": ["approval.*", "event:Order Completed"]}),
        ("channel", "team", {"id": "team", "kind": "robot", "settings": robot}),
        ("alert", "care", {"name": "客服群", "channel": "team", "kinds": ["ticket.*", "task.overdue"]}),
        ("setting", "relate", {"tickets": [{"id": "late", "title": "没收到货", "event": "Complaint Made"}]}),
        ("source", "erp", sources),
    ]
    for kind, identity, body in definitions:
        await _ok(world, "/api/definitions", {"kind": kind, "id": identity, "body": body})
    world.installation.receive({"type": "identify", "userId": "M1", "traits": {"city": "上海"}})
    await _on(world, 1)


async def _launched(world: Served, outside: Outside) -> dict[str, Any]:
    """Ask for the launch of a campaign that may cost more than may be spent unasked; the OA is away at first."""
    customers = (
        "\n".join(["会员号,手机号,注册时间", *(f"M{n},139{n:08d},2026-01-01 08:00:00" for n in range(300))]) + "\n"
    )
    rows = [
        f"A{n}-{month},2026-{month:02d}-{1 + n % 28:02d} 10:00:00,M{n},牛奶,1,{20 + n % 7}"
        for n in range(300)
        for month in range(3, 9)
        if n % 3 == month % 3
    ]
    orders = "\n".join(["订单号,下单时间,会员号,商品名称,数量,单价", *rows]) + "\n"
    declared = {"declares": [{"channel": "sms", "evidence": "门店登记表"}]}
    await loaded(world, "会员.csv", customers, **declared)
    await loaded(world, "订单.csv", orders)
    settings = {"url": "https://sms.example.test/send", "secret": SECRET}
    await _ok(world, "/api/channels", {"id": "sms", "kind": "webhook", "cost_fen": 5, "settings": settings})
    await _ok(world, "/api/offers", {"id": "coupon-5", "name_zh": "5 元券", "name_en": "5 off", "face_fen": 500})
    plan = await _ok(world, "/api/goals", {"text": GOAL})
    launch = f"/api/plans/{plan['plan_id']}/launch"
    outside.away = 1
    waits = await world.admin.post(launch, {})
    (approval,) = (await world.admin.get("/api/approvals")).json()["approvals"]
    path = f"/api/approvals/{approval['id']}"
    await _on(world, 1)
    before = len(outside.notices)
    await _on(world, 60)
    forged = await _signed(world, path, {"approved": True}, "whsec_" + SECRET[6:][::-1])
    answers = [(await _signed(world, path, {"approved": each, "by": "财务王"})) for each in (True, True, False)]
    launched = await world.admin.post(launch, {})
    return {
        "waits": (waits.status, waits.json()["code"]),
        "asked": approval,
        "before": before,
        "notices": [each for each in outside.notices if each["type"] == "approval.asked"],
        "forged_answer": forged,
        "answers": answers,
        "approval": (await world.admin.get("/api/approvals")).json()["approvals"][0],
        "launched": launched.status,
    }


async def _ordered(world: Served, outside: Outside) -> dict[str, Any]:
    order = {"order_id": "SO-9", "revenue": 88, "currency": "CNY"}
    world.installation.receive({"type": "track", "userId": "M1", "event": "Order Completed", "properties": order})
    await _on(world, 5)
    out = [each for each in outside.notices if each["type"] == "event:Order Completed"]
    body = json.dumps({"type": "paid", "id": "pay-1", "customer": "M1", "order": "SO-9", "status": "paid"}).encode()
    tick = Caller(app=world.installation.app, token="")
    signed = headers(secret_bytes(SECRET), "pay-1", world.installation.now_ms() // 1_000, body)
    back = [await _call(tick, "/hooks/erp", body, signed) for _ in range(2)]
    await _on(world, 1)
    timeline = (await world.admin.get("/api/profiles/M1")).json()["timeline"]
    return {"out": out, "back": back, "paid": [each["name"] for each in timeline].count("Payment Updated")}


async def _alerted(world: Served, outside: Outside) -> dict[str, Any]:
    world.installation.receive(
        *({"type": "track", "userId": f"M{n}", "event": "Complaint Made", "messageId": f"c{n}"} for n in range(1, 4))
    )
    await _on(world, 5)
    return {"texts": list(outside.texts)}


async def _signed(world: Served, path: str, body: dict[str, Any], secret: str = SECRET) -> int:
    """Answer as the OA does; return the status."""
    from liftloop.kernel.clock import SystemClock

    content = json.dumps(body).encode()
    now_s = SystemClock().now_ms() // 1_000
    return await _call(world.stranger, path, content, headers(secret_bytes(secret), "oa-1", now_s, content))


async def _call(caller: Caller, path: str, body: bytes, signed: dict[str, str]) -> int:
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
        "headers": [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            *((name.encode(), value.encode()) for name, value in signed.items()),
        ],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await caller.app(scope, receive, send)
    return int(sent[0]["status"])


async def _on(world: Served, seconds: int) -> None:
    await _ok(world, "/api/clock", {"advance_s": seconds})


async def _ok(world: Served, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await world.admin.post(path, body)
    assert answer.status == 200, answer.body
    return answer.json()


def test_a_budget_waits_for_the_yes_of_another_system(told: dict[str, Any]) -> None:
    """The launch is refused with a next step, the OA is told once it is back, and its signed yes lets it pass."""
    assert told["waits"] == (409, "needs_approval")
    assert told["asked"]["amount"] == 500_000
    assert told["before"] == 0, "it was away"
    (notice,) = told["notices"]
    assert notice["data"]["amount_fen"] == 500_000
    assert told["forged_answer"] == 401
    assert told["answers"] == [200, 200, 409]
    assert (told["approval"]["status"], told["approval"]["answered_by"]) == ("approved", "hook:oa/财务王")
    assert told["launched"] == 200
    assert told["forged"] == 0


def test_an_order_goes_out_and_its_payment_comes_back(told: dict[str, Any]) -> None:
    """The ERP is told of the order under an id of its own; what it says of the payment is an event, once."""
    (out,) = told["out"]
    assert out["data"]["properties"]["order_id"] == "SO-9"
    assert out["id"].startswith("event-")
    assert set(told["back"]) == {200}
    assert told["paid"] == 1


def test_a_group_is_told_several_things_in_one_text(told: dict[str, Any]) -> None:
    """Three tickets at once are one signed text in the group's chat, with titles and where to look."""
    (text,) = told["texts"]
    assert text.startswith("【Liftloop】3 件事")
    assert text.count("新工单 · 没收到货") == 3
    assert "/work/ticket_" in text
