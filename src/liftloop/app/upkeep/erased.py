"""Says who was erased: a file in the data folder, so that a backup from before can be restored without them."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

REGISTER = "erased.jsonl"
"""A line an erasure: hashes of identifiers under the installation's key, and nothing else of a person."""


class Erasure(Struct, frozen=True, kw_only=True):
    """A line of the register."""

    at_ms: int
    actor: str
    identifiers: tuple[int, ...]
    """Signed, as the vault has them."""


def register(path: Path, erasure: Erasure) -> None:
    with path.open("ab") as file:
        path.chmod(0o600)
        file.write(msgspec.json.encode(erasure) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_register(path: Path) -> list[Erasure]:
    """Return the erasures of a folder or a copied register; a folder where nobody was erased has none."""
    file = path / REGISTER if path.is_dir() else path
    if not file.exists() and path.is_dir():
        return []
    return [msgspec.json.decode(line, type=Erasure) for line in file.read_bytes().splitlines() if line.strip()]


def identifiers_in(erasures: Iterable[Erasure]) -> list[int]:
    return sorted({identifier for each in erasures for identifier in each.identifiers})
