"""What the SDKs of Segment's protocol are told to say in these tests, and what must have arrived."""

from told_shop import Shop

from liftloop.kernel.codec import parse_json
from liftloop.storage.contract import Record

ORDER = {"order_id": "o-1", "revenue": 128.5, "currency": "CNY", "note": "中秋 🥮"}
KINDS = ["alias", "group", "identify", "page", "screen", "track"]


def check_six_calls(shop: Shop, user: str) -> None:
    """Each call is in the log with what it said, nothing personal in the clear, and the person is known."""
    records: dict[str, Record] = {record.kind: record for record in shop.wait(user, len(KINDS))}
    assert sorted(records) == KINDS
    assert records["track"].name == "Order Completed"
    assert parse_json(records["track"].body) == ORDER
    assert records["page"].name == "Prices"
    assert parse_json(records["page"].body)["category"] == "docs"
    assert records["group"].name == "company-7"
    assert parse_json(records["alias"].body) == {"previousId": f"{user}-old"}
    assert all("王芳".encode() not in record.body + record.context for record in records.values())
    known = shop.traits(user)
    assert (known["name"], known["level"]) == ("王*", "gold")
