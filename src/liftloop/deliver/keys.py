"""Message keys: origin, node, enrolment and visit, in words that can be read back."""

from liftloop.journey.contract import Intent
from liftloop.kernel.ids import MessageKey


def message_key(intent: Intent, enrolment: int, visit: int, life: int) -> MessageKey:
    """Return the key of a message: origin, node, enrolment, visit; the origin is the campaign where there is one.

    An enrolment made after a restore shows its mark, `life`: its number alone may have been given before.
    """
    number = f"{enrolment}~{life:x}" if life else str(enrolment)
    return MessageKey(f"{intent.campaign or intent.journey}/{intent.node}/{number}/{visit}")


def enrolment_of(key: str) -> int:
    """Return the enrolment in a message key, -1 where it is not one of ours."""
    parts = key.rsplit("/", 2)
    number = parts[1].partition("~")[0] if len(parts) == 3 else ""
    return int(number) if number.isdecimal() else -1


def visit_of(key: str) -> int:
    """Return the visit in a message key, 0 where it is not one of ours."""
    last = key.rpartition("/")[2]
    return int(last) if last.isdecimal() else 0


def origin_of(key: str) -> str:
    """Return the campaign or journey in a message key; it may have slashes of its own, nodes have none."""
    return key.rsplit("/", 3)[0]
