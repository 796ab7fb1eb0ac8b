"""What keeps a data folder in good order while it is in use: backups, and letting go of what is too old."""

import asyncio
import logging
from pathlib import Path

from msgspec import Struct

from liftloop.app.following import Follower
from liftloop.app.quarantine.replay import Quarantine
from liftloop.app.settings import Settings
from liftloop.app.tick_client import TickClient
from liftloop.app.upkeep.backup import Manifest, Wanted, back_up
from liftloop.kernel.clock import DAY_MS, Clock
from liftloop.kernel.errors import LiftloopError
from liftloop.storage.contract import StateReader, StorageError
from liftloop.storage.embedded.folder import DataFolder
from liftloop.storage.embedded.lake import DuckLake

LOOK_EVERY_S = 5.0
"""Between looks at the clock, which may be a manual one."""
MEGABYTE = 1_000_000
CARRIED_DAYS = 31
"""How long it is known which message a provider's id stands for: receipts come within days."""
_LAST_TICK = 'SELECT tick, "offset" FROM tick WHERE now_ms < ? ORDER BY tick DESC LIMIT 1'

_LOGGER = logging.getLogger("liftloop.desk")


class UpkeepBusy(LiftloopError):
    """A backup or a retention is under way; both at once would copy what is being dropped."""

    def __init__(self) -> None:
        super().__init__(
            "upkeep_busy",
            zh="正在备份或清理旧数据",
            en="a backup or a retention is under way",
            next_zh="等它完成再试",
            next_en="wait until it is done",
            status=409,
        )


class Retained(Struct, frozen=True, kw_only=True):
    """What a retention let go of."""

    log_records: int
    fact_blocks: int
    lake_rows: int
    log_days: int
    lake_days: int
    """0 where the lake keeps everything."""
    quarantined: int = 0
    """Records in quarantine that were given up."""
    quarantine_days: int = 0
    carried: int = 0
    """Providers' ids of messages, which nobody speaks of any more."""


class Upkeep:
    """One backup or retention at a time; the retention also runs by itself once a day."""

    def __init__(
        self, settings: Settings, folder: DataFolder, follower: Follower, lake: DuckLake, quarantine: Quarantine
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._follower = follower
        self._lake = lake
        self._quarantine = quarantine
        self._clock: Clock = quarantine.clock
        self._alone = asyncio.Lock()
        self._due_ms = 0
        self.tick: TickClient = follower.tick
        self.state: StateReader = follower.state

    async def back_up(self, target: Path, *, master_key: bool) -> Manifest:
        """Copy the folder while everything goes on. Raises `UpkeepBusy` and what `back_up` of `app.backup` raises."""
        if self._alone.locked():
            raise UpkeepBusy
        wanted = Wanted(
            target=target, taken_ms=self._clock.now_ms(), version=self._settings.version, master_key=master_key
        )
        async with self._alone, self._follower.lake_standing_still():
            return await asyncio.to_thread(back_up, self._folder, self._lake.copy_to, wanted)

    async def retain(self) -> Retained:
        """Let go of what is older than the settings say and what everybody who follows has taken."""
        if self._alone.locked():
            raise UpkeepBusy
        async with self._alone:
            now_ms = self._clock.now_ms()
            retained = await self._retain(now_ms)
            self._due_ms = now_ms + DAY_MS
        return retained

    async def retain_if_due(self) -> None:
        """Do the day's retention if its time has come; what hinders it is logged, and tried again."""
        if self._clock.now_ms() < self._due_ms or self._alone.locked():
            return
        try:
            retained = await self.retain()
        except (StorageError, LiftloopError) as error:
            _LOGGER.warning("retention has to wait: %s", error)
            return
        if retained.log_records or retained.fact_blocks or retained.lake_rows or retained.quarantined:
            _LOGGER.debug("let go of %s", retained)

    async def retain_daily(self) -> None:
        """Run until cancelled."""
        while True:
            await self.retain_if_due()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _retain(self, now_ms: int) -> Retained:
        settings = self._settings
        followed = await asyncio.to_thread(self._lake.position)
        last = await asyncio.to_thread(self.state.rows, _LAST_TICK, (now_ms - settings.log_days * DAY_MS,))
        tick, offset = last[0] if last else (0, 0)
        forgotten = await self.tick.forget(
            log_before=min(offset, followed.offset),
            facts_before=min(tick, followed.tick),
            carried_before_ms=now_ms - CARRIED_DAYS * DAY_MS,
        )
        rows = 0
        if settings.lake_days:
            async with self._follower.lake_standing_still():
                rows = await asyncio.to_thread(self._lake.forget, before_ms=now_ms - settings.lake_days * DAY_MS)
        quarantined = await self._quarantine.let_go(
            before_ms=now_ms - settings.quarantine_days * DAY_MS, bytes_max=settings.quarantine_mb * MEGABYTE
        )
        return Retained(
            log_records=forgotten["log_records"],
            fact_blocks=forgotten["fact_blocks"],
            lake_rows=rows,
            log_days=settings.log_days,
            lake_days=settings.lake_days,
            quarantined=quarantined,
            quarantine_days=settings.quarantine_days,
            carried=forgotten["carried"],
        )
