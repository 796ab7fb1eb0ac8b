"""Callbacks of WeCom and WeChat: signed with SHA-1 under a token, encrypted with AES-256-CBC (WXBizMsgCrypt).

Source: developer.work.weixin.qq.com, document 90968. The scheme is the providers'; nothing of ours is signed by it.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error
from hashlib import sha1
from typing import Any
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from msgspec import Struct

BLOCK = 32  # Padding goes to 32 bytes, not to the cipher's 16.
RANDOM_BYTES = 16
LENGTH_BYTES = 4
DEPTH_MAX = 6  # Events are three deep.


class Forged(Exception):
    """The callback does not come from whom it says, or was altered on the way."""


class WxKeys(Struct, frozen=True, kw_only=True):
    """What both sides know."""

    token: str
    encoding_aes_key: str
    receiver: str
    """The corp id, or the account's app id: a message for somebody else is not taken."""

    def key(self) -> bytes:
        """Return the cipher's key. Raises `Forged` where the setting is none."""
        try:
            key = b64decode(self.encoding_aes_key + "=", validate=True)
        except Error as error:
            raise Forged("encoding_aes_key") from error
        if len(key) != BLOCK:
            raise Forged("encoding_aes_key")
        return key


def wx_signature(token: str, *parts: str) -> str:
    """Return the SHA-1 of token and parts, sorted and joined."""
    return sha1("".join(sorted((token, *parts))).encode(), usedforsecurity=False).hexdigest()


def signed_by(given: str, token: str, *parts: str) -> bool:
    """Tell in constant time whether a signature is that of the holder of the token."""
    return bool(token) and hmac.compare_digest(given.encode(), wx_signature(token, *parts).encode())


def decrypted(keys: WxKeys, text: str) -> bytes:
    """Return the message inside. Raises `Forged` where it is none, or for another receiver."""
    key = keys.key()
    try:
        sealed = b64decode(text, validate=True)
    except Error as error:
        raise Forged("not base64") from error
    if not sealed or len(sealed) % 16:
        raise Forged("not whole blocks")
    opening = Cipher(AES(key), CBC(key[:16])).decryptor()
    padded = opening.update(sealed) + opening.finalize()
    plain = padded[: -padded[-1]] if 1 <= padded[-1] <= BLOCK else b""
    start = RANDOM_BYTES + LENGTH_BYTES
    length = int.from_bytes(plain[RANDOM_BYTES:start], "big")
    message, receiver = plain[start : start + length], plain[start + length :]
    if len(message) != length or receiver != keys.receiver.encode():
        raise Forged("for another receiver")
    return message


def encrypted(keys: WxKeys, message: bytes, random: bytes) -> str:
    """Return a message as it is sent; `random` are sixteen bytes."""
    assert len(random) == RANDOM_BYTES
    plain = random + len(message).to_bytes(LENGTH_BYTES, "big") + message + keys.receiver.encode()
    missing = BLOCK - len(plain) % BLOCK
    key = keys.key()
    sealing = Cipher(AES(key), CBC(key[:16])).encryptor()
    return b64encode(sealing.update(plain + bytes([missing]) * missing) + sealing.finalize()).decode()


def xml_tree(body: bytes) -> dict[str, Any]:
    """Return what stands below the root as nested fields; a name that stands twice holds a list. Raises `Forged`."""
    if b"<!" in body.replace(b"<![CDATA[", b""):  # No document type: no entities to expand.
        raise Forged("a document type")
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise Forged("not XML") from error
    return _fields(root, DEPTH_MAX)


def _fields(element: ElementTree.Element, deeper: int) -> dict[str, Any]:
    if not deeper:
        raise Forged("nested too deeply")
    fields: dict[str, Any] = {}
    for child in element:
        value = _fields(child, deeper - 1) if len(child) else (child.text or "").strip()
        if child.tag not in fields:
            fields[child.tag] = value
        elif isinstance(fields[child.tag], list):
            fields[child.tag].append(value)
        else:
            fields[child.tag] = [fields[child.tag], value]
    return fields
