"""What SDKs do beyond a plain request: preflights of browsers, compressed bodies; at the tick and through the desk."""

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest
from serving import Running

from liftloop.collect.contract import BATCH_BYTES_MAX


@pytest.fixture(params=["tick", "desk"])
def origin(request: pytest.FixtureRequest, shared_server: Running) -> str:
    return shared_server.track_url if request.param == "tick" else shared_server.app_url


def call(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
    request = urllib.request.Request(url, body or None, dict(headers), method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()


def batch(server: Running, *messages: Mapping[str, Any]) -> bytes:
    return json.dumps({"batch": messages, "writeKey": server.key}).encode()


def events(server: Running) -> int:
    headers = {"Authorization": f"Bearer {server.token}"}
    return json.loads(call("GET", f"{server.app_url}/api/health", b"", headers)[2])["events"]


def test_a_page_of_another_origin_may_send(origin: str) -> None:
    """A preflight is answered with what the SDK asks for, and so is the call itself."""
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-retry-count",
    }
    status, headers, _ = call("OPTIONS", f"{origin}/v1/t", b"", asked)
    assert status == 204
    assert headers["access-control-allow-origin"] == "https://shop.example"
    assert headers["access-control-allow-credentials"] == "true"
    assert "POST" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-headers"] == asked["Access-Control-Request-Headers"]
    status, headers, _ = call("POST", f"{origin}/v1/t", b"{", {"Origin": "https://shop.example"})
    assert (status, headers["access-control-allow-origin"]) == (401, "https://shop.example")
    _, headers, _ = call("POST", f"{origin}/v1/t", b"{", {})
    assert headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("told", ["gzip", ""])
def test_a_compressed_batch_is_taken(shared_server: Running, origin: str, told: str) -> None:
    """Gzip is taken off, whether Content-Encoding names it or the SDK forgot to."""
    before = events(shared_server)
    message = {"type": "track", "userId": "u1", "event": "Looked", "messageId": f"{origin}{told}"}
    headers = {"Content-Encoding": told} if told else {"Content-Type": "application/x-www-form-urlencoded"}
    status, _, body = call("POST", f"{origin}/v1/batch", gzip.compress(batch(shared_server, message)), headers)
    assert (status, body) == (200, b'{"success":true}')
    assert events(shared_server) == before + 1


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (gzip.compress(b" " * (BATCH_BYTES_MAX + 1)), {"Content-Encoding": "gzip"}, 413, "body_too_large"),
        (gzip.compress(b" " * (200 << 20)), {"Content-Encoding": "gzip"}, 413, "body_too_large"),
        (gzip.compress(b'{"batch": []}')[:-9], {"Content-Encoding": "gzip"}, 400, "malformed_body"),
        (gzip.compress(b"{}") + b"more", {"Content-Encoding": "gzip"}, 400, "malformed_body"),
        (b"{}", {"Content-Encoding": "br"}, 400, "malformed_body"),
    ],
    ids=["one byte too large", "bomb", "torn", "trailing", "another coding"],
)
def test_a_compressed_body_cannot_do_harm(
    shared_server: Running, origin: str, body: bytes, headers: Mapping[str, str], status: int, code: str
) -> None:
    """The size limit holds for what comes out; what cannot be read is refused in words, and nothing is written."""
    before = events(shared_server)
    told = {**headers, "Authorization": f"Bearer {shared_server.key}", "Accept-Language": "en"}
    answered, _, content = call("POST", f"{origin}/v1/batch", body, told)
    assert (answered, json.loads(content)["code"]) == (status, code)
    assert events(shared_server) == before
