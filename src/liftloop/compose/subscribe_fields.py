"""What WeChat takes under each field of a template or subscribe message, by the kind in the field's name.

Source: developers.weixin.qq.com, "发送订阅消息", the table of parameters; a message of which one field does not fit is
refused with 47003.
"""

import re
from collections.abc import Mapping

from msgspec import Struct


class FieldKind(Struct, frozen=True):
    """One kind of field: what it may hold, and how to say so."""

    pattern: re.Pattern[str]
    zh: str
    en: str


KINDS: Mapping[str, FieldKind] = {
    "thing": FieldKind(re.compile(r".{1,20}"), "20 个字以内", "at most 20 characters"),
    "number": FieldKind(re.compile(r"[\d.\-]{1,32}"), "32 位以内的数字", "a number of at most 32 digits"),
    "letter": FieldKind(re.compile(r"[A-Za-z]{1,32}"), "32 个以内的字母", "at most 32 letters"),
    "symbol": FieldKind(re.compile(r".{1,5}"), "5 个以内的符号", "at most 5 signs"),
    "character_string": FieldKind(
        re.compile(r"[\x21-\x7e]{1,32}"), "32 位以内的数字、字母或符号", "at most 32 letters, digits or signs"
    ),
    "phone_number": FieldKind(re.compile(r"[\d+\-() ]{1,17}"), "17 位以内的号码", "a number of at most 17 characters"),
    "car_number": FieldKind(re.compile(r".{1,8}"), "8 位以内的车牌号", "a plate of at most 8 characters"),
    "phrase": FieldKind(re.compile(r"[\u4e00-\u9fff]{1,5}"), "5 个以内的汉字", "at most 5 Chinese characters"),
    "name": FieldKind(
        re.compile(r"[\u4e00-\u9fff]{1,10}|[A-Za-z ]{1,20}"),
        "10 个以内汉字或 20 个以内字母",
        "at most 10 Chinese characters or 20 letters",
    ),
}
OTHER_KINDS = frozenset({"time", "date", "amount", "const", "thing", "enum", "multi_const"})
"""Kinds that WeChat knows and whose values are not held against a pattern here."""


def kind_of(name: str) -> str:
    """Return the kind in a field's name, `thing` of `thing12`."""
    return name.rstrip("0123456789")


def known(name: str) -> bool:
    """Tell whether WeChat knows a field's kind: newer templates have no others."""
    return kind_of(name) in KINDS or kind_of(name) in OTHER_KINDS


def fits(name: str, value: str) -> bool:
    """Tell whether WeChat takes a value under a field's name.

    >>> fits("thing1", "二段奶粉到货"), fits("thing1", "二" * 21), fits("phrase2", "OK")
    (True, False, False)
    """
    rule = KINDS.get(kind_of(name))
    return rule is None or rule.pattern.fullmatch(value) is not None
