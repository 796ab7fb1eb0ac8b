"""Takes the compression off a request's body; the size limit holds for what comes out, whatever went in."""

import zlib

from liftloop.collect.contract import BATCH_BYTES_MAX, BodyTooLarge, MalformedBody

_GZIP_MAGIC = b"\x1f\x8b"  # RFC 1952, 2.3.1: no JSON begins so.
_GZIP_BITS = 16 + zlib.MAX_WBITS
_CODINGS = (b"", b"identity", b"gzip", b"x-gzip")


def inflate(body: bytes, coding: bytes) -> bytes:
    """Return the body as it was before `coding`, the value of Content-Encoding; one that is gzip says so itself.

    Raises `MalformedBody` where it cannot be read, `BodyTooLarge` where it grows beyond BATCH_BYTES_MAX.
    """
    if coding.strip().lower() not in _CODINGS:
        raise MalformedBody(f"Content-Encoding: {coding.decode('latin-1')[:40]}")
    if not body.startswith(_GZIP_MAGIC):
        return body
    inflater = zlib.decompressobj(_GZIP_BITS)
    try:
        whole = inflater.decompress(body, BATCH_BYTES_MAX + 1)
    except zlib.error as error:
        raise MalformedBody("gzip") from error
    if len(whole) > BATCH_BYTES_MAX:
        raise BodyTooLarge(BATCH_BYTES_MAX)
    if not inflater.eof or inflater.unused_data:
        raise MalformedBody("gzip: torn")
    return whole
