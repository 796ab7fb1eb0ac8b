"""The rooms of JPush and FCM, and a call centre: keys and signatures are checked as each of them does."""

from base64 import b64encode, urlsafe_b64decode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from liftloop.kernel.clock import HOUR_MS, SECOND_MS
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.plugins.channels.signing import secret_bytes, verify
from liftloop.testing.gatehouse.server import Answer, Asked, Ledger, Route, Taken

APP_KEY, MASTER_SECRET = "app-key", "master-secret"
PROJECT, ROBOT = "shop", "robot@shop.example"
CALL_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # The example of the Standard Webhooks specification.
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@lru_cache(maxsize=1)
def google_key() -> rsa.RSAPrivateKey:
    """Return the service account's key; short, because nothing but these doubles trusts it."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=1_024)


@lru_cache(maxsize=1)
def apple_key() -> ec.EllipticCurvePrivateKey:
    """Return the team's key."""
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def service_account(token_uri: str) -> str:
    """Return the file that a person downloads."""
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "client_email": ROBOT,
        "private_key": pem(google_key()),
        "token_uri": token_uri,
    }
    return canonical_json(account).decode()


def claims_of(token: str, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a token. Raises `InvalidSignature`."""
    head, claims, signature = token.split(".")
    text, signed = f"{head}.{claims}".encode(), _unsegmented(signature)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signed, text, padding.PKCS1v15(), hashes.SHA256())
    else:
        r, s = int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:], "big")
        key.verify(encode_dss_signature(r, s), text, ec.ECDSA(hashes.SHA256()))
    return parse_object(_unsegmented(head)), parse_object(_unsegmented(claims))


def _unsegmented(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


class PushRoom:
    """JPush and FCM. Ids that end in 0002 belong to no device any more."""

    calm = frozenset({"/token"})

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._good = ""
        self.posts: Mapping[str, Route] = {
            "/v3/push": self._jpush,
            "/token": self._token,
            f"/v1/projects/{PROJECT}/messages:send": self._fcm,
        }
        self.gets: Mapping[str, Route] = {}

    def too_many(self, asked: Asked) -> Answer:
        if asked.request.path == "/v3/push":
            return Answer(said={"error": {"code": 2002, "message": "rate"}}, status=429)
        return _fcm_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")

    def refuse(self, asked: Asked) -> Answer:
        if asked.request.path == "/v3/push":
            return Answer(said={"error": {"code": 1003, "message": "bad"}}, status=400)
        return Answer(said={"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "bad"}}, status=400)

    def expire(self) -> None:
        self._good = ""

    def _jpush(self, asked: Asked) -> Answer:
        wanted = b64encode(f"{APP_KEY}:{MASTER_SECRET}".encode()).decode()
        if asked.request.headers.get("authorization") != f"Basic {wanted}":
            return Answer(said={"error": {"code": 1004, "message": "authen failed"}}, status=401)
        body = parse_object(asked.body)
        ids: list[str] = body["audience"]["registration_id"]
        known = [each for each in ids if not each.endswith("0002")]
        if not known or len(ids) > 1_000:
            return Answer(said={"error": {"code": 1011, "message": "cannot find user"}}, status=400)
        call, text = f"181002870085{self._ledger.number():06d}", body["notification"]["android"]["alert"]
        self._ledger.take([Taken(provider="jpush", address=each, content=text, call=call) for each in known])
        return Answer(said={"sendno": "0", "msg_id": call})

    def _token(self, asked: Asked) -> Answer:
        form = parse_qs(asked.body.decode())
        now_s = self._ledger.wall.now_ms() // SECOND_MS
        try:
            _, claims = claims_of(form["assertion"][0], google_key().public_key())
        except InvalidSignature:
            return Answer(said={"error": "invalid_grant"}, status=400)
        ours = claims["iss"] == ROBOT and claims["scope"].endswith("firebase.messaging")
        fresh = claims["iat"] <= now_s + 60 and claims["exp"] - claims["iat"] <= HOUR_MS // SECOND_MS
        if form["grant_type"] != [_GRANT] or not (ours and fresh):
            return Answer(said={"error": "invalid_grant"}, status=400)
        self._good = f"ya29.{self._ledger.number()}"
        return Answer(said={"access_token": self._good, "expires_in": 3_599, "token_type": "Bearer"})

    def _fcm(self, asked: Asked) -> Answer:
        if asked.request.headers.get("authorization") != f"Bearer {self._good}" or not self._good:
            return Answer(said={"error": {"code": 401, "status": "UNAUTHENTICATED"}}, status=401)
        message = parse_object(asked.body)["message"]
        if message["token"].endswith("0002"):
            return _fcm_error(404, "NOT_FOUND", "UNREGISTERED")
        call = f"projects/{PROJECT}/messages/{self._ledger.number()}"
        text = message["notification"]["body"]
        self._ledger.take([Taken(provider="fcm", address=message["token"], content=text, call=call)])
        return Answer(said={"name": call})


class CallRoom:
    """A call centre that takes signed lists, each person once; numbers that end in 0004 want no calls."""

    calm = frozenset[str]()

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: set[str] = set()
        self.posts: Mapping[str, Route] = {"/calls": self._receive}
        self.gets: Mapping[str, Route] = {}

    def too_many(self, asked: Asked) -> Answer:
        return Answer(said={}, status=429, headers={"retry-after": "30"})

    def refuse(self, asked: Asked) -> Answer:
        items = parse_object(asked.body)["items"]
        refused = [{"our_id": each["our_id"], "reason": "script"} for each in items]
        return Answer(said={"accepted": 0, "refused": refused})

    def expire(self) -> None:
        """Do nothing: a secret has no end."""

    def forget(self) -> None:
        """Begin with an empty list."""
        self._known.clear()

    def _receive(self, asked: Asked) -> Answer:
        told = {name.lower(): value for name, value in asked.request.headers.items()}
        if not verify(secret_bytes(CALL_SECRET), told, asked.body, self._ledger.wall.now_ms() // SECOND_MS):
            return Answer(said={"error": "signature"}, status=401)
        items = parse_object(asked.body)["items"]
        dnc = [each for each in items if each["phone"].endswith("0004")]
        fresh = [each for each in items if each not in dnc and each["our_id"] not in self._known]
        self._known.update(each["our_id"] for each in fresh)
        self._ledger.take(
            [
                Taken(provider="call", address=each["phone"], content=each["script"], call=each["our_id"])
                for each in fresh
            ]
        )
        return Answer(
            said={
                "accepted": len(items) - len(dnc),
                "refused": [{"our_id": each["our_id"], "reason": "dnc"} for each in dnc],
            }
        )


def _fcm_error(status: int, name: str, code: str) -> Answer:
    detail = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
    return Answer(said={"error": {"code": status, "status": name, "details": [detail]}}, status=status)
