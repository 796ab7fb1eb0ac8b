"""What identify tells the stages after it: the batches `person` (parallel to `event`) and `merge`."""

from typing import NewType

IdentifierHash = NewType("IdentifierHash", int)
"""64 bits of an identifier: a plain hash for user and anonymous ids, keyed by the vault for personal ones."""
