"""Builds the records of facts that this installation itself states."""

from typing import Any

from liftloop.kernel.codec import canonical_json, fingerprint
from liftloop.kernel.dice import hash_bytes
from liftloop.storage.contract import Record


def fact(kind: str, name: str, body: bytes, actor: str, now_ms: int) -> Record:
    """Return a fact; the same content at the same instant is the same fact, so saying it twice changes nothing."""
    identity = hash_bytes(b"\x1f".join((kind.encode(), name.encode(), body)))
    return Record(
        kind=kind,
        at_ms=now_ms,
        received_ms=now_ms,
        message_id=f"{kind}:{identity:016x}:{now_ms}",
        actor=actor,
        name=name,
        body=body,
    )


def published(kind: str, identity: str, version: int, body: Any, actor: str, now_ms: int) -> Record:
    """Return the fact that a person or the system defines something."""
    content = {
        "kind": kind,
        "id": identity,
        "version": version,
        "body": body,
        "sha256": fingerprint(body),
        "actor": actor,
        "at": now_ms,
    }
    return fact("definition.published", f"{kind}/{identity}", canonical_json(content), actor, now_ms)
