"""The last events of each person, exact to the millisecond: what rolling windows, caps and timers are computed from.

Events lie in pages of eight, chained per person; a page cell holds a time and a value. A chain is kept newest first.
At most `LIVE_MAX` events a person are kept; older ones are the lake's business.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.runtime.contract import Slots, StateView
from liftloop.storage.contract import ArraySpec, Delta, Write

PAGE = 8
LIVE_MAX = 256
"""Events a person and source kept in RAM; thresholds above it are refused when a definition is published."""
NO_PAGE = -1
NEVER_MS = 0

Times = NDArray[np.int64]
Values = NDArray[np.float64]


class Recent(Struct, frozen=True):
    """Recent events of some people, newest first; cells past a person's last event hold NEVER_MS and 0."""

    at_ms: Times
    """Shape [people, depth]."""
    value: Values

    def inside(self, now_ms: int, span_ms: int) -> NDArray[np.bool_]:
        """Return which cells lie in (now - span, now + a little clock skew]; shape [people, depth]."""
        return self.at_ms > max(now_ms - span_ms, NEVER_MS)

    def next_expiry_ms(self, now_ms: int, span_ms: int) -> Times:
        """Return when the oldest event inside leaves the window, FAR_FUTURE_MS where there is none; shape [people]."""
        inside = self.inside(now_ms, span_ms)
        oldest = np.where(inside, self.at_ms, FAR_FUTURE_MS).min(axis=1, initial=FAR_FUTURE_MS)
        return np.where(oldest == FAR_FUTURE_MS, FAR_FUTURE_MS, oldest + span_ms)


class Windows(Struct, frozen=True, kw_only=True):
    """Names the arrays of one source of events; all functions are pure over a view of state."""

    name: str

    def specs(self) -> list[ArraySpec]:
        """Return the arrays to allocate where events are only counted: each has the value 1."""
        return [
            ArraySpec(name=self._head, dtype="<i4", fill=NO_PAGE, domain="profile"),
            ArraySpec(name=self._next, dtype="<i4", fill=NO_PAGE),
            ArraySpec(name=self._at, dtype="<i8", fill=NEVER_MS, width=PAGE),
            ArraySpec(name=self._count, dtype="<i8", fill=0),
        ]

    def value_spec(self) -> ArraySpec:
        """Return the array to allocate besides where events have values of their own."""
        return ArraySpec(name=self._value, dtype="<f8", fill=0, width=PAGE)

    def exists(self, state: StateView) -> bool:
        return state.has(self._head)

    def newest(self, state: StateView, slots: Slots) -> Times:
        """Return when the last PAGE events of these people were, newest first; shape [people, PAGE]."""
        page = state[self._head][slots]
        if not len(state[self._at]):
            return np.full((len(slots), PAGE), NEVER_MS, dtype=np.int64)
        at_ms = state[self._at][page]
        at_ms[page == NO_PAGE] = NEVER_MS
        return at_ms

    def recent(self, state: StateView, slots: Slots) -> Recent:
        """Return the kept events of these people; the depth is that of the longest chain among them."""
        pages = self._chains(state, slots)
        people, depth = pages.shape
        if not depth:
            return Recent(np.zeros((people, 0), dtype=np.int64), np.zeros((people, 0)))
        at_ms = state[self._at][pages]
        at_ms[pages == NO_PAGE] = NEVER_MS
        if state.has(self._value):
            value = state[self._value][pages]
            value[pages == NO_PAGE] = 0.0
        else:
            value = (at_ms > NEVER_MS).astype(np.float64)
        return Recent(at_ms.reshape(people, -1), value.reshape(people, -1))

    def add(self, state: StateView, slots: Slots, at_ms: Times, value: Values, horizon_ms: int) -> Delta:
        """Return the delta that adds events in any order, people repeated or not, and forgets up to `horizon_ms`."""
        keep = at_ms > horizon_ms
        slots, at_ms, value = slots[keep], at_ms[keep], value[keep]
        if not len(slots):
            return Delta()
        people, inverse, counts = np.unique(slots, return_inverse=True, return_counts=True)
        order = np.lexsort((-at_ms, inverse))
        rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        newest = order[rank < LIVE_MAX]
        rank = rank[rank < LIVE_MAX]
        width = int(rank.max()) + 1
        new_at = np.full((len(people), width), NEVER_MS, dtype=np.int64)
        new_value = np.zeros((len(people), width))
        new_at[inverse[newest], rank] = at_ms[newest]
        new_value[inverse[newest], rank] = value[newest]
        kept = self.recent(state, people)
        return self._rewrite(
            state,
            people,
            np.concatenate([kept.at_ms, new_at], axis=1),
            np.concatenate([kept.value, new_value], axis=1),
            horizon_ms,
        )

    def remove(self, state: StateView, slots: Slots, at_ms: Times) -> Delta:
        """Return the delta that takes one event at `at_ms` from each person; one that is not there is passed over."""
        people, inverse = np.unique(slots, return_inverse=True)
        kept = self.recent(state, people)
        at = kept.at_ms.copy()
        for row, moment in zip(inverse.tolist(), at_ms.tolist(), strict=True):
            cells = np.flatnonzero(at[row] == moment)
            if len(cells):
                at[row, cells[0]] = NEVER_MS
        return self._rewrite(state, people, at, kept.value, NEVER_MS)

    def replace(self, state: StateView, people: Slots, events: tuple[Slots, Times, Values], horizon_ms: int) -> Delta:
        """Return the delta after which distinct `people` have these events, as (slots, at_ms, value), and no others."""
        slots, at_ms, value = events
        of_each = [np.flatnonzero(slots == slot) for slot in people.tolist()]
        width = max(map(len, of_each), default=0)
        new_at = np.full((len(people), width), NEVER_MS, dtype=np.int64)
        new_value = np.zeros((len(people), width))
        for row, mine in enumerate(of_each):
            new_at[row, : len(mine)], new_value[row, : len(mine)] = at_ms[mine], value[mine]
        return self._rewrite(state, people, new_at, new_value, horizon_ms)

    def move(self, state: StateView, kept: Slots, forwarded: Slots, horizon_ms: int) -> Delta:
        """Return the delta that gives the events of `forwarded[i]` to `kept[i]`, as merges do."""
        moving = self.recent(state, forwarded)
        live = moving.at_ms > NEVER_MS
        owners = np.broadcast_to(kept[:, None], live.shape)[live]
        added = self.add(state, owners, moving.at_ms[live], moving.value[live], horizon_ms)
        emptied = Write(self._head, forwarded, np.full(len(forwarded), NO_PAGE, dtype=np.int32))
        return Delta(writes=[*added.writes, emptied])

    def _rewrite(self, state: StateView, people: Slots, at_ms: Times, value: Values, horizon_ms: int) -> Delta:
        """Lay each person's live events newest first into the pages they have, then into new ones."""
        at_ms = np.where(at_ms > horizon_ms, at_ms, NEVER_MS)
        order = np.argsort(-at_ms, axis=1, kind="stable")[:, :LIVE_MAX]
        at_ms = np.take_along_axis(at_ms, order, axis=1)
        chains = self._chains(state, people)
        live = (at_ms > NEVER_MS).sum(axis=1)
        pages_needed = np.maximum(-(-live // PAGE), (chains != NO_PAGE).sum(axis=1))
        depth = int(pages_needed.max(initial=0))
        if not depth:
            return Delta()
        pages = np.full((len(people), depth), NO_PAGE, dtype=np.int32)
        pages[:, : chains.shape[1]] = chains[:, :depth]
        wanted = (np.arange(depth) < pages_needed[:, None]) & (pages == NO_PAGE)
        used = int(state[self._count][0]) if len(state[self._count]) else 0
        fresh = int(wanted.sum())
        pages[wanted] = np.arange(used, used + fresh, dtype=np.int32)
        padded_at = np.full((len(people), depth * PAGE), NEVER_MS, dtype=np.int64)
        columns = min(at_ms.shape[1], depth * PAGE)
        padded_at[:, :columns] = at_ms[:, :columns]
        there = pages != NO_PAGE
        index = pages[there].astype(np.int64)
        following = np.full_like(pages, NO_PAGE)
        following[:, :-1] = pages[:, 1:]
        values: list[Write] = []
        if state.has(self._value):
            value = np.take_along_axis(value, order, axis=1)
            padded_value = np.zeros((len(people), depth * PAGE))
            padded_value[:, :columns] = np.where(at_ms[:, :columns] > NEVER_MS, value[:, :columns], 0.0)
            values = [Write(self._value, index, padded_value.reshape(len(people), depth, PAGE)[there])]
        return Delta(
            writes=[
                *values,
                Write(self._at, index, padded_at.reshape(len(people), depth, PAGE)[there]),
                Write(self._next, index, following[there]),
                Write(self._head, people, pages[:, 0]),
                Write(self._count, np.zeros(1, dtype=np.int64), np.array([used + fresh])),
            ]
        )

    def _chains(self, state: StateView, slots: Slots) -> NDArray[np.int32]:
        """Return the page numbers of each person's chain; shape [people, longest chain]."""
        page = state[self._head][slots]
        columns: list[NDArray[np.int32]] = []
        following = state[self._next]
        while (page != NO_PAGE).any():
            columns.append(page)
            page = np.where(page == NO_PAGE, NO_PAGE, following[page]).astype(np.int32)
        if not columns:
            return np.zeros((len(slots), 0), dtype=np.int32)
        return np.stack(columns, axis=1)

    @property
    def _head(self) -> str:
        return f"{self.name}.head"

    @property
    def _next(self) -> str:
        return f"{self.name}.next"

    @property
    def _at(self) -> str:
        return f"{self.name}.at"

    @property
    def _value(self) -> str:
        return f"{self.name}.value"

    @property
    def _count(self) -> str:
        return f"{self.name}.pages"
