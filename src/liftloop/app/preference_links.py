"""The links by which a person says what may be sent: signed, so that nobody can make up another person's."""

from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import quote, unquote

from msgspec import Struct

from liftloop.storage.contract import Vault

PREFERENCES = "/preferences/"
UNSUBSCRIBE = "/unsubscribe/"
KIND = "preferences"
"""Under which the vault signs; a link is good for ever, as mails are read years later."""
NUMBER_HEX_MAX = 16


class Link(Struct, frozen=True, kw_only=True):
    """Whose link it is, and which medium a click on it ends."""

    number: int
    """Of the profile; it stays valid through merges."""
    medium: str


def mark_of(vault: Vault, link: Link) -> str:
    """Return what stands at the end of a person's link."""
    return f"{link.number:x}.{quote(link.medium, safe='')}.{_signed(vault, link)}"


def read_mark(vault: Vault, mark: str) -> Link | None:
    """Return whose link it is, None where it is not one of ours."""
    number, _, rest = mark.partition(".")
    medium, _, signed = rest.rpartition(".")
    if not 0 < len(number) <= NUMBER_HEX_MAX or any(letter not in "0123456789abcdef" for letter in number):
        return None
    link = Link(number=int(number, 16), medium=unquote(medium))
    return link if compare_digest(signed.encode(), _signed(vault, link).encode()) else None


def addresses(vault: Vault, public_url: str, link: Link) -> Mapping[str, str]:
    """Return the addresses that texts name, by variable; none where readers cannot reach this installation."""
    if not public_url:
        return {}
    base, mark = public_url.rstrip("/"), mark_of(vault, link)
    return {"unsubscribe_url": f"{base}{UNSUBSCRIBE}{mark}", "preference_url": f"{base}{PREFERENCES}{mark}"}


def _signed(vault: Vault, link: Link) -> str:
    return f"{vault.keyed_hash(KIND, f'{link.number:x}/{link.medium}') & (1 << 64) - 1:016x}"
