"""What changes where waiting messages leave at another time: their instants, and why they waited."""

from liftloop.deliver.contract import MessagesRescheduled
from liftloop.storage.contract import Row, Update


def due_rows(rescheduled: MessagesRescheduled) -> Update:
    """Return the outbox rows with their new instants; a message that has left meanwhile is passed over."""
    rows: list[Row] = list(zip(rescheduled.due_ms, rescheduled.keys, strict=True))
    return Update(table="outbox", columns=("due_ms",), rows=rows)


def passed_rows(rescheduled: MessagesRescheduled) -> Update:
    """Return the ledger rows of messages that wait for their campaign's canary no more."""
    rows: list[Row] = [("queued", "", key) for key in rescheduled.keys]
    return Update(table="ledger", columns=("state", "reason"), rows=rows)
