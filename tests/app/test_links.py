"""Links in messages: short, ours alone, sent on at once; machines are told apart from people."""

import asyncio
import re
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from dispatch_world import NOW_MS, ScriptedChannel, World
from hypothesis import given
from hypothesis import strategies as st

from liftloop.app.issued_links import LINK_PATH
from liftloop.app.qr_codes import BadLink, qr_code
from liftloop.deliver.links import Visit, machine, networks_of, number_in, replaced, token_of, with_picture, with_utm
from liftloop.testing.installation import Installation

PUBLIC = "https://t.example.com"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0"


def world_with(tmp_path: Path, body: str, kind: str = "customer_id") -> World:
    world = World(tmp_path)
    world.state.define("content", "hello", 1, {"id": "hello", "body": body})
    world.state.define("setting", "contents", 1, {"public_url": PUBLIC})
    channel = ScriptedChannel(batch_max=10)
    channel.address_kind = kind  # pyright: ignore[reportAttributeAccessIssue]
    world.channel(channel)
    return world


def bodies(world: World) -> list[str]:
    shop = world.channels["shop"]
    assert isinstance(shop, ScriptedChannel)
    return [message.body for call in shop.calls for message in call]


def test_each_message_has_links_of_its_own_on_disk_before_it_leaves(tmp_path: Path) -> None:
    world = world_with(tmp_path, "中秋好，详情 https://shop.example/moon?x=1。回复 TD 退订")
    for number in range(3):
        world.message(number)
    world.run()
    said = bodies(world)
    assert len(set(said)) == 3
    assert all(body.startswith(f"中秋好，详情 {PUBLIC}/l/") and body.endswith("。回复 TD 退订") for body in said)
    assert max(len(body) for body in said) < len("中秋好，详情 。回复 TD 退订") + len(PUBLIC) + 12
    rows = sqlite3.connect(world.path).execute(
        "SELECT message_key, profile, url, channel, campaign FROM link JOIN link_target ON link_target.id = target"
    )
    assert sorted(rows) == [
        (
            f"c/send/{number}/0",
            number,
            "https://shop.example/moon?x=1&utm_source=shop&utm_medium=shop&utm_campaign=c",
            "shop",
            "c",
        )
        for number in range(3)
    ]


def test_mail_keeps_its_text_and_tells_opens(tmp_path: Path) -> None:
    """Only where a link leads is changed in HTML; what is written between its tags stays."""
    world = world_with(tmp_path, '<body><a href="https://a.example/?p=1&amp;q=2">https://a.example</a></body>', "email")
    world.person(1, email="a@example.com")
    world.message(1)
    world.run()
    body = bodies(world)[0]
    assert '">https://a.example</a>' in body
    assert f'href="{PUBLIC}/l/' in body
    assert f'<img src="{PUBLIC}/o/' in body
    assert body.endswith("</body>")


def test_without_a_public_address_links_stay(tmp_path: Path) -> None:
    world = world_with(tmp_path, "看 https://shop.example")
    world.state.define("setting", "contents", 2, {})
    world.message(1)
    world.run()
    assert bodies(world) == ["看 https://shop.example"]


@given(st.integers(1, 2**50), st.integers(0, 2**35 - 1))
def test_tokens_are_read_back(number: int, mark: int) -> None:
    assert number_in(token_of(number, mark)) == number


@given(st.text(max_size=30))
def test_any_text_is_a_token_of_nothing_or_a_number(text: str) -> None:
    assert number_in(text) >= 0


@pytest.mark.parametrize(
    ("why", "changed"),
    [
        ("", {}),
        ("method", {"method": "HEAD"}),
        ("prefetch", {"purpose": "prefetch;anonymous-client-ip"}),
        ("no_agent", {"user_agent": ""}),
        ("no_agent", {"user_agent": "Mozilla/5.0", "picture": True}),
        ("agent", {"user_agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}),
        ("agent", {"user_agent": "curl/8.4"}),
        ("at_once", {"after_ms": 300}),
        ("network", {"address": "10.2.3.4"}),
        ("", {"picture": True, "after_ms": 100, "user_agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"}),
    ],
)
def test_machines_are_told_from_people(why: str, changed: dict[str, Any]) -> None:
    visit = {
        "method": "GET",
        "user_agent": PHONE,
        "purpose": "",
        "address": "112.0.0.9",
        "after_ms": 60_000,
        "picture": False,
    }
    assert machine(Visit(**visit | changed), networks_of(("10.0.0.0/8",))) == why


def test_links_are_found_where_sentences_end() -> None:
    said = replaced(
        "见https://a.cn/x，或（http://b.cn/y?z=1）。 https://c.cn.", False, "https://own", lambda url: f"[{url}]"
    )
    assert said == "见[https://a.cn/x]，或（[http://b.cn/y?z=1]）。 [https://c.cn]."
    assert replaced("https://own/p/1", False, "https://own", lambda _: "!") == "https://own/p/1"
    assert with_picture("<p>x</p>", "https://o").startswith("<p>x</p><img")
    assert with_utm("https://a.cn/?utm_source=x", "s", "m", "c") == "https://a.cn/?utm_source=x"


async def visit(house: Installation, path: str, agent: str = PHONE, method: str = "GET") -> tuple[int, dict[str, str]]:
    told: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        told.update(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "server": ("t", 80),
        "client": ("112.0.0.9", 1),
        "headers": [(b"user-agent", agent.encode())],
        "query_string": b"",
    }
    await house.app(scope, receive, send)
    for _ in range(20):
        await asyncio.sleep(0)
    return told["status"], {name.decode(): value.decode() for name, value in told["headers"]}


def test_an_address_in_chinese_leads_where_it_says(tmp_path: Path) -> None:
    """A mail may link to https://shop.example/商品; whoever follows it comes there, and no header has a second line."""
    house = Installation(tmp_path, NOW_MS)
    house.receive({"type": "identify", "userId": "u1", "messageId": "m1", "traits": {}})
    house.fold_all()
    profile = house.state.rows("SELECT profile FROM identifier")[0][0]
    link = '<a href="https://shop.example/%s?utm_source=x">%s</a>'
    world = world_with(tmp_path, link % ("商品", "一") + link % ("a&#13;&#10;x", "二"), "email")
    world.vault.keyed_hash = house.vault.keyed_hash  # pyright: ignore[reportAttributeAccessIssue]
    world.person(profile, email="a@example.com")
    world.message(profile)
    world.run()
    paths = [urlsplit(each).path for each in re.findall(r'href="([^"]+/l/[^"]+)"', bodies(world)[0])]
    told = [asyncio.run(visit(house, path))[1]["location"] for path in paths]
    assert told == [
        "https://shop.example/%E5%95%86%E5%93%81?utm_source=x",
        "https://shop.example/a%0D%0Ax?utm_source=x",
    ]
    house.close()


def test_whoever_follows_a_link_is_sent_on_and_counted_once(tmp_path: Path) -> None:
    """A person's click is a receipt and an event of hers; a machine's is neither; a forged link leads nowhere."""
    house = Installation(tmp_path, NOW_MS)
    house.receive({"type": "identify", "userId": "u1", "messageId": "m1", "traits": {}})
    house.fold_all()
    profile = house.state.rows("SELECT profile FROM identifier")[0][0]
    world = world_with(tmp_path, "看 https://shop.example/moon")
    world.vault.keyed_hash = house.vault.keyed_hash  # pyright: ignore[reportAttributeAccessIssue]
    key = world.message(profile)
    world.run()
    path = urlsplit(bodies(world)[0].removeprefix("看 ")).path

    async def visits() -> None:
        assert (await visit(house, path))[1]["location"].startswith("https://shop.example/moon?utm_source=shop")
        house.clock.set_ms(NOW_MS + 60_000)
        for agent, method in ((PHONE, "GET"), (PHONE, "GET"), ("Slackbot-LinkExpanding 1.0", "GET"), (PHONE, "HEAD")):
            status, headers = await visit(house, path, agent, method)
            assert (status, headers["cache-control"]) == (302, "no-store, private")
        forged = path[:-1] + ("0" if path[-1] != "0" else "1")
        for wrong in (forged, f"{LINK_PATH}https://evil.example", LINK_PATH, f"{LINK_PATH}{'Z' * 500}"):
            assert (await visit(house, wrong))[0] == 404

    asyncio.run(visits())
    house.fold_all()
    house.follow()
    receipts = house.lake.select("SELECT receipt, message_key FROM receipt ORDER BY receipt")
    assert list(zip(receipts["receipt"], receipts["message_key"], strict=True)) == [("clicked", key), ("fetched", key)]
    events = house.lake.select("SELECT profile, properties FROM event WHERE name = 'Message Clicked'")
    assert set(events["profile"].tolist()) == {profile}
    house.close()


def test_qr_codes_lead_to_the_web_alone() -> None:
    assert qr_code("https://shop.example/join", "xihu", as_svg=False).startswith(b"\x89PNG")
    assert b"<svg" in qr_code("https://shop.example/join", "", as_svg=True)
    for wrong in ("javascript:alert(1)", "https://", "http://[", "https://a.cn/ b", "https://a.cn/" + "x" * 2_000):
        with pytest.raises(BadLink):
            qr_code(wrong, "", as_svg=True)
