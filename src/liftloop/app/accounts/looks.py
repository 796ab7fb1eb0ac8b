"""How many people somebody may see in the clear: counted from the trail, so that no second count can differ from it."""

import threading

from liftloop.app.accounts.trail import Trail
from liftloop.kernel.clock import DAY_MS, Clock
from liftloop.kernel.errors import EXIT_REFUSED, EXIT_USAGE, LiftloopError


class ReasonNeeded(LiftloopError):
    """Somebody's details were asked for without a word why."""

    def __init__(self) -> None:
        super().__init__(
            "reason_needed",
            zh="查看完整信息要写原因",
            en="to see details in the clear takes a reason",
            next_zh="写一句为什么要看，会记在审计里",
            next_en="say in a few words why; it stands in the audit",
            status=422,
            exit_code=EXIT_USAGE,
        )


class TooManyLooks(LiftloopError):
    """An account has seen as many people in the clear as it may in a day."""

    def __init__(self, people_max: int) -> None:
        super().__init__(
            "too_many_looks",
            zh=f"24 小时内最多查看 {people_max} 人的完整信息，已经到了",
            en=f"{people_max} people may be seen in the clear in 24 hours, and that many were",
            next_zh="明天再看，或请管理员在「设置 · 登录与权限」里调整；很多人的信息请用导出",
            next_en="go on tomorrow, or ask an administrator (Settings · Sign-in and access), or export",
            status=429,
            exit_code=EXIT_REFUSED,
        )


def reason_of(text: str) -> str:
    """Return a reason on one line. Raises `ReasonNeeded` where it says nothing."""
    reason = " ".join(text.split())
    if not reason:
        raise ReasonNeeded
    return reason


class Looks:
    """The looks of one installation."""

    def __init__(self, trail: Trail, clock: Clock) -> None:
        self._trail = trail
        self._clock = clock
        self._taken: dict[str, dict[int, int]] = {}
        """Looks that may not stand in the trail yet: it is written when a call is answered."""
        self._lock = threading.Lock()

    def take(self, actor: str, person: int, people_max: int) -> None:
        """Count a look at a person; whoever was seen within 24 hours counts once. Raises `TooManyLooks`."""
        with self._lock:
            now_ms = self._clock.now_ms()
            since_ms = now_ms - DAY_MS
            taken = {each: at_ms for each, at_ms in self._taken.get(actor, {}).items() if at_ms > since_ms}
            people = self._trail.looked_at(actor, since_ms) | set(taken)
            if person not in people and len(people) >= people_max:
                raise TooManyLooks(people_max)
            self._taken[actor] = {**taken, person: now_ms}
