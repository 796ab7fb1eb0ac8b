"""The tracking API: who sends, in which protocol; every message is sealed and durable before the answer."""

import asyncio
import time
from base64 import b64decode
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from secrets import token_hex
from urllib.parse import parse_qsl

import msgspec

from liftloop.app.definitions.secrets import open_secret
from liftloop.app.form_links import WHO, read_who
from liftloop.app.form_page import MARK, MARK_AGE_MS_MAX, TRAP, form_page, mark_of, read_mark, thanks_page
from liftloop.app.issued_links import LINK_PATH, PICTURE_PATH, IssuedLinks
from liftloop.app.preference_links import PREFERENCES, UNSUBSCRIBE
from liftloop.app.public_pages import PAGES, VIA
from liftloop.app.requests import Answer, Receive, Scope, body_of, header
from liftloop.app.tick.callbacks import CALLBACKS, Callbacks
from liftloop.app.tick.following_links import POINT, FollowedLinks
from liftloop.app.tick.hosted_pages import HostedPages
from liftloop.app.tick.pace import full_bucket, take, wait_s
from liftloop.app.tick.preferences import Preferences, named
from liftloop.app.tick.sealing import seal
from liftloop.app.tick.senders import FORM_LIMITS, Sender, Senders, generation_of, senders
from liftloop.app.tick.served_media import ServedMedia
from liftloop.app.tick.worker import Worker
from liftloop.collect import forms, hooks, messages, sensors
from liftloop.collect.bodies import inflate
from liftloop.collect.contract import BATCH_BYTES_MAX, BodyTooLarge, Draft, MalformedBody
from liftloop.collect.drafting import Inlet
from liftloop.collect.sources import WebhookSource
from liftloop.compose.assets import MEDIA
from liftloop.kernel.clock import Clock
from liftloop.kernel.codec import pack
from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.channels.signing import secret_bytes, verify
from liftloop.storage.contract import DiskFull, Vault

BACKLOG_MAX = 2_000
"""Runs of records that may wait to be folded; beyond it senders are told to come back."""
FORM_BYTES_MAX = 128_000
"""Forty fields of two thousand characters, most of them escaped."""
FORM_FIELDS_MAX = 100
SUCCESS = Answer(200, b'{"success":true}')
PREFLIGHT = Answer(204, b"")
_SHORT = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch"}
_TYPES = _SHORT | {name: name for name in _SHORT.values()} | {"import": "batch"}
_PROJECTS = "/v1/projects/"
_HOOKS = "/hooks/"
_FORMS = "/forms/"
_PATHS = {f"/v1/{name}": kind for name, kind in _TYPES.items()}


class UnknownWriteKey(LiftloopError):
    """The sender's key is not one of ours."""

    def __init__(self) -> None:
        super().__init__(
            "unknown_write_key",
            zh="写入密钥不对",
            en="unknown write key",
            next_zh="使用数据目录里 write.key 的内容",
            next_en="use the content of write.key in the data folder",
            status=401,
        )


class NoSuchPath(LiftloopError):
    """The tracking API has no such path, or not for this method."""

    def __init__(self, path: str) -> None:
        super().__init__(
            "not_found",
            zh=f"没有这个地址：{path}",
            en=f"there is no such path: {path}",
            next_zh="发送到 POST /v1/track、/v1/identify、/v1/batch 或 /sa",
            next_en="send to POST /v1/track, /v1/identify, /v1/batch or /sa",
            status=404,
        )


class Busy(LiftloopError):
    """More came in than can be folded in time, or the disk is full: nothing of this request was taken."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "busy" if reason == "backlog" else "disk_full",
            zh="暂时收不下，本次请求没有写入" if reason == "backlog" else "磁盘已满，本次请求没有写入",
            en="too much at once; nothing of this request was taken"
            if reason == "backlog"
            else "the disk is full; nothing of this request was taken",
            next_zh="按 Retry-After 稍后重发；相同 messageId 不会重复",
            next_en="send again after Retry-After; the same messageId is never counted twice",
            status=429 if reason == "backlog" else 503,
        )


class BadSignature(LiftloopError):
    """A hook's body is not signed by the holder of its secret, or not in these minutes."""

    def __init__(self) -> None:
        super().__init__(
            "bad_signature",
            zh="签名不对，或不是最近五分钟内签的",
            en="the signature is wrong, or not of the last five minutes",
            next_zh="用来源定义里的 secret 按 Standard Webhooks 签名，并校准发送方的时钟",
            next_en="sign as Standard Webhooks describes with the secret of the source, and set the sender's clock",
            status=401,
        )


class TooFast(LiftloopError):
    """A sender brings more than its limit allows: nothing of this request was taken."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(
            "too_fast",
            zh="超过了这个写入密钥的速率上限，本次请求没有写入",
            en="more than the limit of this write key; nothing of this request was taken",
            next_zh="按 Retry-After 稍后重发；上限在这个来源的定义里（limits）",
            next_en="send again after Retry-After; the limit stands in the definition of this source (limits)",
            status=429,
        )
        self.retry_after_s = ceil(wait_s)


class Tracking:
    """Answers senders of events. Nothing of a refused request is written."""

    def __init__(
        self, worker: Worker, vault: Vault, clock: Clock, write_key: str, issued: IssuedLinks, media: Path
    ) -> None:
        self._media = ServedMedia(media)
        self._worker = worker
        self._vault = vault
        self._clock = clock
        self._write_key = write_key.encode()
        self._senders = Senders(generation=(), by_key={}, hooks={}, forms={})
        self._own_links = Sender("preferences", FORM_LIMITS, full_bucket(FORM_LIMITS, time.monotonic()))
        self._preferences = Preferences(worker, vault, clock, self._write_key, self._take_own)
        self._callbacks = Callbacks(worker, vault, clock, self._inlet_of_channel)
        self._pages = HostedPages(worker, vault, clock, self._write_key, self._inlet_of_channel)
        self._links = FollowedLinks(worker, vault, clock, self._inlet_of_channel, issued)

    async def respond(self, scope: Scope, receive: Receive) -> Answer:
        path: str = scope["path"]
        kind = _PATHS.get(path)
        method = scope["method"]
        if method == "OPTIONS" and (kind or path in sensors.PATHS or _is_settings(path)):
            return PREFLIGHT
        if kind and method == "POST":
            return await self._segment(scope, kind, await _plain_body(scope, receive))
        if path in sensors.PATHS and method in ("GET", "POST"):
            return await self._sensors(scope, await _plain_body(scope, receive))
        if _is_settings(path) and method == "GET":
            return await self._settings(scope)
        if path.startswith((LINK_PATH, PICTURE_PATH)) and method in ("GET", "HEAD"):
            return self._links.respond(scope)
        if path.startswith(_HOOKS) and method == "POST":
            return await self._hook(scope, receive)
        if path.startswith(CALLBACKS) and method in ("GET", "POST"):
            return await self._callbacks.respond(scope, receive)
        if path.startswith(_FORMS) and method in ("GET", "POST"):
            return await self._form(scope, receive)
        if path.startswith((PREFERENCES, UNSUBSCRIBE)) and method in ("GET", "POST"):
            return await self._preferences_of(scope, receive)
        if path.startswith(PAGES) and method in ("GET", "HEAD"):
            return await self._pages.respond(scope)
        if path.startswith(MEDIA) and method in ("GET", "HEAD"):
            return await asyncio.to_thread(self._media.respond, scope)
        raise NoSuchPath(path)

    async def _segment(self, scope: Scope, kind: str, body: bytes) -> Answer:
        known = await self._known()
        sender = _named(known, _keys_in_header(scope)) or _named(known, [messages.write_key_in(body).encode()])
        admitted = self._admitted(sender, body)
        await self._take(messages.read(body, self._inlet(kind, "segment", admitted)), admitted)
        return SUCCESS

    async def _sensors(self, scope: Scope, body: bytes) -> Answer:
        """Take what the SDKs of 神策 send: by form, by image, by beacon."""
        query: bytes = scope["query_string"]
        sent = sensors.opened(query if scope["method"] == "GET" else body)
        asked = dict(parse_qsl(query.decode("latin-1")))
        given = [asked[name].encode() for name in ("token", "writeKey") if name in asked]
        known = await self._known()
        sender = _named(known, [*_keys_in_header(scope), *given]) or _named(known, sensors.tokens_in(sent))
        admitted = self._admitted(sender, body)
        await self._take(sensors.read(sent, self._inlet("", "sensors", admitted)), admitted)
        return POINT if scope["path"] == sensors.IMAGE_PATH else SUCCESS

    async def _settings(self, scope: Scope) -> Answer:
        """Return what analytics.js asks before it sends: one destination, and that is us."""
        key = scope["path"].split("/")[3].encode()
        if _named(await self._known(), [key]) is None:
            raise UnknownWriteKey
        host = header(scope, b"x-forwarded-host") or header(scope, b"host")
        destination = {"apiKey": key.decode(), "apiHost": f"{host.decode('latin-1')}/v1", "protocol": _protocol(scope)}
        told = {"integrations": {"Segment.io": destination}, "plan": {}, "enabledMiddleware": {}, "metrics": {}}
        return Answer(200, msgspec.json.encode(told))

    async def _hook(self, scope: Scope, receive: Receive) -> Answer:
        """Take what another system posts, where its signature is right and of these minutes."""
        identity = scope["path"].removeprefix(_HOOKS)
        body = await body_of(receive, BATCH_BYTES_MAX)
        sender = (await self._known()).hooks.get(identity)
        if sender is None or not isinstance(sender.source, WebhookSource):
            raise NoSuchPath(scope["path"])
        told = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        now_s = self._clock.now_ms() // 1_000
        if not any(verify(key, told, body, now_s) for key in self._keys_of(sender.source)):
            raise BadSignature
        admitted = self._admitted(sender, body)
        inlet = self._inlet(f"hook:{identity}/{told['webhook-id']}", hooks.PROTOCOL, admitted)
        plain = inflate(body, header(scope, b"content-encoding"))
        await self._take(hooks.read(plain, sender.source, inlet), admitted)
        return SUCCESS

    def _keys_of(self, source: WebhookSource) -> list[bytes]:
        return [secret_bytes(open_secret(secret, self._vault)) for secret in source.secrets]

    async def _form(self, scope: Scope, receive: Receive) -> Answer:
        """Show a form, or take what was filled in; whoever seems to be a machine is thanked and put aside."""
        identity = scope["path"].removeprefix(_FORMS)
        known = (await self._known()).forms.get(identity)
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        who, told = await self._answering(identity, asked)
        if known is None or (WHO in asked and who is None):
            raise NoSuchPath(scope["path"])
        now_ms, form = self._clock.now_ms(), known.form if who is None else forms.own(known.form)
        fresh = mark_of(self._write_key, identity, token_hex(8), now_ms)
        if scope["method"] == "GET":
            return form_page(form, fresh, {}, {}, 200)
        filled = _filled(await body_of(receive, FORM_BYTES_MAX))
        mark = read_mark(self._write_key, identity, filled.get(MARK, ""))
        if mark is None or not 0 <= now_ms - mark[0] <= MARK_AGE_MS_MAX:
            return form_page(form, fresh, filled, {"": "again"}, 422)
        wrong = forms.problems(form, filled)
        if wrong:
            return form_page(form, filled[MARK], filled, wrong, 422)
        sender = self._admitted(known.sender, b"")
        inlet = self._inlet(identity, forms.PROTOCOL, sender)
        answer = forms.Submission(
            filled=filled,
            visit=mark[1],
            elapsed_ms=now_ms - mark[0],
            trapped=bool(filled.get(TRAP)),
            who=who,
            told=told,
        )
        await self._take(forms.read(answer, form, inlet), sender)
        return thanks_page(form)

    async def _answering(
        self, identity: str, asked: Mapping[str, str]
    ) -> tuple[Mapping[str, str] | None, Mapping[str, str]]:
        """Return how messages name whoever answers a form, and by which page and campaign they came to it."""
        if VIA in asked:
            by = await self._pages.campaign_of(identity, asked)
            if by is None:
                return None, {}
            page, link = by
            told = {"page": page, **({"campaign": link.campaign} if link and link.campaign else {})}
            return (await self._whose(link.number) if link else None), told
        number = read_who(self._vault, identity, asked.get(WHO, ""))
        return (None if number is None else await self._whose(number)), {}

    async def _whose(self, number: int) -> Mapping[str, str] | None:
        """Return how messages name a person; None for one who is not known."""
        return await asyncio.wrap_future(self._worker.ask(lambda: named(self._worker, number)))

    async def _preferences_of(self, scope: Scope, receive: Receive) -> Answer:
        """Answer a person's own link; one that is not ours is no path at all."""
        filled = _filled(await body_of(receive, FORM_BYTES_MAX)) if scope["method"] == "POST" else {}
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        answer = await self._preferences.respond(scope, filled, asked)
        if answer is None:
            raise NoSuchPath(scope["path"][: len(PREFERENCES)])
        return answer

    async def _take_own(self, body: bytes) -> None:
        """Take messages that the installation writes for a person who said something by their link."""
        sender = self._admitted(self._own_links, b"")
        inlet = Inlet(
            type="batch", received_ms=self._clock.now_ms(), actor=sender.actor, rules=(await self._known()).rules
        )
        await self._take(messages.read(body, inlet), sender)

    async def _known(self) -> Senders:
        """Return who may send; where a definition of theirs has changed, as the fold sees them between two ticks."""
        catalog = self._worker.fold.catalog
        generation = generation_of(catalog)
        if generation != self._senders.generation:

            def made() -> Senders:
                return senders(catalog, self._write_key, self._senders, time.monotonic())

            nothing_yet = not any(generation)
            self._senders = made() if nothing_yet else await asyncio.wrap_future(self._worker.ask(made))
        return self._senders

    async def _inlet_of_channel(self, actor: str) -> Inlet:
        rules = (await self._known()).rules
        return Inlet(type="batch", received_ms=self._clock.now_ms(), actor=actor, rules=rules)

    def _inlet(self, kind: str, protocol: str, sender: Sender) -> Inlet:
        return Inlet(
            type=kind,
            received_ms=self._clock.now_ms(),
            actor=sender.actor,
            protocol=protocol,
            message_bytes_max=sender.limits.message_bytes_max,
            rules=self._senders.rules,
        )

    def _admitted(self, sender: Sender | None, body: bytes) -> Sender:
        """Return the sender of a request that may be read; refuses it where there is none, or too much of it."""
        if sender is None:
            raise UnknownWriteKey
        if len(body) > sender.limits.body_bytes_max:
            raise BodyTooLarge(sender.limits.body_bytes_max)
        wait = wait_s(sender.bucket, time.monotonic())
        if wait or self._worker.backlog() > BACKLOG_MAX:
            self._worker.meter.counts["refused"] += 1
            raise TooFast(wait) if wait else Busy("backlog")
        return sender

    async def _take(self, drafts: Sequence[Draft], sender: Sender) -> None:
        """Seal drafts and wait until the log has them."""
        if not drafts:
            return
        take(sender.bucket, len(drafts))
        self._worker.meter.warn((draft.record.name, draft.warnings) for draft in drafts if draft.warnings)
        counts = self._worker.meter.counts
        try:
            records = seal(drafts, self._vault)
            await asyncio.wrap_future(self._worker.append(len(records), pack(records), records))
            counts["received"] += len(records)
        except DiskFull as error:
            counts["refused"] += 1
            raise Busy("disk") from error


def _filled(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX))
    except ValueError as error:
        raise MalformedBody("form") from error


async def _plain_body(scope: Scope, receive: Receive) -> bytes:
    return inflate(await body_of(receive, BATCH_BYTES_MAX), header(scope, b"content-encoding"))


def _named(known: Senders, keys: Sequence[bytes]) -> Sender | None:
    """Return the sender of the first key that is one. Write keys are no secrets: they stand in every page."""
    return next((known.by_key[key] for key in keys if key in known.by_key), None)


def _keys_in_header(scope: Scope) -> list[bytes]:
    """Return the keys that stand as Basic user or as Bearer."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, credentials = value.partition(b" ")
            match scheme.lower():
                case b"basic":
                    return [_basic_user(credentials)]
                case b"bearer":
                    return [credentials]
                case _:
                    return []
    return []


def _basic_user(credentials: bytes) -> bytes:
    try:
        return b64decode(credentials, validate=True).partition(b":")[0]
    except ValueError as error:
        raise MalformedBody("Authorization") from error


def _is_settings(path: str) -> bool:
    return path.startswith(_PROJECTS) and path.endswith("/settings") and path.count("/") == 4


def _protocol(scope: Scope) -> str:
    return (header(scope, b"x-forwarded-proto") or scope.get("scheme", "http").encode()).decode("latin-1")
