"""The rules of the house: whole, in plain words, weighed before they are set, on record, and gone back."""

import json
from pathlib import Path
from typing import Any

import pytest
from served import Served, play

from liftloop.testing.asgi import Caller

SMS = {
    "id": "sms",
    "kind": "aliyun_sms",
    "settings": {"access_key_id": "a", "access_key_secret": "s", "sign_name": "店"},
}


async def token(world: Served, role: str) -> Caller:
    made = (await world.admin.post("/api/tokens", {"name": role, "role": role})).json()
    return Caller(app=world.admin.app, token=made["secret"])


def said(answer: Any) -> str:
    return "\n".join(each["said"]["zh"] for each in answer["meanings"])


def test_caps_are_weighed_set_and_gone_back(tmp_path: Path) -> None:
    """Rules come whole; weighing says what they mean and sets nothing; a stale author is refused; reverting works."""

    async def story(world: Served) -> None:
        sheet = (await world.admin.get("/api/rules/delivery")).json()
        assert (sheet["version"], sheet["rules"] == sheet["usual"], sheet["steps"]) == (0, True, [])
        assert "每人任意连续 7 天内最多收到 3 条" in said(sheet)
        assert "CN-HOURS" in said(sheet)
        wanted = {**sheet["rules"], "caps": [{"count": 2, "days": 1}], "quiet_hours": None}
        weighed = (await world.admin.post("/api/rules/delivery/weigh", wanted)).json()
        assert [each["path"] for each in weighed["changes"]][:2] == ["caps[0].count", "caps[0].days"]
        assert "没有免打扰时段" in said(weighed)
        assert any(each["careful"] for each in weighed["meanings"])
        assert (await world.admin.get("/api/rules/delivery")).json()["version"] == 0
        done = (await world.admin.put("/api/rules/delivery", {"rules": wanted, "version": 0})).json()
        assert (done["version"], done["rules"]["quiet_hours"]) == (1, None)
        step = done["steps"][0]
        assert {"path": "caps[0].count", "before": "3", "after": "2"} in step["changes"]
        assert "最多收到 3 条" in step["gone"][0]["zh"]
        assert "最多收到 2 条" in step["come"][0]["zh"]
        late = await world.admin.put("/api/rules/delivery", {"rules": sheet["rules"], "version": 0})
        assert late.json()["code"] == "conflict"
        entry = (await world.admin.get("/api/audit", kind="definitions")).json()["entries"]
        changed = next(each for each in entry if each["use_case"] == "limits.change" and each["outcome"] == "done")
        assert {"path": "caps[0].count", "before": "3", "after": "2"} in changed["changes"]
        await world.admin.put("/api/rules/delivery", {"rules": sheet["rules"], "version": 1})
        back = await world.admin.post("/api/definitions/setting/delivery/revert", {"version": 1, "newest": 2})
        assert back.status == 200, back.body
        assert (await world.admin.get("/api/rules/delivery")).json()["rules"]["caps"] == [{"count": 2, "days": 1}]

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("name", "body", "named"),
    [
        ("delivery", {"caps": [{"count": 3, "days": 9_999}]}, "3660"),
        ("delivery", {"held_everywhere": {"share": 0.5}}, "20%"),
        ("access", {"idle_hours": 999}, "2160"),
        ("access", {"tries_free": 0}, "20"),
        ("access", {"export_max": {"king": 1}}, "角色"),
        ("sign_in", {"issuer": "http://idp.example.com"}, "https://"),
        ("sign_in", {"issuer": "https://idp.example.com", "client_id": "x", "client_secret": "(set)"}, "密钥"),
    ],
)
def test_rules_that_cannot_hold_are_named(tmp_path: Path, name: str, body: dict[str, Any], named: str) -> None:
    """Weighing says in plain words what is wrong; setting them is refused."""

    async def story(world: Served) -> None:
        rules = {**(await world.admin.get(f"/api/rules/{name}")).json()["rules"], **body}
        weighed = (await world.admin.post(f"/api/rules/{name}/weigh", rules)).json()
        assert named in weighed["problem"]["zh"], weighed
        refused = await world.admin.put(f"/api/rules/{name}", {"rules": rules, "version": 0})
        assert refused.json()["code"] == "bad_definition"

    play(tmp_path, story)


def test_who_may_change_which_rules(tmp_path: Path) -> None:
    """Everybody reads; limits of sending take an approver, rules of access an administrator, by whatever way."""

    async def story(world: Served) -> None:
        operator, approver = await token(world, "operator"), await token(world, "approver")
        sheet = (await operator.get("/api/rules/delivery")).json()
        assert sheet["may_change"] is False
        by_definition = {"kind": "setting", "id": "delivery", "body": {"caps": []}}
        assert (await operator.post("/api/definitions", by_definition)).json()["code"] == "forbidden"
        assert (await operator.put("/api/rules/delivery", {"rules": sheet["rules"], "version": 0})).status == 403
        assert (await approver.put("/api/rules/delivery", {"rules": sheet["rules"], "version": 0})).status == 200
        rules = (await approver.get("/api/rules/access")).json()
        assert rules["may_change"] is False
        assert (await approver.put("/api/rules/access", {"rules": rules["rules"], "version": 0})).status == 403

    play(tmp_path, story)


def test_the_secret_of_single_sign_on_is_never_told(tmp_path: Path) -> None:
    """It is shown as set, kept when the rest is changed, and stands in no history."""

    async def story(world: Served) -> None:
        sheet = (await world.admin.get("/api/rules/sign_in")).json()
        provider = {"issuer": "https://idp.example.com", "client_id": "app", "client_secret": "hush-hush"}
        put = {"rules": {**sheet["rules"], **provider}, "version": 0}
        done = await world.admin.put("/api/rules/sign_in", put)
        assert done.json()["rules"]["client_secret"] == "(set)"
        again = {"rules": {**done.json()["rules"], "name": "Company"}, "version": 1}
        assert (await world.admin.put("/api/rules/sign_in", again)).status == 200
        assert world.desk.accounts.provider().client_secret == "hush-hush"
        told = [await world.admin.get(path) for path in ("/api/rules/sign_in", "/api/audit")]
        assert "hush" not in json.dumps([each.json() for each in told])

    play(tmp_path, story)


def test_lock_out_goes_by_the_rules(tmp_path: Path) -> None:
    """Fewer free failures bite at once."""

    async def story(world: Served) -> None:
        rules = (await world.admin.get("/api/rules/access")).json()["rules"]
        put = {"rules": {**rules, "tries_free": 2}, "version": 0}
        assert (await world.admin.put("/api/rules/access", put)).status == 200
        body = {"login": "a@example.com", "password": "guess"}
        codes = [(await world.stranger.post("/api/session", body)).json()["code"] for _ in range(3)]
        assert codes == ["wrong_sign_in", "wrong_sign_in", "sign_in_locked"]

    play(tmp_path, story)
