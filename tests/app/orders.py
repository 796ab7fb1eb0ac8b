"""Orders as the tick takes them, for tests of its threads."""

from liftloop.storage.contract import Record


def order(number: int, at_ms: int) -> Record:
    """Return the record of one order by a person of their own."""
    return Record(
        kind="track",
        at_ms=at_ms,
        received_ms=at_ms,
        message_id=f"m{number}",
        actor="test",
        user_id=f"u{number}",
        name="Order Completed",
    )
