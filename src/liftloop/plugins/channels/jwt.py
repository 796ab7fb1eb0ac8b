"""JSON Web Tokens (RFC 7519) as Google and Apple ask for them: RS256 of a service account, ES256 of a team's key."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_P256_BYTES = 32


class BadKey(Exception):
    """The text is no private key that signs such tokens."""


def private_key(pem: str) -> PrivateKey:
    """Return the key of a PEM text. Raises `BadKey`."""
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey("no PEM private key") from error
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, rsa.RSAPrivateKey):
        return key
    raise BadKey("neither RSA nor P-256")


def signed_token(header: Mapping[str, str], claims: Mapping[str, str | int], key: PrivateKey) -> str:
    """Return a token; its algorithm is the key's."""
    algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    head = msgspec.json.encode({"alg": algorithm, "typ": "JWT", **header})
    signing = f"{_segment(head)}.{_segment(msgspec.json.encode(claims))}"
    return f"{signing}.{_segment(_signature(key, signing.encode()))}"


def _signature(key: PrivateKey, text: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")  # RFC 7518, 3.4: not DER.


def _segment(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
