"""A column of texts of which few differ: names of events, audiences, states. Compared and selected as numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]


class Words(Sequence[str]):
    """Texts as places among `texts`, which are distinct; reads as the sequence of texts that it stands for.

    >>> words = Words.of(["a", "b", "a"])
    >>> words.places_of("a").tolist(), list(words.at(np.array([1])))
    ([0, 2], ['b'])
    """

    __slots__ = ("codes", "texts")

    def __init__(self, texts: Sequence[str], codes: Codes) -> None:
        self.texts = texts
        self.codes = codes

    @classmethod
    def of(cls, values: Sequence[str]) -> "Words":
        """Return values as words; words are returned as they are."""
        if isinstance(values, Words):
            return values
        known: dict[str, int] = {text: code for code, text in enumerate(dict.fromkeys(values))}
        return cls(list(known), np.fromiter(map(known.__getitem__, values), np.int32, len(values)))

    @classmethod
    def alike(cls, text: str, count: int) -> "Words":
        """Return one text `count` times."""
        return cls((text,), np.zeros(count, dtype=np.int32))

    @classmethod
    def joined(cls, parts: Iterable["Words"]) -> "Words":
        """Return the words of all parts, one after the other."""
        known: dict[str, int] = {}
        codes: list[Codes] = [np.zeros(0, dtype=np.int32)]
        for part in parts:
            renamed = np.array([known.setdefault(text, len(known)) for text in part.texts], dtype=np.int32)
            codes.append(renamed[part.codes] if len(part.codes) else part.codes)
        return cls(list(known), np.concatenate(codes))

    def at(self, places: NDArray[np.integer] | NDArray[np.bool_]) -> "Words":
        """Return the words at `places`, indices or a mask, in that order."""
        return Words(self.texts, self.codes[places])

    def are(self, text: str) -> NDArray[np.bool_]:
        """Return which cells hold a text; shape [len(self)]."""
        return self.among((text,))

    def among(self, wanted: Iterable[str]) -> NDArray[np.bool_]:
        """Return which cells hold one of some texts; shape [len(self)]."""
        chosen = frozenset(wanted)
        flags = np.array([text in chosen for text in self.texts], dtype=np.bool_)
        if flags.all() or not flags.any():
            return np.full(len(self.codes), bool(len(flags)) and bool(flags[0]))
        return flags[self.codes]

    def places_of(self, text: str) -> NDArray[np.intp]:
        """Return where a text stands, in order."""
        return np.flatnonzero(self.are(text))

    def places(self) -> Mapping[str, NDArray[np.intp]]:
        """Return where each text stands, in order; texts that stand nowhere are left out."""
        order = np.argsort(self.codes, kind="stable")
        ends = np.cumsum(np.bincount(self.codes, minlength=len(self.texts)))
        parts = np.split(order, ends[:-1]) if len(ends) else []
        return {text: part for text, part in zip(self.texts, parts, strict=True) if len(part)}

    def column(self) -> NDArray[np.object_]:
        """Return the texts themselves as one array."""
        texts = np.empty(len(self.texts), dtype=object)
        texts[:] = self.texts
        return texts[self.codes]

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> "Words": ...
    def __getitem__(self, index: int | slice) -> "str | Words":
        if isinstance(index, slice):
            return Words(self.texts, self.codes[index])
        return self.texts[int(self.codes[index])]

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str]:
        return map(self.texts.__getitem__, self.codes.tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)
