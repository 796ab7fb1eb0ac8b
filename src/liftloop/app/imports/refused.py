"""The rows that an import refused, kept sealed: they name people, and wait for days until somebody corrects them."""

import os
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

REFUSED_FILE = "rejected.sealed"
PIECE_CHARACTERS = 65_536
"""Sealed at once: small enough to be held beside a batch, large enough that a file has few pieces."""
_NONCE_BYTES = 12
_LENGTH_BYTES = 4
_KEY_BYTES = 32


def refused_key(master_key: bytes) -> bytes:
    """Return the key of all error files of one folder."""
    return blake2b(key=master_key, person=b"refused rows", digest_size=_KEY_BYTES).digest()


class RefusedRows:
    """An error file being written; use it in a `with`. On disk are pieces of (length, nonce, AES-256-GCM)."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._file = path.open("wb")
        self._cipher = AESGCM(key)
        self._waiting: list[str] = []
        self._characters = 0
        self._pieces = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._seal()
        self._file.close()

    def write(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._waiting.append(line)
            self._characters += len(line)
            if self._characters >= PIECE_CHARACTERS:
                self._seal()

    def _seal(self) -> None:
        if not self._waiting:
            return
        nonce = os.urandom(_NONCE_BYTES)
        place = self._pieces.to_bytes(_LENGTH_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, "".join(self._waiting).encode(), place)
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES) + sealed)
        self._waiting.clear()
        self._characters = 0
        self._pieces += 1


def opened_rows(path: Path, key: bytes) -> Iterator[bytes]:
    """Yield an error file as it was written, UTF-8. Raises `InvalidTag` where somebody changed it."""
    cipher = AESGCM(key)
    with path.open("rb") as file:
        pieces = 0
        while length := file.read(_LENGTH_BYTES):
            sealed = file.read(int.from_bytes(length))
            place = pieces.to_bytes(_LENGTH_BYTES)
            yield cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
            pieces += 1
