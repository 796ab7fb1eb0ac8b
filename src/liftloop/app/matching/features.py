"""What two people may have in common, as keyed hashes: nothing here tells a name, a number or an address.

Personal values are opened for the moment in which they are hashed under a key of the installation; hashes live in
memory only, for the length of one search.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from msgspec import Struct

from liftloop.collect.cleaning import CleaningRules, clean_email, clean_phone
from liftloop.kernel.codec import parse_json
from liftloop.storage.contract import StateReader, Vault

PEOPLE_MAX = 200_000
"""People compared at once: features of so many are 150 MB and take half a minute; those known best come first."""
GRAM = 2
"""Letters of an address that are hashed together: 中山, 山路, 路8, 88, 8号."""
ADDRESS_LETTERS_MIN = 6
"""A shorter address is a district, which many share."""

_RULES = CleaningRules()
_NAMES: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "姓名"),
    "phone": ("phone", "mobile", "手机", "手机号"),
    "mailbox": ("email", "邮箱"),
    "birthday": ("birthday", "生日"),
    "address": ("address", "地址"),
    "city": ("city", "城市"),
}
_FEATURE_OF = {name: feature for feature, names in _NAMES.items() for name in names}
_VALUES = """
WITH RECURSIVE way (start, profile) AS (
    SELECT forwarded, kept FROM merge
    UNION SELECT way.start, merge.kept FROM way JOIN merge ON merge.forwarded = way.profile
),
head AS (SELECT start, profile FROM way WHERE profile NOT IN (SELECT forwarded FROM merge))
SELECT coalesce(head.profile, attribute.profile), attribute.name, attribute.value, attribute.sealed
FROM attribute LEFT JOIN head ON head.start = attribute.profile
WHERE attribute.name IN (SELECT value FROM json_each(?)) ORDER BY attribute.at_ms
"""


class Features(Struct, frozen=True, kw_only=True):
    """One person's hashes; None where nothing is known."""

    profile: int
    name: int | None = None
    phone: int | None = None
    phone_parts: tuple[int, ...] | None = None
    """The number with each of its digits left out in turn: two that differ in one digit have one of them in common."""
    mailbox: int | None = None
    """The part of an e-mail address before the @: people keep it from one provider to the next."""
    birthday: int | None = None
    address: int | None = None
    address_parts: tuple[int, ...] | None = None
    city: int | None = None

    def known(self) -> int:
        return sum(each is not None for each in (self.name, self.phone, self.mailbox, self.birthday, self.address))


def features_of(state: StateReader, vault: Vault, key: bytes) -> tuple[list[Features], int]:
    """Return people of whom at least two things are known, those known best first, and how many there are in all."""
    rows = state.rows(_VALUES, (str(sorted(_FEATURE_OF)).replace("'", '"'),))
    opened = iter(vault.open([value for _, _, value, sealed in rows if sealed]))
    people: dict[int, dict[str, str]] = {}
    for profile, name, value, sealed in rows:
        clear = next(opened) if sealed else value
        said = parse_json(clear) if clear is not None else None
        if isinstance(said, str | int) and not isinstance(said, bool) and str(said).strip():
            people.setdefault(profile, {})[_FEATURE_OF[name]] = str(said)
    hashed = _hashing(key)
    found = [_features(profile, values, hashed) for profile, values in sorted(people.items())]
    comparable = sorted((each for each in found if each.known() >= 2), key=lambda each: -each.known())
    return comparable[:PEOPLE_MAX], len(comparable)


def _hashing(key: bytes) -> Callable[[str, str], int]:
    def hashed(kind: str, text: str) -> int:
        digest = blake2b(f"{kind}\x1f{text}".encode(), key=key, digest_size=8).digest()
        return int.from_bytes(digest, "little", signed=True)

    return hashed


def _features(profile: int, values: Mapping[str, str], hashed: Callable[[str, str], int]) -> Features:
    told: dict[str, Any] = {
        feature: hashed(feature, plain)
        for feature in ("name", "birthday", "city")
        if (plain := _plain(values, feature))
    }
    phone = clean_phone(values.get("phone", ""), _RULES).value
    if phone:
        parts = tuple(hashed(f"phone{place}", phone[:place] + phone[place + 1 :]) for place in range(1, len(phone)))
        told |= {"phone": hashed("phone", phone), "phone_parts": parts}
    email = clean_email(values.get("mailbox", ""), _RULES).value
    if email:
        told["mailbox"] = hashed("mailbox", email.partition("@")[0])
    address = _plain(values, "address")
    if len(address) >= ADDRESS_LETTERS_MIN:
        grams = sorted({address[at : at + GRAM] for at in range(len(address) - GRAM + 1)})
        told |= {"address": hashed("address", address), "address_parts": tuple(hashed("gram", gram) for gram in grams)}
    return Features(profile=profile, **told)


def _plain(values: Mapping[str, str], feature: str) -> str:
    """Return a value in one spelling: width, case, space and marks do not count."""
    text = unicodedata.normalize("NFKC", values.get(feature, "")).casefold()
    return "".join(letter for letter in text if letter.isalnum())


def columns(people: Sequence[Features]) -> dict[str, list[Any]]:
    """Return features as columns; a name that many have does not lead from one to another by itself."""
    found = {field: [getattr(each, field) for each in people] for field in Features.__struct_fields__}
    return {"unique_id": found.pop("profile"), **found}
