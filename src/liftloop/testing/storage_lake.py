"""The conformance suite of lakes: they hold what log and facts say, each once, whenever they are asked to follow.

It needs pytest and hypothesis. Override `open_log`, `open_state` and `open_lake`; each opens in a folder.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from liftloop.kernel.codec import canonical_json, pack, pack_columns
from liftloop.kernel.ids import Offset, TickNumber
from liftloop.storage.contract import Commit, FactBlock, Lake, Log, Record, StateStore, StorageError
from liftloop.testing.storage_models import OpenLog, OpenState, StoryFolder

OpenLake = Callable[[Path], Lake]

DUPLICATE = -1
"""Stands for the profile of a record that the tick dropped."""

THREADS = 4


def track(number: int, name: str, properties: object) -> Record:
    return Record(
        kind="track",
        at_ms=1_000 + number,
        received_ms=2_000 + number,
        message_id=f"m{number}",
        actor="key:web",
        user_id=f"u{number}",
        name=name,
        body=canonical_json(properties),
    )


def system_fact(number: int, kind: str, body: object) -> Record:
    return Record(
        kind=kind,
        at_ms=number,
        received_ms=number,
        message_id=f"s{number}",
        actor="person:admin",
        body=canonical_json(body),
    )


class Source:
    """A log and a state that fold what they are given as a tick would, with the profiles that the test says."""

    def __init__(self, log: Log, state: StateStore) -> None:
        self.log = log
        self.state = state
        self._epoch = state.take_lease()
        self._tick = 0

    def append(self, records: Sequence[Record]) -> int:
        """Append one entry and return the offset of its first record."""
        return self.log.append([(len(records), msgspec.msgpack.encode(records))]) - len(records)

    def fold(self, records: Sequence[Record], profiles: Sequence[int], *facts: FactBlock) -> None:
        """Append records and commit the tick that folded them."""
        first = self.append(records) if records else self.log.end()
        known = [(first + row, profile) for row, profile in enumerate(profiles) if profile != DUPLICATE]
        identified = facts_of(
            "event.identified",
            {
                "offset": np.array([offset for offset, _ in known], dtype=np.int64),
                "profile": np.array([profile for _, profile in known], dtype=np.int64),
            },
        )
        self.commit([identified, *facts] if known else list(facts))

    def commit(self, facts: Sequence[FactBlock]) -> None:
        """Commit a tick that has folded the whole log."""
        self._tick += 1
        self.state.commit(
            Commit(
                tick=TickNumber(self._tick),
                now_ms=self._tick,
                seed=self._tick,
                offset=self.log.end(),
                epoch=self._epoch,
                delta=b"",
                facts=facts,
                puts={},
                updates=(),
                removals={},
            )
        )


def facts_of(kind: str, columns: Mapping[str, Any]) -> FactBlock:
    count = len(next(iter(columns.values())))
    return FactBlock(kind=kind, count=count, columns=pack_columns(dict(columns)))


def merged(kept: int, forwarded: int) -> FactBlock:
    columns = {name: np.array([value]) for name, value in (("kept", kept), ("forwarded", forwarded), ("at_ms", 1))}
    return facts_of("profile.merged", columns)


def follow_all(lake: Lake, source: Source, limit: int = 1_000) -> None:
    while lake.follow(source.log, source.state, limit=limit):
        pass


def rows_of(lake: Lake, query: str) -> list[tuple[Any, ...]]:
    """Return a result as rows, for comparison."""
    return list(zip(*(column.tolist() for column in lake.select(query).values()), strict=True))


EVENTS = 'SELECT "offset", profile, name FROM event ORDER BY "offset"'

_RECORDS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["Order Completed", "Product Viewed"])), max_size=4)
_TICKS = st.lists(st.tuples(_RECORDS, st.integers(0, 2)), min_size=1, max_size=8)
_MERGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=9)
_LAKE_SETTINGS = settings(max_examples=8, deadline=None)


class LakeConformance:
    """What every `Lake` promises."""

    @pytest.fixture
    def open_log(self) -> OpenLog:
        raise NotImplementedError("say how to open the log")

    @pytest.fixture
    def open_state(self) -> OpenState:
        raise NotImplementedError("say how to open the state")

    @pytest.fixture
    def open_lake(self) -> OpenLake:
        raise NotImplementedError("say how to open the lake")

    @pytest.fixture
    def source(self, open_log: OpenLog, open_state: OpenState, tmp_path: Path) -> Iterator[Source]:
        source = Source(open_log(tmp_path), open_state(tmp_path))
        yield source
        source.log.close()
        source.state.close()

    @pytest.fixture
    def lake(self, open_lake: OpenLake, tmp_path: Path) -> Iterator[Lake]:
        lake = open_lake(tmp_path)
        yield lake
        lake.close()

    def test_a_fresh_lake_has_nothing_to_follow(self, lake: Lake, source: Source) -> None:
        """Before the first tick there is nothing to take in, even if the log is ahead."""
        source.append([track(0, "Product Viewed", {})])
        assert lake.follow(source.log, source.state, limit=10) == 0
        assert (lake.position().offset, lake.position().tick) == (0, 0)

    def test_records_wait_for_their_tick(self, lake: Lake, source: Source) -> None:
        """A record enters only with the facts of the tick that folded it, and with the profile that they say."""
        source.fold([track(0, "Product Viewed", {})], [7])
        source.append([track(1, "Product Added", {})])
        assert lake.follow(source.log, source.state, limit=10) == 2
        assert rows_of(lake, EVENTS) == [(0, 7, "Product Viewed")]
        assert lake.position().offset == 1

    def test_what_the_tick_dropped_is_left_out(self, lake: Lake, source: Source) -> None:
        """A duplicate has an offset and no profile; it is passed over, wherever in its entry it stands."""
        records = [track(number, "Product Viewed", {}) for number in range(4)]
        source.fold(records, [DUPLICATE, 5, 6, DUPLICATE])
        source.fold(records[:1], [DUPLICATE])
        follow_all(lake, source)
        assert rows_of(lake, EVENTS) == [(1, 5, "Product Viewed"), (2, 6, "Product Viewed")]
        assert lake.position().offset == 5

    def test_following_in_any_steps_gives_the_same(
        self, open_log: OpenLog, open_state: OpenState, open_lake: OpenLake
    ) -> None:
        """However a history is cut into calls, limits and reopenings, the lake ends as if it had come at once."""

        @_LAKE_SETTINGS
        @given(ticks=_TICKS, limit=st.integers(1, 5), often=st.booleans())
        def check(ticks: list[tuple[list[tuple[int, str]], int]], limit: int, often: bool) -> None:
            folder = StoryFolder()
            source = Source(open_log(folder.path), open_state(folder.path))
            lake, expected = open_lake(folder.path), list[tuple[Any, ...]]()
            for records, empty_ticks in ticks:
                first = source.log.end()
                profiles = [profile - 1 for profile, _ in records]
                made = [track(first + row, name, {}) for row, (_, name) in enumerate(records)]
                source.fold(made, profiles)
                for _ in range(empty_ticks):
                    source.commit([facts_of("x.happened", {"number": np.zeros(1)})])
                expected += [(first + row, profile - 1, name) for row, (profile, name) in enumerate(records) if profile]
                if often:
                    lake.follow(source.log, source.state, limit=limit)
            lake.close()
            lake = open_lake(folder.path)
            follow_all(lake, source, limit)
            assert rows_of(lake, EVENTS) == expected
            orders = [(offset, profile) for offset, profile, name in expected if name == "Order Completed"]
            assert rows_of(lake, 'SELECT "offset", profile FROM order_head ORDER BY 1') == orders
            for store in (lake, source.log, source.state):
                store.close()
            folder.remove()

        check()

    def test_orders_and_their_lines(self, lake: Lake, source: Source) -> None:
        """An order is read as Segment writes it; revenue falls back to the total and then to the lines."""
        lines = [{"product_id": "p1", "name": "奶粉", "category": "baby", "price": 10, "quantity": 2}, {"sku": "p2"}]
        source.fold(
            [
                track(0, "Order Completed", {"order_id": "o1", "revenue": 25.5, "currency": "CNY", "products": lines}),
                track(1, "Order Refunded", {"order_id": "o1", "total": "5.5", "coupon": "C"}),
                track(2, "Order Completed", {"products": [{"price": "3", "quantity": 2}, {"price": 1}]}),
            ],
            [1, 1, 2],
        )
        follow_all(lake, source)
        heads = rows_of(lake, 'SELECT order_id, revenue, currency, coupon, refunded FROM order_head ORDER BY "offset"')
        assert heads == [
            ("o1", 25.5, "CNY", None, False),
            ("o1", 5.5, None, "C", True),
            (None, 7.0, None, None, False),
        ]
        found = rows_of(
            lake, 'SELECT profile, order_id, product_id, name, category, quantity FROM order_line ORDER BY "offset", 3'
        )
        assert found[:2] == [(1, "o1", "p1", "奶粉", "baby", 2.0), (1, "o1", "p2", None, None, 1.0)]
        assert [row[5] for row in found[2:]] == [2.0, 1.0]

    def test_no_body_stops_the_lake(self, lake: Lake, source: Source) -> None:
        """Orders of any JSON, and bodies that are none, come in as events; what cannot be read is NULL."""
        bodies: list[Any] = [
            {"order_id": {"a": 1}, "revenue": True, "products": {"price": 1}},
            {"order_id": 12, "revenue": "NaN", "products": [1, None, {"price": [], "quantity": "x"}]},
            {"order_id": "\U0001f37c", "revenue": "1e999", "products": None},
            [1, 2],
        ]
        records = [track(number, "Order Completed", body) for number, body in enumerate(bodies)]
        broken = [b"{", b"", b"\xff", b'{"order_id": "\\ud800"}']
        records += [msgspec.structs.replace(track(9, "Order Completed", {}), body=body) for body in broken]
        source.fold(records, list(range(len(records))))
        follow_all(lake, source)
        assert rows_of(lake, "SELECT count(*), count(revenue) FROM order_head") == [(len(records), 0)]
        assert rows_of(lake, 'SELECT order_id FROM order_head ORDER BY "offset"')[:3] == [
            (None,),
            ("12",),
            ("\U0001f37c",),
        ]
        assert rows_of(lake, "SELECT count(*), count(price), count(quantity) FROM order_line") == [(1, 0, 0)]

    def test_chains_of_merges_end_at_the_last_kept(
        self, open_log: OpenLog, open_state: OpenState, open_lake: OpenLake
    ) -> None:
        """`canonical` says of every forwarded profile who it is now, as following the merges one by one would."""

        @_LAKE_SETTINGS
        @given(merges=_MERGES)
        def check(merges: list[tuple[int, int]]) -> None:
            folder = StoryFolder()
            source = Source(open_log(folder.path), open_state(folder.path))
            source.fold([track(number, "Product Viewed", {}) for number in range(10)], list(range(10)))
            now = list(range(10))
            for one, other in merges:
                kept, forwarded = now[one], now[other]
                if kept != forwarded:
                    source.commit([merged(kept, forwarded)])
                    now = [kept if each == forwarded else each for each in now]
            lake = open_lake(folder.path)
            follow_all(lake, source)
            assert rows_of(lake, 'SELECT profile FROM event_now ORDER BY "offset"') == [(each,) for each in now]
            forwarded_now = [(each, kept) for each, kept in enumerate(now) if each != kept]
            assert rows_of(lake, "SELECT forwarded, kept FROM canonical ORDER BY 1") == forwarded_now
            for store in (lake, source.log, source.state):
                store.close()
            folder.remove()

        check()

    def test_imports_of_the_system(self, lake: Lake, source: Source) -> None:
        """Items, exposures and spend become rows though they are nobody's; the newest version of an item counts."""
        exposure = {
            "decision_id": "d1",
            "campaign": "c",
            "customer_id": "u1",
            "decided_at": "2026-01-01T08:00:00+08:00",
            "eligible": ["nobody", "a"],
            "action": "a",
            "propensities": {"nobody": 0.5, "a": 0.5},
            "holdout": "否",
        }
        spend = {"date": "2026-01-01", "campaign": "c", "cost": 12.5, "clicks": "3"}
        records = [
            system_fact(0, "item.imported", {"item_id": "p1", "name": "old", "price": 1}),
            system_fact(1, "item.imported", {"item_id": "p1", "name": "new", "stock": 5}),
            system_fact(2, "exposure.imported", exposure),
            system_fact(3, "spend.imported", spend),
            system_fact(3, "spend.imported", spend),
            system_fact(4, "some.thing", {"a": 1}),
        ]
        source.fold(records, [DUPLICATE] * len(records))
        source.fold(records[2:4], [DUPLICATE] * 2)
        follow_all(lake, source)
        assert rows_of(lake, "SELECT item_id, name, stock FROM item") == [("p1", "new", 5.0)]
        columns = "decision_id, customer_id, decided_at_ms, eligible, propensities, holdout"
        assert rows_of(lake, f"SELECT {columns} FROM exposure") == [
            ("d1", "u1", 1_767_225_600_000, '["nobody","a"]', '{"a":0.5,"nobody":0.5}', False)
        ]
        assert rows_of(lake, "SELECT campaign, cost, clicks FROM ad_spend") == [("c", 12.5, 3.0)]
        assert rows_of(lake, "SELECT kind, body FROM system_record") == [("some.thing", '{"a":1}')]

    def test_a_deleted_item_is_gone_until_it_comes_again(self, lake: Lake, source: Source) -> None:
        """An item that was deleted is in no catalogue, in whatever runs the facts come; set again, it is there."""
        there = [system_fact(n, "item.imported", {"item_id": f"p{n}", "name": "tea", "price": 3}) for n in range(3)]
        gone = [system_fact(3, "item.deleted", {"item_id": "p0"}), system_fact(4, "item.deleted", {"item_id": "p1"})]
        again = system_fact(5, "item.imported", {"item_id": "p1", "name": "tea again"})
        for run in ([*there, gone[0]], [gone[1]], [again]):
            source.fold(run, [DUPLICATE] * len(run))
        follow_all(lake, source)
        assert rows_of(lake, "SELECT item_id, name FROM item ORDER BY item_id") == [("p1", "tea again"), ("p2", "tea")]

    def test_events_keep_who_sent_them_and_whether_a_customer_is_named(self, lake: Lake, source: Source) -> None:
        """Each event bears its sender, and whether it says whose it is by more than a device."""
        known = replace(track(0, "Seen", {}), message_id="known", actor="key:app")
        phoned = replace(known, message_id="phoned", user_id="", anonymous_id="a", identifiers=(("phone", 7),))
        cookie = replace(known, message_id="cookie", user_id="", anonymous_id="b", actor="key:web")
        source.fold([known, phoned, cookie], [1, 2, 3])
        follow_all(lake, source)
        found = rows_of(lake, "SELECT source, recognised FROM event ORDER BY message_id")
        assert found == [("key:web", False), ("key:app", True), ("key:app", True)]

    def test_packed_bodies_are_kept_byte_for_byte(self, lake: Lake, source: Source) -> None:
        """Facts whose bodies are MessagePack come out as they went in, beside those that are JSON."""
        packed = [pack({"profile": [1, -1], "values": bytes(range(256))}), b"\x81\xa1a\x01", b"", b"{\xff"]
        told = system_fact(9, "some.thing", {"名": "a"})
        records = [
            msgspec.structs.replace(system_fact(n, "some.packed", {}), body=body) for n, body in enumerate(packed)
        ]
        source.fold([*records, told], [DUPLICATE] * (len(packed) + 1))
        follow_all(lake, source)
        rows = rows_of(lake, 'SELECT body, packed FROM system_record ORDER BY "offset"')
        assert [(body, bytes(kept)) for body, kept in rows[:-1]] == [("", body) for body in packed]
        assert rows[-1] == ('{"名":"a"}', None)

    def test_derived_facts_become_rows(self, lake: Lake, source: Source) -> None:
        """Known kinds fill their tables, from arrays and lists alike; a column that one tick lacks is NULL there."""
        person = np.array([3, 4])
        decision = {"decision": person, "profile": person, "holdout": np.array([True, False]), "action": ["a", None]}
        source.commit(
            [
                facts_of("audience.entered", {"audience": ["vip", "vip"], "profile": person, "at_ms": person}),
                facts_of("decision.made", decision),
            ]
        )
        source.commit(
            [
                facts_of("audience.left", {"audience": ["vip"], "profile": person[:1], "at_ms": person[:1]}),
                facts_of("decision.made", {"decision": [5], "profile": [None], "holdout": [None], "arm": ["x"]}),
            ]
        )
        follow_all(lake, source)
        assert rows_of(lake, "SELECT audience, profile, entered FROM membership ORDER BY tick, profile") == [
            ("vip", 3, True),
            ("vip", 4, True),
            ("vip", 3, False),
        ]
        made = lake.select("SELECT tick, decision, profile, holdout, action, arm FROM decision ORDER BY decision")
        assert made["decision"].tolist() == [3, 4, 5]
        assert np.array_equal(made["profile"], [3, 4, np.nan], equal_nan=True)
        assert np.array_equal(made["holdout"], [1, 0, np.nan], equal_nan=True)
        assert made["action"].tolist() == ["a", None, None]
        assert made["arm"].tolist() == [None, None, "x"]

    def test_a_query_changes_nothing(self, lake: Lake, source: Source) -> None:
        """Whatever is not one SELECT over the lake is refused, and the lake is as it was."""
        source.fold([track(0, "Product Viewed", {})], [7])
        follow_all(lake, source)
        for query in (
            "DELETE FROM event",
            "SELECT 1; DELETE FROM event",
            "CREATE TABLE mine (a INTEGER)",
            "SELECT * FROM read_text('/etc/hostname')",
            "SELECT * FROM nothing",
            "COPY event TO 'event.csv'",
            "",
        ):
            with pytest.raises(StorageError):
                lake.select(query)
        assert rows_of(lake, EVENTS) == [(0, 7, "Product Viewed")]
        assert lake.select("SELECT name FROM event WHERE profile = ?", [7])["name"].tolist() == ["Product Viewed"]

    def test_retention_may_overtake_the_lake(self, lake: Lake, source: Source) -> None:
        """Records forgotten before the lake came for them are missing; those after them come in."""
        for number in range(3):
            source.fold([track(number, "Product Viewed", {})], [number])
        source.log.forget(before=Offset(2))
        follow_all(lake, source)
        assert rows_of(lake, EVENTS) == [(2, 2, "Product Viewed")]
        assert lake.position().offset == 3

    def test_a_standing_lake_does_not_see_what_follows(self, lake: Lake, source: Source) -> None:
        """All questions of a study meet one state, and the lake goes on meanwhile."""
        source.fold([track(1, "Order Completed", {})], [1])
        follow_all(lake, source)
        with lake.standing() as standing:
            before = standing.position()
            source.fold([track(2, "Order Completed", {})], [2])
            follow_all(lake, source)
            assert len(standing.select("SELECT profile FROM event")["profile"]) == 1
            assert standing.position() == before != lake.position()
            assert rows_of(lake, "SELECT count(*) FROM event") == [(2,)]
        with lake.standing() as standing:
            assert standing.position() == lake.position()
            with ThreadPoolExecutor(THREADS) as threads:
                found = list(
                    threads.map(lambda n: standing.select(f"SELECT count(*) AS of_{n} FROM event"), range(200))
                )
            assert [{name: int(column[0]) for name, column in each.items()} for each in found] == [
                {f"of_{number}": 2} for number in range(200)
            ]
