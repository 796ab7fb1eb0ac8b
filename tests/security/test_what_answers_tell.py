"""Sessions that were planted, secrets that errors could repeat, and scripts in names: over the whole application."""

import json
from pathlib import Path

import pytest
from served import Served, play

from liftloop.api.access import SESSION_COOKIE
from liftloop.testing.asgi import Caller

PASSWORD, SECRET, SCRIPT = "four unrelated words", "s3cr3t-w0rd-zq", "<script>alert(1)</script>"


def test_answers_and_logs_keep_secrets_and_sessions(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A planted session is never taken over; no refusal and no log line repeats what was secret; names are data."""

    async def story(world: Served) -> None:
        body = {"login": "wang@example.com", "name": "Wang", "password": PASSWORD}
        assert (await world.admin.post("/api/session/set-up", body)).status == 200
        stranger = Caller(app=world.admin.app, token="")
        planted = {"cookie": f"{SESSION_COOKIE}=planted-by-somebody"}
        given = {"login": body["login"], "password": PASSWORD}
        made = await stranger.call(
            "POST", "/api/session", body=json.dumps(given).encode(), kind="application/json", headers=planted
        )
        assert made.status == 200
        assert "planted" not in made.headers["set-cookie"], "a session begins with a token of its own"
        assert (await stranger.call("GET", "/api/health", headers=planted)).status == 401
        for wrong in (
            {"password": SECRET},
            {"login": ["x"], "password": SECRET},
            {"login": "wang@example.com", "password": SECRET},
            {"login": "wang@example.com", "password": {"text": SECRET}},
        ):
            refused = await stranger.post("/api/session", wrong)
            assert 400 <= refused.status < 500
            assert SECRET.encode() not in refused.body
        for kind, settings in (
            ("smtp", {"password": SECRET, "host": 7}),
            ("webhook", {"secret": SECRET, "url": "http://127.0.0.1/x"}),
            ("aliyun_sms", {"access_key_secret": SECRET, "unknown": 1}),
        ):
            channel = {"kind": "channel", "id": "c", "body": {"id": "c", "kind": kind, "settings": settings}}
            refused = await world.admin.post("/api/definitions", channel)
            assert 400 <= refused.status < 500, refused.body
            assert SECRET.encode() not in refused.body
        named = await world.admin.post("/api/tags", {"id": "t", "name": SCRIPT})
        assert named.status in (200, 422)
        told = await world.admin.get("/api/tags")
        assert told.headers["content-type"].startswith("application/json")
        assert told.headers["x-content-type-options"] == "nosniff"
        assert SECRET not in caplog.text
        assert PASSWORD not in caplog.text

    with caplog.at_level("DEBUG", logger="liftloop"):
        play(tmp_path, story)
