"""Named instants between the steps of the engine's files, at which a test may end the process or raise."""

from typing import Literal, Protocol, get_args

StoragePoint = Literal[
    "log.append.written",
    "log.append.committed",
    "log.forget.committed",
    "state.commit.begun",
    "state.commit.written",
    "state.commit.committed",
    "checkpoint.keep.committed",
    "checkpoint.finish.written",
    "checkpoint.finish.committed",
    "checkpoint.deltas.dropped",
    "vault.keys.written",
    "vault.keys.committed",
    "vault.destroy.committed",
    "lake.follow.written",
    "lake.follow.committed",
]

AttemptPoint = Literal[
    "attempts.start.written",
    "attempts.start.committed",
    "attempts.settle.written",
    "attempts.settle.committed",
    "attempts.told.written",
    "attempts.told.committed",
]
"""Of the file that the dispatch process keeps beside the stores, with the same means."""

CouponPoint = Literal[
    "coupons.add.written",
    "coupons.claim.written",
    "coupons.claim.committed",
]
"""Of the coupons in the same file; only messages that name one reach them."""

CrashPoint = StoragePoint | AttemptPoint | CouponPoint

STORAGE_POINTS: tuple[StoragePoint, ...] = get_args(StoragePoint)
ATTEMPT_POINTS: tuple[AttemptPoint, ...] = get_args(AttemptPoint)
COUPON_POINTS: tuple[CouponPoint, ...] = get_args(CouponPoint)
CRASH_POINTS: tuple[CrashPoint, ...] = (*STORAGE_POINTS, *ATTEMPT_POINTS)
"""All that every message may reach; a test that sweeps them fails where one was never reached."""


class Crashes(Protocol):
    """Decide what happens when a point is reached: `os._exit`, an exception of its own, a count, or nothing."""

    def reach(self, point: CrashPoint) -> None: ...


class NoCrashes:
    """Let every step follow the one before."""

    def reach(self, point: CrashPoint) -> None:
        return


NO_CRASHES = NoCrashes()
