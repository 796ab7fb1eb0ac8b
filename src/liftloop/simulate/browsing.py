"""Looking without buying, and looking before buying: views, adds and store visits.

What people look at is fixed by their own sessions; contacts add sessions and take none away.
"""

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import Floats, Ints, Keys
from liftloop.simulate.baskets import Orders, first_items, is_online, pick_items
from liftloop.simulate.chance import Stream, keys, uniforms
from liftloop.simulate.frames import taken
from liftloop.simulate.purchases import Renewals
from liftloop.simulate.rows import Kind, Rows, rows_of
from liftloop.simulate.truth import Truth

LOOK_BACK_MS = 2 * 86_400_000  # An order's first view comes at most this long before it.
SESSION_S = 1_500  # The views of one session lie within 25 minutes.
ORDER_ADD_SHARE = 0.5
IDLE_ADD_SHARE = 0.12
EARLIER_SHARE = 0.2  # Of online orders were looked at up to two days before.
SECOND_VIEW_FROM = 0.75  # A quarter of sessions see a second article,
THIRD_VIEW_FROM = 0.92  # and a twelfth a third.


class Session(Struct, frozen=True, kw_only=True):
    """Sessions, one a row: never before `earliest_ms`, all over by `end_ms`."""

    member: Ints
    end_ms: Ints
    earliest_ms: Ints
    key: Keys


def before_orders(truth: Truth, orders: Orders, earliest_ms: Ints) -> list[Rows]:
    """Return what precedes orders: a visit to the store, or views and often an add online."""
    session = Session(member=orders.member, end_ms=orders.at_ms, earliest_ms=earliest_ms, key=orders.key)
    online = is_online(truth, orders)
    item = first_items(truth, orders)
    looked = _luck(truth, Stream.EARLIER, orders.key) < EARLIER_SHARE
    added = _luck(truth, Stream.ADD, orders.key) < ORDER_ADD_SHARE
    back_ms = (_luck(truth, Stream.MOMENT, orders.key) * (LOOK_BACK_MS // 1000 - 3600)).astype(np.int64) * 1000
    earlier = _rows(truth, session, Kind.PRODUCT_VIEWED, (0, 3_600_000 + back_ms), item)
    add = _rows(truth, session, Kind.PRODUCT_ADDED, (1, np.full(back_ms.size, 20_000)), item)
    visit = _visits(truth, session)
    return [
        *_views(truth, taken(session, online), item[online]),
        taken(earlier, np.flatnonzero(online & looked & (earlier.at_ms >= earliest_ms))),
        taken(add, np.flatnonzero(online & added & (add.at_ms >= earliest_ms))),
        taken(visit, np.flatnonzero(~online & (visit.at_ms >= earliest_ms))),
    ]


def idle_views(truth: Truth, rows: Ints) -> list[Rows]:
    """Return the sessions of `truth.browses[rows]`: views, now and then an add."""
    session = _idle(truth, truth.browses, rows, Stream.BROWSE_KEY)
    item = pick_items(truth, session.member, session.end_ms, session.key, np.zeros(rows.size, np.int64))
    added = _luck(truth, Stream.ADD, session.key) < IDLE_ADD_SHARE
    add = _rows(truth, session, Kind.PRODUCT_ADDED, (1, np.zeros(rows.size, np.int64)), item)
    return [*_views(truth, session, item), taken(add, np.flatnonzero(added))]


def idle_visits(truth: Truth, rows: Ints) -> list[Rows]:
    session = _idle(truth, truth.visits, rows, Stream.VISIT_KEY)
    return [_visits(truth, session)]


def _idle(truth: Truth, renewals: Renewals, rows: Ints, stream: Stream) -> Session:
    member = renewals.member[rows]
    return Session(
        member=member,
        end_ms=renewals.at_ms[rows],
        earliest_ms=truth.people.registered_ms[member],
        key=keys(truth.key, stream, member, renewals.number[rows]),
    )


def _views(truth: Truth, session: Session, item: Ints) -> list[Rows]:
    """Return one to three views a session, the first of `item`."""
    many = _luck(truth, Stream.MANY, session.key)
    parts: list[Rows] = []
    for number, least in enumerate((0.0, SECOND_VIEW_FROM, THIRD_VIEW_FROM)):
        rows = np.flatnonzero(many >= least)
        some = taken(session, rows)
        place = np.full(rows.size, number + 10, dtype=np.int64)
        seen = item[rows] if number == 0 else pick_items(truth, some.member, some.end_ms, some.key, place)
        back_s = 30 + uniforms(truth.key, Stream.MOMENT, some.key, place) * (SESSION_S - 30)
        views = _rows(truth, some, Kind.PRODUCT_VIEWED, (number + 2, back_s.astype(np.int64) * 1000), seen)
        parts.append(taken(views, np.flatnonzero(views.at_ms >= some.earliest_ms)))
    return parts


def _visits(truth: Truth, session: Session) -> Rows:
    number = np.array([5])
    back_s = 300 + uniforms(truth.key, Stream.MOMENT, session.key, number) * 2100
    at_ms = session.end_ms - back_s.astype(np.int64) * 1000
    key = keys(truth.key, Stream.EVENT_KEY, session.key, number)
    store = truth.people.store[session.member]
    return rows_of(at_ms, session.member, Kind.STORE_VISITED, key, store=store)


def _rows(truth: Truth, session: Session, kind: Kind, place: tuple[int, Ints], item: Ints) -> Rows:
    """Return one event a session, `place` = (its number in the session, time before the end)."""
    number, back_ms = place
    key = keys(truth.key, Stream.EVENT_KEY, session.key, np.array([number]))
    return rows_of(session.end_ms - back_ms, session.member, kind, key, item=item)


def _luck(truth: Truth, stream: Stream, key: Keys) -> Floats:
    return uniforms(truth.key, stream, key)
