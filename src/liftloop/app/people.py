"""Finds people and shows them in a list: those whom the caller may see, and masked, whoever asks."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.ledger import family
from liftloop.app.masking import masked
from liftloop.app.sight import in_sight, visible
from liftloop.app.tick_client import TickClient
from liftloop.kernel.clock import Clock
from liftloop.kernel.codec import Json, parse_json
from liftloop.kernel.ids import profile_id, profile_number
from liftloop.storage.contract import StateReader, Vault


class Attribute(Struct, frozen=True, kw_only=True):
    """What we know of a person under one name, personal values in the clear: mask before showing."""

    name: str
    value: Json
    personal: bool
    at_ms: int
    source: str


class Identifier(Struct, frozen=True, kw_only=True):
    """One way to recognise a person; personal kinds have no text here, their attribute has it."""

    kind: str
    text: str
    at_ms: int
    hash: int
    """Signed, as the table has it."""
    source: str
    """Who sent it first, empty where that is not known."""
    profile: int
    """The number of the profile that sent it first, merges not followed."""


class PersonLine(Struct, frozen=True, kw_only=True):
    """One person in a list, masked."""

    profile: str
    name: str
    identifier: str
    city: str | None
    last_seen_ms: int | None = None
    """None where it is not known, or was not asked."""


UNSEEN = PersonLine(profile="", name="***", identifier="", city=None)
"""Stands for a customer of another team."""


async def find_profile(tick: TickClient, clock: Clock, identity: str) -> int:
    """Return the profile number behind a profile id, user id or anonymous id.

    Raises `NotFound`, also for somebody whom the caller may not see: that there is such a person is not told either.
    """
    number = profile_number(identity)
    given = {"profile": number} if number is not None else {"identifier": identity}
    found = await tick.ask("person", now_ms=clock.now_ms(), **given)
    if found["profile"] is None and number is not None:
        found = await tick.ask("person", now_ms=clock.now_ms(), identifier=identity)
    if found["profile"] is None or not in_sight(int(found["profile"])):
        raise NotFound("profile", identity)
    return int(found["profile"])


def attributes_of(state: StateReader, vault: Vault, number: int) -> list[Attribute]:
    """Return a person's attributes by name, the newest of merged profiles; erased ones are left out."""
    numbers = family(state, number)
    rows = state.rows(
        "SELECT name, value, sealed, at_ms, source FROM attribute"
        f" WHERE profile IN ({', '.join('?' * len(numbers))}) ORDER BY at_ms",
        numbers,
    )
    opened = iter(vault.open([value for _, value, sealed, _, _ in rows if sealed]))
    newest: dict[str, Attribute] = {}
    for name, value, sealed, at_ms, source in rows:
        clear = next(opened) if sealed else value
        if clear is not None:
            newest[name] = Attribute(
                name=name, value=parse_json(clear), personal=bool(sealed), at_ms=at_ms, source=source
            )
    return sorted(newest.values(), key=lambda attribute: attribute.name)


def identifiers_of(state: StateReader, number: int) -> list[Identifier]:
    """Return all identifiers that lead to a person, merged ones included, oldest first."""
    numbers = family(state, number)
    rows = state.rows(
        "SELECT kind, text, at_ms, hash, coalesce(source, ''), profile FROM identifier"
        f" WHERE profile IN ({', '.join('?' * len(numbers))}) ORDER BY at_ms",
        numbers,
    )
    names = Identifier.__struct_fields__
    return [Identifier(**dict(zip(names, row, strict=True))) for row in rows]


PERSONAL_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone", "mobile", "手机", "手机号"),
    "email": ("email", "邮箱"),
    "customer_id": (),
}
"""Under which names a person's attributes hold what a personal identifier was made from; none for what is not."""


def shown_value(identifier: Identifier, attributes: Mapping[str, Attribute]) -> str:
    """Return an identifier fit to be shown: personal ones masked, from the attributes of the person by name."""
    if identifier.text:
        return identifier.text
    names = PERSONAL_ATTRIBUTES.get(identifier.kind, (identifier.kind,))
    held = next((attributes[name] for name in names if name in attributes), None)
    return masked(identifier.kind, str(held.value)) if held else "***"


def people_rows(state: StateReader, vault: Vault, numbers: Sequence[int]) -> list[PersonLine]:
    """Return people for a list, in the order given; of those whom the caller may not see only that there is somebody.

    Lists leave them out before they come here (`sight.kept`); this is the last guard.
    """
    seen = set(visible(numbers))
    return [_line(state, vault, number) if number in seen else UNSEEN for number in numbers]


def _line(state: StateReader, vault: Vault, number: int) -> PersonLine:
    attributes = {each.name: each for each in attributes_of(state, vault, number)}
    identifiers = identifiers_of(state, number)
    named = next((attributes[name] for name in ("name", "姓名") if name in attributes), None)
    told = [each.text for each in sorted(identifiers, key=lambda each: each.kind != "user_id") if each.text]
    first = told[0] if told else str(profile_id(number))
    city = attributes.get("city")
    return PersonLine(
        profile=profile_id(number),
        name=masked("name", str(named.value)) if named else first,
        identifier=_shown_identifier(attributes, identifiers),
        city=str(city.value) if city else None,
    )


def _shown_identifier(attributes: dict[str, Attribute], identifiers: Sequence[Identifier]) -> str:
    for name in ("phone", "mobile", "手机号", "email", "邮箱"):
        if name in attributes:
            return masked(name, str(attributes[name].value))
    users = [each.text for each in identifiers if each.kind == "user_id"]
    return users[0] if users else ""
