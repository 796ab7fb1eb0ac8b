"""Custom fields in words: what they are called, what their values are called, and what conditions ask of them."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.app.words import Said
from liftloop.collect.fields import Choice, Field, chosen_trait, instant_trait

Fields = Mapping[str, Field]
"""Live custom fields by id, which is the name of the trait."""


class Asked(Struct, frozen=True, kw_only=True):
    """What a trait that conditions ask has to do with a field."""

    field: Field
    choice: Choice | None = None
    """Of several choices, the one that the trait is about."""


def fields_of(bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, Field]:
    """Return definitions of kind `field` as fields."""
    return {identity: msgspec.convert(body, Field, strict=False) for identity, body in bodies.items()}


def asked_fields(fields: Fields) -> dict[str, Asked]:
    """Return every trait that conditions may ask of fields: theirs, or what is derived of several choices and days."""
    asked: dict[str, Asked] = {}
    for name, field in fields.items():
        match field.type:
            case _ if field.personal:
                continue
            case "choices":
                asked |= {chosen_trait(name, each.id): Asked(field=field, choice=each) for each in field.choices}
            case "date":
                asked[instant_trait(name)] = Asked(field=field)
            case _:
                asked[name] = Asked(field=field)
    return asked


def is_derived(name: str, fields: Fields) -> bool:
    """Tell whether a trait says only what a field says already."""
    return ":" in name and name.partition(":")[0] in fields


def field_name(field: Field) -> Said:
    return Said(field.zh, field.en or field.zh)


def choice_name(choice: Choice) -> Said:
    return Said(choice.zh or choice.id, choice.en or choice.zh or choice.id)


def asked_name(asked: Asked) -> Said:
    """Return what to call a trait in a list to choose from."""
    name = field_name(asked.field)
    if asked.choice is not None:
        choice = choice_name(asked.choice)
        return Said(f"{name.zh}：{choice.zh}", f"{name.en}: {choice.en}")
    unit = asked.field.unit
    return Said(f"{name.zh}（{unit}）", f"{name.en} ({unit})") if unit else name


def value_name(field: Field, value: Any) -> Said | None:
    """Return a value as people say it, None where it says so itself."""
    names = {each.id: choice_name(each) for each in field.choices}
    match value:
        case list() | tuple():
            said = [names.get(str(each), Said(str(each), str(each))) for each in value]
            return Said("、".join(each.zh for each in said), ", ".join(each.en for each in said))
        case str():
            return names.get(value)
        case int() | float() if field.unit and not isinstance(value, bool):
            text = f"{value:g} {field.unit}" if isinstance(value, float) else f"{value} {field.unit}"
            return Said(text, text)
        case _:
            return None
