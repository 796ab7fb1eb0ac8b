"""Hands a group over, all its calls at once; whatever a channel does, each message has an answer or is in doubt."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from liftloop.app.dispatch.settle import Answers, Departure, in_doubt
from liftloop.deliver.contract import Channel, Handover, Message, TryLater
from liftloop.kernel.ids import MessageKey

SEND_SECONDS_MAX = 900.0  # Fifty mails to a server that takes its time; channels have nearer time-outs of their own.

_log = logging.getLogger(__name__)


async def carried(departure: Departure) -> Answers:
    """Return what the channel says of a group, all calls at once; one that hangs or breaks leaves its part in doubt."""
    calls = [(messages, asyncio.ensure_future(departure.channel.send(messages))) for messages in departure.calls()]
    if not calls:
        return Answers()
    sending = [call for _, call in calls]
    try:
        await asyncio.wait(sending, timeout=SEND_SECONDS_MAX)
    finally:
        await cancelled(sending)  # What has ended is asked too, or an error would be told by the garbage collector.
    handovers: list[Handover] = []
    returned: list[MessageKey] = []
    later: TryLater | None = None
    for messages, call in calls:
        answer = _answer(departure.channel, messages, call)
        if isinstance(answer, TryLater):
            returned += [message.key for message in messages]
            later = answer if later is None or answer.after_ms > later.after_ms else later
        else:
            handovers += answer
    return Answers(handovers=handovers, returned=frozenset(returned), later=later)


def _answer(
    channel: Channel, messages: Sequence[Message], call: asyncio.Future[Sequence[Handover]]
) -> Sequence[Handover] | TryLater:
    if call.cancelled():
        return [in_doubt(message.key, "channel_hangs") for message in messages]
    error = call.exception()
    if isinstance(error, TryLater):
        return error
    if error is not None:
        _log.error("channel %s broke", channel.name, exc_info=error)
        return [in_doubt(message.key, f"channel_broke:{type(error).__name__}") for message in messages]
    return call.result()


async def cancelled(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """End tasks and wait for their end, whatever they raise."""
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
