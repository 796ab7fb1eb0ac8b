"""Kinds of notices: what other systems and group chats may ask to be told."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

RAISED = "notice.raised"
"""The fact that something needs somebody: its name is the kind of the notice."""
APPROVAL_ASKED, APPROVAL_ANSWERED = "approval.asked", "approval.answered"
CHANNEL_EXPIRED, POOL_LOW = "channel.expired", "pool.low"
EVENT = "event:"
"""Before the name of an event of customers."""
WHATS = {
    "opened": "opened",
    "closed": "closed",
    "reopened": "reopened",
    "overdue": "overdue",
    "owner": "assigned",
    "stage": "staged",
}
"""What a line of the history of work is called in the kind of its notice."""
OF_SYSTEM = (APPROVAL_ASKED, APPROVAL_ANSWERED, "campaign.paused", CHANNEL_EXPIRED, POOL_LOW)
KINDS = (*(f"{kind}.{what}" for kind in ("lead", "deal", "task", "ticket") for what in WHATS.values()), *OF_SYSTEM)
"""Every kind there is, beside events of customers."""


def wants(kinds: Sequence[str], kind: str) -> bool:
    """Say whether a list of kinds asks for one.

    >>> wants(["ticket.*"], "ticket.opened"), wants(["ticket.*", "task.overdue"], "task.opened")
    (True, False)
    """
    return any(fnmatchcase(kind, each) for each in kinds)


def unknown_kinds(kinds: Sequence[str]) -> list[str]:
    """Return what in a list asks for nothing that there is.

    >>> unknown_kinds(["task.*", "event:Order Completed", "taks.opened"])
    ['taks.opened']
    """
    return [each for each in kinds if not each.startswith(EVENT) and not any(fnmatchcase(k, each) for k in KINDS)]
