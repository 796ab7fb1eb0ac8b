"""How much goes through each channel on a day, beside what it can carry: what left, waits, is planned and is usual."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from liftloop.app.calendar.senders import Wave


class Load(Struct, frozen=True, kw_only=True):
    """Messages through one channel on one day."""

    channel: str
    sent: int = 0
    """Handed over."""
    queued: int = 0
    """Through the gate, and waiting for their hour."""
    planned: int = 0
    """Of campaigns and scheduled journeys whose turn is still to come, without held-out people: at most as many."""
    usual: int = 0
    """Of journeys that wait for what people do: as many as on a day of the last four weeks."""
    limit: int | None = None
    """What the channel carries a day; None for no limit."""

    @property
    def messages(self) -> int:
        return self.sent + self.queued + self.planned + self.usual

    @property
    def over(self) -> int:
        """Return how many more these are than the channel carries."""
        return 0 if self.limit is None else max(self.messages - self.limit, 0)


class Counted(Struct, frozen=True, kw_only=True):
    """What is told of messages that left or wait, by day and channel; `usual` is by channel alone."""

    sent: Mapping[tuple[date, str], int]
    queued: Mapping[tuple[date, str], int]
    usual: Mapping[str, int]


def loads(
    days: Sequence[date], today: date, counted: Counted, waves: Sequence[Wave], limits: Mapping[str, int | None]
) -> dict[date, tuple[Load, ...]]:
    """Return the load of each day by channel, the largest first; channels without any are left out."""
    planned: dict[tuple[date, str], float] = {}
    for wave in waves:
        key = wave.day, wave.channel
        planned[key] = planned.get(key, 0.0) + wave.people.size * wave.sender.share
    channels = sorted({channel for _, channel in (*counted.sent, *counted.queued, *planned)} | set(counted.usual))
    found: dict[date, tuple[Load, ...]] = {}
    for day in days:
        each = [
            Load(
                channel=channel,
                sent=counted.sent.get((day, channel), 0),
                queued=counted.queued.get((day, channel), 0),
                planned=round(planned.get((day, channel), 0.0)),
                usual=counted.usual.get(channel, 0) if day > today else 0,
                limit=limits.get(channel),
            )
            for channel in channels
        ]
        found[day] = tuple(sorted((one for one in each if one.messages), key=lambda one: -one.messages))
    return found
