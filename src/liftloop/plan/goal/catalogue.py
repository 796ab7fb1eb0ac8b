"""Metrics as the grammar needs them: by id, and by every name that people give them.

An alias that several metrics share (转化率, 业绩, conversion) is meant: the sentence is then asked back.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from liftloop.kernel.plain_text import normalise
from liftloop.profile.metric import Metric


class Catalogue(Struct, frozen=True, kw_only=True):
    """Metrics by id, and their aliases by first character, longest first, each with the ids that claim it.

    `groups` are names that this installation has for groups of people.
    """

    by_id: Mapping[str, Metric]
    phrases: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    groups: tuple[str, ...] = ()


def catalogue_of(metrics: Sequence[Metric]) -> Catalogue:
    """Index `metrics` for lookup by id and by alias; an id may be given once.

    Raises ValueError when two metrics have the same id.
    """
    by_id = {metric.id: metric for metric in metrics}
    if len(by_id) != len(metrics):
        raise ValueError("two metrics with one id")
    owners: dict[str, list[str]] = {}
    for metric in metrics:
        names = (metric.name_zh, metric.name_en, *metric.aliases_zh, *metric.aliases_en)
        for phrase in {normalise(name).plain for name in names}:
            owners.setdefault(phrase, []).append(metric.id)
    grouped: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for phrase in sorted(owners, key=lambda phrase: (-len(phrase), phrase)):
        grouped.setdefault(phrase[0], []).append((phrase, tuple(owners[phrase])))
    return Catalogue(by_id=by_id, phrases={first: tuple(group) for first, group in grouped.items()})
