"""How fast a sender may send: a bucket of events that fills at a rate and is emptied by what comes in."""

from msgspec import Struct

from liftloop.collect.sources import Limits

BURST_S = 10.0
"""A pause of ten seconds may be made up for at once: SDKs gather events and send them together."""


class Bucket(Struct):
    """A request passes while there is anything in it; its events are taken out afterwards, even beyond empty."""

    limits: Limits
    level: float
    at_s: float


def full_bucket(limits: Limits, now_s: float) -> Bucket:
    return Bucket(limits=limits, level=_size(limits), at_s=now_s)


def wait_s(bucket: Bucket, now_s: float) -> float:
    """Return how long a sender must wait, 0 where it need not; fills the bucket by the time that has passed."""
    rate = bucket.limits.events_per_second
    if rate is None:
        return 0.0
    bucket.level = min(_size(bucket.limits), bucket.level + rate * max(0.0, now_s - bucket.at_s))
    bucket.at_s = now_s
    return max(0.0, (1 - bucket.level) / rate)


def take(bucket: Bucket, events: int) -> None:
    """Take what a request that passed has brought."""
    if bucket.limits.events_per_second is not None:
        bucket.level -= events


def _size(limits: Limits) -> float:
    rate = limits.events_per_second or 0.0
    return max(1.0, rate * BURST_S if limits.burst is None else limits.burst)
