"""Passwords, random tokens, one-time codes: made, hashed and checked. Chance comes from the machine alone."""

import base64
import hmac
import os
import re
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

PASSWORD_MIN, PASSWORD_MAX = 10, 200
TOKEN_PREFIX = "llt_"  # the mark by which a leaked token is found, not a secret.
SECRET_BYTES = 20
STEP_S, DIGITS = 30, 6
DRIFT_STEPS = 1
"""A code is good half a minute early and late: phones' clocks are not exact."""
RECOVERY_CODES = 10
_MEMORY_KIB, _PASSES = 19_456, 2  # OWASP's cheat sheet on storing passwords, its first choice: 60 ms of one core here.
_COMMON = re.compile(
    r"(?:password|passwort|qwertyuiop|liftloop|iloveyou|1234567890|0123456789|admin|letmein|abc)\W*\d*"
)


class WeakPassword(LiftloopError):
    """A password that would be guessed."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "weak_password",
            zh=zh,
            en=en,
            next_zh=f"至少 {PASSWORD_MIN} 个字符；几个不相干的词连在一起就很好",
            next_en=f"at least {PASSWORD_MIN} characters; a few unrelated words in a row do well",
            status=422,
            exit_code=EXIT_USAGE,
        )


def check_password(password: str, login: str, name: str) -> None:
    """Raise `WeakPassword` for what is short, common or the account's own name."""
    if len(password) < PASSWORD_MIN:
        raise WeakPassword(f"密码太短：要至少 {PASSWORD_MIN} 个字符", f"that is shorter than {PASSWORD_MIN} characters")
    if len(password) > PASSWORD_MAX:
        raise WeakPassword(f"密码太长：最多 {PASSWORD_MAX} 个字符", f"that is longer than {PASSWORD_MAX} characters")
    plain = password.casefold()
    own = {login.casefold(), login.partition("@")[0].casefold(), name.casefold()}
    if plain in own or len(set(plain)) < 4 or _COMMON.fullmatch(plain):
        raise WeakPassword("这个密码太容易猜到", "that is too easy to guess")


def password_hash(password: str) -> str:
    """Return the Argon2id hash of a password in PHC form."""
    return _argon2().derive_phc_encoded(password.encode())


def password_is(password: str, stored: str) -> bool:
    """Say whether a password has this hash; takes as long where there is none, so that accounts cannot be found."""
    try:
        Argon2id.verify_phc_encoded(password[:PASSWORD_MAX].encode(), stored or _NOBODYS)
    except InvalidKey:
        return False
    return bool(stored)


def _argon2() -> Argon2id:
    return Argon2id(salt=os.urandom(16), length=32, iterations=_PASSES, lanes=1, memory_cost=_MEMORY_KIB)


_NOBODYS = (
    f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


def random_token() -> str:
    """Return 256 random bits as text."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


def random_id(prefix: str) -> str:
    return prefix + base64.b32encode(os.urandom(10)).decode().lower()


def token_hash(token: str) -> str:
    """Return what is kept of a random token: with 256 bits of chance a plain hash cannot be searched."""
    return sha256(token.encode()).hexdigest()


def csrf_of(session: str) -> str:
    """Return what a page must send in a header beside the cookie of its session; another site cannot know it."""
    return hmac.new(session.encode(), b"csrf", sha256).hexdigest()


def code_secret() -> bytes:
    return os.urandom(SECRET_BYTES)


def code_text(secret: bytes) -> str:
    """Return the secret of one-time codes as authenticators take it."""
    return base64.b32encode(secret).decode()


def code_address(secret: bytes, login: str) -> str:
    """Return what the square code holds that authenticators read."""
    return _totp(secret).get_provisioning_uri(login, "Liftloop")


def code_step(secret: bytes, code: str, now_ms: int, last_step: int) -> int | None:
    """Return the step of a one-time code (RFC 6238) that is good now and newer than the last one taken; None if not."""
    if not re.fullmatch(rf"\d{{{DIGITS}}}", code):
        return None
    now = now_ms // 1000 // STEP_S
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        good = _totp(secret).generate(step * STEP_S)
        if hmac.compare_digest(good, code.encode()) and step > last_step:
            return step
    return None


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # authenticators know no other hash; RFC 6238 uses it.


def recovery_codes() -> list[str]:
    """Return codes to print and put away, 50 bits each."""
    texts = [base64.b32encode(os.urandom(7)).decode().lower()[:10] for _ in range(RECOVERY_CODES)]
    return [f"{text[:5]}-{text[5:]}" for text in texts]


def recovery_hash(code: str) -> str:
    return token_hash(re.sub(r"[^a-z0-9]", "", code.lower()))


def recovery_left(hashes: Sequence[str], code: str) -> list[str] | None:
    """Return the codes that are left after this one; None where it is none of them."""
    given = recovery_hash(code)
    return [each for each in hashes if each != given] if given in hashes else None
