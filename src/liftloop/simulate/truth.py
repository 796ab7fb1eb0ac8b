"""All that is fixed once the dice key is drawn: the people, the calendar, what they do unasked."""

import numpy as np
from msgspec import Struct

from liftloop.simulate.arrays import DAY_MS
from liftloop.simulate.catalogue import Catalogue, catalogue
from liftloop.simulate.chance import Stream, draw_key, uniforms
from liftloop.simulate.people import People, draw_people
from liftloop.simulate.purchases import Process, Renewals, renewals
from liftloop.simulate.seasons import Calendar, calendar
from liftloop.simulate.world import World

WINDOW_SPARE_DAYS = 45  # Calendar kept beyond the last event, for views that precede an order.


class Truth(Struct, frozen=True, kw_only=True):
    """A world with its dice thrown; contacts change nothing in here."""

    world: World
    catalogue: Catalogue
    calendar: Calendar
    key: int
    people: People
    orders: Renewals
    browses: Renewals
    visits: Renewals
    since_ms: int
    until_ms: int
    horizon_ms: int


class Span(Struct, frozen=True, kw_only=True):
    """The past that is told (`days` before `until_ms`) and the future that is prepared after it."""

    until_ms: int
    days: int
    ahead_days: int


def throw(world: World, span: Span, rng: np.random.Generator) -> Truth:
    """Draw people and everything they do unasked from registration until the horizon."""
    key = draw_key(rng)
    lists = catalogue(world)
    people = draw_people(world, lists, span.until_ms, rng)
    horizon_ms = span.until_ms + span.ahead_days * DAY_MS
    dates = calendar(
        world.season,
        world.utc_offset_minutes,
        int(people.registered_ms.min()),
        horizon_ms + WINDOW_SPARE_DAYS * DAY_MS,
    )
    stop_ms = np.minimum(people.leaves_ms, horizon_ms)
    member = np.arange(world.members, dtype=np.int64)
    first = uniforms(key, Stream.FIRST_ORDER, member) < world.habits.first_order_share
    never = np.zeros(world.members, dtype=np.bool_)
    once = np.ones(world.members, dtype=np.int64)

    def run(gap: Stream, rates_of: np.ndarray, shape: np.ndarray, at_start: np.ndarray) -> Renewals:
        process = Process(
            gap=gap,
            start_ms=people.registered_ms,
            stop_ms=stop_ms,
            rate=rates_of,
            phases=shape,
            at_start=at_start,
        )
        return renewals(dates, key, process)

    return Truth(
        world=world,
        catalogue=lists,
        calendar=dates,
        key=key,
        people=people,
        orders=run(Stream.ORDER_GAP, people.rate, people.phases, first),
        browses=run(Stream.BROWSE_GAP, people.browse_rate, once, never),
        visits=run(Stream.VISIT_GAP, people.visit_rate, once, never),
        since_ms=span.until_ms - span.days * DAY_MS,
        until_ms=span.until_ms,
        horizon_ms=horizon_ms,
    )
