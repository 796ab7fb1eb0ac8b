"""How well a header suits a field, by the names the field is known by."""

import re
import unicodedata

from liftloop.collect.mapping_kinds import Field

_BRACKETED = re.compile(r"[(\[【<].*?[)\]】>]")
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_CODE_WORDS = frozenset({"id", "no", "code", "upc", "ean", "sku", "barcode", "zip", "postcode"})
_CODE_ENDS = ("编号", "号", "码")
PART_SCORE = 0.55  # A header that contains a known name, against 1 for one that is it.
_STATUS_OF_A_PERSON = ("marital", "civil", "employment", "member", "account", "婚姻", "就业", "会员", "账户", "账号")
"""Beside `status`: what somebody is, and neither what became of an order nor what they agreed to."""
_AMOUNTS = frozenset({"amount", "order_amount", "price"})
_BESIDE_THE_PURCHASE = ("退款", "运费", "邮费", "服务费", "手续费", "refund", "shipping", "freight", "postage")
"""In the name of an amount: money that moved beside what was bought, or back."""
RANK_STEP = 0.004  # Enough for the first of two known names to win, too little to matter otherwise.


def tokens_of(header: str) -> list[str]:
    """Return the words of a header, folded; units in brackets are left out.

    >>> tokens_of("CustomerID"), tokens_of("实付金额(元)"), tokens_of("unit_price")
    (['customer', 'id'], ['实付金额'], ['unit', 'price'])
    """
    text = unicodedata.normalize("NFKC", header)
    bare = _BRACKETED.sub("", text)
    return [token.casefold() for token in _TOKEN.findall(bare if bare.strip() else text)]


def is_code_name(header: str) -> bool:
    """Tell a header that names a code: its digits are not for counting.

    >>> is_code_name("manufacturer_id"), is_code_name("商品条码"), is_code_name("kids_count")
    (True, True, False)
    """
    tokens = tokens_of(header)
    return bool(tokens) and (tokens[-1] in _CODE_WORDS or tokens[-1].endswith(_CODE_ENDS))


def name_score(header: str, field: Field) -> float:
    """Return 1 where the header is a known name of the field, 0 where it has nothing of one.

    >>> from liftloop.collect.mapping_kinds import ORDERS
    >>> status = ORDERS.by_name["status"]
    >>> name_score("order_status", status), name_score("marital_status", status)
    (0.988, 0.0)
    """
    tokens = tokens_of(header)
    joined = "".join(tokens)
    if field.name == "status" and any(word in joined for word in _STATUS_OF_A_PERSON):
        return 0.0
    if field.name in _AMOUNTS and any(word in joined for word in _BESIDE_THE_PURCHASE):
        return 0.0
    if joined == field.name.replace("_", ""):
        return 1.0
    best = 0.0
    for rank, hint in enumerate(field.hints):
        if joined == hint:
            return 1.0 - RANK_STEP * rank
        if hint.isascii():
            found = _spelled_by(tokens, hint)
        else:
            found = len(hint) >= 2 and hint in joined
        if found:
            best = max(best, PART_SCORE + 0.3 * len(hint) / len(joined) - RANK_STEP * rank)
    return best


def _spelled_by(tokens: list[str], hint: str) -> bool:
    """Tell whether neighbouring words of the header spell the hint: `order date` in `Web Order Date`."""
    for start in range(len(tokens)):
        word = ""
        for token in tokens[start:]:
            word += token
            if word == hint:
                return True
            if len(word) >= len(hint):
                break
    return False
