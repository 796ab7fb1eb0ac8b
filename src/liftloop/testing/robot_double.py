"""A group chat that takes robots' texts: it checks token, signature and body, and fails as told."""

import hmac
import threading
from base64 import b64encode
from collections import deque
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal

from aiohttp import web

from liftloop.kernel.clock import Clock
from liftloop.kernel.codec import parse_object
from liftloop.testing.loopback import Loopback

Provider = Literal["dingtalk", "feishu", "wecom"]
Fault = Literal["lose_answer", "too_many", "broken", "garbage"]
PATHS = ("/robot/send", "/open-apis/bot/v2/hook/{token}", "/cgi-bin/webhook/send")
TOKEN, SECRET = "robot-token", "SEC-of-this-group"
STALE_MS = 3_600_000
TOO_MANY: Mapping[str, int] = {"dingtalk": 130101, "feishu": 11232, "wecom": 45009}
REFUSED: Mapping[str, int] = {"dingtalk": 310000, "feishu": 19021, "wecom": 93000}


class RobotDouble(Loopback):
    """Listens on loopback as one provider; its signatures are computed here anew, from the providers' own formulas."""

    def __init__(self, provider: Provider, wall: Clock) -> None:
        super().__init__(dict.fromkeys(PATHS, self.receive))
        self.provider: Provider = provider
        self._wall = wall
        self._lock = threading.Lock()
        self.faults: deque[Fault] = deque()
        self.texts: list[str] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def receive(self, request: web.Request) -> web.StreamResponse:
        body = parse_object(await request.read())
        if not self._admits(request, body):
            return self._says(REFUSED[self.provider])
        fault = self.faults.popleft() if self.faults else None
        if fault == "too_many":
            return self._says(TOO_MANY[self.provider])
        with self._lock:
            self.texts.append(body["content"]["text"] if self.provider == "feishu" else body["text"]["content"])
        match fault:
            case "lose_answer":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case "broken":
                return web.Response(status=502)
            case "garbage":
                return web.Response(body=b"<html>ok</html>")
            case None:
                return self._says(0)

    def _admits(self, request: web.Request, body: Mapping[str, Any]) -> bool:
        match self.provider:
            case "dingtalk":
                at = request.query.get("timestamp", "0")
                signed = hmac.new(SECRET.encode(), f"{at}\n{SECRET}".encode(), sha256)
                given, token, at_ms = request.query.get("sign", ""), request.query.get("access_token"), int(at)
            case "feishu":
                at = body.get("timestamp", "0")
                signed = hmac.new(f"{at}\n{SECRET}".encode(), b"", sha256)
                given, token, at_ms = body.get("sign", ""), request.match_info["token"], int(at) * 1_000
            case "wecom":
                return request.query.get("key") == TOKEN
        fresh = abs(self._wall.now_ms() - at_ms) < STALE_MS
        return token == TOKEN and fresh and given == b64encode(signed.digest()).decode()

    def _says(self, code: int) -> web.Response:
        name, text = ("code", "msg") if self.provider == "feishu" else ("errcode", "errmsg")
        return web.json_response({name: code, text: "ok" if code == 0 else "refused"})
