"""Systems that audiences are handed to: one file a kind; they sign and reach out with the tools of channels."""

from collections.abc import Sequence

from liftloop.audience.destinations import DatabaseReceiver, Receiver, WebhookReceiver
from liftloop.kernel.clock import Clock
from liftloop.plugins.channels.contract import Network
from liftloop.plugins.destinations.contract import Receiving
from liftloop.plugins.destinations.webhook import open_receiver


def open_destination(to: Receiver, allow: Sequence[Network], wall: Clock) -> Receiving:
    """Return what takes parts; it connects when it first does.

    `wall` is the machine's own clock. Raises `LiftloopError` where the settings can never work.
    """
    match to:
        case WebhookReceiver():
            return open_receiver(to, allow, wall)
        case DatabaseReceiver():
            from liftloop.plugins.destinations.database import open_table  # SQLAlchemy takes a third of a second.

            return open_table(to)
