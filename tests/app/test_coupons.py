"""Coupon codes: never one to two people, whatever dies when; given back where nothing was sent."""

import contextlib
from collections import Counter
from pathlib import Path

import pytest
from dispatch_world import ATTEMPT_POINTS, NOW_MS, Killed, ScriptedChannel, World
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.dispatch.coupons import NewCode, Wanted, settle_claims
from liftloop.deliver.contract import Message
from liftloop.deliver.coupons import (
    COUPON_CHANNEL,
    Coupon,
    Generated,
    Given,
    Pool,
    Shared,
    check_character,
    drawn_code,
    mistyped,
    pool_problem,
)
from liftloop.deliver.spending import RELEASING
from liftloop.storage.embedded.crash_points import COUPON_POINTS

PEOPLE = 40


def world_with(tmp_path: Path, pool: dict[str, object], codes: int = 0, repeat: str = "neither") -> World:
    world = World(tmp_path)
    world.state.define("content", "gift", 1, {"id": "gift", "body": "券码 {{ coupon.code }}", "pool": "autumn"})
    world.state.define("pool", "autumn", 1, {"name": "秋季", **pool})
    world.channel(ScriptedChannel(repeat=repeat, batch_max=10))  # pyright: ignore[reportArgumentType]
    if codes:
        file = AttemptFile(world.path)
        file.coupons.add("autumn", [NewCode(code=f"Q{number:04}") for number in range(codes)], NOW_MS)
        file.close()
    return world


def finish(world: World) -> None:
    for _ in range(40):
        with contextlib.suppress(Killed):
            world.run()
        world.clock.ms += 20 * 60_000
        if not world.state.rows("SELECT 1 FROM outbox LIMIT 1"):
            return
    raise AssertionError("the outbox was never emptied")


def said_to(world: World) -> dict[str, set[str]]:
    """Return which codes each message named when it was handed over."""
    shop = world.channels["shop"]
    assert isinstance(shop, ScriptedChannel)
    said: dict[str, set[str]] = {}
    for call in shop.calls:
        for message in call:
            said.setdefault(message.key, set()).add(code_in(message))
    return said


def code_in(message: Message) -> str:
    return message.body.removeprefix("券码 ")


def rows(world: World) -> list[tuple[str, str, str]]:
    file = AttemptFile(world.path)
    with file._commit() as connection:  # pyright: ignore[reportPrivateUsage]
        found = connection.execute("SELECT code, state, message_key FROM coupon ORDER BY code").fetchall()
        claims = connection.execute("SELECT count(*) FROM coupon_claim").fetchone()[0]
    file.close()
    assert claims == 0 or any(state == "reserved" for _, state, _ in found)
    return found


@pytest.mark.parametrize("point", [*COUPON_POINTS[1:], *ATTEMPT_POINTS, "tell.before", "tell.after"])
@pytest.mark.parametrize("visit", [1, 2])
def test_death_at_any_step_gives_no_code_twice(tmp_path: Path, point: str, visit: int) -> None:
    """Killed once at a named step: each message names one code, each code one message, and what was sent is issued."""
    world = world_with(tmp_path, {"codes": {"from": "given"}}, codes=PEOPLE)
    for number in range(PEOPLE // 2):
        world.message(number, content="gift")
    reached: Counter[str] = Counter()

    def crash_at(name: str) -> None:
        reached[name] += 1
        if name == point and reached[name] == visit:
            raise Killed(name)

    world.crash_at = crash_at
    with contextlib.suppress(Killed):
        world.run()
    for number in range(PEOPLE // 2, PEOPLE):
        world.message(number, content="gift")
    finish(world)
    assert reached[point] >= visit, "the step was reached"
    said = said_to(world)
    assert all(len(codes) == 1 for codes in said.values())
    assert len(set().union(*said.values())) == len(said)
    issued = {code: key for code, state, key in rows(world) if state == "issued"}
    assert {key: {code} for code, key in issued.items()}.items() >= said.items()
    assert not [state for _, state, _ in rows(world) if state == "reserved"]


def test_dry_pool_ends_messages_with_the_reason(tmp_path: Path) -> None:
    """When the codes are used up the rest end unrendered, so that cap and budget come back, and say why."""
    world = world_with(tmp_path, {"codes": {"from": "given"}}, codes=3)
    keys = [world.message(number, content="gift") for number in range(5)]
    finish(world)
    assert Counter(world.outcomes().values()) == {"accepted": 3, "unrendered": 2}
    dry = [key for key in keys if world.outcomes()[key] == "unrendered"]
    assert {world.reasons()[key] for key in dry} == {"no_coupon_left:autumn"}
    assert "unrendered" in RELEASING


def test_what_was_refused_gives_its_code_back_and_what_may_have_arrived_keeps_it(tmp_path: Path) -> None:
    world = world_with(tmp_path, {"codes": {"from": "given"}}, codes=1)
    shop = world.channels["shop"]
    assert isinstance(shop, ScriptedChannel)
    shop.script = ["rejected"]
    world.message(1, content="gift")
    finish(world)
    assert rows(world) == [("Q0000", "free", "")]
    shop.script = ["lost"]
    world.message(2, content="gift")
    finish(world)
    assert rows(world) == [("Q0000", "issued", "c/send/2/0")]
    assert [(each.code, each.profile, each.pool) for body in world.state.told for each in body.coupons] == [
        ("Q0000", 2, "autumn")
    ]


def test_reminder_names_the_code_that_the_first_message_gave(tmp_path: Path) -> None:
    """One enrolment has one coupon of a pool, however many of its messages name it; after its end none does."""
    world = world_with(tmp_path, {"codes": {"from": "generated", "pattern": "AB@@@@@@@@"}, "valid_days": 3})
    world.message(1, content="gift")
    finish(world)
    envelope = world.state.rows("SELECT 1")  # The outbox is empty; the reminder comes by another visit of the node.
    assert envelope
    remind(world, visit=1)
    finish(world)
    said = said_to(world)
    assert said["c/send/1/0"] == said["c/send/1/1"]
    world.clock.ms += 4 * 86_400_000
    remind(world, visit=2)
    finish(world)
    assert world.reasons()["c/send/1/2"] == "coupon_expired:autumn"


def remind(world: World, visit: int) -> None:
    from liftloop.deliver.contract import ENVELOPE, Envelope
    from liftloop.kernel.codec import pack
    from liftloop.kernel.ids import MessageKey

    world.message(1, content="gift", expires_ms=world.clock.ms + 86_400_000)
    body = world.state.rows("SELECT body FROM outbox")[0][0]
    before = ENVELOPE.decode(body)
    key = MessageKey(f"c/send/1/{visit}")
    after = Envelope(**{name: getattr(before, name) for name in before.__struct_fields__} | {"key": key})
    world.state.db.execute("DELETE FROM outbox")
    world.state.put("outbox", key, "shop", world.clock.ms, pack(after))


def test_coupon_without_words_is_given_at_once(tmp_path: Path) -> None:
    """A node that gives a coupon leaves no message, but an issued code."""
    world = world_with(tmp_path, {"codes": {"from": "shared", "code": "BATCH7", "count_max": 2}})
    for number in range(3):
        world.message(number, content="autumn", channel=COUPON_CHANNEL)
    finish(world)
    assert Counter(world.outcomes().values()) == {"accepted": 2, "unrendered": 1}
    issued = [each for body in world.state.told for each in body.coupons]
    assert {(each.code, each.profile) for each in issued} <= {("BATCH7", number) for number in range(3)}


class CouponMachine(RuleBasedStateMachine):
    """Any order of claims, answers and imports: as a plain dictionary of who has what says."""

    folder: Path
    runs = 0

    @initialize()
    def open(self) -> None:
        CouponMachine.runs += 1
        self.file = AttemptFile(self.folder / f"{CouponMachine.runs}.db")
        self.pools = {
            "given": Pool(name="g", codes=Given()),
            "made": Pool(name="m", codes=Generated(pattern="####", count_max=3)),
        }
        self.claimed: dict[str, str] = {}
        self.issued: dict[tuple[str, str], str] = {}

    @rule(codes=st.sets(st.integers(0, 9), max_size=4))
    def bring(self, codes: set[int]) -> None:
        self.file.coupons.add("given", [NewCode(code=f"G{code}") for code in codes], 1)

    @rule(pool=st.sampled_from(["given", "made"]), person=st.integers(0, 4), visit=st.integers(0, 2))
    def claim(self, pool: str, person: int, visit: int) -> None:
        key = f"{pool}/{person}/{visit}"
        wanted = Wanted(key=key, pool=pool, holder=str(person), profile=person)
        got = self.file.coupons.claim([wanted], self.pools, 10)[key]
        if isinstance(got, Coupon):
            assert self.claimed.get(key, got.code) == got.code
            assert self.issued.get((pool, str(person)), got.code) == got.code
            self.claimed[key] = got.code
        else:
            assert key not in self.claimed

    @rule(data=st.data(), arrived=st.booleans())
    def answer(self, data: st.DataObject, arrived: bool) -> None:
        if not self.claimed:
            return
        key = data.draw(st.sampled_from(sorted(self.claimed)))
        with self.file._commit() as connection:  # pyright: ignore[reportPrivateUsage]
            settle_claims(connection, {key: arrived}, 20)
        code = self.claimed.pop(key)
        if arrived:
            pool, person, _ = key.split("/")
            self.issued[pool, person] = code

    @invariant()
    def one_code_one_person(self) -> None:
        if not hasattr(self, "file"):
            return
        holders: dict[str, set[str]] = {}
        for key, code in self.claimed.items():
            holders.setdefault(code, set()).add(key.split("/")[1])
        for (_, person), code in self.issued.items():
            holders.setdefault(code, set()).add(person)
        assert all(len(people) == 1 for people in holders.values())

    def teardown(self) -> None:
        if hasattr(self, "file"):
            self.file.close()


def test_codes_behave_as_a_dictionary_does(tmp_path: Path) -> None:
    CouponMachine.folder = tmp_path
    run_state_machine_as_test(CouponMachine, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))


@given(pattern=st.text("AB-#@", min_size=3, max_size=20), seed=st.integers(0, 2**32))
def test_code_with_a_check_tells_most_slips(pattern: str, seed: int) -> None:
    """What was drawn is well typed; a character that was replaced in it is told."""
    draws = seed

    def below(limit: int) -> int:
        nonlocal draws
        draws = (draws * 6364136223846793005 + 1442695040888963407) % 2**64
        return (draws >> 33) % limit

    source = Generated(pattern=pattern, check=True)
    code = drawn_code(source, below)
    assert not mistyped(source, code)
    for place, mark in enumerate(pattern):
        if mark == "#":
            other = str((int(code[place]) + 1) % 10)
            assert mistyped(source, code[:place] + other + code[place + 1 :])


def test_luhn_is_luhns() -> None:
    assert check_character("##########", "7992739871") == "3"


@pytest.mark.parametrize(
    ("codes", "right"),
    [
        (Given(), True),
        (Shared(code="X1"), True),
        (Shared(code="有 空格"), False),
        (Generated(pattern="QJ@@@@@@@@"), True),
        (Generated(pattern="Q###"), False),
        (Generated(pattern="中@@@@@@@@@"), False),
    ],
)
def test_pool_that_could_be_guessed_is_refused(codes: Given | Generated | Shared, right: bool) -> None:
    assert (pool_problem(Pool(name="p", codes=codes)) is None) == right
