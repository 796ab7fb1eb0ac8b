"""Makes a new source: its id from its name, and a key or secret that is shown once."""

import re
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.publishing import Definitions
from liftloop.collect.sources import OWN_KEY
from liftloop.kernel.dice import hash_text
from liftloop.plugins.channels.signing import SECRET_PREFIX

KEY_BYTES = 24
SECRET_BYTES = 32
NAME_CHARACTERS_MAX = 60
SOURCES_MAX = 200
"""A company has a dozen; each is a line of a page."""

Kind = Literal["tracking", "webhook", "database"]


class Created(Struct, frozen=True, kw_only=True):
    """A source that can be sent to from now on."""

    id: str
    key: str
    """The write key, or the secret that signs; a secret is never told again. Empty for a database."""


def source_id(name: str, taken: Mapping[str, Any]) -> str:
    """Return an id for a name: its letters where there are any, else a short hash; never one that is taken.

    >>> source_id("Web Shop", {}), source_id("Web Shop", {"web-shop": {}})
    ('web-shop', 'web-shop-2')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    first = plain or f"source-{hash_text('source', name) % 16**6:06x}"
    tried, number = first, 1
    while tried in taken or tried == OWN_KEY:
        number += 1
        tried = f"{first}-{number}"
    return tried


class Wanted(Struct, frozen=True, kw_only=True):
    """A source to be made."""

    kind: Kind
    name: str
    mappings: Sequence[Mapping[str, Any]] = ()
    """Of a webhook."""
    database: Mapping[str, Any] = {}
    """Of a database: the definition without its kind and name."""


async def create(definitions: Definitions, wanted: Wanted, actor: str) -> Created:
    """Publish a new source. Raises `BadDefinition`, and `BadPull` for a database that can never be pulled."""
    kind, name = wanted.kind, wanted.name
    taken = definitions.live("source")
    if not 0 < len(name.strip()) <= NAME_CHARACTERS_MAX:
        raise BadDefinition("source", f"a name has 1 to {NAME_CHARACTERS_MAX} characters", "名称要有 1 到 60 个字")
    if len(taken) >= SOURCES_MAX:
        raise BadDefinition("source", f"there are {SOURCES_MAX} sources already", f"来源已经有 {SOURCES_MAX} 个")
    identity = source_id(name.strip(), taken)
    match kind:
        case "tracking":
            key = secrets.token_hex(KEY_BYTES)
            body: dict[str, Any] = {"kind": "tracking", "name": name.strip(), "write_key": key}
        case "webhook":
            key = SECRET_PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
            body = {"kind": "webhook", "name": name.strip(), "secrets": [key], "mappings": list(wanted.mappings)}
        case "database":
            key = ""
            body = {**wanted.database, "kind": "database", "name": name.strip()}
    await definitions.publish("source", identity, body, actor, version=1)
    return Created(id=identity, key=key)
