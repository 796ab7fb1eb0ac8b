"""Single sign-on by OpenID Connect: authorization code with PKCE, the ID token verified with the provider's own keys.

The page that comes back posts code and state; both count once, in the browser that began, within ten minutes.
"""

import base64
import hmac
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import aiohttp
import jwt
import msgspec
from msgspec import Struct

from liftloop.app.access_rules import Provider
from liftloop.app.accounts.credentials import random_token, token_hash
from liftloop.app.accounts.directory import Account, Directory, Wanted
from liftloop.kernel.clock import MINUTE_MS, Clock
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.plugins.channels.addresses import AddressRefused, refuse_literal
from liftloop.storage.embedded.accounts import SqliteAccounts

BACK = "/sign-in/single"
"""The page of the app that a provider sends people back to."""
WAITING_MS = 10 * MINUTE_MS
WAITING_MAX = 1_000
"""Sign-ins that were begun; the oldest are dropped, so that nobody can fill the memory."""
ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA")
"""Signatures by keys of the provider alone: never `none`, never one by the client's secret."""
ANSWER_BYTES_MAX = 256 * 1024
ANSWER_PART_BYTES = 16 * 1024
TIMEOUT_S = 10.0
LEEWAY_S = 60


class NoSingleSignOn(LiftloopError):
    """Single sign-on is not set up."""

    def __init__(self) -> None:
        super().__init__(
            "no_single_sign_on",
            zh="还没有设置单点登录",
            en="single sign-on is not set up",
            next_zh="管理员可以在「设置 · 登录与审批」里填写",
            next_en="an administrator can do it under Settings · Sign-in and approvals",
            status=404,
        )


class BadSingleSignOn(LiftloopError):
    """The provider did not vouch for anybody."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_single_sign_on",
            zh=f"单点登录没有成功：{zh}",
            en=f"single sign-on failed: {en}",
            next_zh="从登录页重新开始；一直不行就请管理员看设置",
            next_en="begin again on the sign-in page; if it goes on, ask an administrator to look at the settings",
            status=403,
            exit_code=EXIT_REFUSED,
        )


class _Begun(Struct, frozen=True, kw_only=True):
    browser: str
    nonce: str
    verifier: str
    back: str
    ends_ms: int


class Endpoints(Struct, frozen=True, kw_only=True):
    """Where a provider is asked, by its own word."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class SingleSignOn:
    """Signs people in whom a provider vouches for."""

    def __init__(
        self, file: SqliteAccounts, directory: Directory, wall: Clock, provider: Callable[[], Provider]
    ) -> None:
        self._file = file
        self._directory = directory
        self._wall = wall
        self._provider = provider
        self._begun: dict[str, _Begun] = {}

    async def begin(self, asked_at: str) -> tuple[str, str]:
        """Return where the browser has to go, and what it must keep.

        It comes back to the app's `public_url`; where none is set, to `asked_at`, the address that it asked.
        """
        provider = self._set_up()
        back = (provider.public_url or asked_at).rstrip("/") + BACK
        async with _calling() as http:
            endpoints = await _discovered(http, provider)
        browser, state, nonce, verifier = (random_token() for _ in range(4))
        while len(self._begun) >= WAITING_MAX:
            self._begun.pop(next(iter(self._begun)))
        self._begun[state] = _Begun(
            browser=token_hash(browser), nonce=nonce, verifier=verifier, back=back, ends_ms=self._now() + WAITING_MS
        )
        challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": back,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if urlsplit(endpoints.authorization_endpoint).query else "?"
        return f"{endpoints.authorization_endpoint}{joint}{urlencode(asked)}", browser

    async def finish(self, code: str, state: str, browser: str) -> Account:
        """Return who comes back; raises `BadSingleSignOn`."""
        provider = self._set_up()
        begun = self._begun.pop(state, None)
        if begun is None or begun.ends_ms < self._now():
            raise BadSingleSignOn("这次登录已过期或已用过", "this sign-in has run out or was used")
        if not hmac.compare_digest(begun.browser, token_hash(browser)):
            raise BadSingleSignOn("不是从这个浏览器开始的", "it did not begin in this browser")
        async with _calling() as http:
            endpoints = await _discovered(http, provider)
            answer = await _answer(
                http.post(
                    endpoints.token_endpoint,
                    data={
                        "grant_type": "authorization_code",
                        "code": code,
                        "redirect_uri": begun.back,
                        "client_id": provider.client_id,
                        "code_verifier": begun.verifier,
                        **({"client_secret": provider.client_secret} if provider.client_secret else {}),
                    },
                    allow_redirects=False,
                )
            )
            keys = await _answer(http.get(endpoints.jwks_uri, allow_redirects=False))
        return self._account(provider, verified(str(answer.get("id_token") or ""), keys, provider, begun.nonce))

    def _account(self, provider: Provider, claims: Mapping[str, Any]) -> Account:
        subject = f"{provider.issuer}|{claims['sub']}"
        rows = self._file.rows("SELECT id, active FROM account WHERE subject = ?", (subject,))
        if rows:
            if not rows[0][1]:
                raise BadSingleSignOn("这个账号已停用", "this account is switched off")
            return self._directory.get(rows[0][0])
        mail = str(claims.get("email") or "").strip().lower()
        if not mail or claims.get("email_verified") is not True:
            raise BadSingleSignOn("身份提供方没有给出验证过的邮箱", "the provider told no verified mail address")
        known = self._file.rows("SELECT id, active, subject FROM account WHERE login = ?", (mail,))
        if known:
            identity, active, other = known[0]
            if not active or other:
                raise BadSingleSignOn("这个账号已停用或属于别人", "this account is switched off or somebody else's")
            self._file.change(("UPDATE account SET subject = ? WHERE id = ?", (subject, identity)))
            return self._directory.get(identity)
        if mail.rpartition("@")[2] not in {each.lower() for each in provider.domains}:
            raise BadSingleSignOn(f"{mail} 还没有账号", f"{mail} has no account")
        wanted = Wanted(login=mail, name=str(claims.get("name") or mail.partition("@")[0])[:80], role=provider.role)
        return self._directory.make(wanted, subject=subject)

    def _set_up(self) -> Provider:
        provider = self._provider()
        if not provider.issuer:
            raise NoSingleSignOn
        return provider

    def _now(self) -> int:
        return self._wall.now_ms()


def verified(token: str, keys: Mapping[str, Any], provider: Provider, nonce: str) -> dict[str, Any]:
    """Return what an ID token says of somebody, its signature, issuer, audience, time and nonce checked.

    Raises `BadSingleSignOn`.
    """
    try:
        header = jwt.get_unverified_header(token)
        known = jwt.PyJWKSet.from_dict(dict(keys)).keys
        key = next((each for each in known if header.get("kid") in (each.key_id, None)), None)
        if key is None:
            raise BadSingleSignOn("签名用的钥匙不认识", "it is signed by a key that is not known")
        claims = jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise BadSingleSignOn(
            f"身份凭证验不过（{type(error).__name__}）", f"the ID token is not valid ({type(error).__name__})"
        ) from error
    if not hmac.compare_digest(str(claims.get("nonce") or ""), nonce):
        raise BadSingleSignOn("身份凭证不是这次登录的", "the ID token is of another sign-in")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise BadSingleSignOn("身份凭证是给别的应用的", "the ID token is for another application")
    return claims


def _calling() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), trust_env=True)


async def _discovered(http: aiohttp.ClientSession, provider: Provider) -> Endpoints:
    address = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    return endpoints_of(await _answer(http.get(address, allow_redirects=False)), provider)


def endpoints_of(told: Mapping[str, Any], provider: Provider) -> Endpoints:
    """Return where a provider says that it is asked; raises `BadSingleSignOn` where that is not to be trusted."""
    try:
        endpoints = msgspec.convert(told, type=Endpoints)
    except msgspec.ValidationError as error:
        raise BadSingleSignOn(
            "身份提供方的说明不全", f"what the provider says of itself is incomplete: {error}"
        ) from error
    if endpoints.issuer != provider.issuer:
        raise BadSingleSignOn("身份提供方自称是另一个", "the provider says that it is another one")
    for each in (endpoints.authorization_endpoint, endpoints.token_endpoint, endpoints.jwks_uri):
        there = urlsplit(each)
        if there.scheme != "https" and not (there.scheme == "http" and provider.issuer.startswith("http://")):
            raise BadSingleSignOn("身份提供方的地址不加密", "an address of the provider is not encrypted")
        if there.hostname != urlsplit(provider.issuer).hostname and _is_private(there.hostname or ""):
            raise BadSingleSignOn("身份提供方的地址在内网", "an address of the provider is in a private network")
    return endpoints


def _is_private(host: str) -> bool:
    try:
        refuse_literal(host, ())
    except AddressRefused:
        return True
    return False


async def _answer(call: Any) -> dict[str, Any]:
    try:
        async with call as answer:
            if answer.status != 200:
                raise BadSingleSignOn(f"身份提供方答复了 {answer.status}", f"the provider answered {answer.status}")
            body = bytearray()
            async for part in answer.content.iter_chunked(ANSWER_PART_BYTES):  # `read` would end at the first part.
                body += part
                if len(body) > ANSWER_BYTES_MAX:
                    raise BadSingleSignOn("身份提供方的答复太长", "the provider's answer is too long")
        told = msgspec.json.decode(body)
    except (TimeoutError, aiohttp.ClientError, msgspec.DecodeError, OSError) as error:
        raise BadSingleSignOn(
            f"连不上身份提供方（{type(error).__name__}）", f"the provider cannot be reached ({type(error).__name__})"
        ) from error
    if not isinstance(told, dict):
        raise BadSingleSignOn("身份提供方的答复读不懂", "the provider's answer cannot be read")
    return cast(dict[str, Any], told)
