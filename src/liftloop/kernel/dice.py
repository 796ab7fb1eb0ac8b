"""Hashes that decide: the same words give the same 64 bits in every process, version and machine."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST_FACTOR, _SECOND_FACTOR = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_ELEVEN, _TWENTY_SEVEN, _THIRTY, _THIRTY_ONE = map(np.uint64, (11, 27, 30, 31))


def hash_bytes(data: bytes) -> int:
    """Return 64 bits of BLAKE2b; never 0, which marks an empty cell in tables of hashes."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little") or 1


def hash_text(*words: str) -> int:
    """Return the 64-bit hash of a path of words; ("a", "bc") and ("ab", "c") differ."""
    return hash_bytes("\x1f".join(words).encode("utf-8", "surrogatepass"))


def hash_texts(texts: Sequence[str]) -> Hashes:
    """Return one hash a text, in order; shape [len(texts)]."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    joined = b"".join([blake2b(data, digest_size=8).digest() for data in encoded])
    hashes = np.frombuffer(joined, dtype="<u8").astype(np.uint64)
    hashes[hashes == 0] = 1
    return hashes


def mix(values: Hashes, salt: int) -> Hashes:
    """Return values scrambled under `salt` (SplitMix64's finaliser, Steele et al. 2014); shape unchanged."""
    mixed = values ^ np.uint64(salt)
    mixed += _GAMMA  # In place: two hundred percent buckets a tick spent more on making arrays than on numbers.
    shifted = mixed >> _THIRTY
    mixed ^= shifted
    mixed *= _FIRST_FACTOR
    np.right_shift(mixed, _TWENTY_SEVEN, out=shifted)
    mixed ^= shifted
    mixed *= _SECOND_FACTOR
    np.right_shift(mixed, _THIRTY_ONE, out=shifted)
    mixed ^= shifted
    return mixed


def uniform(values: Hashes, salt: int) -> NDArray[np.float64]:
    """Return one number in [0, 1) for each value, fixed for ever by (value, salt)."""
    mixed = mix(values, salt)
    mixed >>= _ELEVEN
    return mixed.astype(np.float64) * (1.0 / 2**53)
