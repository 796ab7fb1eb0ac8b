"""Signs calls to Tencent Cloud: TC3-HMAC-SHA256, "接口鉴权 v3" of cloud.tencent.com."""

import hmac
from datetime import UTC, datetime
from hashlib import sha256

from msgspec import Struct

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json"
_SIGNED = "content-type;host"


class Tc3Call(Struct, frozen=True, kw_only=True):
    """A call with a JSON body."""

    service: str
    host: str
    action: str
    version: str
    region: str
    body: bytes
    timestamp_s: int


def tc3_headers(call: Tc3Call, secret_id: str, secret_key: str) -> dict[str, str]:
    """Return the headers of a signed POST."""
    date = datetime.fromtimestamp(call.timestamp_s, UTC).strftime("%Y-%m-%d")
    scope = f"{date}/{call.service}/tc3_request"
    lines = f"content-type:{CONTENT_TYPE}\nhost:{call.host}\n"
    canonical = f"POST\n/\n\n{lines}\n{_SIGNED}\n{sha256(call.body).hexdigest()}"
    text = f"{ALGORITHM}\n{call.timestamp_s}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = f"TC3{secret_key}".encode()
    for part in (date, call.service, "tc3_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    signature = hmac.new(key, text.encode(), sha256).hexdigest()
    credential = f"Credential={secret_id}/{scope}"
    return {
        "authorization": f"{ALGORITHM} {credential}, SignedHeaders={_SIGNED}, Signature={signature}",
        "content-type": CONTENT_TYPE,
        "host": call.host,
        "x-tc-action": call.action,
        "x-tc-region": call.region,
        "x-tc-timestamp": str(call.timestamp_s),
        "x-tc-version": call.version,
    }
