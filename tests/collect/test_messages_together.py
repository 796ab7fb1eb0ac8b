import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.collect.messages import Inlet, read, read_one

NOON_MS = 1_795_233_600_000
INLET = Inlet(type="batch", received_ms=NOON_MS, actor="key:test", message_bytes_max=600)
NAMES = st.sampled_from(["price", "品名", "phone", "email", "products", "category"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([1, -(2**63) - 1, 2**63, 2**64, 10**30, "x", "上海", "half \ud83d", 'q"uote', "y" * 700]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.dictionaries(NAMES, st.integers(0, 3), max_size=2), max_size=2),
)
DEEP: Any = json.loads("[" * 70 + "]" * 70)
INSTANTS = st.sampled_from(["2026-11-20T08:00:00Z", "2026-11-20T08:00:00.5+08:00", "yesterday", "1969-01-01T00:00:00Z"])
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["track", "track", "track", "identify", "page", "", "other"]),
        "event": st.sampled_from(["Product Viewed", "下单", ""]),
        "userId": st.sampled_from(["u1", 7, "", None]),
        "anonymousId": st.sampled_from(["b1", 8, "", None]),
        "messageId": st.sampled_from(["m1", "m2", "", None]),
        "properties": st.one_of(st.dictionaries(NAMES, VALUES, max_size=3), st.sampled_from([None, [], "text", DEEP])),
        "context": st.sampled_from(
            [None, {}, {"library": {"name": "js"}}, {"ip": "1.2.3.4"}, {"traits": {"city": "x"}}, {"consents": []}, 3]
        ),
        "timestamp": INSTANTS,
        "originalTimestamp": INSTANTS,
        "sentAt": INSTANTS,
        "unknown": st.sampled_from([1, DEEP]),
    },
)


@settings(max_examples=400, deadline=None)
@given(st.lists(MESSAGES, max_size=5), st.one_of(st.none(), INSTANTS), st.booleans())
def test_a_batch_is_read_as_its_messages_one_by_one(
    messages: list[dict[str, Any]], sent_at: str | None, ascii_only: bool
) -> None:
    """Reading what is plain together changes nothing: each draft is that of the message read by itself."""
    said = {"batch": messages} | ({} if sent_at is None else {"sentAt": sent_at})
    body = json.dumps(said, ensure_ascii=ascii_only).encode("utf-8", "replace")
    try:
        raws = msgspec.json.decode(body, type=dict[str, msgspec.Raw])["batch"]
        parts = msgspec.json.decode(raws, type=list[msgspec.Raw])
    except msgspec.DecodeError:  # Half a character: another reader takes such a body, message by message.
        return
    assert read(body, INLET) == [read_one(bytes(part), INLET, sent_at) for part in parts]
