"""A market outside Liftloop: it sends events, takes messages as a channel, moves the clock. Standard library only.

liftloop serve is started with LIFTLOOP_CLOCK=manual and LIFTLOOP_WEBHOOK_ALLOW=127.0.0.0/8, then:

python examples/market.py --data ./liftloop-data
"""

import argparse
import base64
import hashlib
import hmac
import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SECRET = "whsec_" + base64.b64encode(b"a secret of at least 24 bytes").decode()
DAY_S = 86_400


class Inbox(ThreadingHTTPServer):
    """The channel's side: takes signed batches and remembers every message."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.messages: list[dict[str, Any]] = []
        self.forged = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/messages"


class Taking(BaseHTTPRequestHandler):
    server: Inbox

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if not self._signed(body):
            self.server.forged += 1
            self.send_error(401)
            return
        messages = json.loads(body)["messages"]
        self.server.messages += messages
        answer = json.dumps(
            {"results": [{"message_key": each["message_key"], "outcome": "accepted"} for each in messages]}
        ).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _signed(self, body: bytes) -> bool:
        """Check the Standard Webhooks signature: HMAC-SHA256 over id.timestamp.body."""
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(wanted, given) for given in self.headers["webhook-signature"].split())

    def log_message(self, *_: Any) -> None:
        """Say nothing: a market has many customers."""


class Liftloop:
    """The two HTTP interfaces of a running server."""

    def __init__(self, app_url: str, track_url: str, token: str, key: str) -> None:
        self._app_url, self._track_url = app_url, track_url
        self._token, self._key = token, key

    def track(self, batch: list[dict[str, Any]]) -> None:
        basic = base64.b64encode(f"{self._key}:".encode()).decode()
        self._call("POST", f"{self._track_url}/v1/batch", {"batch": batch}, f"Basic {basic}")

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("POST", f"{self._app_url}/api{path}", body, f"Bearer {self._token}")

    def get(self, path: str) -> Any:
        return self._call("GET", f"{self._app_url}/api{path}", None, f"Bearer {self._token}")

    def wait(self, seconds: int) -> Any:
        """Let time pass: everything due happens at its instant."""
        return self.post("/clock", {"advance_s": seconds})

    @staticmethod
    def _call(method: str, url: str, body: Any, authorization: str) -> Any:
        request = urllib.request.Request(
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": authorization, "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)


def define(shop: Liftloop, inbox: Inbox) -> None:
    """Set up channel, words, rules, an audience and a journey."""
    shop.post("/channels", {"id": "sms", "kind": "webhook", "settings": {"url": inbox.url, "secret": SECRET}})
    shop.post("/contents", {"id": "welcome", "body": "{{ customer.city | default: '你好' }}，欢迎，送你 10 元券"})
    shop.post(
        "/definitions",
        {"kind": "setting", "id": "delivery", "body": {"caps": [{"count": 1, "days": 7}], "quiet_hours": None}},
    )
    bought_twice = {"event": "Order Completed", "within_days": 30, "count": {"gte": 2}}
    shop.post("/definitions", {"kind": "audience", "id": "loyal", "body": {"name": "常客", "where": bought_twice}})
    spent = {"event": "Order Completed", "within_days": 30, "property": "revenue", "sum": {"gte": 100}}
    shop.post(
        "/journeys",
        {
            "id": "thanks",
            "name": "感谢常客",
            "trigger": {"on": "audience", "audience": "loyal"},
            "holdout": {"share": 0.2, "salt": "thanks"},
            "goal_event": "Coupon Redeemed",
            "nodes": [
                {"kind": "wait", "id": "hour", "duration_s": 3600, "next": "spent"},
                {"kind": "condition", "id": "spent", "when": spent, "yes": "send", "no": "out"},
                {"kind": "send", "id": "send", "channel": "sms", "content": "welcome", "next": "out"},
                {"kind": "exit", "id": "out"},
            ],
        },
    )


def live(shop: Liftloop, people: int) -> None:
    """Register people, most of them with consent, and let them buy twice."""
    for start in range(0, people, 500):
        chosen = range(start, min(start + 500, people))
        shop.track([_register(number) for number in chosen])
    for order in range(2):
        for start in range(0, people, 500):
            chosen = range(start, min(start + 500, people))
            shop.track([_order(number, order) for number in chosen])


def _register(number: int) -> dict[str, Any]:
    consents = [{"channel": "sms", "purpose": "marketing", "source": "form"}] if number % 10 else []
    return {
        "type": "identify",
        "userId": f"u{number}",
        "anonymousId": f"browser-{number}",
        "messageId": f"register-{number}",
        "traits": {"city": "上海" if number % 2 else "北京", "phone": f"139{number:08d}"},
        "context": {"consents": consents},
    }


def _order(number: int, order: int) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Order Completed",
        "anonymousId": f"browser-{number}",
        "messageId": f"order-{number}-{order}",
        "properties": {"order_id": f"{number}-{order}", "revenue": 20 + number % 100, "currency": "CNY"},
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--app", default="http://127.0.0.1:8080")
    arguments.add_argument("--track", default="http://127.0.0.1:8081")
    arguments.add_argument("--people", type=int, default=2_000)
    chosen = arguments.parse_args()
    token, key = ((chosen.data / name).read_text().strip() for name in ("admin.token", "write.key"))
    shop, inbox = Liftloop(chosen.app, chosen.track, token, key), Inbox()
    define(shop, inbox)
    live(shop, chosen.people)
    shop.wait(3_600)
    ledger = shop.get("/campaigns/thanks/ledger")
    first = shop.get("/profiles/u0/why?campaign=thanks")
    shop.wait(31 * DAY_S)
    print(
        json.dumps(
            {
                "messages": len(inbox.messages),
                "distinct": len({each["message_key"] for each in inbox.messages}),
                "forged": inbox.forged,
                "ledger": ledger,
                "why_u0": first["sentence"],
                "still_loyal": shop.get("/definitions/audience/loyal")["status"],
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
