"""A person's own link to a hosted form: signed, so that the answer is theirs and nobody can answer for another."""

from hmac import compare_digest
from urllib.parse import quote

from liftloop.storage.contract import Vault

FORMS = "/forms/"
WHO = "p"
"""The parameter that says whose link it is."""
KIND = "form"
"""Under which the vault signs."""
NUMBER_HEX_MAX = 16


def address(vault: Vault, public_url: str, identity: str, number: int) -> str:
    """Return the address of a form for one person."""
    return (
        f"{public_url.rstrip('/')}{FORMS}{quote(identity, safe='')}?{WHO}={number:x}.{_signed(vault, identity, number)}"
    )


def read_who(vault: Vault, identity: str, mark: str) -> int | None:
    """Return whose link it is, None where it is not one of ours to this form."""
    number, _, signed = mark.partition(".")
    if not 0 < len(number) <= NUMBER_HEX_MAX or any(letter not in "0123456789abcdef" for letter in number):
        return None
    good = compare_digest(signed.encode(), _signed(vault, identity, int(number, 16)).encode())
    return int(number, 16) if good else None


def _signed(vault: Vault, identity: str, number: int) -> str:
    return f"{vault.keyed_hash(KIND, f'{identity}/{number:x}') & (1 << 64) - 1:016x}"
