"""Accounts: signing in, what each role may do, whose customers are in sight, what leaves, and what the trail tells."""

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from fastapi import Request
from fastapi.routing import APIRoute
from msgspec import Struct
from served import Served, play

from liftloop.api.access import SESSION_COOKIE, Entry, may
from liftloop.api.route_matrix import use_cases_of
from liftloop.api.server import ROUTERS
from liftloop.app.registry import ROLES, USE_CASES, Role, grants
from liftloop.kernel.clock import SystemClock
from liftloop.testing.asgi import Answer, Caller

PASSWORD = "four unrelated words"


class Browser(Struct):
    """Somebody at a browser: keeps the cookie that it was given, and sends what the page knows."""

    app: Any
    cookie: str = ""
    csrf: str = ""

    async def call(self, method: str, path: str, body: Any = None, *, csrf: str | None = None) -> Answer:
        headers = {"cookie": f"{SESSION_COOKIE}={self.cookie}"} if self.cookie else {}
        headers["x-csrf-token"] = self.csrf if csrf is None else csrf
        caller = Caller(app=self.app, token="")
        content = b"" if body is None else json.dumps(body).encode()
        kind = "application/json" if body is not None else ""
        answer = await caller.call(method, path, body=content, kind=kind, headers=headers)
        if SESSION_COOKIE in answer.headers.get("set-cookie", ""):
            self.cookie = answer.headers["set-cookie"].partition("=")[2].partition(";")[0].strip('"')
        if answer.status == 200 and path.startswith(("/api/session", "/api/inv")) and "csrf" in (told := answer.json()):
            self.csrf = told["csrf"]
        return answer

    async def get(self, path: str) -> Answer:
        return await self.call("GET", path)

    async def post(self, path: str, body: Any, **more: Any) -> Answer:
        return await self.call("POST", path, body, **more)


async def signed_in(world: Served, login: str, role: Role, **more: Any) -> Browser:
    """Make an account, take up its invitation, and return the browser that is signed in with it."""
    made = await world.admin.post("/api/accounts", {"login": login, "name": login.title(), "role": role, **more})
    assert made.status == 200, made.json()
    token = made.json()["path"].partition("#")[2]
    browser = Browser(world.admin.app)
    accepted = await browser.post("/api/invitations/accept", {"token": token, "password": PASSWORD})
    assert accepted.json()["signed_in"], accepted.json()
    return browser


def test_a_cookie_keeps_to_https_where_the_app_is_reached_by_it(tmp_path: Path) -> None:
    """Behind a proxy that speaks plain HTTP to us the public address tells; another host gets a cookie it can use."""

    async def story(world: Served) -> None:
        account = {"login": "wang@example.com", "name": "王芳", "password": PASSWORD}
        assert (await world.admin.post("/api/session/set-up", account)).status == 200
        setting = {"kind": "setting", "id": "sign_in", "body": {"public_url": "https://app.example.com"}}
        told = await world.admin.post("/api/definitions", setting)
        assert told.status == 200, told.json()
        await world.settle()
        body = json.dumps({"login": "wang@example.com", "password": PASSWORD}).encode()
        for host, secure in (("app.example.com", True), ("10.0.0.7:8080", False)):
            caller = Caller(app=world.admin.app, token="")
            headers = {"host": host}
            came = await caller.call("POST", "/api/session", body=body, kind="application/json", headers=headers)
            assert came.status == 200, came.json()
            assert ("secure" in came.headers["set-cookie"].lower()) is secure

    play(tmp_path, story)


def test_the_first_account_is_made_with_the_admin_token_and_only_once(tmp_path: Path) -> None:
    """Whoever holds the token makes the first administrator and is signed in; nobody can do it without, or again."""

    async def story(world: Served) -> None:
        body = {"login": "Wang@Example.com", "name": "王芳", "password": PASSWORD}
        assert (await world.stranger.get("/api/session")).json()["set_up"] is False
        assert (await world.stranger.post("/api/session/set-up", body)).status == 401
        weak = await world.admin.post("/api/session/set-up", {**body, "password": "password123"})
        assert weak.json()["code"] == "weak_password"
        made = await world.admin.post("/api/session/set-up", body)
        assert (made.json()["role"], made.json()["login"]) == ("admin", "wang@example.com")
        cookie = made.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert (await world.admin.post("/api/session/set-up", body)).json()["code"] == "already_set_up"
        await world.settle()
        facts = await world.desk.follower.select("SELECT kind, body FROM system_record", [])
        assert not any(secret in text for text in facts["body"] for secret in (PASSWORD, "argon2", "wang@"))

    play(tmp_path, story)


def test_a_session_needs_the_page_and_ends_when_told(tmp_path: Path) -> None:
    """A change with the cookie alone is refused; signing out, a new password and a lost role end sessions."""

    async def story(world: Served) -> None:
        wang = await signed_in(world, "wang@example.com", "admin")
        assert (await wang.get("/api/health")).status == 200
        tag = {"id": "vip", "name": "VIP"}
        assert (await wang.post("/api/tags", tag, csrf="guessed")).json()["code"] == "forged_request"
        assert (await wang.post("/api/tags", tag)).status == 200
        other = Browser(wang.app)
        await other.post("/api/session", {"login": "wang@example.com", "password": PASSWORD})
        assert (await other.get("/api/health")).status == 200
        changed = await wang.post("/api/account/password", {"old": "wrong", "new": "another four words"})
        assert changed.json()["code"] == "wrong_sign_in"
        await wang.post("/api/account/password", {"old": PASSWORD, "new": "another four words"})
        assert (await other.get("/api/health")).status == 401
        rows = (await wang.get("/api/account/sessions")).json()["sessions"]
        assert [row["current"] for row in rows] == [True]
        await wang.call("DELETE", "/api/session")
        assert (await wang.get("/api/health")).status == 401
        li = await signed_in(world, "li@example.com", "operator")
        account = (await li.get("/api/session")).json()["account_id"]
        less = {"login": "li@example.com", "name": "Li", "role": "viewer"}
        assert (await world.admin.put(f"/api/accounts/{account}", less)).status == 200
        assert (await li.get("/api/health")).status == 401

    play(tmp_path, story)


def test_who_guesses_waits_longer_each_time(tmp_path: Path) -> None:
    """Five wrong passwords are free; then every further try waits, the right one too; unknown logins answer alike."""

    async def story(world: Served) -> None:
        await signed_in(world, "wang@example.com", "viewer")
        guesser = Browser(world.admin.app)
        codes = [
            (await guesser.post("/api/session", {"login": login, "password": "guess"})).json()["code"]
            for login in ("nobody@example.com", *["wang@example.com"] * 6)
        ]
        assert codes == ["wrong_sign_in"] * 6 + ["sign_in_locked"]
        right = await guesser.post("/api/session", {"login": "wang@example.com", "password": PASSWORD})
        assert right.status == 429
        trail = (await world.admin.get("/api/audit", kind="sign_ins")).json()["entries"]
        assert [each["outcome"] for each in trail][:7] == ["refused"] * 7
        assert trail[0]["who"]["en"] == "Wang@Example.Com"
        assert "guess" not in json.dumps(trail)

    play(tmp_path, story)


def test_one_time_codes_count_once_and_can_be_demanded(tmp_path: Path) -> None:
    """Codes are asked for after the password, each is good once, recovery codes too; the rules may demand them."""

    async def story(world: Served) -> None:
        rules = {"kind": "setting", "id": "access", "body": {"second_factor_roles": ["approver"]}}
        assert (await world.admin.post("/api/definitions", rules)).status == 200
        wang = await signed_in(world, "wang@example.com", "approver")
        assert (await wang.get("/api/plans")).status == 403
        assert (await wang.get("/api/session")).json()["second_factor_first"]
        offered = (await wang.post("/api/account/codes", {"password": PASSWORD})).json()
        secret = offered["secret"]
        code = _code(secret)
        recovery = (await wang.post("/api/account/codes/confirm", {"code": code})).json()["codes"]
        assert (await wang.get("/api/plans")).status == 200
        fresh, entry = Browser(wang.app), {"login": "wang@example.com", "password": PASSWORD}
        assert (await fresh.post("/api/session", entry)).json()["code"] == "code_needed"
        assert (await fresh.post("/api/session", {**entry, "code": code})).json()["code"] == "wrong_sign_in"
        assert (await fresh.post("/api/session", {**entry, "code": recovery[0]})).status == 200
        assert (await fresh.post("/api/session", {**entry, "code": recovery[0]})).status == 403

    play(tmp_path, story)


def _code(secret: str) -> str:
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(SystemClock().now_ms() // 1000).decode()


ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def test_every_route_admits_whom_the_registry_says(tmp_path: Path) -> None:
    """Each route of the API, called by each role and by nobody, refuses exactly those whom the registry refuses."""

    async def story(world: Served) -> None:
        by_role: dict[str, Caller] = {}
        for role in ROLES:
            made = (await world.admin.post("/api/tokens", {"name": role, "role": role})).json()
            by_role[role] = Caller(app=world.admin.app, token=made["secret"])
        for route in ROUTES:
            names = use_cases_of(route)
            assert len(names) == 1, f"{route.path} has no use case"
            use_case = USE_CASES[names[0]]
            method, path = min((route.methods or set()) - {"HEAD"}), f"/api{route.path}"
            for role, caller in by_role.items():
                if grants(role, use_case):
                    known = Entry(world.desk.accounts.tokens.caller(caller.token, ""), None)
                    assert may(names[0])(Request({"type": "http", "state": {"entry": known}})).role == role
                    continue
                answer = await caller.call(method, path, body=b"{}", kind="application/json")
                assert answer.json()["code"] == "forbidden", (path, role)
            if use_case.role != "anyone":
                assert (await world.stranger.call(method, path)).status == 401, path
        matrix = (await world.admin.get("/api/accounts/matrix")).json()
        shown = {call for row in matrix["use_cases"] for call in row["routes"]}
        assert shown >= {f"{min((each.methods or set()) - {'HEAD'})} /api{each.path}" for each in ROUTES}

    play(tmp_path, story)


async def customers(world: Served) -> None:
    world.installation.receive(
        *(
            {
                "type": "identify",
                "userId": f"u{each}",
                "traits": {"region": ("华东", "华南")[each % 2], "phone": f"1380013800{each}", "city": "上海"},
            }
            for each in range(6)
        )
    )
    await world.settle()
    team = {"kind": "team", "id": "east", "body": {"name": "华东", "regions": ["华东"]}}
    assert (await world.admin.post("/api/definitions", team)).status == 200
    everybody = {"audience_id": "all", "name": "all", "definition": {"trait": "city", "is": "上海"}}
    assert (await world.admin.post("/api/audiences", everybody)).status == 200
    await world.settle()


def test_a_team_sees_its_own_customers_only(tmp_path: Path) -> None:
    """Lists, samples, exports and single people: whoever belongs to another team is not there, not even by id."""

    async def story(world: Served) -> None:
        await customers(world)
        li = await signed_in(world, "li@example.com", "operator", teams=["east"])
        everybody = (await world.admin.get("/api/profiles")).json()["profiles"]
        mine = (await li.get("/api/profiles")).json()
        assert (len(everybody), mine["total"], len(mine["profiles"])) == (6, 3, 3)
        own = {each["profile_id"] for each in mine["profiles"]}
        page = (await li.get("/api/audiences/all/people")).json()
        assert {each["profile_id"] for each in page["people"]} == own
        assert page["total"] == 3
        sample = (await li.get("/api/audiences/all")).json()["sample"]
        assert {each["profile_id"] for each in sample} == own
        other = next(each["profile_id"] for each in everybody if each["profile_id"] not in own)
        assert (await li.get(f"/api/profiles/{other}")).status == 404
        assert (await li.get(f"/api/profiles/{min(own)}")).status == 200
        order = {"destination": "crm", "changes": False, "columns": []}
        export = (await li.post("/api/audiences/all/exports", order)).json()
        assert export["count"] == 3
        whole = (await world.admin.post("/api/audiences/all/exports", {**order, "destination": "x"})).json()
        rows = (await li.get(f"/api/exports/{whole['export_id']}/rows")).body.decode()
        assert other not in rows
        assert all(each in rows for each in own)
        changes = await li.post("/api/audiences/all/exports", {**order, "changes": True})
        assert changes.json()["code"] == "bad_export"
        wider = {"kind": "team", "id": "east", "body": {"name": "华东", "regions": ["华东", "华南"]}}
        assert (await li.post("/api/definitions", wider)).json()["code"] == "forbidden"

    play(tmp_path, story)


def test_what_leaves_is_bounded_and_details_are_shown_on_the_record(tmp_path: Path) -> None:
    """An export above the role's limit is refused; a number in the clear takes the role and stands in the audit."""

    async def story(world: Served) -> None:
        await customers(world)
        rules = {"kind": "setting", "id": "access", "body": {"export_max": {"operator": 2}, "reveal_role": "approver"}}
        assert (await world.admin.post("/api/definitions", rules)).status == 200
        li, wang = [await signed_in(world, f"{each}@example.com", each) for each in ("operator", "approver")]
        order = {"destination": "crm", "changes": False, "columns": []}
        assert (await li.post("/api/audiences/all/exports", order)).json()["code"] == "bad_export"
        assert (await wang.post("/api/audiences/all/exports", order)).status == 200
        found = (await li.get("/api/profiles/u1")).json()
        assert "138****8001" in json.dumps(found["identifiers"])
        why = {"reason": "call back about an order"}
        assert (await li.post("/api/profiles/u1/reveal", why)).status == 403
        assert "13800138001" in (await wang.post("/api/profiles/u1/reveal", why)).json()["details"]["phone"]
        lines = (await world.admin.get("/api/audit", kind="personal")).json()["entries"]
        assert [(each["outcome"], each["who"]["en"]) for each in lines] == [
            ("done", "Approver@Example.Com"),
            ("refused", "Operator@Example.Com"),
        ]
        assert lines[0]["reason"] == "call back about an order"

    play(tmp_path, story)


def test_details_in_the_clear_take_a_reason_and_are_counted(tmp_path: Path) -> None:
    """No reason, no look; so many people a day and no more, whoever was seen already may be seen again."""

    async def story(world: Served) -> None:
        await customers(world)
        rules = {"kind": "setting", "id": "access", "body": {"reveal_day_max": 2}}
        assert (await world.admin.post("/api/definitions", rules)).status == 200
        wang = await signed_in(world, "wang@example.com", "approver")
        why = {"reason": "call back"}
        assert (await wang.post("/api/profiles/u1/reveal", {"reason": "  "})).json()["code"] == "reason_needed"
        seen = [(await wang.post(f"/api/profiles/{each}/reveal", why)).status for each in ("u1", "u2", "u1", "u3")]
        assert seen == [200, 200, 200, 429]
        lines = (await world.admin.get("/api/audit", kind="personal")).json()["entries"]
        assert [each["outcome"] for each in lines][:2] == ["refused", "done"]
        world.installation.advance(86_401)
        assert (await wang.post("/api/profiles/u3/reveal", why)).status == 200

    play(tmp_path, story)


def test_a_token_does_what_it_was_made_for(tmp_path: Path) -> None:
    """Its scopes bound it, its secret is nowhere to be read again, and revoked it opens nothing."""

    async def story(world: Served) -> None:
        above = {"name": "x", "role": "viewer", "use_cases": ["plan.launch"]}
        assert (await world.admin.post("/api/tokens", above)).json()["code"] == "bad_token"
        made = (await world.admin.post("/api/tokens", {**above, "role": "approver", "days": 1})).json()
        caller = Caller(app=world.admin.app, token=made["secret"])
        assert (await caller.get("/api/plans")).json()["code"] == "forbidden"
        assert (await caller.post("/api/plans/none/launch", {})).status == 404
        listed = (await world.admin.get("/api/tokens")).json()
        assert listed["tokens"][0]["used_at"] is not None
        trail = (await world.admin.get("/api/audit")).json()
        assert made["secret"] not in json.dumps([listed, trail])
        await world.admin.call("DELETE", f"/api/tokens/{made['token']['token_id']}")
        assert (await caller.get("/api/plans")).status == 401

    play(tmp_path, story)


def test_the_audit_tells_every_version_and_leads_back(tmp_path: Path) -> None:
    """Who changed what, with before and after, each version once; an earlier one comes back as the next."""

    async def story(world: Served) -> None:
        wang = await signed_in(world, "wang@example.com", "approver")
        for name in ("one", "two", "three"):
            body = {"kind": "tag", "id": "vip", "body": {"name": name, "meaning": "m"}}
            assert (await wang.post("/api/definitions", body)).status == 200
        await world.desk.definitions.publish("tag", "own", {"name": "own"}, "system:desk")
        entries = (await world.admin.get("/api/audit", kind="definitions")).json()["entries"]
        told = [f"{each['kind']}/{each['id']}@{each['version']}" for line in entries for each in line["definitions"]]
        assert sorted(told) == ["tag/own@1", "tag/vip@1", "tag/vip@2", "tag/vip@3"]
        assert {line["via"] for line in entries} == {"session", "system"}
        found = (await wang.get("/api/audit/definitions/tag/vip/2")).json()
        assert found["changes"] == [{"path": "name", "before": '"one"', "after": '"two"'}]
        late = await wang.post("/api/definitions/tag/vip/revert", {"version": 1, "newest": 2})
        assert late.json()["code"] == "conflict"
        back = await wang.post("/api/definitions/tag/vip/revert", {"version": 1, "newest": 3})
        assert back.json()["version"] == 4
        assert world.desk.definitions.newest("tag", "vip")[1]["name"] == "one"
        first = (await world.admin.get("/api/audit", limit=2)).json()
        second = (await world.admin.get("/api/audit", limit=200, after=first["next"])).json()["entries"]
        ids = [each["id"] for each in [*first["entries"], *second]]
        assert len(ids) == len(set(ids)) == len((await world.admin.get("/api/audit", limit=200)).json()["entries"])

    play(tmp_path, story)
