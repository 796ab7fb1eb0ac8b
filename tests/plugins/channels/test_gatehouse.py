"""Every provider's channel against the gatehouse, which checks signatures, tokens and quotas as providers do."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.dispatch.polling import Polling, PollTools
from liftloop.deliver.contract import Channel, ChannelDefinition, Handover, Message, TryLater
from liftloop.kernel.clock import SystemClock
from liftloop.kernel.codec import parse_object
from liftloop.kernel.errors import LiftloopError
from liftloop.kernel.ids import MessageKey
from liftloop.plugins.channels import open_channel
from liftloop.storage.contract import Record
from liftloop.testing.channels import ChannelConformance, message, outcomes, send
from liftloop.testing.gatehouse import Gatehouse, Rooms, apple, open_gatehouse, push, sms, wechat

LOOPBACK = (ip_network("127.0.0.0/8"),)
WALL = SystemClock()


class Provider(Struct, frozen=True, kw_only=True):
    """How one channel is set up against the gatehouse, and what its messages look like."""

    kind: str
    settings: dict[str, Any]
    address: str
    """With {n}; four digits at its end choose a fate."""
    body: str
    wrong: dict[str, Any]
    """Settings under which nothing of ours is admitted."""
    at: str = "base_url"


PROVIDERS = {
    each.kind: each
    for each in (
        Provider(
            kind="aliyun_sms",
            settings={
                "access_key_id": sms.KEY_ID,
                "access_key_secret": sms.KEY_SECRET,
                "sign_name": sms.SIGN_NAME,
                "template": sms.TEMPLATE,
                "callback_token": "t" * 24,
            },
            address="138{n:08d}",
            body="text: 第 {n} 封",
            wrong={"access_key_secret": "another"},
        ),
        Provider(
            kind="tencent_sms",
            settings={
                "secret_id": sms.KEY_ID,
                "secret_key": sms.KEY_SECRET,
                "app_id": sms.APP_ID,
                "sign_name": sms.SIGN_NAME,
                "template": sms.TENCENT_TEMPLATE,
                "callback_token": "t" * 24,
            },
            address="138{n:08d}",
            body="text: 第 {n} 封",
            wrong={"secret_key": "another"},
        ),
        Provider(
            kind="wecom_app",
            settings={
                "corp_id": wechat.CORP_ID,
                "secret": wechat.CORP_SECRET,
                "agent_id": wechat.AGENT_ID,
                "to": "zhangsan",
            },
            address="zhangsan",
            body="第 {n} 封",
            wrong={"secret": "another"},
        ),
        Provider(
            kind="wecom_task",
            settings={"corp_id": wechat.CORP_ID, "secret": wechat.CORP_SECRET, "mark_secret": "m" * 24},
            address="wm{n:08d}",
            body="第 {n} 封",
            wrong={"secret": "another"},
        ),
        Provider(
            kind="wecom_welcome",
            settings={"corp_id": wechat.CORP_ID, "secret": wechat.CORP_SECRET},
            address="code{n:08d}",
            body="第 {n} 封",
            wrong={"secret": "another"},
        ),
        *(
            Provider(
                kind=kind,
                settings={"app_id": wechat.APP_ID, "app_secret": wechat.APP_SECRET, "template": wechat.TEMPLATE},
                address="o{n:08d}",
                body="@page: pages/index\nthing1: 第 {n} 封",
                wrong={"app_secret": "another"},
            )
            for kind in ("wechat_template", "wechat_subscribe", "mini_program")
        ),
        Provider(
            kind="jpush",
            settings={"app_key": push.APP_KEY, "master_secret": push.MASTER_SECRET},
            address="r{n:08d}",
            body="第 {n} 封",
            wrong={"master_secret": "another"},
        ),
        Provider(
            kind="fcm",
            settings={"service_account": ""},
            address="f{n:08d}",
            body="第 {n} 封",
            wrong={"service_account": "another"},
        ),
        Provider(
            kind="apns",
            settings={"private_key": "", "key_id": apple.KEY_ID, "team_id": apple.TEAM, "topic": apple.TOPIC},
            address="ab{n:08d}",
            body="第 {n} 封",
            wrong={"team_id": "another"},
        ),
        Provider(
            kind="call",
            settings={"secret": push.CALL_SECRET},
            address="138{n:08d}",
            body="第 {n} 封",
            wrong={"secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
            at="url",
        ),
    )
}
EVERY = sorted(PROVIDERS)
TO_CUSTOMERS = sorted(set(EVERY) - {"wecom_app"})


APPLE: dict[str, str] = {}
"""Where the gatehouse speaks HTTP/2, by its own address."""


def opened(provider: Provider, base_url: str, **changed: Any) -> Channel:
    if provider.kind == "apns":
        base_url = APPLE.get(base_url, base_url)
        changed = {"private_key": push.pem(push.apple_key())} | changed
    settings = provider.settings | {provider.at: f"{base_url}/calls" if provider.at == "url" else base_url} | changed
    if provider.kind == "fcm":
        account = push.service_account(f"{base_url}/token")
        if changed:
            account = account.replace(push.ROBOT, "another@shop.example")
        settings["service_account"] = account
    return open_channel(ChannelDefinition(id="way", kind=provider.kind, settings=settings), LOOPBACK, WALL)  # pyright: ignore[reportArgumentType]


def to(provider: Provider, number: int, attempt: int = 1) -> Message:
    """Return a message as the provider takes it; numbers from 5 up meet no fate."""
    return replace(
        message(number, attempt),
        address=provider.address.format(n=1_000 + number if number < 1_000 else number),
        body=provider.body.format(n=number),
    )


@pytest.fixture(scope="module")
def standing() -> Iterator[tuple[Gatehouse, Rooms]]:
    gatehouse, rooms = open_gatehouse(WALL)
    gatehouse.start()
    rooms.apple.start()
    APPLE[gatehouse.base_url] = rooms.apple.base_url
    yield gatehouse, rooms
    rooms.apple.stop()
    gatehouse.stop()


@pytest.fixture
def gatehouse(standing: tuple[Gatehouse, Rooms]) -> Gatehouse:
    """The gatehouse as if nothing had happened in it yet."""
    house, rooms = standing
    house.ledger.taken.clear()
    house.faults.clear()
    rooms.forget()
    return house


@pytest.fixture
def rooms(standing: tuple[Gatehouse, Rooms], gatehouse: Gatehouse) -> Rooms:
    return standing[1]


@pytest.fixture(scope="module")
def nowhere() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


class Receiver:
    def __init__(self, gatehouse: Gatehouse) -> None:
        self.gatehouse = gatehouse

    def times_taken(self, key: MessageKey) -> int:
        text = f"第 {key.split('/')[-2]} 封"
        return sum(text in each.content for each in self.gatehouse.ledger.taken)

    def lose_next_answer(self) -> None:
        self.gatehouse.faults.append("lose_answer")


@pytest.mark.parametrize("kind", EVERY, scope="class")
class TestProviders(ChannelConformance):
    @pytest.fixture
    def provider(self, kind: str) -> Provider:
        return PROVIDERS[kind]

    @pytest.fixture
    def receiver(self, gatehouse: Gatehouse) -> Receiver:
        return Receiver(gatehouse)

    @pytest.fixture
    def channel(self, provider: Provider, gatehouse: Gatehouse) -> Channel:
        self._provider = provider
        return opened(provider, gatehouse.base_url)

    @pytest.fixture
    def unreachable(self, provider: Provider, nowhere: str) -> Channel:
        self._provider = provider
        return opened(provider, nowhere)

    def message(self, number: int, attempt: int = 1) -> Message:
        return to(self._provider, number, attempt)


def carried(provider: Provider, base_url: str, *messages: Message, **changed: Any) -> list[Handover]:
    (told,) = send(opened(provider, base_url, **changed), messages)
    return list(told)


@pytest.mark.parametrize("kind", EVERY)
def test_wrong_credentials_are_told(gatehouse: Gatehouse, kind: str) -> None:
    """A signature, key or secret that is not the provider's lets nothing in, and the channel says whose fault it is."""
    provider = PROVIDERS[kind]
    (told,) = carried(provider, gatehouse.base_url, to(provider, 5), **provider.wrong)
    assert (told.outcome, bool(told.reason)) == ("credential_expired", True)
    assert not gatehouse.ledger.taken


@pytest.mark.parametrize("kind", EVERY)
def test_an_error_inside_http_200_is_no_success(gatehouse: Gatehouse, kind: str) -> None:
    """What counts is the code in the body: a refusal is final, and its reason names the code."""
    provider = PROVIDERS[kind]
    gatehouse.faults.append("refuse")
    (told,) = carried(provider, gatehouse.base_url, to(provider, 5))
    assert (told.outcome, bool(told.reason)) == ("rejected", True)
    assert not gatehouse.ledger.taken


@pytest.mark.parametrize("kind", EVERY)
def test_a_provider_that_has_enough_is_left_alone_for_a_while(gatehouse: Gatehouse, kind: str) -> None:
    """Throttled, the message has not left and comes again, not at once."""
    provider = PROVIDERS[kind]
    gatehouse.faults.append("too_many")
    try:
        (told,) = carried(provider, gatehouse.base_url, to(provider, 5))
    except TryLater as later:
        after_ms = later.after_ms
    else:
        assert told.outcome == "throttled"
        after_ms = told.retry_after_ms
    assert after_ms >= 1_000
    assert not gatehouse.ledger.taken


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("fault", ["broken", "garbage"])
def test_an_odd_answer_leaves_doubt(gatehouse: Gatehouse, kind: str, fault: Any) -> None:
    """Whatever is not a plain yes or no may have arrived: it is uncertain, never sent again blindly."""
    provider = PROVIDERS[kind]
    gatehouse.faults.append(fault)
    (told,) = carried(provider, gatehouse.base_url, to(provider, 5))
    assert told.outcome == "uncertain"
    assert len(gatehouse.ledger.taken) == 1


@pytest.mark.parametrize("kind", ["fcm", "mini_program", "wechat_subscribe", "wechat_template", "wecom_task"])
def test_an_expired_token_is_asked_for_anew(gatehouse: Gatehouse, kind: str) -> None:
    """A token that the provider took back costs one more call, and no message."""
    provider = PROVIDERS[kind]
    channel = opened(provider, gatehouse.base_url)
    gatehouse.faults.append("expire_token")
    first, second = send(channel, [to(provider, 5), to(provider, 6)], [to(provider, 7)])
    assert {each.outcome for each in (*first, *second)} == {"accepted"}
    assert len(gatehouse.ledger.taken) == 3


def test_a_token_is_asked_for_once(gatehouse: Gatehouse, rooms: Rooms) -> None:
    """A hundred messages at once ask for one token, and the next batch for none."""
    provider, before = PROVIDERS["wechat_template"], rooms.wechat.tokens.granted
    channel = opened(provider, gatehouse.base_url)
    send(channel, [to(provider, number) for number in range(5, 55)], [to(provider, 60)])
    assert rooms.wechat.tokens.granted == before + 1


FATES = [
    ("aliyun_sms", "0001", "throttled"),
    ("aliyun_sms", "0002", "invalid_recipient"),
    ("tencent_sms", "0001", "throttled"),
    ("tencent_sms", "0002", "invalid_recipient"),
    ("tencent_sms", "0004", "opted_out"),
    ("wecom_task", "0002", "invalid_recipient"),
    ("wechat_template", "0002", "invalid_recipient"),
    ("wechat_template", "0004", "opted_out"),
    ("mini_program", "0004", "rejected"),
    ("jpush", "0002", "invalid_recipient"),
    ("fcm", "0002", "invalid_recipient"),
    ("apns", "0002", "invalid_recipient"),
    ("call", "0004", "opted_out"),
]


def test_the_same_words_twice_to_one_number_mix_with_no_others(gatehouse: Gatehouse) -> None:
    """An answer names numbers, so each call has one of each; whoever gets other values gets them, even an empty one."""
    provider = PROVIDERS["tencent_sms"]
    texts = ["text: 同一句", "text: 同一句", "text: 同一句\nmore:"]
    number = [7, 7, 8]
    messages = [
        replace(to(provider, place), address=to(provider, number[place]).address, body=text)
        for place, text in enumerate(texts)
    ]
    told = carried(provider, gatehouse.base_url, *messages)
    assert [each.outcome for each in told] == ["accepted"] * 3
    assert len({each.call for each in gatehouse.ledger.taken}) == 3
    words = {each.address: each.content for each in gatehouse.ledger.taken}
    assert len(set(words.values())) == 2, "one value for the first, two for the other"


@pytest.mark.parametrize(("kind", "ending", "outcome"), FATES)
def test_one_person_costs_no_other(gatehouse: Gatehouse, kind: str, ending: str, outcome: str) -> None:
    """Of a batch, whoever cannot be reached gets an outcome of their own, and the others their message."""
    provider = PROVIDERS[kind]
    odd = replace(to(provider, 3), address=provider.address.format(n=int(f"9{ending}")))
    others = [to(provider, number) for number in (1, 2, 4, 5)]
    for text in ("@template: SMS_1001\ntext: 同一句", None):
        batch = [*others[:2], odd, *others[2:]]
        if text is not None and kind == "aliyun_sms":
            batch = [replace(each, body=text) for each in batch]
        told = outcomes(carried(provider, gatehouse.base_url, *batch))
        expected = {each.key: "accepted" for each in others} | {odd.key: outcome}
        assert told == expected


@pytest.mark.parametrize("kind", ["aliyun_sms", "tencent_sms", "call"])
def test_a_foreign_address_is_not_sent_to(gatehouse: Gatehouse, kind: str) -> None:
    """What is no mainland mobile number costs no call."""
    provider = PROVIDERS[kind]
    (told,) = carried(provider, gatehouse.base_url, replace(to(provider, 5), address="+1 202 555 0100"))
    assert told.outcome == "invalid_recipient"


def test_many_numbers_of_one_text_are_one_call(gatehouse: Gatehouse) -> None:
    """A hundred people who get the same words are one SendSms; other words are one SendBatchSms."""
    provider = PROVIDERS["aliyun_sms"]
    batch = [to(provider, number) for number in range(5, 105)]
    carried(provider, gatehouse.base_url, *(replace(each, body="text: 同一句") for each in batch))
    assert len({each.call for each in gatehouse.ledger.taken}) == 1
    carried(provider, gatehouse.base_url, *batch)
    assert len({each.call for each in gatehouse.ledger.taken}) == 2


BAD_FIELDS = [
    ("aliyun_sms", "没有冒号", "fields:line_1"),
    ("aliyun_sms", "name: 甲\n@template: SMS_9", "fields:@template"),
    ("aliyun_sms", "name: 甲\nname: 乙", "fields:twice_name"),
    ("aliyun_sms", "link: https://a.example/x", "link_in_variable:link"),
    ("tencent_sms", f"name: {'长' * 36}", "too_long:name"),
    ("mini_program", f"thing1: {'长' * 21}", "field_does_not_fit:thing1"),
    ("wechat_template", "phrase1: OK", "field_does_not_fit:phrase1"),
    ("wechat_template", "@script: x\nthing1: 好", "fields:@script"),
]


@pytest.mark.parametrize(("kind", "body", "reason"), BAD_FIELDS)
def test_what_a_template_cannot_hold_is_not_sent(gatehouse: Gatehouse, kind: str, body: str, reason: str) -> None:
    """Fields are checked before the provider is asked; a value of several lines cannot turn into an instruction."""
    provider = PROVIDERS[kind]
    (told,) = carried(provider, gatehouse.base_url, replace(to(provider, 5), body=body))
    assert (told.outcome, told.reason) == ("rejected", reason)
    assert not gatehouse.ledger.taken


def test_a_consent_is_good_for_one_message(gatehouse: Gatehouse, rooms: Rooms) -> None:
    """The provider's own count is the last word: a second message on one consent is refused and not tried again."""
    provider = PROVIDERS["mini_program"]
    rooms.wechat.asks_for_consent = True
    first, second = to(provider, 5), replace(to(provider, 6), address=to(provider, 5).address)
    rooms.wechat.credits[first.address] = 1
    channel = opened(provider, gatehouse.base_url)
    told = [each for part in send(channel, [first], [second]) for each in part]
    assert [(each.outcome, each.reason) for each in told] == [("accepted", ""), ("rejected", "errcode_43101")]


def test_settings_that_cannot_work_are_refused(gatehouse: Gatehouse) -> None:
    """Every kind refuses an empty credential and an address in a private network when it is opened."""
    for provider in PROVIDERS.values():
        (name, _), *_ = provider.wrong.items()
        at = {provider.at: f"{gatehouse.base_url}/calls" if provider.at == "url" else gatehouse.base_url}
        for changed in ({name: ""}, {provider.at: "http://10.0.0.8"}, {"colour": "red"}):
            pasted = {"fcm": ("service_account", push.service_account("https://x.example"))}
            pasted["apns"] = ("private_key", push.pem(push.apple_key()))
            name_of_key, key = pasted.get(provider.kind, ("", ""))
            settings = provider.settings | at | ({name_of_key: key} if key else {}) | changed
            definition = ChannelDefinition(id="way", kind=provider.kind, settings=settings)  # pyright: ignore[reportArgumentType]
            with pytest.raises(LiftloopError):
                open_channel(definition, LOOPBACK, WALL)


class Carried:
    """A state that knows only what was handed over."""

    def __init__(self, handovers: Sequence[Handover]) -> None:
        self._rows = [(each.provider_id, each.key) for each in handovers if each.outcome == "accepted"]

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return self._rows


def test_what_the_staff_sent_is_asked(gatehouse: Gatehouse, rooms: Rooms) -> None:
    """A task is no delivery: only what staff confirmed is, and each result is told once, whatever page it stands on."""
    provider = PROVIDERS["wecom_task"]
    batch = [replace(to(provider, number), subject="", body="同一句") for number in range(5, 12)]
    batch[1] = replace(batch[1], address="wm90004")
    told: list[Record] = []

    async def send_facts(records: Sequence[Record]) -> Any:
        told.extend(records)

    async def story() -> list[int]:
        channel = opened(provider, gatehouse.base_url)
        made = [*await channel.send(batch[:6]), *await channel.send(batch[6:])]
        polling = Polling(
            PollTools(state=Carried(made), clock=WALL, channels=lambda: [channel], send_facts=send_facts)  # pyright: ignore[reportArgumentType]
        )
        counts = [await polling.look()]
        first, second = rooms.wecom.tasks
        rooms.wecom.confirm(first)
        counts += [await polling.look(), await polling.look()]
        rooms.wecom.tasks[second] = {batch[0].address: 0}
        rooms.wecom.confirm(second)
        await channel.close()
        return counts

    assert asyncio.run(story()) == [0, 6, 0]
    receipts = [parse_object(record.body)["receipts"][0] for record in told]
    assert sorted(receipts) == ["delivered"] * 5 + ["unsubscribed"]
    assert rooms.wecom.tasks[list(rooms.wecom.tasks)[1]][batch[0].address] == 3
