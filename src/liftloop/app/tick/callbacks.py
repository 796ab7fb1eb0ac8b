"""Where providers post what became of messages: verified, matched with what was sent, and a fact before the answer.

A receipt that nobody knows yet may be faster than our own record of the hand-over: while it is young the provider is
asked to come again. Told five times it is one fact.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qsl

import msgspec

from liftloop.app.definitions.secrets import opened
from liftloop.app.receipts import IDS_MAX, keys_query, receipt_records, said_drafts
from liftloop.app.requests import Answer, Receive, Scope, body_of
from liftloop.app.tick.sealing import seal
from liftloop.app.tick.worker import Worker
from liftloop.collect.contract import BATCH_BYTES_MAX, MalformedBody
from liftloop.collect.drafting import Inlet
from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.media import medium_of
from liftloop.kernel.clock import MINUTE_MS, Clock
from liftloop.kernel.codec import pack
from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.channels.callbacks import READERS, Callback, Misread, Told, read_callback
from liftloop.plugins.channels.contract import PersonSaid, ProviderReceipt
from liftloop.plugins.channels.wxcrypt import Forged
from liftloop.storage.contract import DiskFull, Record, Vault

CALLBACKS = "/callbacks/"
YOUNG_MS = 10 * MINUTE_MS
"""So long a receipt may be ahead of our own record; Alibaba Cloud comes again after 1, 5 and 10 minutes."""


class ForgedCallback(LiftloopError):
    """A callback that does not come from the channel's provider; nothing of it was taken."""

    def __init__(self) -> None:
        super().__init__(
            "forged_callback",
            zh="回调没有通过验证：签名、密钥或地址不对",
            en="the callback was not verified: its signature, key or address is wrong",
            next_zh="在服务商控制台填写渠道的回调地址和密钥，与这里的渠道设置保持一致",
            next_en="set address and key in the provider's console as they stand in the channel's settings",
            status=401,
        )


class NotYetKnown(LiftloopError):
    """Receipts of messages whose hand-over is not recorded yet; the others of the request were taken."""

    def __init__(self) -> None:
        super().__init__(
            "receipt_not_yet_known",
            zh="有些回执对应的消息还没有记录，请稍后再推送",
            en="some receipts are of messages that are not recorded yet; push them again later",
            next_zh="不用处理：服务商会自动重推，重复的回执只算一次",
            next_en="nothing to do: the provider pushes again, and a repeated receipt counts once",
            status=503,
        )


class NoSuchCallback(LiftloopError):
    """No live channel of this id is told anything."""

    def __init__(self, channel: str) -> None:
        super().__init__(
            "no_such_callback",
            zh=f"渠道 {channel} 不接收回调",
            en=f"the channel {channel} takes no callbacks",
            next_zh="检查回调地址里的渠道编号",
            next_en="check the channel's id in the address",
            status=404,
        )


class Inward(Protocol):
    """What makes an inlet for messages under the rules that hold now."""

    async def __call__(self, actor: str) -> Inlet: ...


class Callbacks:
    """Answers providers."""

    def __init__(self, worker: Worker, vault: Vault, clock: Clock, inlet: Inward) -> None:
        self._worker = worker
        self._vault = vault
        self._clock = clock
        self._inlet = inlet

    async def respond(self, scope: Scope, receive: Receive) -> Answer:
        """Take one callback. Raises what is wrong with it."""
        channel, _, token = scope["path"].removeprefix(CALLBACKS).partition("/")
        definition = await self._definition(channel)
        callback = Callback(
            method=scope["method"],
            token=token,
            query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body=await body_of(receive, BATCH_BYTES_MAX),
            now_ms=self._clock.now_ms(),
        )
        try:
            told = read_callback(definition, callback)
        except Forged as error:
            self._worker.meter.counts["refused"] += 1
            raise ForgedCallback from error
        except Misread as error:
            raise MalformedBody(str(error)) from error
        await self._take(definition, told)
        return Answer(200, told.answer, told.content_type)

    async def _definition(self, channel: str) -> ChannelDefinition:
        """Return a live channel with its secrets in the clear; raises `NoSuchCallback`."""
        live = await self._asked(lambda: self._worker.fold.catalog.live("channel").get(channel))
        if live is None or live.body.get("kind") not in READERS:
            raise NoSuchCallback(channel)
        body: Mapping[str, Any] = opened("channel", live.body, self._vault)
        return msgspec.convert(body, type=ChannelDefinition, strict=False)

    async def _take(self, definition: ChannelDefinition, told: Told) -> None:
        now_ms = self._clock.now_ms()
        keys = await self._keys(definition.id, [each.provider_id for each in told.receipts])
        records = receipt_records(definition.id, told.receipts, keys, now_ms)
        records += await self._said(definition, told.said)
        if records:
            await self._append(records)
        unknown = [each for each in told.receipts if each.provider_id not in keys]
        if any(_is_young(each, now_ms) for each in unknown):
            raise NotYetKnown
        self._worker.meter.counts["unmatched"] += len(unknown)

    async def _keys(self, channel: str, provider_ids: Sequence[str]) -> dict[str, str]:
        """Return message keys by provider id, of those that are known."""
        wanted = sorted(set(provider_ids))[:IDS_MAX]
        if not wanted:
            return {}
        rows = await self._asked(lambda: self._worker.fold.rows(keys_query(wanted), (channel, *wanted)))
        return {str(provider_id): str(key) for provider_id, key in rows}

    async def _said(self, definition: ChannelDefinition, said: Sequence[PersonSaid]) -> list[Record]:
        who = [f"{each.identifier}:{self._vault.keyed_hash(each.identifier, each.value):x}" for each in said]
        inlet = await self._inlet(f"channel:{definition.id}")
        return seal(said_drafts(definition.id, medium_of(definition), said, inlet, who), self._vault)

    async def _append(self, records: Sequence[Record]) -> None:
        try:
            await asyncio.wrap_future(self._worker.append(len(records), pack(list(records)), records))
        except DiskFull as error:
            raise NotYetKnown from error
        self._worker.meter.counts["received"] += len(records)

    async def _asked(self, question: Any) -> Any:
        return await asyncio.wrap_future(self._worker.ask(question))


def _is_young(receipt: ProviderReceipt, now_ms: int) -> bool:
    return now_ms - receipt.at_ms < YOUNG_MS
