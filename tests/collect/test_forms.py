import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sending import request

from liftloop.app.definitions.edge import BadDefinition, check_edge
from liftloop.app.form_links import address
from liftloop.kernel.codec import parse_json
from liftloop.storage.contract import RECORDS, Record
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000
FORM: dict[str, Any] = {
    "title": "中秋会员登记 <b>",
    "fields": [
        {"name": "name", "label": "姓名", "required": True},
        {"name": "phone", "label": "手机号", "type": "phone", "required": True},
        {"name": "taste", "label": "口味", "type": "choice", "choices": ["莲蓉", "五仁"]},
        {"name": "children", "label": "孩子", "type": "number"},
        {"name": "born", "label": "生日", "type": "date"},
        {"name": "mail", "label": "邮箱", "type": "email"},
    ],
    "consents": [{"channel": "sms", "text": "我同意接收短信优惠", "text_version": "2026-09"}],
}
ANSWER = {"name": "王芳", "phone": "139 1234 5678", "taste": "莲蓉", "children": "2", "born": "1990-05-01"}


@pytest.fixture(name="shop")
def a_shop(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data", NOON_MS)
    installation.publish("form", "autumn", FORM)
    yield installation
    installation.close()


def opened(shop: Installation) -> str:
    """Open the page and return its mark."""
    status, headers, body = request(shop, "GET", "/forms/autumn")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "script-src" not in headers["content-security-policy"]
    found = re.search(r'name="mark" value="([^"]+)"', body.decode())
    assert found is not None
    return found[1]


def submit(shop: Installation, mark: str, answer: Mapping[str, str], *, after_s: float = 30) -> tuple[int, str]:
    shop.clock.set_ms(shop.now_ms() + int(after_s * 1000))
    status, _, body = request(shop, "POST", "/forms/autumn", urlencode({"mark": mark, **answer}).encode())
    shop.fold_all()
    return status, body.decode()


def records(shop: Installation) -> list[Record]:
    entries = shop.log.read(after=0, limit=1_000)  # type: ignore[arg-type]
    return [r for entry in entries for r in RECORDS.decode(entry.body) if not r.kind.startswith("definition")]


def test_an_answer_is_an_event_a_person_and_a_consent(shop: Installation) -> None:
    """What was filled in arrives as its type; the event has nothing personal; the consent names the text's version."""
    status, page = submit(shop, opened(shop), ANSWER | {"consent-0": "yes"})
    assert status == 200
    assert "谢谢" in page
    person, event = records(shop)
    assert (event.name, event.kind) == ("Form Submitted", "track")
    assert parse_json(event.body) == {"form": "autumn", "taste": "莲蓉", "children": 2, "born": "1990-05-01"}
    assert all("王芳".encode() not in each.body and b"3912345678" not in each.body for each in (person, event))
    rows = shop.state.rows("SELECT channel, purpose, status, source, text_version FROM consent")
    assert rows == [("sms", "marketing", "granted", "form:autumn", "2026-09")]
    assert ("phone",) in shop.state.rows("SELECT kind FROM identifier")


def test_by_a_link_of_their_own_the_answer_is_that_persons(shop: Installation) -> None:
    """Whose link it was answers, without being asked who they are; a link that was changed leads nowhere."""
    shop.receive({"type": "identify", "messageId": "i", "userId": "u7", "traits": {"city": "上海"}})
    shop.fold_all()
    [(number,)] = shop.state.rows("SELECT profile FROM identifier WHERE text = 'u7'")
    link = address(shop.vault, "https://shop.example.test", "autumn", number).removeprefix("https://shop.example.test")
    for wrong in (f"{link}0", link.replace("?p=", "?p=1"), link.replace("autumn", "spring"), "/forms/autumn?p=x"):
        assert request(shop, "GET", wrong)[0] == 404
    status, _, body = request(shop, "GET", link)
    assert status == 200
    assert "手机号" not in body.decode()
    mark = re.search(r'name="mark" value="([^"]+)"', body.decode())
    assert mark is not None
    shop.clock.set_ms(shop.now_ms() + 30_000)
    filled = {"mark": mark[1], "name": "王芳", "taste": "五仁", "phone": "139 1234 5678"}
    assert request(shop, "POST", link, urlencode(filled).encode())[0] == 200
    shop.fold_all()
    *_, event = records(shop)
    assert (event.name, event.user_id) == ("Form Submitted", "u7")
    assert parse_json(event.body) == {"form": "autumn", "taste": "五仁"}
    assert shop.state.rows("SELECT DISTINCT profile FROM identifier") == [(number,)]


def test_without_a_tick_there_is_no_consent(shop: Installation) -> None:
    """A box is never ticked beforehand, and one that is left alone allows nothing."""
    _, _, body = request(shop, "GET", "/forms/autumn")
    assert b"checked" not in body
    assert submit(shop, opened(shop), ANSWER)[0] == 200
    assert shop.state.rows("SELECT * FROM consent") == []


def test_the_same_page_submitted_twice_counts_once(shop: Installation) -> None:
    """An impatient second click is the same answer; another visit is another person until the phone says otherwise."""
    mark = opened(shop)
    for _ in range(2):
        assert submit(shop, mark, ANSWER)[0] == 200
    assert submit(shop, opened(shop), ANSWER)[0] == 200
    shop.follow()
    found = shop.lake.select("SELECT profile FROM event_now WHERE name = 'Form Submitted'")["profile"].tolist()
    assert len(found) == 2
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ANSWER | {"phone": "12"}, "这一项的格式不对"),
        (ANSWER | {"phone": ""}, "请填写这一项"),
        (ANSWER | {"taste": "<script>"}, "这一项的格式不对"),
        (ANSWER | {"children": "NaN"}, "这一项的格式不对"),
        (ANSWER | {"born": "yesterday"}, "这一项的格式不对"),
        (ANSWER | {"name": "x" * 3_000}, "这一项太长了"),
        (ANSWER | {"mail": "nobody"}, "这一项的格式不对"),
    ],
)
def test_a_wrong_answer_is_asked_again(shop: Installation, answer: dict[str, str], said: str) -> None:
    """What cannot be right is said beside its field, what was filled in stays, nothing is written, nothing runs."""
    status, page = submit(shop, opened(shop), answer)
    assert status == 422
    assert said in page
    assert "王芳" in page or answer["name"] != "王芳"
    assert "<script" not in page
    assert "<b>" not in page
    assert records(shop) == []


def test_machines_are_put_aside(shop: Installation) -> None:
    """Who fills in what nobody sees, or in no time, is thanked like anybody, and waits with the reason."""
    assert submit(shop, opened(shop), ANSWER | {"website": "http://x"})[0] == 200
    assert submit(shop, opened(shop), ANSWER, after_s=0.5)[0] == 200
    assert shop.state.rows("SELECT reason, count(*) FROM quarantine GROUP BY 1") == [("likely_machine", 2)]
    assert {record.kind for record in records(shop)} == {"message.rejected"}


@pytest.mark.parametrize("mark", ["", "1.x.y", "٣.x.y", "9" * 400 + ".x.y"])
def test_a_mark_cannot_be_made_up(shop: Installation, mark: str) -> None:
    """Without a page that we gave out nothing is taken; a page open for more than a day is asked again."""
    assert submit(shop, mark, ANSWER)[0] == 422
    assert submit(shop, opened(shop), ANSWER, after_s=90_000)[0] == 422
    assert records(shop) == []


def test_what_is_too_much_is_refused(shop: Installation) -> None:
    """A body beyond any form, a thousand fields, a form that is not there: refused in words."""
    assert request(shop, "POST", "/forms/autumn", b"x" * 200_000)[0] == 413
    assert request(shop, "POST", "/forms/autumn", b"&".join([b"a=1"] * 1_000))[0] == 400
    assert request(shop, "GET", "/forms/spring")[0] == 404


@pytest.mark.parametrize(
    "change",
    [
        {"fields": []},
        {"fields": [{"name": "a", "label": "a"}] * 2},
        {"fields": [{"name": "website", "label": "a"}]},
        {"fields": [{"name": "a b", "label": "a"}]},
        {"fields": [{"name": "a", "label": "a", "type": "choice"}]},
        {"consents": [{"channel": "sms", "text": "yes", "text_version": ""}]},
        {"script": "alert(1)"},
    ],
)
def test_a_form_that_cannot_be_shown_is_refused(change: dict[str, Any]) -> None:
    """A form without fields, with a field that nobody could name, or a consent without version is not published."""
    with pytest.raises(BadDefinition):
        check_edge("form", "autumn", FORM | change, {})
