"""A review in one language: every text of two languages becomes the one that its reader chose."""

from collections.abc import Mapping
from typing import Any

import msgspec

from liftloop.kernel.errors import Language
from liftloop.measure.review.document import Review

_BOTH = {"zh", "en"}


def spoken(review: Review, language: Language) -> dict[str, Any]:
    """Return a review as plain data with the texts of one language."""
    return _spoken(msgspec.to_builtins(review), "en" if language == "en" else "zh")


def _spoken(value: Any, word: str) -> Any:
    if isinstance(value, Mapping):
        return value[word] if set(value) == _BOTH else {name: _spoken(each, word) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_spoken(each, word) for each in value]
    return value
