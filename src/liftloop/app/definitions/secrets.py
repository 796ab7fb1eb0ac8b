"""Secrets inside definitions: sealed before they become facts, shown to nobody, kept when the rest is edited.

A sealed secret is a text that begins with SEALED; one that an earlier version left in the clear is used as it is.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from liftloop.app.definitions.edge import BadDefinition
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.dice import hash_text
from liftloop.storage.contract import Vault, VaultDamaged

SEALED = "sealed:"
SHOWN = "(set)"
"""Stands in the place of a secret wherever definitions are read; published again, it keeps what is there."""
SECRET_SETTINGS = frozenset(
    {"secret", "password", "token", "callback_token", "encoding_aes_key", "mark_secret", "access_key_secret"}
    | {"secret_key", "app_secret", "master_secret", "private_key", "service_account"}
)
"""Settings of channels that only the channel may read."""
STAND_INS = {"url": "sqlite://", "secrets": "whsec_" + base64.b64encode(bytes(32)).decode()}
_OTHER_STAND_IN = STAND_INS["secrets"]
_WITH_A_KEY = frozenset({"private_key", "service_account"})
"""What must hold a private key to be taken for one."""

Path = tuple[str | int, ...]
Seal = Callable[[Sequence[tuple[int, bytes]]], Awaitable[list[bytes]]]


def secrets_in(kind: str, body: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield where a definition holds a secret, and what stands there."""
    if kind == "source" and body.get("kind") == "database" and isinstance(body.get("url"), str):
        yield ("url",), body["url"]
    if kind == "source" and body.get("kind") == "webhook" and isinstance(body.get("secrets"), list | tuple):
        yield from ((("secrets", place), text) for place, text in enumerate(body["secrets"]) if isinstance(text, str))
    if kind == "destination" and isinstance(body.get("to"), Mapping):
        to: Mapping[str, Any] = body["to"]
        name = {"database": "url", "webhook": "secret"}.get(str(to.get("kind")), "")
        if isinstance(to.get(name), str):
            yield ("to", name), to[name]
    if kind == "hook" and isinstance(body.get("secret"), str) and body["secret"]:
        yield ("secret",), body["secret"]
    if kind == "staff" and isinstance(body.get("phone"), str) and body["phone"]:
        yield ("phone",), body["phone"]
    if kind == "setting" and isinstance(body.get("client_secret"), str) and body["client_secret"]:
        yield ("client_secret",), body["client_secret"]
    if kind == "setting" and isinstance(body.get("key"), str) and body["key"]:
        yield ("key",), body["key"]  # Of the language model.
    if kind == "channel" and isinstance(body.get("settings"), Mapping):
        settings: Mapping[str, Any] = body["settings"]
        for name in sorted(SECRET_SETTINGS & settings.keys()):
            if isinstance(settings[name], str) and settings[name]:
                yield ("settings", name), settings[name]


def hidden(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition as people may read it."""
    return _with(body, {path: SHOWN for path, _ in secrets_in(kind, body)})


def with_kept(kind: str, body: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition in which what was only shown is again what `before` holds there.

    Raises `BadDefinition` where nothing is.
    """
    known = {} if _elsewhere(kind, body, before) else dict(secrets_in(kind, before))
    kept: dict[Path, str] = {}
    for path, text in secrets_in(kind, body):
        if text != SHOWN:
            continue
        if path not in known:
            place = ".".join(map(str, path))
            raise BadDefinition(
                kind, f"{place}: no secret is set that could be kept here", f"{place}：没有可以沿用的密钥，请重新填写"
            )
        kept[path] = known[path]
    return _with(body, kept)


def _elsewhere(kind: str, body: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Tell whether a kept key would go to another language model's address than the one it was given for."""
    where = ("provider", "base_url")
    return kind == "setting" and "key" in before and any(body.get(each) != before.get(each) for each in where)


def with_stand_ins(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition that can be checked without opening anything: sealed secrets were checked when they came."""
    return _with(
        body,
        {path: _stand_in(str(path[-1])) for path, text in secrets_in(kind, body) if text.startswith(SEALED)},
    )


def _stand_in(name: str) -> str:
    if name not in _WITH_A_KEY:
        return STAND_INS.get(name, _OTHER_STAND_IN)
    made = ec.generate_private_key(ec.SECP256R1())  # Signs nothing: it is forgotten with the check.
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {"project_id": "-", "client_email": "-", "private_key": pem}
    return pem if name == "private_key" else canonical_json(account).decode()


async def sealed(kind: str, identity: str, body: Mapping[str, Any], seal: Seal) -> dict[str, Any]:
    """Return a definition whose secrets can be read by this installation only."""
    clear = [(path, text) for path, text in secrets_in(kind, body) if not text.startswith(SEALED)]
    if not clear:
        return dict(body)
    key = hash_text("secret", f"{kind}/{identity}")
    fields = await seal([(key, text.encode()) for _, text in clear])
    tokens = [SEALED + base64.b64encode(field).decode() for field in fields]
    return _with(body, {path: token for (path, _), token in zip(clear, tokens, strict=True)})


async def sealed_text(name: str, clear: bytes, seal: Seal) -> str:
    """Return a secret of some bytes, sealed under a key of its name; `open_secret` gives it back as hexadecimal."""
    (field,) = await seal([(hash_text("secret", name), clear.hex().encode())])
    return SEALED + base64.b64encode(field).decode()


def opened(kind: str, body: Mapping[str, Any], vault: Vault) -> dict[str, Any]:
    """Return a definition with its secrets in the clear, for whoever has to use them.

    Raises `VaultDamaged` where one cannot be opened.
    """
    return _with(body, {path: open_secret(text, vault) for path, text in secrets_in(kind, body)})


def open_secret(text: str, vault: Vault) -> str:
    """Return one secret in the clear. Raises `VaultDamaged`."""
    if not text.startswith(SEALED):
        return text
    try:
        field = base64.b64decode(text.removeprefix(SEALED), validate=True)
    except binascii.Error as error:
        raise VaultDamaged("a sealed secret was altered") from error
    (clear,) = vault.open([field])
    if clear is None:
        raise VaultDamaged("the key of a sealed secret is gone")
    return clear.decode()


def has_clear(kind: str, body: Mapping[str, Any]) -> bool:
    """Tell whether a definition of an earlier version holds a secret in the clear."""
    return any(not text.startswith(SEALED) for _, text in secrets_in(kind, body))


def _with(body: Mapping[str, Any], changes: Mapping[Path, str]) -> dict[str, Any]:
    changed = dict(body)
    for path, text in changes.items():
        name, *rest = path
        if not rest:
            changed[str(name)] = text
            continue
        inner: Any = changed[str(name)]
        copy: Any = list(inner) if isinstance(inner, list | tuple) else dict(inner)
        copy[rest[0]] = text
        changed[str(name)] = copy
    return changed
