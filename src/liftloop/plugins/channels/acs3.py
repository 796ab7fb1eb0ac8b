"""Signs calls to Alibaba Cloud: ACS3-HMAC-SHA256, "V3版本请求体&签名机制" of help.aliyun.com."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote

from msgspec import Struct

ALGORITHM = "ACS3-HMAC-SHA256"
FORM = "application/x-www-form-urlencoded"


class Acs3Call(Struct, frozen=True, kw_only=True):
    """A call of an RPC interface: parameters in the query, long ones as a form in the body."""

    host: str
    action: str
    version: str
    query: Mapping[str, str]
    date: str
    """`2023-10-26T10:22:32Z`."""
    nonce: str
    """Another one for each call: the provider refuses one it has seen."""
    form: Mapping[str, str] = {}

    def body(self) -> bytes:
        return acs3_query(self.form).encode()


def acs3_query(query: Mapping[str, str]) -> str:
    """Return the query as it is signed and sent: sorted, everything escaped but what RFC 3986 lets stand."""
    return "&".join(f"{_escaped(name)}={_escaped(query[name])}" for name in sorted(query))


def acs3_headers(call: Acs3Call, key_id: str, secret: str) -> dict[str, str]:
    """Return the headers of a signed POST."""
    body = sha256(call.body()).hexdigest()
    signed = {
        **({"content-type": FORM} if call.form else {}),
        "host": call.host,
        "x-acs-action": call.action,
        "x-acs-content-sha256": body,
        "x-acs-date": call.date,
        "x-acs-signature-nonce": call.nonce,
        "x-acs-version": call.version,
    }
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    canonical = f"POST\n/\n{acs3_query(call.query)}\n{lines}\n{names}\n{body}"
    text = f"{ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), sha256).hexdigest()
    return {
        **signed,
        "authorization": f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}",
    }


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")
