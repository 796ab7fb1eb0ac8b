"""The vault: AES-256-GCM under a key of each identifier, those keys wrapped by the master key.

Sealed bytes are: identifier (8), key id (4), check of these twelve (4), nonce (12), ciphertext with its tag.
The key id tells what an erased key had sealed from what its successor seals, should the person come back.
"""

import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from liftloop.storage.contract import VaultDamaged
from liftloop.storage.embedded.connections import claim_layout, empty_wal, named_queries, open_writer, transaction
from liftloop.storage.embedded.crash_points import NO_CRASHES, Crashes

LAYOUT = 1  # Kept in the file's `user_version`.
MASTER_KEY_BYTES = 32
KEYS_CACHED_MAX = 65_536  # About 25 MB; a batch may hold more and is served all the same.

_KEY_BYTES = 32
_KEY_ID_BYTES = 4
_CHECK_BYTES = 4
_NONCE_BYTES = 12  # Chosen at random: 2**32 messages under one key keep a collision below 2**-32 (NIST SP 800-38D).
_TAG_BYTES = 16
_IDENTIFIER_BYTES = 8
_NAMED_BYTES = _IDENTIFIER_BYTES + _KEY_ID_BYTES
_HEADER_BYTES = _NAMED_BYTES + _CHECK_BYTES
_WITNESS = b"liftloop vault"

_SQL = named_queries("queries.sql")


class _Key(NamedTuple):
    id: bytes
    secret: bytes


class _Lock(NamedTuple):
    """What seals the fields of one identifier."""

    header: bytes
    cipher: AESGCM


class SqliteVault:
    """A `Vault` in one file. `tick` seals and destroys; other processes open beside it and see at once what is gone.

    Keys and nonces come from the machine's own source of chance and from nowhere else, whatever the test.
    Raises `VaultDamaged` where `master_key` is not the one that the vault was made with.
    """

    def __init__(self, path: Path, master_key: bytes, crashes: Crashes = NO_CRASHES) -> None:
        assert len(master_key) == MASTER_KEY_BYTES, "the master key has 32 bytes"
        self._path = path
        self._crashes = crashes
        self._hash_key = _subkey(master_key, b"hash")
        self._check_key = _subkey(master_key, b"check")
        self._wrapping = AESGCM(_subkey(master_key, b"wrap"))
        self._cached: OrderedDict[int, _Key] = OrderedDict()
        self._erasures = 0
        self._lock = threading.Lock()
        self._connection = open_writer(path)
        self._connection.execute("PRAGMA secure_delete = ON")
        try:
            with transaction(self._connection):
                claim_layout(self._connection, path, LAYOUT)
                for statement in ("vault_create", "vault_create_witness", "vault_create_erasures"):
                    self._connection.execute(_SQL[statement])
                self._check_master_key()
        except BaseException:
            self._connection.close()
            raise

    def keyed_hash(self, kind: str, value: str) -> int:
        """Return signed 64 bits, as the state keeps them."""
        text = f"{kind}\x1f{value}".encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(text, key=self._hash_key, digest_size=8).digest(), "little", signed=True) or 1

    def seal(self, items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        signed = [(_signed(identifier), clear) for identifier, clear in items]
        keys = self._keys({identifier for identifier, _ in signed}, make=True)
        # Setting a cipher up takes as long as using it, and a person has several fields.
        locks = {
            identifier: _Lock(self._named(identifier, key), AESGCM(key.secret)) for identifier, key in keys.items()
        }
        nonces = _chances(len(signed), _NONCE_BYTES)
        return [_sealed(locks[key], clear, nonce) for (key, clear), nonce in zip(signed, nonces, strict=True)]

    def open(self, sealed: Sequence[bytes]) -> list[bytes | None]:
        identifiers = [self._identifier_of(one) for one in sealed]
        keys = self._keys(set(identifiers), make=False)
        return [_open_one(one, keys.get(identifier)) for one, identifier in zip(sealed, identifiers, strict=True)]

    def destroy(self, identifiers: Sequence[int]) -> int:
        """Destroy the keys of these identifiers for ever; return how many there were.

        Freed pages are overwritten, and the WAL, which still holds them, is emptied before this returns unless
        another process is reading; then the next `maintain` does it.
        """
        signed = [_signed(identifier) for identifier in identifiers]
        with self._lock:
            with transaction(self._connection) as connection:
                destroyed = connection.execute(_SQL["vault_destroy"], (_json(signed),)).rowcount
                connection.execute(_SQL["vault_erasures_raise"])
            self._crashes.reach("vault.destroy.committed")
            self._cached.clear()
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return destroyed

    def maintain(self) -> None:
        """Keep the WAL short and free of destroyed keys. Call it now and then."""
        empty_wal(self._path)

    def close(self) -> None:
        with self._lock:
            self._cached.clear()
            self._connection.close()

    def _check_master_key(self) -> None:
        row = self._connection.execute(_SQL["vault_witness"]).fetchone()
        if row is None:
            self._connection.execute(_SQL["vault_witness_put"], (self._wrap(_WITNESS, b"", os.urandom(_NONCE_BYTES)),))
        elif self._unwrap(row[0], b"") != _WITNESS:
            raise VaultDamaged("the vault's witness was altered")

    def _keys(self, identifiers: Iterable[int], *, make: bool) -> dict[int, _Key]:
        """Return the keys there are, after making those that are missing if asked to."""
        with self._lock:
            erasures = self._connection.execute(_SQL["vault_erasures"]).fetchone()[0]
            if erasures != self._erasures:  # Another process destroyed keys: trust nothing from before.
                self._cached.clear()
                self._erasures = erasures
            keys = {identifier: self._cached[identifier] for identifier in identifiers if identifier in self._cached}
            unknown = [identifier for identifier in identifiers if identifier not in keys]
            if unknown:
                keys |= self._load(unknown)
            missing = [identifier for identifier in unknown if identifier not in keys]
            if make and missing:
                keys |= self._make(missing)
            self._remember(keys)
            return keys

    def _load(self, identifiers: list[int]) -> dict[int, _Key]:
        rows = self._connection.execute(_SQL["vault_keys"], (_json(identifiers),)).fetchall()
        return {
            identifier: _Key(key_id, self._unwrap(wrapped, _packed(identifier) + key_id))
            for identifier, key_id, wrapped in rows
        }

    def _make(self, identifiers: list[int]) -> dict[int, _Key]:
        count = len(identifiers)
        fresh = map(_Key, _chances(count, _KEY_ID_BYTES), _chances(count, _KEY_BYTES))
        made = dict(zip(sorted(identifiers), fresh, strict=True))
        rows = [
            (identifier, key.id, self._wrap(key.secret, _packed(identifier) + key.id, nonce))
            for (identifier, key), nonce in zip(made.items(), _chances(count, _NONCE_BYTES), strict=True)
        ]
        with transaction(self._connection) as connection:
            connection.executemany(_SQL["vault_key_put"], rows)
            self._crashes.reach("vault.keys.written")
        self._crashes.reach("vault.keys.committed")
        return made

    def _remember(self, keys: dict[int, _Key]) -> None:
        for identifier, key in keys.items():
            self._cached[identifier] = key
            self._cached.move_to_end(identifier)
        while len(self._cached) > KEYS_CACHED_MAX:
            self._cached.popitem(last=False)

    def _named(self, identifier: int, key: _Key) -> bytes:
        named = _packed(identifier) + key.id
        return named + self._check(named)

    def _identifier_of(self, sealed: bytes) -> int:
        if len(sealed) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES:
            raise VaultDamaged("sealed bytes were cut")
        named = sealed[:_NAMED_BYTES]
        if self._check(named) != sealed[_NAMED_BYTES:_HEADER_BYTES]:
            raise VaultDamaged("sealed bytes name no key of this installation")
        return int.from_bytes(named[:_IDENTIFIER_BYTES], "little", signed=True)

    def _check(self, named: bytes) -> bytes:
        return blake2b(named, key=self._check_key, digest_size=_CHECK_BYTES).digest()

    def _wrap(self, clear: bytes, owner: bytes, nonce: bytes) -> bytes:
        return nonce + self._wrapping.encrypt(nonce, clear, owner)

    def _unwrap(self, wrapped: bytes, owner: bytes) -> bytes:
        try:
            return self._wrapping.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], owner)
        except InvalidTag as error:
            raise VaultDamaged("the vault was made with another master key, or its file was altered") from error


def check_master_key(connection: sqlite3.Connection, master_key: bytes) -> None:
    """Raise `VaultDamaged` where the vault that `connection` reads was made with another master key."""
    row = connection.execute(_SQL["vault_witness"]).fetchone()
    if row is None or len(master_key) != MASTER_KEY_BYTES:
        raise VaultDamaged("the vault has no witness" if row is None else "the master key has not its length")
    try:
        clear = AESGCM(_subkey(master_key, b"wrap")).decrypt(row[0][:_NONCE_BYTES], row[0][_NONCE_BYTES:], b"")
    except InvalidTag as error:
        raise VaultDamaged("the vault was made with another master key") from error
    if clear != _WITNESS:
        raise VaultDamaged("the vault's witness was altered")


def _chances(count: int, size: int) -> list[bytes]:
    """Return random bytes of the machine, fetched at once: a call for each would cost as much as the sealing."""
    fetched = os.urandom(count * size)
    return [fetched[start : start + size] for start in range(0, count * size, size)]


def _sealed(lock: _Lock, clear: bytes, nonce: bytes) -> bytes:
    return lock.header + nonce + lock.cipher.encrypt(nonce, clear, lock.header[:_NAMED_BYTES])


def _open_one(sealed: bytes, key: _Key | None) -> bytes | None:
    named = sealed[:_NAMED_BYTES]
    if key is None or key.id != named[_IDENTIFIER_BYTES:]:
        return None  # Destroyed, or destroyed and made anew since.
    body = sealed[_HEADER_BYTES:]
    try:
        return AESGCM(key.secret).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], named)
    except InvalidTag as error:
        raise VaultDamaged("sealed bytes were altered") from error


def _subkey(master_key: bytes, purpose: bytes) -> bytes:
    return blake2b(key=master_key, person=purpose, digest_size=32).digest()


def _signed(identifier: int) -> int:
    """Return the 64 bits as SQLite keeps them; callers may count them unsigned."""
    return ((identifier + 2**63) % 2**64) - 2**63


def _packed(identifier: int) -> bytes:
    return identifier.to_bytes(_IDENTIFIER_BYTES, "little", signed=True)


def _json(identifiers: Sequence[int]) -> str:
    return msgspec.json.encode(identifiers).decode()
