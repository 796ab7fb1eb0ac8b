"""The conformance suite for channels: inherit it, open channel and double, and every promise is checked.

It needs pytest. Each test runs the channel in a fresh event loop; the receiver answers from elsewhere.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol, get_args

import pytest

from liftloop.deliver.contract import AddressKind, Channel, Handover, Message, Outcome, Repeat, TryLater
from liftloop.kernel.ids import AttemptId, MessageKey

SENT_AT_MS = 1_790_000_000_000  # 2026-09-21; any instant will do.
MESSAGES_MAX = 50  # Enough to fill requests and connections, few enough for a suite.


class Receiver(Protocol):
    """What the suite asks of the far end."""

    def times_taken(self, key: MessageKey) -> int:
        """Return how often a message arrived there."""
        ...

    def lose_next_answer(self) -> None:
        """Take the next message or batch, and let the line break before the answer."""
        ...


def message(number: int, attempt: int = 1) -> Message:
    """Return a message unlike those of other numbers."""
    key = MessageKey(f"campaign/send/{number}/0")
    return Message(
        key=key,
        attempt=AttemptId(f"{key}.{attempt}"),
        customer_id=f"u{number}",
        campaign="campaign",
        action="action",
        offer="",
        item="",
        address=f"u{number}@example.com",
        subject=f"你好 {number}",
        body=f"<p>第 {number} 封</p>",
        at_ms=SENT_AT_MS,
    )


def messages(count: int) -> list[Message]:
    return [message(number) for number in range(count)]


def send(channel: Channel, *batches: Sequence[Message]) -> list[Sequence[Handover]]:
    """Hand over batches one after the other in a loop of their own, then close the channel."""

    async def story() -> list[Sequence[Handover]]:
        try:
            return [await channel.send(batch) for batch in batches]
        finally:
            await channel.close()

    return asyncio.run(story())


def outcomes(handovers: Sequence[Handover]) -> Mapping[MessageKey, Outcome]:
    return {handover.key: handover.outcome for handover in handovers}


class ChannelConformance:
    """What every `Channel` promises. Override `receiver`, `channel` and `unreachable`."""

    @pytest.fixture
    def receiver(self) -> Receiver:
        raise NotImplementedError("say who receives")

    @pytest.fixture
    def channel(self, receiver: Receiver) -> Channel:
        raise NotImplementedError("say how to open the channel to `receiver`")

    @pytest.fixture
    def unreachable(self) -> Channel:
        raise NotImplementedError("say how to open the channel where nobody listens")

    def message(self, number: int, attempt: int = 1) -> Message:
        """Return a message that the channel can carry, unlike those of other numbers."""
        return message(number, attempt)

    def test_declares_what_it_can(self, channel: Channel) -> None:
        """Name, limits, repetition and kind of address are said before anything is sent."""
        assert channel.name
        assert channel.limits.batch_max >= 1
        assert channel.limits.body_bytes_max >= 1
        assert channel.limits.per_second_max > 0
        assert channel.repeat in get_args(Repeat)
        assert channel.address_kind in get_args(AddressKind)

    def test_gives_one_handover_a_message(self, channel: Channel, receiver: Receiver) -> None:
        """A full batch comes back with at most one hand-over each, of that batch; what was accepted arrived once."""
        batch = [self.message(number) for number in range(min(channel.limits.batch_max, MESSAGES_MAX))]
        (handovers,) = send(channel, batch)
        keys = [handover.key for handover in handovers]
        assert len(set(keys)) == len(keys)
        assert set(keys) <= {each.key for each in batch}
        assert {handover.outcome for handover in handovers} <= set(get_args(Outcome))
        assert "accepted" in outcomes(handovers).values(), "a receiver in good health takes messages"
        for key, outcome in outcomes(handovers).items():
            assert outcome != "accepted" or receiver.times_taken(key) == 1

    def test_serves_one_message_as_well(self, channel: Channel, receiver: Receiver) -> None:
        """A batch of one is a batch, and the next batch goes through the same channel."""
        first, second = send(channel, [self.message(1)], [self.message(2)])
        assert outcomes(first) == {self.message(1).key: "accepted"}
        assert outcomes(second) == {self.message(2).key: "accepted"}

    def test_tries_later_only_when_nothing_left(self, unreachable: Channel) -> None:
        """Where nobody listens the whole batch may come again, and the channel says when."""
        with pytest.raises(TryLater) as later:
            send(unreachable, [self.message(number) for number in range(3)])
        assert later.value.after_ms > 0
        assert later.value.reason

    def test_lost_answer_is_uncertain(self, channel: Channel, receiver: Receiver) -> None:
        """Where the answer was lost the message may have arrived: it is neither accepted nor asked for again."""
        receiver.lose_next_answer()
        (handovers,) = send(channel, [self.message(1)])
        assert receiver.times_taken(self.message(1).key) == 1
        assert outcomes(handovers).get(self.message(1).key, "uncertain") == "uncertain"

    def test_is_good_for_more_after_a_lost_answer(self, channel: Channel, receiver: Receiver) -> None:
        """A broken line costs the batch that was on it and no other."""
        receiver.lose_next_answer()
        _, second = send(channel, [self.message(1)], [self.message(2)])
        assert outcomes(second) == {self.message(2).key: "accepted"}
        assert receiver.times_taken(self.message(2).key) == 1

    def test_repeats_as_declared(self, channel: Channel, receiver: Receiver) -> None:
        """Where it says `idempotent`, a second call with the same key delivers nothing new."""
        if channel.repeat != "idempotent":
            pytest.skip(f"the channel declares {channel.repeat}")
        first, second = send(channel, [self.message(1)], [self.message(1, attempt=2)])
        assert outcomes(first) == outcomes(second) == {self.message(1).key: "accepted"}
        assert receiver.times_taken(self.message(1).key) == 1

    def test_closes_twice(self, channel: Channel) -> None:
        """Closing again, or without having sent, is nothing."""

        async def story() -> None:
            await channel.close()
            await channel.send([self.message(1)])
            await channel.close()
            await channel.close()

        asyncio.run(story())
