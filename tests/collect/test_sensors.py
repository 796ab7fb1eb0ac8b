import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sending import form, java_hash, request

from liftloop.collect import sensors
from liftloop.collect.contract import BodyTooLarge, MalformedBody
from liftloop.collect.drafting import Inlet
from liftloop.collect.sensors_form import checksum, opened
from liftloop.kernel.codec import canonical_json, pack, parse_json, unpack
from liftloop.kernel.ids import Offset
from liftloop.storage.contract import Record
from liftloop.storage.tally import Field, Measure, Tally
from liftloop.storage.tally_sql import duckdb_tally
from liftloop.testing.installation import Installation

NOON_MS = 1_795_233_600_000
INLET = Inlet(type="", received_ms=NOON_MS, actor="key:test", protocol="sensors")


@pytest.fixture(name="shop")
def a_shop(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "data", NOON_MS)
    yield installation
    installation.close()


def post(shop: Installation, *messages: dict[str, Any]) -> None:
    status, _, _ = request(shop, "POST", f"/sa?token={shop.folder.write_key()}", form(list(messages)))
    assert status == 200
    shop.worker.fold_all()


def message(kind: str, distinct_id: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "distinct_id": distinct_id, "time": NOON_MS - 1_000, "properties": {}, **more}


def drafted(raw: dict[str, Any]) -> Any:
    return sensors.read_one(json.dumps(raw).encode(), INLET)


def traits(shop: Installation) -> dict[str, Any]:
    """What is known of everybody, sealed fields opened."""
    rows = shop.state.rows("SELECT name, value, sealed FROM attribute ORDER BY at_ms")
    return {name: parse_json(shop.vault.open([value])[0] if sealed else value) for name, value, sealed in rows}


@given(st.text())
def test_the_checksum_is_javas_hash(text: str) -> None:
    """Whatever the text, the sum is the one that Java, JavaScript and Objective-C SDKs send."""
    units = text.encode("utf-16-le", "surrogatepass")
    characters = "".join(chr(int.from_bytes(units[i : i + 2], "little")) for i in range(0, len(units), 2))
    assert checksum(text) == java_hash(characters)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("summed", [True, False])
def test_forms_are_opened(compressed: bool, summed: bool) -> None:
    """One message or a list, compressed or not, with or without a sum: the same messages come out."""
    one, many = message("track", "甲"), [message("track", "乙"), message("track", "丙")]
    assert [json.loads(raw) for raw in opened(form(one, compressed=compressed, summed=summed))] == [one]
    assert [json.loads(raw) for raw in opened(form(many, compressed=compressed, summed=summed))] == many
    assert [json.loads(raw) for raw in opened(json.dumps(many).encode())] == many
    plain = urlencode({"data_list": json.dumps(many, ensure_ascii=False)}).encode()
    assert [json.loads(raw) for raw in opened(plain)] == many, "as SDKs send it where base64 failed them"


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (b"", MalformedBody),
        (b"gzip=1", MalformedBody),
        (b"data=%%%", MalformedBody),
        (b"data=aGVsbG8%3D", MalformedBody),
        (urlencode({"data": "中秋"}).encode(), MalformedBody),
        (form(message("track", "a"), summed=True).replace(b"crc%3D", b"crc%3D1"), MalformedBody),
        (form(message("track", "a"))[:-60], MalformedBody),
        (b"[" * 100_000, MalformedBody),
        (form([{"a": " " * 600_000}]), BodyTooLarge),
        (b"&".join(b"a=1" for _ in range(100)), MalformedBody),
    ],
    ids=[
        "nothing",
        "no data",
        "no base64",
        "no JSON",
        "no ASCII",
        "another sum",
        "cut",
        "deep",
        "a bomb",
        "many fields",
    ],
)
def test_a_form_that_cannot_be_opened_is_refused_whole(sent: bytes, refusal: type[Exception]) -> None:
    """What was cut, altered or blown up on its way is refused, so that the SDK sends again."""
    with pytest.raises(refusal):
        opened(sent)


def test_who_a_message_is_about() -> None:
    """A distinct id is a device unless the message says that it is a login; a login and a device stand side by side."""
    device = drafted(message("track", "d1", event="Look")).record
    assert (device.user_id, device.anonymous_id) == ("", "d1")
    login = drafted(message("track", "u1", event="Look", properties={"$is_login_id": True})).record
    assert (login.user_id, login.anonymous_id) == ("u1", "")
    both = drafted(message("track", "u1", event="Look", login_id="u1", anonymous_id="d1")).record
    assert (both.user_id, both.anonymous_id) == ("u1", "d1")
    signed = drafted(message("track_signup", "u1", event="$SignUp", original_id="d1")).record
    assert (signed.user_id, signed.anonymous_id, signed.name) == ("u1", "d1", "$SignUp")


def test_identities_of_the_third_kind() -> None:
    """Login and device are taken from `identities`; phones and ids of WeChat are sealed, and identify the person."""
    identities = {"$identity_mobile": "13912345678", "$identity_mp_unionid": "oU1", "$identity_cookie_id": "c1"}
    draft = drafted(message("track_id_bind", "$identity_mobile+13912345678", event="$BindID", identities=identities))
    assert (draft.record.user_id, draft.record.anonymous_id) == ("", "c1")
    assert set(draft.identifiers) == {("phone", "+8613912345678"), ("unionid", "oU1")}
    assert b"13912345678" not in pack(draft.record)
    alone = drafted(
        message("track", "$identity_mobile+13912345678", event="x", identities={"$identity_mobile": "13912345678"})
    )
    assert (alone.record.user_id, alone.record.anonymous_id) == ("", "")
    assert alone.identifiers == (("phone", "+8613912345678"),)


def test_the_senders_clock_is_corrected() -> None:
    """A phone a day ahead says when it sends; history says that its time is meant as it stands."""
    ahead = message("track", "d", event="x", time=NOON_MS + 86_400_000, _flush_time=NOON_MS + 86_405_000)
    assert drafted(ahead).record.at_ms == NOON_MS - 5_000
    assert drafted(ahead | {"time_free": True}).record.at_ms == NOON_MS + 86_400_000
    assert drafted(message("track", "d", event="x", time=None)).record.at_ms == NOON_MS


def test_a_message_sent_again_is_known() -> None:
    """SDKs stamp each attempt anew; the message is the same, and another of the same instant is not."""
    first = message("track", "d", event="x", _track_id=7, _flush_time=NOON_MS)
    again = first | {"_flush_time": NOON_MS + 9_000}
    other = first | {"_track_id": 8}
    ids = [drafted(each).record.message_id for each in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (message("track", "d", event="x", time=0), "bad_timestamp"),
        (message("track", "d", event="x", time=1_795_233_600), "bad_timestamp"),
        (message("track", "d", event="x", time=1e300), "bad_timestamp"),
        (message("track", "d", event="x", time="now"), "wrong_types"),
        (message("track", "d"), "no_event_name"),
        (message("track", "", event="x"), "no_identifier"),
        (message("item_set", "", item_id=""), "no_identifier"),
        (message("profile_increment", "d", properties={"visits": "3"}), "wrong_types"),
        (message("profile_append", "d", properties={"tags": "a"}), "wrong_types"),
        (message("profile_set", "d", properties=[1]), "properties_not_an_object"),
        (message("profile_set", "d", properties={"consents": [{}]}), "bad_consent"),
        (message("track_id_unbind", "d", event="$UnbindID"), "unknown_type"),
        (message("track", "d", event="x", properties={"note": "x" * 1_000_000}), "message_too_large"),
        (message("track", "d", event="x", identities={f"$identity_{n}": "1" for n in range(30)}), "wrong_types"),
    ],
)
def test_a_bad_message_says_why(raw: dict[str, Any], reason: str) -> None:
    """Each message that cannot be taken is kept with a reason of its own."""
    record = drafted(raw).record
    assert (record.kind, record.name) == ("message.rejected", reason)
    assert parse_json(record.body)["protocol"] == "sensors"


@pytest.mark.parametrize("text", ['"\\ud83d"', "NaN", "1e999"])
def test_half_characters_cost_the_others_nothing(text: str) -> None:
    """Half an emoji or a number that is none puts one message of a list aside and takes the other."""
    good = json.dumps(message("track", "d", event="x"))
    bad = good.replace('"properties": {}', f'"properties": {{"a": {text}}}')
    drafts = sensors.read(opened(f"[{bad}, {good}]".encode()), INLET)
    assert [draft.record.kind for draft in drafts] in (["message.rejected", "track"], ["track", "track"])
    for draft in drafts:
        pack(draft.record)


def test_traits_are_set_added_to_and_deleted(shop: Installation) -> None:
    """Each profile call does what 神策 says that it does, within one tick and over several."""
    post(shop, message("profile_set", "d", properties={"$city": "上海", "level": "gold", "$name": "王芳"}))
    post(
        shop,
        message("profile_set_once", "d", properties={"level": "silver", "first_shop": "徐汇"}),
        message("profile_increment", "d", properties={"visits": 2, "points": 1.5}),
        message("profile_increment", "d", properties={"visits": 3}),
        message("profile_append", "d", properties={"likes": ["茶", "酒"]}),
    )
    known = {"city": "上海", "level": "gold", "name": "王芳", "first_shop": "徐汇"}
    assert traits(shop) == known | {"visits": 5, "points": 1.5, "likes": ["茶", "酒"]}
    post(shop, message("profile_increment", "d", properties={"visits": -1}, time=NOON_MS - 2_000))
    post(shop, message("profile_append", "d", properties={"likes": ["酒", "米"]}))
    post(shop, message("profile_unset", "d", properties={"city": True}))
    after = traits(shop)
    assert (after["visits"], after["likes"], after["city"]) == (4, ["茶", "酒", "米"], None)
    post(shop, message("profile_set_once", "d", properties={"city": "杭州"}, time=NOON_MS))
    assert traits(shop)["city"] == "杭州"
    post(shop, message("profile_delete", "d", time=NOON_MS))
    assert set(traits(shop).values()) == {None}


RESOLVED = """SELECT profile, at_ms, name, value, source FROM trait_resolved ORDER BY "offset", at_ms, name"""


def test_the_lake_knows_what_changes_came_to_and_a_replay_the_same(shop: Installation, tmp_path: Path) -> None:
    """The outcome stands in the lake as if it had been said, sealed fields left out; the log alone gives it again."""
    post(shop, message("profile_set", "d", properties={"visits": 1, "$phone": "13912345678"}))
    post(shop, message("profile_increment", "d", properties={"visits": 2}))
    post(shop, message("profile_set_once", "d", properties={"visits": 9, "$name": "王芳"}))
    post(shop, message("profile_append", "d", properties={"likes": ["茶", '"酒']}))
    post(shop, message("profile_delete", "d", time=NOON_MS))
    shop.follow()
    found = shop.lake.select(RESOLVED)
    rows = list(zip(found["name"].tolist(), found["value"].tolist(), strict=True))
    assert rows[:3] == [("visits", "3"), (None, None), ("likes", '["茶","\\"酒"]')]
    assert rows[3:] == [(name, "null") for name in ("likes", "name", "phone", "visits")]
    assert set(found["source"].tolist()) == {"key:write"}
    said = shop.lake.select("SELECT kind, properties FROM event_now ORDER BY at_ms, properties")
    assert set(said["kind"].tolist()) == {"identify"}
    assert {"{}", '{"visits":3}', '{"visits":null}'} <= set(said["properties"].tolist())
    again = Installation(tmp_path / "again", NOON_MS)
    for entry in shop.log.read(after=Offset(0), limit=100):
        again.append(entry.records())
    again.fold_all()
    again.follow()
    assert {name: column.tolist() for name, column in again.lake.select(RESOLVED).items()} == {
        name: column.tolist() for name, column in found.items()
    }
    again.close()


def test_a_sum_larger_than_all_numbers_changes_nothing(shop: Installation) -> None:
    """Whoever adds until nothing can hold the sum keeps what they had, and stops nobody."""
    held = {"visits": 10**308, "spent": 1e308, "first": 1}
    post(shop, message("profile_set", "d", properties=held))
    for _ in range(2):
        post(shop, message("profile_increment", "d", properties={"visits": 1.5e308, "spent": 9e307, "first": 10**308}))
    assert {name: float(value) for name, value in traits(shop).items()} == dict.fromkeys(held, 1e308)


def test_dashboards_and_conditions_read_what_changes_came_to(shop: Installation) -> None:
    """Customers by level are counted by the level that a change gave them; what was emptied says nothing."""
    post(shop, message("track", "d", event="Look"), message("profile_set_once", "d", properties={"level": "gold"}))
    post(shop, message("profile_set", "e", properties={"level": "gold"}), message("profile_delete", "e", time=NOON_MS))
    shop.follow()
    counted: dict[str, dict[str | None, float]] = {}
    for dataset in ("customers", "events"):
        tally = Tally(
            dataset=dataset,
            from_ms=0,
            to_ms=NOON_MS + 1,
            zone_ms=0,
            measure=Measure(aggregate="rows"),
            by=Field(kind="attribute", name="level"),
            groups_max=9,
            only=(),
            grain=None,
        )
        asked = duckdb_tally(tally, people=False)
        found = shop.lake.select(asked.text, asked.parameters)
        counted[dataset] = dict(zip(found["label"].tolist(), found["value"].tolist(), strict=True))
    assert counted == {"customers": {"gold": 1.0, None: 1.0}, "events": {"gold": 1.0}}


def test_a_list_grows_to_its_limits_and_holds_nothing_twice(shop: Installation) -> None:
    """Appending for ever, or the same again, keeps a list within a thousand values and 64 KB."""
    post(shop, message("profile_append", "d", properties={"likes": ["茶", "茶", {"a": 1}, {"a": 1}]}))
    assert traits(shop)["likes"] == ["茶", {"a": 1}]
    for part in range(4):
        numbers = [f"n{part}-{number}" for number in range(400)]
        texts = [f"{part}{number}" + "x" * 9_000 for number in range(3)]
        post(shop, message("profile_append", "d", properties={"likes": numbers, "texts": texts}))
    assert len(traits(shop)["likes"]) == 1_000
    assert 60_000 < len(canonical_json(traits(shop)["texts"])) <= 65_536


def test_a_change_sent_twice_counts_once(shop: Installation) -> None:
    """An SDK that sends again after a lost answer adds nothing."""
    change = message("profile_increment", "d", properties={"visits": 2}, _track_id=1, _flush_time=NOON_MS)
    post(shop, change)
    post(shop, change | {"_flush_time": NOON_MS + 1})
    assert traits(shop) == {"visits": 2}


def test_signing_up_joins_device_and_user(shop: Installation) -> None:
    """What the device did belongs to the user who signs up on it, and what is known of both is one."""
    post(shop, message("profile_increment", "d1", properties={"visits": 2}))
    post(
        shop,
        message("track_signup", "u1", event="$SignUp", original_id="d1"),
        message("profile_increment", "u1", properties={"visits": 1, "$is_login_id": True}),
    )
    assert traits(shop)["visits"] == 3
    assert len(shop.state.rows("SELECT DISTINCT profile FROM identifier")) == 1


def test_joining_people_adds_to_what_both_had(shop: Installation) -> None:
    """A change in the very tick of a merge starts from what either of the two had."""
    post(shop, message("profile_set", "u1", properties={"$is_login_id": True, "level": "gold"}))
    post(shop, message("profile_increment", "d1", properties={"visits": 2}))
    post(
        shop,
        message("track_signup", "u1", event="$SignUp", original_id="d1"),
        message("profile_increment", "u1", properties={"visits": 1, "$is_login_id": True}),
    )
    rows = shop.state.rows("SELECT value FROM attribute WHERE name = 'visits' ORDER BY at_ms DESC LIMIT 1")
    assert parse_json(rows[0][0]) == 3


def test_consents_come_with_a_profile(shop: Installation) -> None:
    """`consents` among the properties of profile_set are consents, as in Segment's context."""
    consents = [{"channel": "sms", "source": "app", "text_version": "2"}]
    post(shop, message("profile_set", "d", properties={"consents": consents, "level": "gold"}))
    assert shop.state.rows("SELECT channel, status, source, text_version FROM consent") == [
        ("sms", "granted", "app", "2")
    ]
    assert traits(shop) == {"level": "gold"}


def test_items_reach_the_lake(shop: Installation) -> None:
    """An item has its price and category as an import would give them; the rest are attributes."""
    properties = {"name": "月饼礼盒", "category": "糕点", "price": 168, "cost": 60, "flavour": "莲蓉"}
    post(shop, {"type": "item_set", "item_type": "food", "item_id": "A1", "time": NOON_MS, "properties": properties})
    shop.follow()
    found = shop.lake.select("SELECT item_id, name, category, price, margin FROM item")
    assert [column.tolist() for column in found.values()] == [["A1"], ["月饼礼盒"], ["糕点"], [168.0], [108.0]]


def test_an_image_is_answered_with_a_pixel(shop: Installation) -> None:
    """A page that sends by image gets one, wherever it comes from; a wrong token gets none."""
    data = form(message("track", "d", event="Look"), compressed=False, summed=True).decode()
    status, headers, body = request(shop, "GET", f"/sa.gif?project=default&token={shop.folder.write_key()}&{data}")
    assert (status, headers["content-type"], body[:6]) == (200, "image/gif", b"GIF89a")
    assert headers["access-control-allow-origin"] == "*"
    assert request(shop, "GET", f"/sa.gif?token=stranger&{data}")[0] == 401
    assert request(shop, "PUT", "/sa")[0] == 404
    many = form([message("track", "d", event="One"), message("track", "d", event="Two")]).decode()
    assert request(shop, "GET", f"/sa.gif?token={shop.folder.write_key()}&{many}")[0] == 200
    assert request(shop, "POST", f"/sa.gif?token={shop.folder.write_key()}", many.encode())[2][:6] == b"GIF89a"
    shop.fold_all()
    shop.follow()
    names = shop.lake.select("SELECT name FROM event ORDER BY name")["name"].tolist()
    assert names == ["Look", "One", "Two"], "the post brings the same two again"


def test_the_key_may_stand_in_the_message(shop: Installation) -> None:
    """Where the address has no token, that of the first message counts."""
    key = shop.folder.write_key()
    assert request(shop, "POST", "/sa", form([message("track", "d", event="x", token=key)]))[0] == 200
    assert request(shop, "POST", "/sa", form([message("track", "d", event="x", token="stranger")]))[0] == 401
    assert request(shop, "POST", "/sa", b'[{"token": "\\ud83d"}]')[0] == 401


def test_what_is_refused_is_sealed(shop: Installation) -> None:
    """A message that cannot be taken may hold a phone number anywhere: none of it is in the clear."""
    post(shop, message("track", "d", properties={"tel": "13912345678"}))
    ((body,),) = shop.state.rows("SELECT record FROM quarantine")
    record = Record(**dict(zip(Record.__struct_fields__, unpack(body), strict=True)))
    assert b"13912345678" not in body
    assert b"13912345678" in (shop.vault.open([unpack(record.sealed)["raw"]])[0] or b"")
