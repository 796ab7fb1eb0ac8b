"""What providers post back, by kind of channel: receipts and what people said, taken only from the provider itself.

SMS providers sign nothing, so the last part of the address is a secret; WeCom and WeChat sign and encrypt; a call
centre signs as Standard Webhooks describe.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.deliver.contract import ChannelDefinition, Receipt
from liftloop.kernel.clock import HOUR_MS, SECOND_MS
from liftloop.kernel.codec import parse_json
from liftloop.plugins.channels.contract import PersonSaid, ProviderReceipt
from liftloop.plugins.channels.signing import BadSecret, secret_bytes, verify
from liftloop.plugins.channels.sms import is_opt_out, mainland_number, receipt_mark
from liftloop.plugins.channels.wx_events import wx_told
from liftloop.plugins.channels.wxcrypt import Forged

ROWS_MAX = 5_000  # Of one post: providers send at most a few hundred.
TOKEN_CHARACTERS_MIN = 16  # Of a secret address: 16 letters and digits are not guessed.
_SHANGHAI = timedelta(milliseconds=8 * HOUR_MS)
_CALLED: Mapping[str, Receipt] = {
    "connected": "delivered",
    "no_answer": "failed",
    "busy": "failed",
    "invalid": "failed",
    "refused": "failed",
    "dnc_request": "unsubscribed",
}


class Callback(Struct, frozen=True, kw_only=True):
    """One request of a provider."""

    method: str
    token: str
    """The last part of the address, empty where there is none."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    now_ms: int


class Told(Struct, frozen=True, kw_only=True):
    """What a provider told, and what it wants to hear."""

    receipts: Sequence[ProviderReceipt] = ()
    said: Sequence[PersonSaid] = ()
    answer: bytes
    content_type: bytes = b"application/json"


Reader = Callable[[ChannelDefinition, Callback], Told]


class Misread(Exception):
    """The body is not what this provider posts."""


def read_callback(definition: ChannelDefinition, callback: Callback) -> Told:
    """Return what a provider told; the definition's secrets are in the clear.

    Raises `Forged` where it does not come from the provider, `Misread` where it cannot be read, `KeyError` where
    channels of this kind are told nothing.
    """
    return READERS[definition.kind](definition, callback)


def _aliyun(definition: ChannelDefinition, callback: Callback) -> Told:
    token = _secret_address(definition, callback)
    receipts: list[ProviderReceipt] = []
    said: list[PersonSaid] = []
    for row in _rows(callback.body):
        if "content" in row:
            said.append(_reply(_text(row, "phone_number"), _text(row, "content"), _text(row, "sequence_id"), _at(row)))
            continue
        mark = receipt_mark(_text(row, "biz_id"), token, _text(row, "phone_number"))
        receipt: Receipt = "delivered" if row.get("success") is True else "failed"
        at_ms = _shanghai_ms(_text(row, "report_time"))
        receipts.append(
            ProviderReceipt(provider_id=mark, receipt=receipt, at_ms=at_ms, reason=str(row.get("err_code") or ""))
        )
    return Told(receipts=receipts, said=said, answer='{"code":0,"msg":"接收成功"}'.encode())


def _tencent(definition: ChannelDefinition, callback: Callback) -> Told:
    _secret_address(definition, callback)
    receipts: list[ProviderReceipt] = []
    said: list[PersonSaid] = []
    for row in _rows(callback.body):
        if "text" in row:
            at_ms = _whole(row, "time") * SECOND_MS
            identity = f"{_text(row, 'mobile')}/{at_ms}"
            said.append(_reply(_text(row, "mobile"), _text(row, "text"), identity, at_ms))
            continue
        receipt: Receipt = "delivered" if row.get("report_status") == "SUCCESS" else "failed"
        receipts.append(
            ProviderReceipt(
                provider_id=_text(row, "sid"),
                receipt=receipt,
                at_ms=_shanghai_ms(_text(row, "user_receive_time")),
                reason=str(row.get("errmsg") or ""),
            )
        )
    return Told(receipts=receipts, said=said, answer=b'{"result":0,"errmsg":"OK"}')


def _called(definition: ChannelDefinition, callback: Callback) -> Told:
    """Read the results of calls; whoever asks for none any more has opted out at once."""
    try:
        key = secret_bytes(str(definition.settings.get("secret", "")))
    except BadSecret as error:
        raise Forged("no secret is set") from error
    if not verify(key, callback.headers, callback.body, callback.now_ms // SECOND_MS):
        raise Forged("signature")
    receipts: list[ProviderReceipt] = []
    for row in _rows(callback.body):
        outcome = _text(row, "outcome")
        if outcome not in _CALLED:
            raise Misread(f"outcome {outcome[:40]}")
        at_ms = row.get("answered_at_ms")
        receipts.append(
            ProviderReceipt(
                provider_id=_text(row, "our_id"),
                receipt=_CALLED[outcome],
                at_ms=at_ms if isinstance(at_ms, int) else callback.now_ms,
                reason=outcome,
            )
        )
    return Told(receipts=receipts, answer=b'{"success":true}')


def _wx(definition: ChannelDefinition, callback: Callback) -> Told:
    answer, receipts, said = wx_told(definition, callback.query, callback.body, callback.method)
    return Told(receipts=receipts, said=said, answer=answer, content_type=b"text/plain; charset=utf-8")


READERS: Mapping[str, Reader] = {
    "aliyun_sms": _aliyun,
    "tencent_sms": _tencent,
    "call": _called,
    "wecom_task": _wx,
    "wecom_welcome": _wx,
    "wechat_template": _wx,
    "wechat_subscribe": _wx,
    "mini_program": _wx,
}


def _secret_address(definition: ChannelDefinition, callback: Callback) -> str:
    token = str(definition.settings.get("callback_token", ""))
    if len(token) < TOKEN_CHARACTERS_MIN or not hmac.compare_digest(token.encode(), callback.token.encode()):
        raise Forged("address")
    return token


def _reply(number: str, text: str, identity: str, at_ms: int) -> PersonSaid:
    return PersonSaid(
        identifier="phone",
        value=f"+86{mainland_number(number)}" if mainland_number(number) else number,
        what="opted_out" if is_opt_out(text) else "replied",
        identity=identity,
        at_ms=at_ms,
        text=text,
    )


def _rows(body: bytes) -> list[Mapping[str, Any]]:
    """Return the objects of a body: an array of them, or one alone. Raises `Misread`."""
    try:
        said = parse_json(body)
    except msgspec.DecodeError as error:
        raise Misread("not JSON") from error
    rows: list[Any] = said if isinstance(said, list) else [said]
    if len(rows) > ROWS_MAX or not all(isinstance(row, dict) for row in rows):
        raise Misread("not a list of objects")
    return rows


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str | int) or value == "":
        raise Misread(f"{name} is missing")
    return str(value)


def _whole(row: Mapping[str, Any], name: str) -> int:
    value = row.get(name)
    if not isinstance(value, int):
        raise Misread(f"{name} is missing")
    return value


def _at(row: Mapping[str, Any]) -> int:
    return _shanghai_ms(_text(row, "send_time"))


def _shanghai_ms(text: str) -> int:
    """Return an instant that is written without a zone: SMS providers mean Shanghai's."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Misread("a time") from error
    return int((moment.replace(tzinfo=UTC) - _SHANGHAI).timestamp() * SECOND_MS)
