"""Consent in memory: one column a channel and purpose, written from the append-only list."""

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

from liftloop.kernel.sets import distinct
from liftloop.profile.contract import GRANTED, NO_CONSENT, WITHDRAWN, Consent
from liftloop.profile.reading import consent_array
from liftloop.runtime.contract import Moment, Slots, StateView
from liftloop.storage.contract import ArraySpec, Delta, Row, Write

EVERY_TOPICS = ("", "all")
"""Two ways to say that a consent is about no topic in particular."""
COLUMNS_MAX = 96
"""Channels times purposes kept in memory: 32 channels, more than any gate asks for; the rest is kept on disk only.

The names come from senders of events, whose key stands in every page of a shop.
"""


class Given(Struct, frozen=True, kw_only=True):
    """A consent with the person it belongs to."""

    slot: int
    number: int
    at_ms: int
    consent: Consent


def fold_consents(state: StateView, given: Sequence[Given], moment: Moment) -> Delta:
    """Return the delta of new consents: every one is kept; the latest of each person, channel and purpose holds.

    Where two carry the same instant, the withdrawal holds: when in doubt, do not send.
    """
    if not given:
        return Delta()
    rows: list[Row] = [
        (
            each.number,
            each.consent.channel,
            each.consent.purpose,
            each.consent.topic,
            each.at_ms,
            moment.tick,
            position,
            each.consent.status,
            each.consent.source,
            each.consent.text_version,
        )
        for position, each in enumerate(given)
    ]
    allocate: list[ArraySpec] = []
    writes: list[Write] = []
    groups: dict[tuple[str, str], list[Given]] = {}
    for each in given:
        if each.consent.topic in EVERY_TOPICS:
            groups.setdefault((each.consent.channel, each.consent.purpose), []).append(each)
    for (channel, purpose), of_group in groups.items():
        status_name = consent_array(channel, purpose, "status")
        at_name = consent_array(channel, purpose, "at_ms")
        if not state.has(at_name) and len(state.names("consent.")) + len(allocate) >= 2 * COLUMNS_MAX:
            continue
        allocate += [
            ArraySpec(name=status_name, dtype="|i1", fill=NO_CONSENT, domain="profile"),
            ArraySpec(name=at_name, dtype="<i8", fill=0, domain="profile"),
        ]
        latest = _latest(state, (at_name, status_name), of_group)
        index = np.fromiter(latest, np.int64, len(latest))
        statuses = [GRANTED if each.consent.status == "granted" else WITHDRAWN for each in latest.values()]
        writes += [
            Write(status_name, index, np.array(statuses, dtype=np.int8)),
            Write(at_name, index, np.array([each.at_ms for each in latest.values()], dtype=np.int64)),
        ]
    return Delta(allocate=allocate, writes=writes, puts={"consent": rows})


def _latest(state: StateView, names: tuple[str, str], given: Sequence[Given]) -> dict[int, Given]:
    """Return the consent that holds for each slot, leaving out those that come before what state has."""
    latest: dict[int, Given] = {}
    for each, known in zip(given, _known_orders(state, names, given), strict=True):
        held = latest.get(each.slot)
        if _order(each) >= known and (held is None or _order(each) >= _order(held)):
            latest[each.slot] = each
    return latest


def _order(given: Given) -> tuple[int, int]:
    return given.at_ms, int(given.consent.status == "withdrawn")


def _known_orders(state: StateView, names: tuple[str, str], given: Sequence[Given]) -> Iterable[tuple[int, int]]:
    """Return the order of what state has of each person."""
    if not state.has(names[0]):
        return [(0, 0)] * len(given)
    slots = np.array([each.slot for each in given], dtype=np.int64)
    withdrawn = state[names[1]][slots] == WITHDRAWN
    return zip(state[names[0]][slots].tolist(), withdrawn.tolist(), strict=True)


def merge_consents(state: StateView, kept: Slots, forwarded: Slots) -> list[Write]:
    """Return the writes that let each merged person have the latest of all consents, a withdrawal where equal."""
    everyone = np.concatenate([distinct(kept), forwarded])
    heirs = np.concatenate([distinct(kept), kept])
    writes: list[Write] = []
    for at_name in [name for name in state.names("consent.") if name.endswith(".at_ms")]:
        status_name = at_name.removesuffix("at_ms") + "status"
        at_ms, status = state[at_name][everyone], state[status_name][everyone]
        order = np.lexsort((status == WITHDRAWN, at_ms, heirs))
        last = order[np.flatnonzero(np.append(heirs[order][1:] != heirs[order][:-1], [True]))]
        writes += [Write(status_name, heirs[last], status[last]), Write(at_name, heirs[last], at_ms[last])]
    return writes
