"""The rooms of WeCom and WeChat: tokens that expire, answers of HTTP 200 with an errcode, encrypted callbacks."""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from msgspec import Struct

from liftloop.kernel.clock import SECOND_MS
from liftloop.kernel.codec import parse_object
from liftloop.plugins.channels.wxcrypt import WxKeys, encrypted, wx_signature
from liftloop.testing.gatehouse.server import Answer, Asked, Ledger, Route, Taken

CORP_ID, CORP_SECRET, AGENT_ID = "ww-of-the-shop", "app-secret", 1_000_002
APP_ID, APP_SECRET = "wx-of-the-shop", "account-secret"
TOKEN_SECONDS = 7_200
TEMPLATE = "tpl-1"
CALLBACK_TOKEN, AES_KEY = "callback-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PER_CUSTOMER_MAX = 1
"""Group messages a customer and day that the administrator allows."""


class Envelope(Struct, frozen=True, kw_only=True):
    """A callback as it is posted: query and body."""

    query: Mapping[str, str]
    body: bytes


class Tokens:
    """Access tokens: only the newest is good, until it is over or taken back."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._good = ""
        self._until_ms = 0
        self.granted = 0

    def grant(self) -> Answer:
        self.granted += 1
        self._good = f"token-{self._ledger.number()}"
        self._until_ms = self._ledger.wall.now_ms() + TOKEN_SECONDS * SECOND_MS
        return Answer(said={"errcode": 0, "errmsg": "ok", "access_token": self._good, "expires_in": TOKEN_SECONDS})

    def refusal(self, asked: Asked) -> int:
        """Return the errcode of a call whose token is not good, 0 where it is."""
        if asked.request.query.get("access_token") != self._good:
            return 40014
        return 42001 if self._ledger.wall.now_ms() >= self._until_ms else 0

    def expire(self) -> None:
        self._until_ms = 0


class WecomRoom:
    """WeCom: notices, tasks that staff confirm, welcomes."""

    calm = frozenset({"/cgi-bin/gettoken"})

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.tokens = Tokens(ledger)
        self.posts: Mapping[str, Route] = {
            path: self._behind_token(route)
            for path, route in {
                "/cgi-bin/message/send": self._notice,
                "/cgi-bin/externalcontact/add_msg_template": self._task,
                "/cgi-bin/externalcontact/get_groupmsg_list_v2": self._tasks_made,
                "/cgi-bin/externalcontact/get_groupmsg_task": self._task_list,
                "/cgi-bin/externalcontact/get_groupmsg_send_result": self._send_list,
                "/cgi-bin/externalcontact/send_welcome_msg": self._welcome,
            }.items()
        }
        self.gets: Mapping[str, Route] = {"/cgi-bin/gettoken": self._token}
        self.tasks: dict[str, dict[str, int]] = {}
        """Status of each customer by task."""
        self._made_s: dict[str, int] = {}
        self._sent: Counter[str] = Counter()
        self._welcomed: set[str] = set()

    def too_many(self, asked: Asked) -> Answer:
        return _says(45033)

    def refuse(self, asked: Asked) -> Answer:
        return _says(40058)

    def expire(self) -> None:
        self.tokens.expire()

    def forget(self) -> None:
        """Begin a new day, with customers who have not been welcomed."""
        self.tasks.clear()
        self._sent.clear()
        self._welcomed.clear()

    def confirm(self, task: str, at_quota: bool = True) -> None:
        """Let the staff send a task on; whoever got one today already gets none."""
        for customer, status in self.tasks[task].items():
            if status != 0:
                continue
            over = at_quota and self._sent[customer] >= PER_CUSTOMER_MAX
            self.tasks[task][customer] = 3 if over else 2 if customer.endswith("0004") else 1
            self._sent[customer] += self.tasks[task][customer] == 1

    def _behind_token(self, route: Route) -> Route:
        def guarded(asked: Asked) -> Answer:
            code = self.tokens.refusal(asked)
            return _says(code) if code else route(asked)

        return guarded

    def _token(self, asked: Asked) -> Answer:
        query = asked.request.query
        if query.get("corpid") != CORP_ID:
            return _says(40013)
        return self.tokens.grant() if query.get("corpsecret") == CORP_SECRET else _says(40001)

    def _notice(self, asked: Asked) -> Answer:
        body = parse_object(asked.body)
        assert body["agentid"] == AGENT_ID
        assert len(body["text"]["content"].encode()) <= 2_048
        wanted = body["touser"].split("|")
        missing = [each for each in wanted if each.startswith("gone")]
        if len(missing) == len(wanted):
            return _says(81013)
        self._take("wecom_app", wanted, body["text"]["content"], f"msg{self._ledger.number()}")
        return _says(0, invaliduser="|".join(missing), msgid="m")

    def _task(self, asked: Asked) -> Answer:
        body = parse_object(asked.body)
        customers: list[str] = body["external_userid"]
        if len(customers) > 10_000 or body["chat_type"] != "single":
            return _says(40058)
        missing = [each for each in customers if each.endswith("0002")]
        if len(missing) == len(customers):
            return _says(40096, fail_list=missing)
        task = f"msgGC{self._ledger.number():08d}"
        reached = [each for each in customers if each not in missing]
        self.tasks[task] = dict.fromkeys(reached, 0)
        self._made_s[task] = self._ledger.wall.now_ms() // SECOND_MS
        self._take("wecom_task", reached, body["text"]["content"], task)
        return _says(0, fail_list=missing, msgid=task)

    def _tasks_made(self, asked: Asked) -> Answer:
        body = parse_object(asked.body)
        if body["chat_type"] != "single" or body["limit"] > 100:
            return _says(40058)
        made = [
            task
            for task, at_s in self._made_s.items()
            if task in self.tasks and body["start_time"] <= at_s <= body["end_time"]
        ]
        first = int(body.get("cursor") or 0)
        page = [
            {"msgid": task, "creator": "app", "create_time": self._made_s[task], "create_type": 0}
            for task in made[first : first + 2]
        ]
        return _says(0, group_msg_list=page, next_cursor=str(first + 2) if first + 2 < len(made) else "")

    def _task_list(self, asked: Asked) -> Answer:
        task = self.tasks[parse_object(asked.body)["msgid"]]
        status = 0 if all(each == 0 for each in task.values()) else 2
        return _says(0, task_list=[{"userid": "zhangsan", "status": status}], next_cursor="")

    def _send_list(self, asked: Asked) -> Answer:
        body = parse_object(asked.body)
        rows = list(self.tasks[body["msgid"]].items())
        first, size = int(body.get("cursor") or 0), min(body["limit"], 2)  # Small pages: cursors must be followed.
        at_s = self._ledger.wall.now_ms() // SECOND_MS
        page = [
            {"external_userid": who, "userid": "zhangsan", "status": status, "send_time": at_s if status else 0}
            for who, status in rows[first : first + size]
        ]
        following = str(first + size) if first + size < len(rows) else ""
        return _says(0, send_list=page, next_cursor=following)

    def _welcome(self, asked: Asked) -> Answer:
        body = parse_object(asked.body)
        code = body["welcome_code"]
        if code in self._welcomed:
            return _says(41051)
        if code.startswith("late"):
            return _says(41050)
        self._welcomed.add(code)
        self._take("wecom_welcome", [code], body["text"]["content"], "")
        return _says(0)

    def _take(self, provider: str, addresses: list[str], content: str, call: str) -> None:
        self._ledger.take([Taken(provider=provider, address=each, content=content, call=call) for each in addresses])

    def event(self, fields: Mapping[str, str]) -> Envelope:
        """Return an event as WeCom posts it."""
        keys = WxKeys(token=CALLBACK_TOKEN, encoding_aes_key=AES_KEY, receiver=CORP_ID)
        return sealed_event(keys, fields, self._ledger.wall.now_ms())


class WechatRoom:
    """A service account and a mini-program of one app id."""

    calm = frozenset({"/cgi-bin/stable_token"})

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.tokens = Tokens(ledger)
        self.posts: Mapping[str, Route] = {
            "/cgi-bin/stable_token": self._token,
            "/cgi-bin/message/template/send": self._sender("wechat_template"),
            "/cgi-bin/message/subscribe/bizsend": self._sender("wechat_subscribe"),
            "/cgi-bin/message/subscribe/send": self._sender("mini_program"),
        }
        self.gets: Mapping[str, Route] = {}
        self.credits: Counter[str] = Counter()
        """Consents by openid: one is used up by each subscribe message."""
        self.asks_for_consent = False
        self._numbers: dict[str, int] = {}

    def too_many(self, asked: Asked) -> Answer:
        return _says(45011)

    def refuse(self, asked: Asked) -> Answer:
        return _says(47003)

    def expire(self) -> None:
        self.tokens.expire()

    def forget(self) -> None:
        """Begin anew: nobody has consented, nothing was sent."""
        self.credits.clear()
        self.asks_for_consent = False
        self._numbers.clear()

    def _token(self, asked: Asked) -> Answer:
        body = parse_object(asked.body)
        if body["appid"] != APP_ID:
            return _says(40013)
        return self.tokens.grant() if body["secret"] == APP_SECRET else _says(40125)

    def _sender(self, provider: str) -> Route:
        def send(asked: Asked) -> Answer:
            code = self.tokens.refusal(asked)
            if code:
                return _says(code)
            body = parse_object(asked.body)
            code = self._judge(provider, body)
            if code:
                return _says(code)
            number = self._numbers.setdefault(body.get("client_msg_id") or f"own-{self._ledger.number()}", 0)
            if not number:
                number = 200_000_000 + self._ledger.number()
                self._ledger.take([self._taken(provider, body, number)])
                if "client_msg_id" in body:
                    self._numbers[body["client_msg_id"]] = number
            return _says(0, msgid=number)

        return send

    def _judge(self, provider: str, body: Mapping[str, Any]) -> int:
        who = body["touser"]
        if body["template_id"] != TEMPLATE:
            return 40037
        if who.endswith("0002"):
            return 40003
        if who.endswith("0004"):
            return 48002 if provider == "wechat_template" else 43101
        if any(len(each["value"]) > 20 for name, each in body["data"].items() if name.startswith("thing")):
            return 47003
        if provider == "wechat_template" or not self.asks_for_consent:
            return 0
        if not self.credits[who]:
            return 43101
        self.credits[who] -= 1
        return 0

    def _taken(self, provider: str, body: Mapping[str, Any], number: int) -> Taken:
        text = "\n".join(each["value"] for each in body["data"].values())
        return Taken(provider=provider, address=body["touser"], content=text, call=str(number))

    def event(self, fields: Mapping[str, str], more: str = "") -> Envelope:
        """Return an event as WeChat posts it; `more` is XML that stands beside the fields."""
        keys = WxKeys(token=CALLBACK_TOKEN, encoding_aes_key=AES_KEY, receiver=APP_ID)
        return sealed_event(keys, fields, self._ledger.wall.now_ms(), more)


def sealed_event(keys: WxKeys, fields: Mapping[str, str], now_ms: int, more: str = "") -> Envelope:
    """Return an event signed and encrypted; XML in XML, as both providers send it."""
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    message = f"<xml>{inner}{more}</xml>".encode()
    text = encrypted(keys, message, sha256(message).digest()[:16])
    at, nonce = str(now_ms // SECOND_MS), "nonce"
    signature = wx_signature(keys.token, at, nonce, text)
    return Envelope(
        query={"msg_signature": signature, "timestamp": at, "nonce": nonce},
        body=f"<xml><ToUserName>{keys.receiver}</ToUserName><Encrypt><![CDATA[{text}]]></Encrypt></xml>".encode(),
    )


def _says(code: int, **more: Any) -> Answer:
    return Answer(said={"errcode": code, "errmsg": "ok" if code == 0 else "refused", **more})
