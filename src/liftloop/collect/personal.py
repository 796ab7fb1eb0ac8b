"""Finds personal fields in messages, so that they can be sealed before anything is written."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

PERSONAL_NAMES = frozenset(
    {"phone", "mobile", "email", "address", "ip", "id_card", "手机号", "手机", "邮箱", "姓名", "地址", "身份证号"}
    | {"unionid", "union_id", "unionId", "openid", "open_id", "openId", "external_userid", "wecom_id"}
    | {"mini_openid", "registration_id", "fcm_token", "apns_token", "wecom_welcome_code"}
    | {"card_no", "member_card", "会员卡号"}
    | {"$ip", "$phone", "$mobile", "$email"}
)
"""Names that mean a person wherever they stand; those with a dollar sign are of 神策."""
PERSONAL_TRAITS = PERSONAL_NAMES | {"name", "first_name", "last_name", "firstName", "lastName"}
"""In traits a `name` is a person's; in properties it is a product's."""

_HARMLESS = frozenset({str, float, bool, type(None)})
_VALUES = dict[str, Any].values
_WHOLE_MAX = 2**63
"""Whole numbers beyond it fit neither our columns nor MessagePack; they become the nearest float, or text."""


def is_free_of(value: Any, names: frozenset[str]) -> bool:
    """Return whether parsed JSON holds none of these names, however deep, and no number too large to keep."""
    if isinstance(value, dict):
        if not names.isdisjoint(value):
            return False
        value = value.values()
    elif not isinstance(value, list):
        return not isinstance(value, int) or -_WHOLE_MAX <= value < _WHOLE_MAX
    # One call for all: most objects are flat, and a loop over them would be the dearest part of reading a message.
    if _HARMLESS.issuperset(map(type, value)):
        return True
    return all(type(each) in _HARMLESS or is_free_of(each, names) for each in value)


def are_plain_objects(values: Sequence[Any], names: frozenset[str]) -> list[bool]:
    """Return which values are flat objects without any of these names, and no number too large to keep.

    Asked of all at once where all are: three calls in place of three a value.
    """
    try:
        types = set(map(type, chain.from_iterable(map(_VALUES, values))))
    except TypeError:
        types = {object}
    if types <= _HARMLESS and names.isdisjoint(chain.from_iterable(values)):
        return [True] * len(values)
    return [value.__class__ is dict and names.isdisjoint(value) and _is_flat(value) for value in values]


def split(fields: Mapping[str, Any], names: frozenset[str], path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (what may be kept, personal fields by path) of one object, however deep they lie.

    >>> split({"city": "上海", "phone": "138", "kin": [{"phone": "139"}]}, PERSONAL_TRAITS, "traits")
    ({'city': '上海', 'kin': [{}]}, {'traits.phone': '138', 'traits.kin.0.phone': '139'})
    """
    personal: dict[str, Any] = {}
    if not _is_flat(fields):
        return _kept(fields, names, path, personal), personal
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        if name in names and value is not None:
            personal[f"{path}.{name}"] = value
        else:
            kept[name] = value
    return kept, personal


def _is_flat(fields: Mapping[str, Any]) -> bool:
    """Return whether nothing in an object has to be looked into, as in most."""
    types = set(map(type, fields.values())) - _HARMLESS
    if types == {int}:
        return all(type(value) is not int or -_WHOLE_MAX <= value < _WHOLE_MAX for value in fields.values())
    return not types


def _kept(fields: Mapping[str, Any], names: frozenset[str], path: str, personal: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        if name in names and value is not None:
            personal[f"{path}.{name}"] = value
        else:
            kept[name] = _value(value, names, f"{path}.{name}", personal)
    return kept


def _value(value: Any, names: frozenset[str], path: str, personal: dict[str, Any]) -> Any:
    match value:
        case dict():
            return _kept(value, names, path, personal)
        case list():
            return [_value(each, names, f"{path}.{place}", personal) for place, each in enumerate(value)]
        case int() if not -_WHOLE_MAX <= value < _WHOLE_MAX:
            return _nearest(value)
        case _:
            return value


def _nearest(value: int) -> float | str:
    try:
        return float(value)
    except OverflowError:
        return str(value)
