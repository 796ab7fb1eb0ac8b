"""One place for bytes: MessagePack inside, canonical JSON where people and hashes look."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from liftloop.kernel.words import Words

Json = Any
"""What JSON can say: dict, list, str, int, float, bool, None."""

_PACK = msgspec.msgpack.Encoder()
_UNPACK = msgspec.msgpack.Decoder()
_JSON = msgspec.json.Encoder(order="deterministic")


def pack(value: object) -> bytes:
    return _PACK.encode(value)


def unpack(data: bytes) -> Json:
    return _UNPACK.decode(data)


def canonical_json(value: object) -> bytes:
    """Return JSON with sorted keys and no spaces: equal values give equal bytes."""
    return _JSON.encode(value)


def parse_json(data: bytes | str) -> Json:
    """Return the value; raises `msgspec.DecodeError` where it is not JSON."""
    return msgspec.json.decode(data)


def parse_object(data: bytes | str) -> dict[str, Any]:
    """Return a JSON object, {} where it is something else, not JSON at all or nested beyond reading."""
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def fingerprint(value: object) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal."""
    return sha256(canonical_json(value)).hexdigest()


Column = NDArray[Any] | list[Any] | Words
"""A column as facts carry it."""
_WORDS = "words"
"""Stands where the dtype of an array does."""


def pack_columns(columns: Mapping[str, Column]) -> bytes:
    """Return columns of equal length as bytes; arrays keep their dtype, lists may hold any JSON value.

    An array whose cells are all alike, as the instant of a tick is, takes the room of one; of words each text is
    said once.
    """
    body: dict[str, object] = {}
    for name, column in columns.items():
        match column:
            case np.ndarray():
                body[name] = [column.dtype.str, _cell_bytes(column), len(column)]
            case Words(texts=texts, codes=codes):
                narrow = codes.astype("<u2" if len(texts) <= np.iinfo(np.uint16).max else "<i4")
                body[name] = [_WORDS, [list(texts), narrow.dtype.str, _cell_bytes(narrow)], len(codes)]
            case _:
                body[name] = ["", column, len(column)]
    return _PACK.encode(body)


def unpack_columns(data: bytes) -> dict[str, Column]:
    """Return what `pack_columns` packed; arrays are read-only views of `data`."""
    columns: dict[str, Column] = {}
    for name, (dtype, column, count) in _UNPACK.decode(data).items():
        if dtype == _WORDS:
            texts, narrow, codes = column
            columns[name] = Words(texts, _cells(codes, np.dtype(narrow), count).astype(np.int32))
        else:
            columns[name] = _cells(column, np.dtype(dtype), count) if dtype else column
    return columns


def _cell_bytes(column: NDArray[Any]) -> bytes:
    kept = column[:1] if len(column) > 1 and (column == column[0]).all() else column
    return np.ascontiguousarray(kept).tobytes()


def _cells(data: bytes, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
    cells = np.frombuffer(data, dtype=dtype)
    return cells if len(cells) == count else np.broadcast_to(cells, count)
