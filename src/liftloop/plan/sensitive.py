"""Which features say something that must not be told as a reason, and whose groups must not be priced out."""

import numpy as np

from liftloop.plan.inputs import Flags, People
from liftloop.plan.resources import Group

_WORDS = (
    *("gender", "sex", "age", "birth", "baby", "child", "pregnan", "marital", "married", "religio", "ethnic", "race"),
    *("nation", "health", "disease", "disab", "income", "salary", "politic", "orient", "credit", "idcard"),
    *(
        "性别",
        "年龄",
        "生日",
        "出生",
        "宝宝",
        "孩子",
        "怀孕",
        "婚",
        "宗教",
        "民族",
        "种族",
        "国籍",
        "健康",
        "疾病",
        "残疾",
    ),
    *("收入", "工资", "政治", "信用", "身份证"),
)
"""Parts of attribute names: what law calls sensitive (PIPL art. 28, GDPR art. 9), and what nobody may be priced by."""
YEAR_DAYS = 365.25
YOUNG_YEARS, OLD_YEARS = 25, 60
GROUP_PEOPLE_MIN = 50
GROUP_SHARE_MIN = 0.01


def is_sensitive(feature: str) -> bool:
    """Say whether a feature is of an attribute that must not be told as a reason; what people did never is.

    >>> is_sensitive("is:gender=f"), is_sensitive("age:birthday"), is_sensitive("orders_365")
    (True, True, False)
    """
    kind, _, name = feature.partition(":")
    attribute = name.partition("=")[0].lower()
    return kind in ("is", "age") and any(word in attribute for word in _WORDS)


def sensitive_groups(people: People) -> tuple[Group, ...]:
    """Return the groups that sensitive attributes make: by word, and the young and the old by a date of birth."""
    found: list[Group] = []
    for feature, column in people.features.items():
        if not is_sensitive(feature):
            continue
        kind, _, name = feature.partition(":")
        if kind == "is" and "=" in name:
            found.append(Group(name=name, inside=column.astype(np.float64) == 1))
        elif kind == "age" and _of_birth(name):
            years = column.astype(np.float64) / YEAR_DAYS
            found.append(Group(name=f"{name}<{YOUNG_YEARS}", inside=years < YOUNG_YEARS))
            found.append(Group(name=f"{name}>={OLD_YEARS}", inside=years >= OLD_YEARS))
    return tuple(group for group in found if _large(group.inside))


def _of_birth(attribute: str) -> bool:
    name = attribute.lower()
    return any(word in name for word in ("birth", "生日", "出生")) and not any(
        word in name for word in ("baby", "child", "宝宝", "孩子")
    )


def _large(inside: Flags) -> bool:
    count = int(inside.sum())
    return count >= GROUP_PEOPLE_MIN and GROUP_SHARE_MIN <= count / inside.size <= 1 - GROUP_SHARE_MIN
