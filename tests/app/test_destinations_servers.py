"""Handing audiences to database servers: PostgreSQL, and where LIFTLOOP_TEST_MYSQL names one MySQL or MariaDB."""

import asyncio
import os
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import create_engine, text

from liftloop.audience.destinations import Change, DatabaseReceiver, Part, PersonTold
from liftloop.plugins.destinations.contract import ReceiverAway, ReceiverRefuses
from liftloop.plugins.destinations.database import open_table

pytestmark = pytest.mark.long  # A server of its own takes seconds to start in each worker.

TABLES = {"postgres": "public.liftloop_people", "mysql": "liftloop_people"}


@pytest.fixture(scope="module")
def mysql() -> str:
    """Give the address of the server that is named."""
    if "LIFTLOOP_TEST_MYSQL" not in os.environ:
        pytest.skip("LIFTLOOP_TEST_MYSQL names no server")
    return os.environ["LIFTLOOP_TEST_MYSQL"]


@pytest.fixture(name="place", params=sorted(TABLES))
def a_place(request: pytest.FixtureRequest) -> Iterator[DatabaseReceiver]:
    """Name a table that is not there, before and after."""
    place = DatabaseReceiver(url=request.getfixturevalue(request.param), table=TABLES[request.param])
    _drop(place)
    yield place
    _drop(place)


def _drop(place: DatabaseReceiver) -> None:
    engine = create_engine(place.url)
    with engine.begin() as connection:
        connection.execute(text(f"DROP TABLE IF EXISTS {place.table}"))
    engine.dispose()


def people(numbers: Sequence[int], change: Change, note: str = "") -> list[PersonTold]:
    return [
        PersonTold(
            profile_id=f"p{number}",
            change=change,
            identifiers={"customer_id": f"u{number}"},
            columns={"城市": "上海\x00\ud800🎏", "note": note, "count": number},
        )
        for number in numbers
    ]


def take(place: DatabaseReceiver, told: Sequence[PersonTold], export: str, *, whole: bool) -> None:
    async def handed() -> None:
        receiving = open_table(place)
        part = Part(
            destination="d",
            export=export,
            audience="a",
            whole=whole,
            first=0,
            behind=len(told),
            of=len(told),
            at_ms=1_790_000_000_000,
            people=told,
        )
        await receiving.take(part)
        await receiving.close()

    asyncio.run(handed())


def found(place: DatabaseReceiver, query: str) -> list[tuple[object, ...]]:
    engine = create_engine(place.url)
    with engine.begin() as connection:
        rows = [tuple(row) for row in connection.execute(text(query.format(table=place.table)))]
    engine.dispose()
    return rows


def members(place: DatabaseReceiver) -> list[tuple[object, ...]]:
    return found(place, "SELECT count(*), sum(CASE WHEN member THEN 1 ELSE 0 END) FROM {table}")


def test_people_are_put_in_changed_and_never_doubled(place: DatabaseReceiver) -> None:
    """A part that comes twice counts once, who left is no member, a whole export lets all others go."""
    take(place, people(range(1_000), "member"), "e1", whole=True)
    take(place, people(range(1_000), "member"), "e1", whole=True)
    assert members(place) == [(1_000, 1_000)]
    take(place, people(range(5), "left", note="gone"), "e2", whole=False)
    left = found(place, "SELECT profile_id, note, count FROM {table} WHERE NOT member ORDER BY 1")
    assert left == [(f"p{n}", "gone", str(n)) for n in range(5)]
    told = found(place, "SELECT DISTINCT 城市, changed_at FROM {table}")
    assert [(city, str(at)[:19]) for city, at in told] == [("上海?🎏", "2026-09-21 14:13:20")]
    take(place, people(range(10), "member"), "e3", whole=True)
    assert members(place) == [(1_000, 10)]


def test_a_table_of_another_shape_is_refused_and_a_server_that_is_away_tells_no_secret(place: DatabaseReceiver) -> None:
    """A missing column is named; an address that cannot be reached is told without its password."""
    take(place, [], "e1", whole=True)
    with pytest.raises(ReceiverRefuses, match="customer_id"):
        take(place, people([1], "member"), "e2", whole=False)
    driver = place.url.partition(":")[0]
    away = DatabaseReceiver(url=f"{driver}://u:swordfish@127.0.0.1:1/x", table="t")
    with pytest.raises(ReceiverAway) as told:
        take(away, people([1], "member"), "e2", whole=False)
    assert "swordfish" not in str(told.value)
