"""Where people land who follow a link of a message: sent on at once, counted after, machines apart from people.

Nobody is sent where no message of ours pointed to: a link names what was issued, and is marked under our key.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from liftloop.app.issued_links import LINK_PATH, PICTURE_PATH, Issued, IssuedLinks
from liftloop.app.requests import Answer, Scope, header
from liftloop.app.tick.sealing import seal
from liftloop.app.tick.worker import Worker
from liftloop.collect.drafting import Inlet
from liftloop.collect.messages import read
from liftloop.deliver.contract import ReceiptsReceived
from liftloop.deliver.links import (
    SETTING,
    LinkSettings,
    Network,
    Visit,
    as_location,
    machine,
    marked_text,
    networks_of,
    number_in,
    token_of,
)
from liftloop.deliver.stage import RECEIVED
from liftloop.kernel.clock import SECOND_MS, Clock
from liftloop.kernel.codec import canonical_json, pack
from liftloop.storage.contract import DiskFull, Record, Vault

FETCHED = "fetched"
"""The receipt of a machine: it is kept, and counts for nothing."""
WAITING_MAX = 10_000
"""Visits that wait to be written; beyond it people are sent on and not counted."""
_WHO = "SELECT kind, text FROM identifier WHERE profile = ? AND kind IN ('user_id', 'anonymous_id') AND text <> ''"
_GONE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>链接已失效</title><body style="font:16px/1.6 system-ui;text-align:center;padding:20vh 24px">'
    "<p>这个链接已经失效，或者没有复制完整。</p><p>This link has ended, or was not copied whole.</p></body></html>"
).encode()
GONE = Answer(404, _GONE, b"text/html; charset=utf-8", ((b"cache-control", b"no-store"),))
POINT = Answer(
    200,
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;",
    b"image/gif",
    ((b"cache-control", b"no-store, private"),),
)


class Inward(Protocol):
    """What makes an inlet for messages under the rules that hold now."""

    async def __call__(self, actor: str) -> Inlet: ...


class _Seen(Struct, frozen=True, kw_only=True):
    token: str
    issued: Issued
    visit: Visit
    at_ms: int


class FollowedLinks:
    """Answers whoever follows links or fetches pictures."""

    def __init__(self, worker: Worker, vault: Vault, clock: Clock, inlet: Inward, issued: IssuedLinks) -> None:
        self._worker = worker
        self._vault = vault
        self._clock = clock
        self._inlet = inlet
        self._issued = issued
        self._counting: set[asyncio.Task[None]] = set()

    def respond(self, scope: Scope) -> Answer:
        """Send a visitor on; that it came is written after the answer."""
        path: str = scope["path"]
        picture = path.startswith(PICTURE_PATH)
        token = path.removeprefix(PICTURE_PATH).removesuffix(".gif") if picture else path.removeprefix(LINK_PATH)
        issued = self._read(token)
        if issued is None or bool(issued.target.url) == picture:
            return POINT if picture else GONE
        self._count(token, issued, scope)
        if picture:
            return POINT
        headers = (
            (b"location", as_location(issued.target.url)),
            (b"cache-control", b"no-store, private"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-robots-tag", b"noindex"),
        )
        return Answer(302, b"", b"text/plain", headers)

    def _read(self, token: str) -> Issued | None:
        number = number_in(token)
        issued = self._issued.get(number) if number else None
        if issued is None:
            return None
        mark = self._vault.keyed_hash("link", marked_text(number, issued.key, issued.target)) % 2**35
        return issued if token_of(number, mark) == token else None

    def _count(self, token: str, issued: Issued, scope: Scope) -> None:
        if len(self._counting) >= WAITING_MAX:
            self._worker.meter.counts["refused"] += 1
            return
        now_ms = self._clock.now_ms()
        visit = visit_of(scope, now_ms - issued.at_ms, picture=not issued.target.url)
        counting = asyncio.create_task(self._written(_Seen(token=token, issued=issued, visit=visit, at_ms=now_ms)))
        self._counting.add(counting)
        counting.add_done_callback(self._counting.discard)

    async def _written(self, seen: _Seen) -> None:
        def looked() -> tuple[tuple[Network, ...], list[tuple[str, str]]]:
            live = self._worker.fold.catalog.live("setting").get(SETTING)
            settings = msgspec.convert(live.body, type=LinkSettings, strict=False) if live else LinkSettings()
            rows: Sequence[Any] = self._worker.fold.rows(_WHO, (seen.issued.profile,))
            return networks_of(settings.machine_networks), [(str(kind), str(text)) for kind, text in rows]

        networks, who = await asyncio.wrap_future(self._worker.ask(looked))
        why = machine(seen.visit, networks)
        records = [_receipt(seen, why)]
        if not why and who:
            inlet = await self._inlet(f"channel:{seen.issued.target.channel}")
            records += seal(read(canonical_json({"batch": [_event(seen, dict(who))]}), inlet), self._vault)
        try:
            await asyncio.wrap_future(self._worker.append(len(records), pack(records), records))
        except DiskFull:
            self._worker.meter.counts["refused"] += len(records)


def visit_of(scope: Scope, after_ms: int, *, picture: bool) -> Visit:
    """Return what a request tells of who follows a link, `after_ms` since the message was handed over."""
    purpose = b" ".join(header(scope, name) for name in (b"purpose", b"sec-purpose", b"x-purpose", b"x-moz"))
    return Visit(
        method=scope["method"],
        user_agent=header(scope, b"user-agent").decode("latin-1"),
        purpose=purpose.decode("latin-1"),
        address=_address(scope),
        after_ms=after_ms,
        picture=picture,
    )


def _address(scope: Scope) -> str:
    forwarded = header(scope, b"x-forwarded-for").decode("latin-1").partition(",")[0].strip()
    client = scope.get("client")
    return forwarded or (str(client[0]) if client else "")


def _receipt(seen: _Seen, why: str) -> Record:
    receipt = FETCHED if why else ("opened" if seen.visit.picture else "clicked")
    target = seen.issued.target
    return Record(
        kind=RECEIVED,
        at_ms=seen.at_ms,
        received_ms=seen.at_ms,
        message_id=f"link:{seen.token}:{receipt}",  # Followed twice it is one receipt.
        actor=f"channel:{target.channel}",
        name=target.channel,
        body=canonical_json(
            ReceiptsReceived(channel=target.channel, keys=[seen.issued.key], receipts=[receipt], at_ms=[seen.at_ms])
        ),
    )


def _event(seen: _Seen, who: Mapping[str, str]) -> dict[str, Any]:
    target = seen.issued.target
    said = {"userId": who["user_id"]} if "user_id" in who else {"anonymousId": who["anonymous_id"]}
    properties = {"channel": target.channel, "campaign": target.campaign, "message_key": seen.issued.key}
    return {
        **said,
        "type": "track",
        "event": "Message Opened" if seen.visit.picture else "Message Clicked",
        "messageId": f"link:{seen.token}:{seen.at_ms}",
        "timestamp": datetime.fromtimestamp(seen.at_ms / SECOND_MS, UTC).isoformat(timespec="milliseconds"),
        "properties": properties if seen.visit.picture else properties | {"url": target.url},
    }
