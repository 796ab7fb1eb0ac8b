"""Suggest by which columns a second file belongs to the first."""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from liftloop.collect.mapping import Join
from liftloop.collect.mapping_names import is_code_name, tokens_of
from liftloop.collect.mapping_values import as_list, text_of

KEY_DISTINCT_MIN = 0.98  # A key names each row of its file, but for a slip.
KEY_SHARED_MIN = 0.02  # Samples of large files overlap little; files of other shops not at all.


def suggest_join(
    file: str,
    columns: AnyMapping[str, Sequence[Any] | NDArray[Any]],
    other: AnyMapping[str, Sequence[Any] | NDArray[Any]],
) -> Join | None:
    """Return the join of samples (lists or arrays) of two files, or None where no column of one keys the other.

    Both name the key alike, and it names each row of the second file; a code is a better key than a word,
    and of two keys the one more of whose values are met wins.
    """
    found: list[tuple[bool, float, str, str]] = []
    for key, values in columns.items():
        for other_key, other_values in other.items():
            if tokens_of(key) != tokens_of(other_key):
                continue
            texts = [text for text in map(text_of, as_list(other_values)) if text is not None]
            known = set(texts)
            if texts and len(known) >= KEY_DISTINCT_MIN * len(texts):
                met = sum(text_of(value) in known for value in as_list(values)) / max(1, len(values))
                found.append((is_code_name(key), met, key, other_key))
    if not found:
        return None
    code, met, key, other_key = max(found)
    return Join(file=file, key=key, other_key=other_key) if code or met >= KEY_SHARED_MIN else None
