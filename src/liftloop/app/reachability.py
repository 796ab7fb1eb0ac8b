"""Who may be sent marketing through which medium: the latest word of each person, and nobody who is suppressed.

The gate decides with what the tick holds in memory; this counts the same from what is on disk, for people to read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.media import medium_of
from liftloop.deliver.stage import SUPPRESSING
from liftloop.storage.contract import StateReader

Numbers = NDArray[np.int64]

_NEW_CONSENTS = """
SELECT channel, profile, at_ms, status != 'granted' FROM consent
WHERE tick > ? AND tick <= ? AND purpose = 'marketing' AND topic IN ('', 'all')
"""
_MERGES = "SELECT forwarded, kept FROM merge ORDER BY tick, position"
SUPPRESSED_ROWS = """
SELECT DISTINCT coalesce(canonical.kept, ended.profile) AS profile, ended.channel FROM (
    SELECT message.profile, message_settled.channel FROM message_settled JOIN message USING (message_key)
    WHERE message_settled.outcome IN (SELECT unnest($1::VARCHAR[]))
    UNION ALL
    SELECT message.profile, receipt.channel FROM receipt JOIN message USING (message_key)
    WHERE receipt.receipt IN (SELECT unnest($1::VARCHAR[]))
) AS ended LEFT JOIN canonical ON canonical.forwarded = ended.profile
"""
"""For the lake: who must not be contacted through which channel, for what SUPPRESSING names."""
SUPPRESSING_WORDS = sorted(SUPPRESSING)


class _Word(Struct, frozen=True):
    """The latest word of people on one medium; profiles ascend, each once."""

    profile: Numbers
    at_ms: Numbers
    withdrawn: NDArray[np.bool_]


class Reachability:
    """Keeps the latest words in memory and reads only what is new: about 17 bytes a person and medium."""

    def __init__(self, state: StateReader) -> None:
        self._state = state
        self._tick = 0
        self._words: dict[str, _Word] = {}

    def counts(
        self, people: Numbers, suppressed: Mapping[str, Any], channels: Mapping[str, ChannelDefinition]
    ) -> dict[str, int]:
        """Return how many of `people` may be sent marketing, by medium; media of channels without consents count 0.

        `suppressed` is the answer to SUPPRESSED_ROWS.
        """
        return {medium: len(found) for medium, found in self.people(people, suppressed, channels).items()}

    def people(
        self, people: Numbers, suppressed: Mapping[str, Any], channels: Mapping[str, ChannelDefinition]
    ) -> dict[str, Numbers]:
        """Return which of `people` may be sent marketing, by medium, ascending."""
        self._catch_up()
        merged = _heads(self._state.rows(_MERGES))
        media = {name: medium_of(channel) for name, channel in channels.items()}
        ended = _by_medium(suppressed, media)
        found: dict[str, Numbers] = {}
        for medium in sorted({*self._words, *media.values()}):
            held = self._words.get(medium)
            granted = _granted(held, merged) if held is not None else np.zeros(0, dtype=np.int64)
            open_to = np.setdiff1d(granted, ended.get(medium, np.zeros(0, dtype=np.int64)))
            found[medium] = np.intersect1d(people, open_to)
        return found

    def _catch_up(self) -> None:
        position = self._state.position()
        if position is None or position.tick == self._tick:
            return
        rows = self._state.rows(_NEW_CONSENTS, (self._tick, position.tick))
        self._tick = position.tick
        by_medium: dict[str, list[tuple[int, int, int]]] = {}
        for medium, profile, at_ms, withdrawn in rows:
            by_medium.setdefault(medium, []).append((profile, at_ms, withdrawn))
        for medium, those in by_medium.items():
            columns = np.array(those, dtype=np.int64)
            fresh = _Word(columns[:, 0], columns[:, 1], columns[:, 2].astype(np.bool_))
            self._words[medium] = _latest([*([self._words[medium]] if medium in self._words else []), fresh])


def _latest(words: Sequence[_Word]) -> _Word:
    """Return the latest word of each person; a withdrawal wins at the same instant, as in the gate."""
    profile = np.concatenate([each.profile for each in words])
    at_ms = np.concatenate([each.at_ms for each in words])
    withdrawn = np.concatenate([each.withdrawn for each in words])
    order = np.lexsort((withdrawn, at_ms, profile))
    last = np.append(profile[order][1:] != profile[order][:-1], True)
    kept = order[last]
    return _Word(profile[kept], at_ms[kept], withdrawn[kept])


def _granted(held: _Word, merged: Mapping[int, int]) -> Numbers:
    """Return who has granted, with the words of merged profiles taken together."""
    if merged:
        there = np.isin(held.profile, np.fromiter(merged, np.int64, len(merged)))
        profile = held.profile.copy()
        profile[there] = [merged[each] for each in held.profile[there].tolist()]
        held = _latest([_Word(profile, held.at_ms, held.withdrawn)])
    return held.profile[~held.withdrawn]


def _heads(merges: Sequence[Any]) -> dict[int, int]:
    """Return the profile that each forwarded one has become, chains followed."""
    onward: dict[int, int] = dict(merges)

    def head(profile: int) -> int:
        for _ in range(len(onward) + 1):
            if profile not in onward:
                break
            profile = onward[profile]
        return profile

    return {forwarded: head(kept) for forwarded, kept in onward.items()}


def _by_medium(suppressed: Mapping[str, Any], media: Mapping[str, str]) -> dict[str, Numbers]:
    found: dict[str, list[int]] = {}
    for profile, channel in zip(suppressed["profile"].tolist(), suppressed["channel"].tolist(), strict=True):
        if channel in media:
            found.setdefault(media[channel], []).append(int(profile))
    return {medium: np.array(profiles, dtype=np.int64) for medium, profiles in found.items()}
