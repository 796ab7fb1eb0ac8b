"""Handing audiences to a PostgreSQL server: runs where LIFTLOOP_TEST_POSTGRES names one that may be written to."""

import asyncio
import os
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import create_engine, text

from liftloop.audience.destinations import Change, DatabaseReceiver, Part, PersonTold
from liftloop.plugins.destinations.contract import ReceiverAway, ReceiverRefuses
from liftloop.plugins.destinations.database import open_table

URL = os.environ.get("LIFTLOOP_TEST_POSTGRES", "")
TABLE = "public.liftloop_people"

pytestmark = pytest.mark.skipif(not URL, reason="LIFTLOOP_TEST_POSTGRES names no server")


@pytest.fixture(autouse=True)
def _no_table() -> Iterator[None]:
    _drop()
    yield
    _drop()


def _drop() -> None:
    engine = create_engine(URL)
    with engine.begin() as connection:
        connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
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


def take(told: Sequence[PersonTold], export: str, *, whole: bool) -> None:
    async def handed() -> None:
        receiving = open_table(DatabaseReceiver(url=URL, table=TABLE))
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


def found(query: str) -> list[tuple[object, ...]]:
    engine = create_engine(URL)
    with engine.begin() as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return rows


def test_people_are_put_in_changed_and_never_doubled() -> None:
    """A part that comes twice counts once, who left is no member, a whole export lets all others go."""
    take(people(range(1_000), "member"), "e1", whole=True)
    take(people(range(1_000), "member"), "e1", whole=True)
    assert found(f"SELECT count(*), count(*) FILTER (WHERE member) FROM {TABLE}") == [(1_000, 1_000)]
    take(people(range(5), "left", note="gone"), "e2", whole=False)
    assert found(f"SELECT profile_id FROM {TABLE} WHERE NOT member ORDER BY 1") == [(f"p{n}",) for n in range(5)]
    assert found(f'SELECT "城市", count, note, extract(epoch FROM changed_at)::bigint FROM {TABLE} LIMIT 1')[0][1:] in [
        (str(number), note, 1_790_000_000) for number in range(1_000) for note in ("", "gone")
    ]
    take(people(range(10), "member"), "e3", whole=True)
    assert found(f"SELECT count(*) FILTER (WHERE member) FROM {TABLE}") == [(10,)]


def test_a_table_of_another_shape_is_refused_and_a_server_that_is_away_says_nothing_secret() -> None:
    """A missing column is named; an address that cannot be reached is told without its password."""
    take([], "e1", whole=True)
    with pytest.raises(ReceiverRefuses, match="customer_id"):
        take(people([1], "member"), "e2", whole=False)
    away = open_table(DatabaseReceiver(url="postgresql+psycopg://u:swordfish@127.0.0.1:1/x", table="t"))
    part = Part(destination="d", export="e", audience="a", whole=True, first=0, behind=0, of=0, at_ms=0, people=[])
    with pytest.raises(ReceiverAway) as told:
        asyncio.run(away.take(part))
    assert "swordfish" not in str(told.value)
