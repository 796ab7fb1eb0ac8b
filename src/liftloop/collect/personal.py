"""Finds personal fields in messages, so that they can be sealed before anything is written."""

import re
from collections.abc import Mapping
from typing import Any

PERSONAL_NAMES = frozenset(
    {"phone", "mobile", "email", "address", "ip", "id_card", "手机号", "手机", "邮箱", "姓名", "地址", "身份证号"}
)
"""Names that mean a person wherever they stand."""
PERSONAL_TRAITS = PERSONAL_NAMES | {"name", "first_name", "last_name", "firstName", "lastName"}
"""In traits a `name` is a person's; in properties it is a product's."""

HINT = re.compile("|".join(f'"{re.escape(name)}"' for name in sorted(PERSONAL_TRAITS)).encode() + rb"|\\u")
"""Cheap first look: bytes without any of these, nor escaped letters, hold no personal field."""


def split(fields: Mapping[str, Any], names: frozenset[str], path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (what may be kept, personal fields by path) of one object's own fields.

    >>> split({"city": "上海", "phone": "138"}, PERSONAL_TRAITS, "traits")
    ({'city': '上海'}, {'traits.phone': '138'})
    """
    kept: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    for name, value in fields.items():
        if name in names and value is not None:
            personal[f"{path}.{name}"] = value
        else:
            kept[name] = value
    return kept, personal
