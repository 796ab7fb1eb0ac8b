"""Identifiers that belong to everybody: tills, shop tablets, phones typed by the staff."""

from engine import Engine, record

from liftloop.runtime import people
from liftloop.storage.contract import Record

TILL_PHONE = ("phone", 77)


def seen(place: int, user: str = "", device: str = "", phone: bool = False) -> Record:
    identifiers = (TILL_PHONE,) if phone else ()
    fields = {"user_id": user, "anonymous_id": device, "identifiers": identifiers}
    return record("track", f"m{place}", 1, name="Store Visited", **fields)


def test_a_phone_on_ten_thousand_users_joins_nobody() -> None:
    """Each of them stays one person, and the phone alone leads to none of them."""
    engine = Engine()
    engine.step([seen(number, user=f"u{number}", phone=True) for number in range(10_000)])
    alone = engine.step([seen(10_000, phone=True)])
    users = {engine.number(user=f"u{number}") for number in range(10_000)}
    assert len(users) == 10_000
    assert not users & set(alone["person"]["number"].tolist())
    assert not engine.table("merge")


def test_a_phone_on_ten_thousand_browsers_stops_joining_at_the_limit() -> None:
    """A person gathers a hundred browsers; the next ones are people of their own."""
    engine = Engine()
    engine.step([seen(number, device=f"a{number}", phone=True) for number in range(10_000)])
    assert len(engine.table("merge")) < 100
    assert people.count(engine.fold.state) > 9_000
    together = engine.number(anonymous="a0")
    of_one = sum(engine.number(anonymous=f"a{number}") == together for number in range(10_000))
    assert of_one == 100


def test_a_shop_tablet_is_nobodys_from_the_third_customer_on() -> None:
    """What is done on it without signing in counts for no customer; who signs in is still known."""
    engine = Engine()
    engine.step([seen(0, user="lin", device="tablet")])
    engine.step([seen(1, device="tablet")])
    assert engine.person_of[1] == engine.number(user="lin")
    engine.step([seen(2, user="wang", device="tablet"), seen(3, user="lin", device="tablet")])
    engine.step([seen(4, user="zhao", device="tablet")])
    engine.step([seen(5, device="tablet"), seen(6, user="lin", device="tablet")])
    customers = {engine.number(user=user) for user in ("lin", "wang", "zhao")}
    assert engine.person_of[5] not in customers
    assert engine.person_of[6] == engine.number(user="lin")
    assert len(customers) == 3


def test_a_couple_shares_a_tablet() -> None:
    """Two people on one device leave it with the first: neither is a shop."""
    engine = Engine()
    engine.step([seen(0, user="lin", device="tablet"), seen(1, user="wang", device="tablet")])
    for place in range(2, 8):
        engine.step([seen(place, user=("lin", "wang")[place % 2], device="tablet")])
    engine.step([seen(8, device="tablet")])
    assert engine.person_of[8] == engine.number(user="lin")


def test_the_setting_says_what_decides() -> None:
    """Where the phone comes before the user id, a message that names two people is the phone owner's."""
    engine = Engine()
    engine.publish("setting", "identity", {"priorities": ["phone", "user_id"]})
    engine.step([seen(0, user="lin", phone=True), seen(1, user="wang")])
    frame = engine.step([seen(2, user="wang", phone=True)])
    assert frame["person"]["number"].tolist() == [engine.number(user="lin")]


def test_merges_name_the_message_that_made_them() -> None:
    """The table of merges says by which kind of identifier and by which message two profiles became one."""
    engine = Engine()
    engine.step([seen(0, user="lin"), seen(1, device="browser")])
    engine.step([seen(2, user="lin", device="browser")])
    (merge,) = engine.table("merge")
    assert (merge["reason"], merge["offset"]) == ("anonymous_id", 2)


def test_merges_that_go_round_in_a_ring_make_one_person_and_end() -> None:
    """Devices that each belong to the next, and the last to the first, are one person, however often round it goes."""
    engine = Engine()
    devices = [f"ring{number}" for number in range(8)]
    engine.step([seen(number, device=device) for number, device in enumerate(devices)])
    place = len(devices)
    for _ in range(3):
        messages: list[Record] = []
        for number in range(len(devices)):
            pair = (("card", number), ("card", (number + 1) % len(devices)))
            fields = {"anonymous_id": devices[number], "identifiers": pair}
            messages.append(record("track", f"m{place}", 1, name="Store Visited", **fields))
            place += 1
        engine.step(messages)
    assert len({engine.number(anonymous=device) for device in devices}) == 1
    merged = {row["forwarded"]: row["kept"] for row in engine.table("merge")}
    assert len(merged) == len(devices) - 1
    for number in merged:
        seen_on_the_way: set[int] = set()
        while number in merged:
            assert number not in seen_on_the_way
            seen_on_the_way.add(number)
            number = merged[number]
