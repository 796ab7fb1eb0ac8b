"""The content of channels that fill in a provider's template: lines of `name: value` in place of running text.

Lines that begin with `@` say how the message goes (`@template: SMS_1234`) and stand before all others. A value that a
person typed in can thus add no such line; it could repeat a name, and a name that stands twice is refused.
"""

import re
from collections.abc import Collection, Mapping

from msgspec import Struct

_LINE = re.compile(r"\s*(@?[\w.]{1,64})\s*[:：]\s?(.*)")


class BadFields(Exception):
    """The text does not read as fields; says which line."""


class Fields(Struct, frozen=True, kw_only=True):
    """What a template is filled with, in the order written."""

    values: Mapping[str, str]
    options: Mapping[str, str]
    """Without their `@`."""


def read_fields(text: str, options: Collection[str]) -> Fields:
    """Return the fields of a rendered text. Raises `BadFields`; `options` are the names that may follow an `@`."""
    values: dict[str, str] = {}
    chosen: dict[str, str] = {}
    for number, line in enumerate(text.strip().splitlines(), 1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise BadFields(f"line_{number}")
        name, value = found[1], found[2].strip()
        if name.startswith("@") and (values or name[1:] not in options):
            raise BadFields(name)
        into, name = (chosen, name[1:]) if name.startswith("@") else (values, name)
        if name in into:
            raise BadFields(f"twice_{name}")
        into[name] = value
    return Fields(values=values, options=chosen)
