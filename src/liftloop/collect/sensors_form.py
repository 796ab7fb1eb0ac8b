"""Opens what the SDKs of 神策 post: a form or a query whose field is JSON in base64, perhaps compressed, summed up.

Source of the format: the access documents of 神策 and its SDKs. Content is sniffed: what says that it is compressed
need not be, and some SDKs post plain JSON.
"""

import binascii
import json
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import numpy as np
from msgspec import Raw

from liftloop.collect.bodies import inflate
from liftloop.collect.contract import BATCH_MAX, BatchTooLong, MalformedBody

FIELDS_MAX = 64
"""Fields of a form: SDKs send five."""
_LIST = msgspec.json.Decoder(list[Raw])
_WORD = 2**32


def opened(sent: bytes) -> list[bytes]:
    """Return the JSON of each message of a form, a query or a JSON body.

    Raises `MalformedBody`, `BodyTooLarge`, `BatchTooLong`.
    """
    if sent.lstrip()[:1] in (b"{", b"["):
        return _messages(sent)
    try:
        form = dict(parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except ValueError as error:
        raise MalformedBody("form") from error
    data = form.get("data_list") or form.get("data")
    if not data:
        raise MalformedBody("neither data nor data_list")
    if not _is_plain(data):
        data = data.replace(" ", "+")  # A plus that the sender did not escape: base64 has no spaces.
    _check_sum(form, data)
    return _messages(_decoded(data))


def _decoded(data: str) -> bytes:
    """Return the JSON in a field; SDKs leave it as it is where base64 failed them."""
    if _is_plain(data):
        return data.encode()
    try:
        return inflate(b64decode(data.encode(), validate=True), b"")
    except binascii.Error as error:
        raise MalformedBody("base64") from error


def _is_plain(data: str) -> bool:
    return data[:1] in ("{", "[")


def _check_sum(form: dict[str, str], data: str) -> None:
    """Refuse data that was cut on its way: addresses that are too long are."""
    said = form.get("crc") or dict(parse_qsl(form.get("ext", ""))).get("crc")
    if said is not None and said != str(checksum(data)):
        raise MalformedBody("crc")


def checksum(text: str) -> int:
    """Return Java's `String.hashCode`, as all SDKs compute it: the sum of c[i] * 31^(n-1-i), a signed 32-bit word.

    >>> checksum("hello")
    99162322
    """
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2").astype(np.uint32)
    powers = np.ones(len(units), dtype=np.uint32)
    powers[1:] = 31
    total = int((np.cumprod(powers, dtype=np.uint32)[::-1] * units).sum(dtype=np.uint64)) % _WORD
    return total - _WORD if total >= _WORD // 2 else total


def _messages(body: bytes) -> list[bytes]:
    try:
        messages = [bytes(raw) for raw in _LIST.decode(body)] if body.lstrip()[:1] == b"[" else [_whole(body)]
    except RecursionError as error:
        raise MalformedBody("nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        messages = _forgiven(body, str(error))
    if len(messages) > BATCH_MAX:
        raise BatchTooLong
    return messages


def _whole(body: bytes) -> bytes:
    msgspec.json.decode(body, type=Raw)
    return body


def _forgiven(body: bytes, problem: str) -> list[bytes]:
    """Return messages of a body that is JSON but for half characters or NaN in some: those are refused one by one."""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedBody(problem) from error
    return [json.dumps(each).encode() for each in (value if isinstance(value, list) else [value])]
