"""What only a person can say about a file: few questions, each with an answer that stands until they reply."""

from collections.abc import Sequence

from msgspec import Struct

from liftloop.collect.mapping_kinds import Kind


class Choice(Struct, frozen=True, kw_only=True):
    value: str
    zh: str
    en: str


class Note(Struct, frozen=True, kw_only=True):
    """One sentence, in both languages."""

    zh: str
    en: str


class Question(Struct, frozen=True, kw_only=True):
    """A question with its choices; `default` is what the mapping uses until it is answered."""

    id: str
    zh: str
    en: str
    choices: tuple[Choice, ...]
    default: str


def kind_question(ranked: Sequence[Kind]) -> Question:
    return Question(
        id="kind",
        zh="这个文件里是什么数据？",
        en="What does this file hold?",
        choices=tuple(Choice(value=kind.name, zh=kind.zh, en=kind.en) for kind in ranked),
        default=ranked[0].name,
    )


def date_order_question(field: str, column: str) -> Question:
    return Question(
        id=f"date_order:{field}",
        zh=f"“{column}”里的日期，前面的数字是月还是日？",
        en=f'In the dates of "{column}", which comes first, the month or the day?',
        choices=(
            Choice(value="mdy", zh="月/日/年（12/31/2025）", en="month/day/year (12/31/2025)"),
            Choice(value="dmy", zh="日/月/年（31/12/2025）", en="day/month/year (31/12/2025)"),
        ),
        default="mdy",
    )


def amount_level_question(column: str) -> Question:
    return Question(
        id="amount_level",
        zh=f"“{column}”是这一行商品的金额，还是整张订单的金额？",
        en=f'Is "{column}" the amount of the line, or of the whole order?',
        choices=(
            Choice(value="line", zh="这一行商品的金额", en="of the line"),
            Choice(value="order", zh="整张订单的金额（每行都重复）", en="of the whole order, repeated on each line"),
        ),
        default="order",
    )
