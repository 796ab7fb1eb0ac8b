"""Holds SMS in words against the parts that their money was set aside for."""

from collections.abc import Sequence

from msgspec import Struct

from liftloop.app.definitions.lawful import content_rules
from liftloop.app.dispatch.message_law import sending_carrier
from liftloop.app.dispatch.people import ThingsReader
from liftloop.app.dispatch.words import Due, Unsaid
from liftloop.compose.contract import Carrier
from liftloop.compose.law.writing import Writing
from liftloop.compose.sms_parts import parts_taken
from liftloop.deliver.contract import Envelope, Message
from liftloop.storage.contract import StateReader


class Fitting(Struct, frozen=True, kw_only=True):
    """Messages whose money is enough, parallel to what of it each leaves over, and those that are too long for it."""

    said: Sequence[tuple[Due, Message]]
    spared_fen: Sequence[int]
    too_long: Sequence[Unsaid]


def within_parts(state: StateReader, said: Sequence[tuple[Due, Message]], channel: str) -> Fitting:
    """Return which messages may leave: marketing of more parts than were paid for would pass a campaign's budget.

    A service message is paid from no budget: it leaves, and costs what it takes.
    """
    if not any(due.envelope.parts for due, _ in said):
        return Fitting(said=said, spared_fen=[0] * len(said), too_long=())
    things = ThingsReader(state)
    carrier = sending_carrier(things, channel, content_rules(things.live))
    fitting: list[tuple[Due, Message]] = []
    spared: list[int] = []
    too_long: list[Unsaid] = []
    for due, message in said:
        paid = due.envelope.parts
        taken = _taken(due.envelope, message, carrier) if paid else 0
        if taken > paid and due.envelope.purpose == "marketing":
            too_long.append(Unsaid(due=due, reason=f"sms_parts:{taken}>{paid}"))
            continue
        fitting.append((due, message))
        spared.append(due.envelope.cost_fen // paid * (paid - taken) if paid else 0)
    return Fitting(said=fitting, spared_fen=spared, too_long=too_long)


def _taken(envelope: Envelope, message: Message, carrier: Carrier) -> int:
    writing = Writing(
        subject=message.subject,
        preheader=message.preheader,
        body=message.body,
        carrier=carrier,
        purpose=envelope.purpose,
        rendered=True,
    )
    return parts_taken(writing)
