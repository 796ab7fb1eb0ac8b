"""What the features of a study are called: categories by their items, attributes and their words by the fields."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from liftloop.app.category_names import CATEGORY_NAMES, categories_called
from liftloop.app.code_names import known_value
from liftloop.app.words import Said
from liftloop.collect.fields import Field
from liftloop.collect.mapping_kinds import CUSTOMERS
from liftloop.plan.called import Called
from liftloop.plan.options import Option, Words
from liftloop.storage.contract import LakeReader

_ATTRIBUTES = {field.name: Words(zh=field.zh, en=field.en) for field in CUSTOMERS.fields}


def called_of(
    lake: LakeReader, features: Iterable[str], options: Iterable[Option], bodies: Mapping[str, Mapping[str, Any]]
) -> Called:
    """Return the names of codes in these features and of the options' categories; `bodies` are live fields by id."""
    parts = [each.partition(":")[::2] for each in features]
    codes = {name for kind, name in parts if kind == "category"}
    codes |= {option.item.category for option in options if option.item is not None and option.item.category}
    categories = categories_called(lake.select(CATEGORY_NAMES, [sorted(codes)])) if codes else {}
    fields = {name: msgspec.convert(body, Field, strict=False) for name, body in bodies.items()}
    values: dict[str, dict[str, Words]] = {}
    for kind, name in parts:
        attribute, found, word = name.partition("=")
        said = _value(attribute, word, fields) if kind == "is" and found else None
        if said is not None:
            values.setdefault(attribute, {})[word] = Words(zh=said.zh, en=said.en)
    return Called(
        categories={code: Words(zh=said.zh, en=said.en) for code, said in categories.items()},
        attributes=_ATTRIBUTES | {name: Words(zh=each.zh, en=each.en or each.zh) for name, each in fields.items()},
        values=values,
    )


def _value(attribute: str, word: str, fields: Mapping[str, Field]) -> Said | None:
    if attribute not in fields:
        return known_value(attribute, word)
    choice = next((each for each in fields[attribute].choices if each.id == word), None)
    return None if choice is None else Said(choice.zh or word, choice.en or choice.zh or word)
