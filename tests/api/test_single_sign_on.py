"""Single sign-on, against a provider on this machine that signs what it is told to."""

import asyncio
import base64
import json
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm
from served import Served, play

from liftloop.api.routes.session import SSO_COOKIE
from liftloop.kernel.clock import SECOND_MS, SystemClock
from liftloop.testing.asgi import Answer, Caller
from liftloop.testing.loopback import Loopback

CLIENT, SECRET, APP = "liftloop", "whispered", "https://app.example.com"
KEY, OTHER_KEY = generate_private_key(65537, 2048), generate_private_key(65537, 2048)


class Provider(Loopback):
    """Vouches for whom `claims` names; a code counts once, and only with the verifier of its challenge."""

    def __init__(self) -> None:
        gets = {"/.well-known/openid-configuration": self._discover, "/keys": self._keys, "/authorize": self._authorize}
        super().__init__({"/token": self._token}, gets)
        self.claims: dict[str, Any] = {}
        self.key: RSAPrivateKey = KEY
        self._asked: dict[str, dict[str, str]] = {}

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _discover(self, request: web.Request) -> web.StreamResponse:
        names = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return web.json_response({"issuer": self.issuer, **{name: self.issuer + at for name, at in names.items()}})

    async def _authorize(self, request: web.Request) -> web.StreamResponse:
        asked = dict(request.query)
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = f"code{len(self._asked)}"
        self._asked[code] = asked
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def _token(self, request: web.Request) -> web.StreamResponse:
        given = await request.post()
        asked = self._asked.pop(str(given["code"]), None)
        challenge = base64.urlsafe_b64encode(sha256(str(given["code_verifier"]).encode()).digest()).decode().rstrip("=")
        known = (given["client_id"], given["client_secret"]) == (CLIENT, SECRET)
        if (
            asked is None
            or not known
            or (asked["code_challenge"], asked["redirect_uri"])
            != (
                challenge,
                given["redirect_uri"],
            )
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = SystemClock().now_ms() // SECOND_MS
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "u1", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        token = jwt.encode({**claims, **self.claims}, self.key, algorithm="RS256", headers={"kid": "k1"})
        return web.json_response({"id_token": token, "access_token": "a", "token_type": "Bearer"})

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        public = {**RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "k1", "use": "sig"}
        text = json.dumps({"keys": [public]}).encode()
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(text[:40])  # As answers come over a network: in parts.
        await asyncio.sleep(0.02)
        await answer.write(text[40:])
        return answer


@contextmanager
def providing() -> Generator[Provider]:
    provider = Provider().start()
    try:
        yield provider
    finally:
        provider.stop()


async def set_up(world: Served, provider: Provider, **more: Any) -> None:
    body = {"name": "SSO", "issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET, **more}
    told = await world.admin.post("/api/definitions", {"kind": "setting", "id": "sign_in", "body": body})
    assert told.status == 200, told.json()
    await world.settle()


async def begun(world: Served) -> tuple[str, str]:
    """Return where the browser is sent, and the cookie that it keeps."""
    answer = await Caller(app=world.admin.app, token="").post("/api/session/single-sign-on/begin", {})
    assert answer.status == 200, answer.json()
    return answer.json()["url"], answer.headers["set-cookie"].partition("=")[2].partition(";")[0].strip('"')


async def vouched(url: str) -> dict[str, str]:
    """Go to the provider as a browser does; return what it sends back."""
    async with aiohttp.ClientSession() as http, http.get(url, allow_redirects=False) as answer:
        back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{APP}/sign-in/single"
    return {name: values[0] for name, values in parse_qs(back.query).items()}


async def finished(world: Served, told: dict[str, str], cookie: str) -> Answer:
    headers = {"cookie": f"{SSO_COOKIE}={cookie}"}
    caller = Caller(app=world.admin.app, token="")
    body = json.dumps(told).encode()
    path = "/api/session/single-sign-on"
    return await caller.call("POST", path, body=body, kind="application/json", headers=headers)


async def signed_in(world: Served) -> Answer:
    url, cookie = await begun(world)
    return await finished(world, await vouched(url), cookie)


MAIL = {"email": "Li@Example.com", "email_verified": True, "name": "李雷"}


def test_a_provider_signs_people_in_and_each_state_counts_once(tmp_path: Path) -> None:
    """A colleague of the domain comes in with the role set; back to the app's own address, whatever a proxy says."""

    async def story(world: Served) -> None:
        with providing() as provider:
            await set_up(world, provider, domains=["example.com"], role="operator", public_url=f"{APP}/")
            gate = (await Caller(app=world.admin.app, token="").get("/api/session")).json()
            assert gate["single_sign_on"] == {"name": "SSO"}
            provider.claims = MAIL
            url, cookie = await begun(world)
            told = await vouched(url)
            answer = await finished(world, told, cookie)
            assert (answer.json()["login"], answer.json()["role"]) == ("li@example.com", "operator"), answer.json()
            assert (await finished(world, told, cookie)).json()["code"] == "bad_single_sign_on"
            url, _ = await begun(world)
            stolen = await finished(world, await vouched(url), "another browser")
            assert stolen.json()["code"] == "bad_single_sign_on"
            assert (await signed_in(world)).status == 200

    play(tmp_path, story)


def test_what_a_provider_does_not_vouch_for_opens_nothing(tmp_path: Path) -> None:
    """Wrong audience, nonce, issuer, time or key, an unverified address, and people without an account are refused."""
    wrong: list[dict[str, Any]] = [
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"nonce": "another"},
        {"iss": "https://another.example.com"},
        {"exp": 1_000_000_000},
        {"email_verified": False},
        {"email": "stranger@elsewhere.com"},
    ]

    async def story(world: Served) -> None:
        with providing() as provider:
            await set_up(world, provider, domains=["example.com"], public_url=APP)
            for claims in wrong:
                provider.claims = {**MAIL, **claims}
                assert (await signed_in(world)).json()["code"] == "bad_single_sign_on", claims
            provider.claims, provider.key = MAIL, OTHER_KEY
            assert (await signed_in(world)).json()["code"] == "bad_single_sign_on"
            provider.key = KEY
            assert (await signed_in(world)).json()["role"] == "viewer"

    play(tmp_path, story)
