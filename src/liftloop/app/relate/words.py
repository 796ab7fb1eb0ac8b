"""Personal words around work: sealed under the customer's key before they are facts, opened for whoever may read."""

from collections.abc import Mapping, Sequence
from typing import Any

from liftloop.app.desk import Desk
from liftloop.app.masking import masked
from liftloop.app.people import Attribute, attributes_of, identifiers_of
from liftloop.compose.contract import RenderFailed
from liftloop.compose.template import compile_template
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.kernel.dice import hash_text
from liftloop.storage.contract import StateReader, Vault

ERASED = "…"
"""Stands where words were whose key is gone."""


async def seal(desk: Desk, number: int, value: Mapping[str, Any]) -> bytes:
    """Return words as only this installation can read them, until the customer is erased."""
    known = identifiers_of(desk.state, number)
    key = known[0].hash % 2**64 if known else hash_text("profile", str(number))
    (sealed,) = await desk.tick.seal([(key, canonical_json(value))])
    return sealed


def opened(vault: Vault, sealed: Sequence[bytes]) -> list[dict[str, Any] | None]:
    """Return sealed words, None where the key is gone, empty where nothing was said."""
    said = iter(vault.open([each for each in sealed if each]))
    words: list[dict[str, Any] | None] = []
    for each in sealed:
        clear = next(said) if each else b"{}"
        words.append(None if clear is None else parse_object(clear))
    return words


class Customers:
    """What texts may say of customers: their attributes, personal ones masked, each customer read once."""

    def __init__(self, state: StateReader, vault: Vault) -> None:
        self._state = state
        self._vault = vault
        self._known: dict[int, dict[str, Any]] = {}

    def said(self, number: int, text: str) -> str:
        """Return a text about a customer; one that cannot be said of her stands as it was written."""
        if "{" not in text:
            return text
        if number not in self._known:
            found = attributes_of(self._state, self._vault, number)
            self._known[number] = {each.name: shown(each) for each in found}
        try:
            return compile_template(text).render({"customer": self._known[number]})
        except RenderFailed:
            return text


def shown(attribute: Attribute) -> Any:
    return masked(attribute.name, str(attribute.value)) if attribute.personal else attribute.value
