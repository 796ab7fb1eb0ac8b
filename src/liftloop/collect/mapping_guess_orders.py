"""What order lines tell beyond their columns: is an amount of the line or the order, and how are returns marked?"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from typing import Any, Literal

from liftloop.collect.mapping import Column, Prefix, Rule, Template
from liftloop.collect.mapping_questions import Question, amount_level_question
from liftloop.collect.mapping_values import parse_number, text_of

ORDERS_TELLING = 5  # Five orders of several lines with equal amounts are no coincidence of prices.
RETURNS_TELLING = 2

_DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
"""The year first: then day and month are not open to question."""
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_TEMPLATED = re.compile(r"[^{}]+")
_LETTERS = re.compile(r"[^\W\d_]*")

Samples = AnyMapping[str, Sequence[Any]]
Level = Literal["line", "order", "same", "unknown"]


def order_details(
    fields: dict[str, Rule], samples: Samples, replies: AnyMapping[str, str]
) -> tuple[dict[str, Rule], list[Question]]:
    """Return the fields with amounts at their level and returns recognised, and what remains to be asked."""
    told = _with_time_of_day(_without_nickname(fields), samples)
    questions: list[Question] = []
    name = "amount" if "amount" in told else "order_amount"
    other = "order_amount" if name == "amount" else "amount"
    rule = told.get(name)
    if isinstance(rule, Column) and other not in told:
        level = amount_level(told, rule.column, samples)
        if level == "unknown":
            question = amount_level_question(rule.column)
            level = replies.get(question.id, question.default)
            questions += [] if question.id in replies else [question]
        del told[name]
        told[{"line": "amount", "order": "order_amount"}.get(level, name)] = rule
    prefix = return_prefix(told, samples)
    order_rule = told.get("order_id")
    if prefix and "refund" not in told and isinstance(order_rule, Column):
        told["refund"] = Prefix(column=order_rule.column, starts_with=prefix)
    return told, questions


def _without_nickname(fields: dict[str, Rule]) -> dict[str, Rule]:
    """Return fields in which nobody is known by a nickname who has a phone: many people share one."""
    rule = fields.get("customer_id")
    if isinstance(rule, Column) and "昵称" in rule.column and "phone" in fields:
        return {name: each for name, each in fields.items() if name != "customer_id"}
    return dict(fields)


def _with_time_of_day(fields: dict[str, Rule], samples: Samples) -> dict[str, Rule]:
    """Return fields whose instant has the time of day where a till writes it into a column of its own."""
    rule = fields.get("ordered_at")
    if not isinstance(rule, Column) or not _all_match(_DAY, samples[rule.column]):
        return fields
    used = {each.column for each in fields.values() if isinstance(each, Column)}
    clocks = [column for column in samples if column not in used and _all_match(_CLOCK, samples[column])]
    if len(clocks) != 1 or not _TEMPLATED.fullmatch(rule.column + clocks[0]):
        return fields
    return {**fields, "ordered_at": Template(template=f"{{{rule.column}}} {{{clocks[0]}}}")}


def _all_match(pattern: re.Pattern[str], values: Sequence[Any]) -> bool:
    texts = [text for text in map(text_of, values) if text]
    return bool(texts) and all(pattern.fullmatch(text) for text in texts)


def amount_level(fields: AnyMapping[str, Rule], column: str, samples: Samples) -> Level:
    """Tell whether an amount belongs to the line or is that of the order, repeated on each of its lines."""
    amounts = [parse_number(value) for value in samples[column]]
    orders = _several_lines(fields, samples)
    repeated = [rows for rows in orders if len({amounts[row] for row in rows}) == 1]
    if not orders:
        return "same"  # One line an order.
    if 2 * len(repeated) < len(orders):
        return "line"
    products = _products(fields, samples)
    if products is None:
        return "order" if len(repeated) >= ORDERS_TELLING else "unknown"
    of_lines = sum(_near(amounts[row], products[row]) for rows in orders for row in rows)
    return "line" if 2 * of_lines > sum(map(len, orders)) else "order"


def _several_lines(fields: AnyMapping[str, Rule], samples: Samples) -> list[list[int]]:
    """Return the rows of each order that the sample shows with several lines."""
    rule = fields.get("order_id")
    if not isinstance(rule, Column):
        return []
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for row, value in enumerate(samples[rule.column]):
        text = text_of(value)
        if text is not None:
            rows_of[text].append(row)
    return [rows for rows in rows_of.values() if len(rows) > 1]


def _products(fields: AnyMapping[str, Rule], samples: Samples) -> list[float | None] | None:
    """Return quantity times price of each row, or None where one of them is not there."""
    quantity, price = fields.get("quantity"), fields.get("price")
    if not isinstance(quantity, Column) or not isinstance(price, Column):
        return None
    pairs = zip(map(parse_number, samples[quantity.column]), map(parse_number, samples[price.column]), strict=True)
    return [None if a is None or b is None else a * b for a, b in pairs]


def _near(amount: float | None, product: float | None) -> bool:
    """Tell whether an amount is that product, to a cent or a per mille."""
    return amount is not None and product is not None and math.isclose(amount, product, rel_tol=1e-3, abs_tol=0.01)


def return_prefix(fields: AnyMapping[str, Rule], samples: Samples) -> str:
    """Return the letters with which most order numbers of returns begin and no other does; empty: there are none."""
    order, measure = fields.get("order_id"), fields.get("quantity") or fields.get("amount")
    if not isinstance(order, Column) or not isinstance(measure, Column):
        return ""
    returned: list[str] = []
    bought: list[str] = []
    for value, number in zip(samples[order.column], map(parse_number, samples[measure.column]), strict=True):
        text = (text_of(value) or "").strip()
        if text and number is not None:
            (returned if number < 0 else bought).append(text)
    if len(returned) < RETURNS_TELLING:
        return ""
    prefixes = Counter(_letters(text) for text in returned)
    del prefixes[""]
    known = {_letters(text) for text in bought}
    prefix, count = max(prefixes.items(), key=lambda found: found[1], default=("", 0))
    return prefix if prefix not in known and 2 * count >= len(returned) else ""


def _letters(text: str) -> str:
    found = _LETTERS.match(text)
    return found[0] if found else ""
