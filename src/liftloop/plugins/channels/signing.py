"""Standard Webhooks: who sent this body, and when. https://www.standardwebhooks.com, symmetric scheme v1."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from hashlib import sha256

TOLERANCE_S = 300  # The specification's: an older signature is taken for a replay.
SECRET_PREFIX = "whsec_"
SECRET_BYTES_MIN = 16  # The specification asks for 24 to 64; shorter ones come with old receivers.


class BadSecret(Exception):
    """The secret is not `whsec_` and base64 of at least sixteen bytes."""


def secret_bytes(secret: str) -> bytes:
    """Return the key behind `whsec_…`. Raises `BadSecret`."""
    if not secret.startswith(SECRET_PREFIX):
        raise BadSecret("a secret begins with whsec_")
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise BadSecret("what follows whsec_ is not base64") from error
    if len(key) < SECRET_BYTES_MIN:
        raise BadSecret(f"a secret has at least {SECRET_BYTES_MIN} bytes")
    return key


def signature(key: bytes, identity: str, timestamp_s: int, body: bytes) -> str:
    """Return `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    signed = hmac.new(key, f"{identity}.{timestamp_s}.".encode() + body, sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def headers(key: bytes, identity: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Return the three headers that a receiver checks."""
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": signature(key, identity, timestamp_s, body),
    }


def verify(key: bytes, received: Mapping[str, str], body: bytes, now_s: int) -> bool:
    """Tell whether a body came from the holder of the key within the last five minutes."""
    identity, at, signatures = (received.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not identity or not at.isdecimal() or abs(now_s - int(at)) > TOLERANCE_S:
        return False
    expected = signature(key, identity, int(at), body)
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in signatures.split())
