"""ID tokens that nobody's provider signed for us, and providers that lead into the own network."""

import base64
import hmac
from hashlib import sha256
from typing import Any

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from liftloop.app.accounts.single_sign_on import BadSingleSignOn, Provider, endpoints_of, verified
from liftloop.kernel.clock import SystemClock

ISSUER, NONCE = "https://id.example.test", "n-0S6_WzA2Mj"
PROVIDER = Provider(issuer=ISSUER, client_id="liftloop")
OURS, THEIRS = (rsa.generate_private_key(public_exponent=65_537, key_size=2_048) for _ in range(2))
PUBLIC = OURS.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
KEYS = {"keys": [{**RSAAlgorithm.to_jwk(OURS.public_key(), as_dict=True), "kid": "k1", "use": "sig"}]}
NOW_S = SystemClock().now_ms() // 1_000
CLAIMS = {"iss": ISSUER, "aud": "liftloop", "sub": "u1", "iat": NOW_S, "exp": NOW_S + 300, "nonce": NONCE}


def token(key: Any = OURS, algorithm: str = "RS256", kid: str = "k1", **changed: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changed).items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


def test_a_true_token_is_believed() -> None:
    """What the provider signed for us, now and for this sign-in, says who somebody is."""
    assert verified(token(), KEYS, PROVIDER, NONCE)["sub"] == "u1"


@pytest.mark.parametrize(
    ("why", "forged"),
    [
        ("signed by somebody else", token(THEIRS)),
        ("not signed at all", token(None, "none")),
        ("signed with the public key as a secret", token(b"x" * 32, "HS256")),
        ("a key that the provider does not have", token(kid="k2")),
        ("for another application", token(aud="other")),
        ("for several, and not asked for by us", token(aud=["liftloop", "other"])),
        ("asked for by another", token(azp="other")),
        ("of another provider", token(iss="https://evil.example.test")),
        ("over", token(iat=NOW_S - 7_200, exp=NOW_S - 3_600)),
        ("without an end", token(exp=None)),
        ("of another sign-in", token(nonce="other")),
        ("of no sign-in", token(nonce=None)),
        ("about nobody", token(sub=None)),
        ("no token", "a.b.c"),
    ],
)
def test_a_forged_token_is_refused(why: str, forged: str) -> None:
    """Whatever is not exactly what the provider signed for this sign-in is refused."""
    with pytest.raises(BadSingleSignOn):
        verified(forged, KEYS, PROVIDER, NONCE)


def test_the_public_key_is_no_secret() -> None:
    """The known confusion of algorithms: HMAC with the bytes of the public key, made by hand."""

    def part(value: Any) -> bytes:
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    said = part(msgspec.json.encode({"alg": "HS256", "kid": "k1"})) + b"." + part(msgspec.json.encode(CLAIMS))
    forged = said + b"." + part(hmac.digest(PUBLIC, said, sha256))
    with pytest.raises(BadSingleSignOn):
        verified(forged.decode(), KEYS, PROVIDER, NONCE)


@pytest.mark.parametrize(
    "address",
    [
        "http://id.example.test/token",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/token",
        "https://[::1]/token",
        "https://[::ffff:10.0.0.1]/token",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("place", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_a_provider_does_not_lead_into_our_network(place: str, address: str) -> None:
    """What a public provider says of itself may not send us to unencrypted or private addresses."""
    told = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/a",
        "token_endpoint": f"{ISSUER}/t",
        "jwks_uri": f"{ISSUER}/k",
    }
    assert endpoints_of(told, PROVIDER).token_endpoint == f"{ISSUER}/t"
    with pytest.raises(BadSingleSignOn):
        endpoints_of({**told, place: address}, PROVIDER)
