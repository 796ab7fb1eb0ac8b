"""What providers post: verified, matched with what was sent, a fact before the answer, and one fact however often."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest

from liftloop.app.facts import fact
from liftloop.deliver.contract import AttemptsSettled
from liftloop.kernel.clock import MINUTE_MS
from liftloop.kernel.codec import canonical_json, parse_object, unpack_columns
from liftloop.plugins.channels.signing import headers, secret_bytes
from liftloop.plugins.channels.sms import receipt_mark
from liftloop.testing.gatehouse import Rooms, open_gatehouse
from liftloop.testing.gatehouse.push import CALL_SECRET
from liftloop.testing.gatehouse.server import Taken
from liftloop.testing.gatehouse.wechat import AES_KEY, APP_ID, CALLBACK_TOKEN, CORP_ID, TEMPLATE, Envelope
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
TOKEN = "an-address-nobody-guesses"
WX = {"callback_token": CALLBACK_TOKEN, "encoding_aes_key": AES_KEY}
CHANNELS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "sms": (
        "aliyun_sms",
        {
            "access_key_id": "k",
            "access_key_secret": "s",
            "sign_name": "店",
            "template": "SMS_1",
            "callback_token": TOKEN,
        },
    ),
    "txsms": (
        "tencent_sms",
        {"secret_id": "k", "secret_key": "s", "app_id": "1", "sign_name": "店", "callback_token": TOKEN},
    ),
    "mini": ("mini_program", {"app_id": APP_ID, "app_secret": "s", "template": TEMPLATE, **WX}),
    "notice": ("wechat_template", {"app_id": APP_ID, "app_secret": "s", **WX}),
    "staff": ("wecom_welcome", {"corp_id": CORP_ID, "secret": "s", **WX}),
    "calls": ("call", {"url": "https://calls.example/in", "secret": CALL_SECRET}),
    "news": ("smtp", {"host": "mail.example", "sender": "a@shop.example"}),
}


class Said(NamedTuple):
    status: int
    body: bytes


class Shop:
    """An installation with a channel of each kind that is told something."""

    def __init__(self, path: Path) -> None:
        self.site = Installation(path, NOW_MS)
        _, self.rooms = open_gatehouse(self.site.clock)
        for identity, (kind, settings) in CHANNELS.items():
            self.site.publish("channel", identity, {"id": identity, "kind": kind, "settings": settings})
        self.site.publish("content", "hello", {"id": "hello", "body": "text: hi"})
        self.site.publish("setting", "delivery", {"caps": [], "quiet_hours": None})
        nodes = [
            {"kind": "send", "id": "s", "channel": "sms", "content": "hello", "next": "end"},
            {"kind": "exit", "id": "end"},
        ]
        trigger = {"on": "event", "name": "Signed Up"}
        self.site.publish("journey", "welcome", {"name": "welcome", "trigger": trigger, "nodes": nodes})

    def post(
        self, path: str, body: bytes, query: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None
    ) -> Said:
        return self.call("POST", path, body, query, more)

    def event(self, channel: str, envelope: Envelope) -> Said:
        return self.post(f"/callbacks/{channel}", envelope.body, envelope.query)

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        query: Mapping[str, str] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Said:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": urlencode(query or {}, quote_via=quote).encode(),
            "server": ("shop", 8731),
            "headers": [(name.encode(), value.encode()) for name, value in (more or {}).items()],
        }
        parts: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(part: Any) -> None:
            parts.append(part)

        asyncio.run(self.site.app(scope, receive, send))
        self.site.fold_all()
        return Said(parts[0]["status"], parts[1]["body"])

    def handed_over(self, channel: str, provider_ids: Sequence[str]) -> None:
        """Record that messages were accepted under these ids."""
        count = len(provider_ids)
        settled = AttemptsSettled(
            channel=channel,
            keys=[f"c/n/x{number}/0" for number in range(count)],
            attempts=[f"c/n/x{number}/0.1" for number in range(count)],
            outcomes=["accepted"] * count,
            reasons=[""] * count,
            provider_ids=list(provider_ids),
            decided_ms=[NOW_MS] * count,
            costs_fen=[0] * count,
            purposes=["marketing"] * count,
        )
        body = canonical_json(settled)
        self.site.append([fact("attempts.settled", channel, body, "system:dispatch", self.site.now_ms())])
        self.site.fold_all()

    def receipts(self) -> list[tuple[str, str]]:
        """Return (message key, receipt) of every receipt that became a fact."""
        found: list[tuple[str, str]] = []
        for (columns,) in self.site.state.rows("SELECT columns FROM fact WHERE kind = 'receipt.seen' ORDER BY tick"):
            batch = unpack_columns(columns)
            found += zip(batch["message_key"], batch["receipt"], strict=True)
        return found

    def consents(self) -> list[tuple[str, str, str]]:
        return self.site.state.rows("SELECT channel, status, source FROM consent ORDER BY tick, position")

    def events(self, name: str) -> list[dict[str, Any]]:
        entries = self.site.log.read(after=0, limit=100_000)  # pyright: ignore[reportArgumentType]
        return [parse_object(each.body) for entry in entries for each in entry.records() if each.name == name]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("callbacks") / "data")
    yield shop
    shop.site.close()


@pytest.fixture
def rooms(shop: Shop) -> Rooms:
    return shop.rooms


def taken(number: int, call: str) -> Taken:
    return Taken(provider="aliyun", address=f"139{number:08d}", content="", call=call)


def test_ten_thousand_receipts_at_once(shop: Shop, rooms: Rooms) -> None:
    """All are taken; those that are told again, in other batches, stay one fact each."""
    sent = [taken(number, f"burst{number // 1_000}^0") for number in range(10_000)]
    shop.handed_over("sms", [receipt_mark(each.call, TOKEN, each.address) for each in sent])
    before = len(shop.receipts())
    bodies = [rooms.sms.aliyun.reports(sent[first : first + 2_000], NOW_MS) for first in range(0, 10_000, 2_000)]
    assert {shop.post(f"/callbacks/sms/{TOKEN}", body).status for body in bodies} == {200}
    for first in range(4):
        body = rooms.sms.aliyun.reports(sent[first * 500 : first * 500 + 1_000], NOW_MS)
        assert shop.post(f"/callbacks/sms/{TOKEN}", body) == (200, '{"code":0,"msg":"接收成功"}'.encode())
    new = shop.receipts()[before:]
    assert len(new) == len(set(new)) == 10_000
    assert [receipt for _, receipt in new].count("failed") == 1  # The number that ends in 0003.


def test_one_receipt_five_times_is_one_fact(shop: Shop, rooms: Rooms) -> None:
    """Providers push again whatever they think was lost."""
    shop.handed_over("txsms", ["2028:f1"])
    before = len(shop.receipts())
    body = rooms.sms.tencent.reports([Taken(provider="t", address="13900000009", content="", call="2028:f1")], NOW_MS)
    for _ in range(5):
        assert shop.post(f"/callbacks/txsms/{TOKEN}", body) == (200, b'{"result":0,"errmsg":"OK"}')
    assert shop.receipts()[before:] == [("c/n/x0/0", "delivered")]


def test_a_receipt_ahead_of_our_record_comes_again(shop: Shop, rooms: Rooms) -> None:
    """While it is young the provider is asked to push again; an old one of somebody else's message is let go."""
    early = taken(77, "early^0")
    body = rooms.sms.aliyun.reports([early], shop.site.now_ms())
    before = len(shop.receipts())
    assert shop.post(f"/callbacks/sms/{TOKEN}", body).status == 503
    shop.handed_over("sms", [receipt_mark("early^0", TOKEN, early.address)])
    assert shop.post(f"/callbacks/sms/{TOKEN}", body).status == 200
    assert len(shop.receipts()) == before + 1
    foreign = rooms.sms.aliyun.reports([taken(78, "foreign^0")], shop.site.now_ms() - 11 * MINUTE_MS)
    assert shop.post(f"/callbacks/sms/{TOKEN}", foreign).status == 200
    assert len(shop.receipts()) == before + 1


def test_an_opt_out_by_reply_ends_consent_at_once(shop: Shop, rooms: Rooms) -> None:
    """R withdraws consent to marketing by SMS, of people known by their number and of people not known yet."""
    known = {"type": "identify", "userId": "u1", "messageId": "m1", "traits": {"phone": "13912345678"}}
    granted = {"context": {"consents": [{"channel": "sms", "purpose": "marketing"}]}}
    shop.site.receive(known | granted)
    shop.site.fold_all()
    body = rooms.sms.aliyun.replies({"13912345678": "R", "13912345679": "退订", "13912345670": "好的"}, NOW_MS)
    assert shop.post(f"/callbacks/sms/{TOKEN}", body).status == 200
    assert shop.consents()[-2:] == [("sms", "withdrawn", "reply:sms")] * 2
    shop.site.receive({"type": "track", "userId": "u1", "messageId": "m2", "event": "Signed Up"})
    shop.site.fold_all()
    rows = shop.site.state.rows("SELECT state, reason FROM ledger")
    assert rows == [("suppressed", "consent_withdrawn:sms:marketing")]
    assert len(shop.events("Message Replied")) == 3


def test_tencents_reply_is_read_as_well(shop: Shop, rooms: Rooms) -> None:
    """One object instead of a list, seconds instead of Shanghai's time: the same fact."""
    assert shop.post(f"/callbacks/txsms/{TOKEN}", rooms.sms.tencent.reply("13987654321", "TD", NOW_MS)).status == 200
    assert shop.consents()[-1] == ("sms", "withdrawn", "reply:txsms")


FORGED = [
    ("/callbacks/sms/another-address-nobody", 401),
    ("/callbacks/sms", 401),
    ("/callbacks/sms/", 401),
    ("/callbacks/mini", 401),
    ("/callbacks/calls", 401),
    ("/callbacks/news/x", 404),
    ("/callbacks/nobody/x", 404),
]


@pytest.mark.parametrize(("path", "status"), FORGED)
def test_a_forged_callback_changes_nothing(shop: Shop, rooms: Rooms, path: str, status: int) -> None:
    """Without the secret address or a signature nothing is taken, and the refusal says what to look at."""
    before = (len(shop.receipts()), shop.site.log.end())
    answer = shop.post(path, rooms.sms.aliyun.replies({"13900000001": "R"}, NOW_MS))
    assert answer.status == status
    assert (len(shop.receipts()), shop.site.log.end()) == before


@pytest.mark.parametrize("change", ["msg_signature", "timestamp", "nonce", "body"])
def test_an_altered_event_is_forged(shop: Shop, rooms: Rooms, change: str) -> None:
    """Any part of an event that was changed on the way makes all of it worthless."""
    envelope = rooms.wechat.event({"Event": "unsubscribe", "FromUserName": "o1", "CreateTime": "1790000000"})
    query = dict(envelope.query)
    body = envelope.body
    if change == "body":
        body = rooms.wechat.event({"Event": "unsubscribe", "FromUserName": "o2", "CreateTime": "1790000000"}).body
    else:
        query[change] = query[change][:-1] + ("0" if query[change][-1] != "0" else "1")
    end = shop.site.log.end()
    assert shop.post("/callbacks/mini", body, query).status == 401
    assert shop.site.log.end() == end


def test_what_cannot_be_read_is_refused(shop: Shop) -> None:
    """A body that is not the provider's is a bad request, not a server error."""
    for body in (b"", b"[1]", b'[{"phone_number":"1"}]', b'{"phone_number":{}}', b"\xff"):
        assert shop.post(f"/callbacks/sms/{TOKEN}", body).status == 400


def test_the_address_is_confirmed(shop: Shop, rooms: Rooms) -> None:
    """WeCom and WeChat ask once with an encrypted text, and want it back in the clear."""
    from liftloop.plugins.channels.wxcrypt import WxKeys, encrypted, wx_signature

    keys = WxKeys(token=CALLBACK_TOKEN, encoding_aes_key=AES_KEY, receiver=CORP_ID)
    echo = encrypted(keys, b"1234567890", bytes(16))
    query = {"timestamp": "1", "nonce": "n", "echostr": echo}
    query["msg_signature"] = wx_signature(CALLBACK_TOKEN, "1", "n", echo)
    assert shop.call("GET", "/callbacks/staff", query=query) == (200, b"1234567890")


def test_results_of_template_messages(shop: Shop, rooms: Rooms) -> None:
    """A job that finished is a receipt: delivered, or the person has blocked the account."""
    shop.handed_over("notice", ["200000001", "200000002"])
    before = len(shop.receipts())
    for number, status in ((1, "success"), (2, "failed:user block")):
        fields = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": f"20000000{number}", "Status": status}
        event = rooms.wechat.event(fields | {"FromUserName": "o9", "CreateTime": str(NOW_MS // 1_000)})
        assert shop.event("notice", event) == (200, b"success")
    assert [receipt for _, receipt in shop.receipts()[before:]] == ["delivered", "unsubscribed"]


def test_consents_to_single_messages_are_counted(shop: Shop, rooms: Rooms) -> None:
    """An acceptance of the channel's template is an event that the gate counts by; others are passed over."""
    accepted = "<TemplateId>tpl-1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>"
    refused = "<TemplateId>tpl-1</TemplateId><SubscribeStatusString>reject</SubscribeStatusString>"
    fields = {"Event": "subscribe_msg_popup_event", "FromUserName": "o5", "CreateTime": "1790000000"}
    before = len(shop.events("Subscription Accepted"))
    for entries in (f"<List>{accepted}</List>", f"<List>{refused}</List><List>{accepted}</List>"):
        envelope = rooms.wechat.event(fields, f"<SubscribeMsgPopupEvent>{entries}</SubscribeMsgPopupEvent>")
        assert shop.event("mini", envelope).status == 200
    assert len(shop.events("Subscription Accepted")) == before + 2


def test_a_new_contact_brings_a_code_to_welcome_with(shop: Shop, rooms: Rooms) -> None:
    """The event names the person and the staff; the code is the person's, sealed, and leaves with the welcome."""
    fields = {"Event": "change_external_contact", "ChangeType": "add_external_contact", "UserID": "zhangsan"}
    fields |= {"ExternalUserID": "wm1", "WelcomeCode": "CODE1", "State": "shop7", "CreateTime": "1790000000"}
    assert shop.event("staff", rooms.wecom.event(fields)) == (200, b"success")
    assert shop.events("Contact Added")[-1] == {"channel": "staff", "staff": "zhangsan", "state": "shop7"}
    names = {name for (name,) in shop.site.state.rows("SELECT name FROM attribute WHERE sealed = 1")}
    assert "wecom_welcome_code" in names


def test_a_customer_who_leaves_is_left_alone(shop: Shop, rooms: Rooms) -> None:
    """Deleting the staff as a contact, or unfollowing the account, withdraws consent to that medium."""
    fields = {"Event": "change_external_contact", "ChangeType": "del_follow_user", "UserID": "zhangsan"}
    fields |= {"ExternalUserID": "wm1", "CreateTime": "1790000001"}
    assert shop.event("staff", rooms.wecom.event(fields)).status == 200
    assert shop.consents()[-1][:2] == ("wecom", "withdrawn")
    gone = {"Event": "unsubscribe", "FromUserName": "o1", "CreateTime": "1790000000"}
    assert shop.event("notice", rooms.wechat.event(gone)).status == 200
    assert shop.consents()[-1][:2] == ("wechat", "withdrawn")


def test_results_of_calls(shop: Shop) -> None:
    """A signed list of outcomes: answered is delivered, and whoever asks for no calls gets none."""
    shop.handed_over("calls", ["c/n/x0/0", "c/n/x1/0"])
    before = len(shop.receipts())
    rows = [{"our_id": "c/n/x0/0", "outcome": "connected"}, {"our_id": "c/n/x1/0", "outcome": "dnc_request"}]
    body = canonical_json(rows)
    signed = headers(secret_bytes(CALL_SECRET), "r1", NOW_MS // 1_000, body)
    assert shop.post("/callbacks/calls", body, more=signed).status == 200
    assert [receipt for _, receipt in shop.receipts()[before:]] == ["delivered", "unsubscribed"]
