"""Landing pages: approved before they are public, escaped, linked from messages, counted by campaign, taken down."""

import asyncio
import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from served import Served, play
from tests.collect.sending import requested

from liftloop.app.public_pages import Link, mark_of, read_mark
from liftloop.compose.blocks import Button, Paragraph, block_problem
from liftloop.kernel.codec import parse_json
from liftloop.storage.contract import RECORDS
from liftloop.testing.asgi import Caller

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes((0, 0, 2, 88, 0, 0, 1, 44, 8, 6, 0, 0, 0))
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
BLOCKS: list[dict[str, Any]] = [
    {"type": "heading", "text": "秋季新品 " + SCRIPT},
    {"type": "text", "text": f"第一段\n\n{SCRIPT}"},
    {"type": "picture", "asset": "hero@1", "alt": '"><script>'},
    {"type": "button", "label": "去看看" + SCRIPT, "url": "https://shop.example/autumn?a=1&b=2"},
    {"type": "offer", "offer": "ten", "text": "满 100 可用"},
    {"type": "items", "items": ["tea"]},
    {"type": "divider"},
    {"type": "form", "form": "join"},
]
PAGE: dict[str, Any] = {
    "id": "autumn",
    "format": "page",
    "subject": "秋季上新",
    "blocks": BLOCKS,
    "translations": {"en": {"subject": "Autumn", "blocks": [{"type": "heading", "text": "New in autumn"}]}},
}
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


async def prepared(world: Served) -> None:
    admin = world.admin
    await admin.upload("/api/assets/hero/file", ("hero.png", PNG), {"alt_zh": "新品"})
    for kind, identity, body in (
        ("setting", "contents", {"public_url": "https://t.example.com"}),
        ("offer", "ten", {"name": "十元券", "name_zh": "十元券", "face_fen": 1_000}),
        ("item", "tea", {"name": "龙井", "price_fen": 9_900}),
        ("form", "join", {"title": "登记", "fields": [{"name": "taste", "label": "口味"}]}),
    ):
        answer = await admin.post("/api/definitions", {"kind": kind, "id": identity, "body": body})
        assert answer.status == 200, answer.json()


def test_a_page_is_public_once_approved_and_until_it_is_taken_down(tmp_path: Path) -> None:
    async def story(world: Served) -> None:
        admin, outside = world.admin, Caller(app=world.installation.app, token="")
        await prepared(world)
        answer = await admin.post("/api/contents", PAGE)
        assert answer.status == 200, answer.json()
        assert (await outside.get("/pages/autumn")).status == 404
        assert (await admin.get("/api/contents/library/autumn/page")).json()["state"] == "none"
        listed = (await admin.get("/api/contents/library")).json()["contents"]
        assert [(each["format"], each["subject"]) for each in listed] == [("page", "秋季上新")]
        assert "秋季新品" in listed[0]["excerpt"]
        approved = await admin.post("/api/contents/library/autumn/approve", {})
        assert approved.status == 200, approved.json()
        stands = (await admin.get("/api/contents/library/autumn/page")).json()
        assert stands == {"state": "public", "version": 1, "url": "https://t.example.com/pages/autumn"}

        page = await outside.get("/pages/autumn")
        seen = page.body.decode()
        assert page.status == 200
        assert page.headers["content-security-policy"].startswith("default-src 'none'; img-src 'self'")
        assert "<script" not in seen
        assert "onerror" not in re.sub(r"&lt;.*?&gt;", "", seen)
        assert not re.search(r'(?:src|href|action)="(?!/)', seen), "no other host is asked"
        assert all(word in seen for word in ("十元券", "龙井", "¥99.00", "<hr>", 'name="taste"'))
        english = (await outside.get("/pages/autumn", lang="en")).body.decode()
        assert "New in autumn" in english
        assert '<html lang="en">' in english

        pressed = await outside.get("/pages/autumn/go/1/zh-CN/3")
        assert (pressed.status, pressed.headers["location"]) == (302, "https://shop.example/autumn?a=1&b=2")
        for path in ("1/zh-CN/0", "2/zh-CN/3", "1/zh-CN/999", "x", "1/zh-CN/-1"):
            away = await outside.get(f"/pages/autumn/go/{path}")
            assert away.headers["location"] == "/pages/autumn", path

        changed = {**PAGE, "blocks": [{"type": "heading", "text": "改过的"}]}
        assert (await admin.post("/api/contents", changed)).status == 200
        assert "改过的" not in (await outside.get("/pages/autumn")).body.decode(), "other words need an approval"
        assert (await admin.post("/api/contents/library/autumn/approve", {})).status == 200
        assert "改过的" in (await outside.get("/pages/autumn")).body.decode()
        assert (await admin.post("/api/contents/library/autumn/reject", {"remark": "下线"})).status == 200
        assert (await outside.get("/pages/autumn")).status == 410
        assert (await outside.get("/pages/nothing")).status == 404
        assert (await admin.call("DELETE", "/api/definitions/form/join")).status == 200

    play(tmp_path, story)


def test_what_a_page_cannot_say_is_refused(tmp_path: Path) -> None:
    async def story(world: Served) -> None:
        await prepared(world)
        for block, said in (
            ({"type": "text", "text": "{{ customer.name }}"}, "variables"),
            ({"type": "text", "text": "{% for i in (1..9) %}"}, "variables"),
            ({"type": "button", "label": "x", "url": "javascript:alert(1)"}, "https"),
            ({"type": "picture", "asset": "hero' | asset }}{{ 'x"}, "library"),
            ({"type": "picture", "asset": "nobody@1"}, "nobody"),
            ({"type": "form", "form": "nobody"}, "nobody"),
            ({"type": "html", "text": "x"}, ""),
        ):
            answer = await world.admin.post("/api/contents", {**PAGE, "blocks": [block], "translations": {}})
            assert (answer.status, said in answer.json()["message_en"]) == (422, True), answer.json()
        unpinned = {**PAGE, "blocks": [{"type": "picture", "asset": "hero"}], "translations": {}}
        assert (await world.admin.post("/api/contents", unpinned)).status == 200
        assert (await world.admin.post("/api/contents/library/autumn/approve", {})).json()["code"] == "bad_review"
        claim = {**PAGE, "blocks": [{"type": "text", "text": "全国销量第一"}], "translations": {}}
        assert (await world.admin.post("/api/contents/check", {"content": claim})).json()["hits"], (
            "the law reads blocks"
        )
        seen = await world.admin.post("/api/contents/page", {"content": {**PAGE, "translations": {}}})
        assert "data:image/png;base64," in seen.json()["html"]

    play(tmp_path, story)


def test_visits_by_a_persons_own_link_are_events_of_its_campaign(tmp_path: Path) -> None:
    async def story(world: Served) -> None:
        admin = world.admin
        await prepared(world)
        await admin.post("/api/contents", PAGE)
        await admin.post("/api/contents/library/autumn/approve", {})
        shop = world.installation
        shop.receive({"type": "identify", "userId": "u1", "traits": {"name": "王芳"}})
        shop.fold_all()
        number = shop.fold.rows("SELECT profile FROM identifier WHERE kind = 'user_id'", ())[0][0]
        link = Link(number=number, campaign="双11.a", at_s=shop.now_ms() // 1_000)
        mark = mark_of(shop.vault, "autumn", link)
        assert read_mark(shop.vault, "autumn", mark) == link
        assert read_mark(shop.vault, "other", mark) is None
        shop.clock.set_ms(shop.now_ms() + 60_000)
        query = urlencode({"p": mark})

        async def told() -> list[dict[str, Any]]:
            await asyncio.sleep(0.05)
            shop.fold_all()
            entries = shop.log.read(after=0, limit=1_000)  # type: ignore[arg-type]
            found = [r for entry in entries for r in RECORDS.decode(entry.body) if r.name.startswith("Landing")]
            return [{"name": r.name, **parse_json(r.body)} for r in found]

        for headers in ({"user-agent": PHONE, "purpose": "prefetch"}, {"user-agent": "curl/8"}, {}):
            assert (await requested(shop, "GET", f"/pages/autumn?{query}", headers=headers))[0] == 200
        assert (await requested(shop, "HEAD", f"/pages/autumn?{query}", headers={"user-agent": PHONE}))[2] == b""
        await requested(shop, "GET", "/pages/autumn", headers={"user-agent": PHONE})
        await requested(shop, "GET", "/pages/autumn?p=1.1.x.0000000000000000", headers={"user-agent": PHONE})
        assert await told() == [], "neither machines nor strangers leave events"

        _, _, body = await requested(shop, "GET", f"/pages/autumn?{query}", headers={"user-agent": PHONE})
        button = re.search(r'class="go"[^>]*href="([^"]+)"', body.decode())
        assert button
        moved = await requested(shop, "GET", html.unescape(button[1]), headers={"user-agent": PHONE})
        assert moved[1]["location"] == "https://shop.example/autumn?a=1&b=2"
        events = await told()
        assert sorted(each["name"] for each in events) == ["Landing Page Clicked", "Landing Page Viewed"]
        assert all("双11.a" in str(each) for each in events)

        action = re.search(r'action="([^"]+)"', body.decode())
        hidden = re.search(r'name="mark" value="([^"]+)"', body.decode())
        assert action
        assert hidden
        shop.clock.set_ms(shop.now_ms() + 10_000)
        answer = urlencode({"mark": hidden[1], "taste": "五仁"}).encode()
        target = html.unescape(action[1])
        assert (await requested(shop, "POST", target, answer))[0] == 200
        shop.fold_all()
        said = [r for e in shop.log.read(after=0, limit=1_000) for r in RECORDS.decode(e.body)]  # type: ignore[arg-type]
        submitted = next(str(parse_json(r.body)) for r in said if r.name == "Form Submitted")
        assert "双11.a" in submitted
        assert "autumn" in submitted
        assert (await requested(shop, "POST", target.replace("p=", "p=9"), answer))[0] == 404

    play(tmp_path, story)


@pytest.mark.parametrize("url", ["http://a.example", "https://", "https://a b", "//a", 'https://a"x', "https://u@a.b"])
def test_a_button_leads_to_a_whole_https_address(url: str) -> None:
    assert block_problem([Button(label="x", url=url)])
    assert block_problem([Paragraph(text="x")]) is None
