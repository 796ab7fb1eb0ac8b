"""Consent in memory: one column a channel and purpose, written from the append-only list."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from liftloop.profile.contract import GRANTED, NO_CONSENT, WITHDRAWN, Consent
from liftloop.profile.reading import consent_array
from liftloop.runtime.contract import Moment, StateView
from liftloop.storage.contract import ArraySpec, Delta, Row, Write

EVERY_TOPIC = ""


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
        if each.consent.topic == EVERY_TOPIC:
            groups.setdefault((each.consent.channel, each.consent.purpose), []).append(each)
    for (channel, purpose), of_group in groups.items():
        status_name = consent_array(channel, purpose, "status")
        at_name = consent_array(channel, purpose, "at_ms")
        allocate += [
            ArraySpec(name=status_name, dtype="|i1", fill=NO_CONSENT, domain="profile"),
            ArraySpec(name=at_name, dtype="<i8", fill=0, domain="profile"),
        ]
        latest = _latest(state, at_name, of_group)
        index = np.fromiter(latest, np.int64, len(latest))
        statuses = [GRANTED if each.consent.status == "granted" else WITHDRAWN for each in latest.values()]
        writes += [
            Write(status_name, index, np.array(statuses, dtype=np.int8)),
            Write(at_name, index, np.array([each.at_ms for each in latest.values()], dtype=np.int64)),
        ]
    return Delta(allocate=allocate, writes=writes, puts={"consent": rows})


def _latest(state: StateView, at_name: str, given: Sequence[Given]) -> dict[int, Given]:
    """Return the consent that holds for each slot, leaving out those older than what state has."""
    known = state[at_name] if state.has(at_name) else np.zeros(0, dtype=np.int64)
    latest: dict[int, Given] = {}
    for each in given:
        held = latest.get(each.slot)
        if each.slot < len(known) and _order(each) < (int(known[each.slot]), 0):
            continue
        if held is None or _order(each) >= _order(held):
            latest[each.slot] = each
    return latest


def _order(given: Given) -> tuple[int, int]:
    return given.at_ms, int(given.consent.status == "withdrawn")


def merge_consents(state: StateView, kept: int, forwarded: int, names: Sequence[tuple[str, str]]) -> Delta:
    """Return the delta that lets a merged person have the later of both consents, a withdrawal where equal."""
    writes: list[Write] = []
    for channel, purpose in names:
        at_name = consent_array(channel, purpose, "at_ms")
        status_name = consent_array(channel, purpose, "status")
        at = state[at_name][[kept, forwarded]]
        status = state[status_name][[kept, forwarded]]
        takes = at[1] > at[0] or (at[1] == at[0] and status[1] == WITHDRAWN)
        if takes and status[1] != NO_CONSENT:
            index = np.array([kept])
            writes += [Write(status_name, index, status[1:]), Write(at_name, index, at[1:])]
    return Delta(writes=writes)
