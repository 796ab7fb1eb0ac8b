"""What every receiver of audiences is made with, and how it says that it did not take a part."""

from typing import Protocol

from liftloop.audience.destinations import Part
from liftloop.kernel.errors import LiftloopError


class ReceiverAway(LiftloopError):
    """The receiver did not take a part, and may take it later; perhaps it has it without our knowing."""

    def __init__(self, detail: str, after_ms: int | None = None) -> None:
        super().__init__(
            "receiver_away",
            zh=f"去向没有收下：{detail}",
            en=f"the destination did not take it: {detail}",
            next_zh="检查对方是否可达；到下一次会从断开的地方接着送，也可以现在再送一次",
            next_en="check that it can be reached; the next run goes on where this one stopped, or run it again now",
            status=502,
        )
        self.after_ms = after_ms
        """How long it asked to be left alone, None where it did not say."""


class ReceiverRefuses(LiftloopError):
    """The receiver will not take a part as long as the destination is what it is."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "receiver_refuses",
            zh=f"去向拒绝了：{zh}",
            en=f"the destination refuses: {en}",
            next_zh="改好去向的地址、密钥或表后再送一次，会从断开的地方接着送",
            next_en="mend its address, secret or table and run it again: it goes on where it stopped",
            status=422,
        )
        self.detail_zh = zh
        self.detail_en = en


class Receiving(Protocol):
    """Take the parts of an export, one after the other."""

    async def take(self, part: Part) -> None:
        """Hand over one part; handed over twice, it must count once. Raises `ReceiverAway`, `ReceiverRefuses`."""
        ...

    async def close(self) -> None: ...
