"""The use cases around opportunities: scan when something has changed, keep what was found, make a plan of one."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.following import Follower
from liftloop.app.opportunities.queries import SQL
from liftloop.app.opportunities.scan import Opportunity, Scan, scan, standing
from liftloop.app.planning.groups import OFFERED
from liftloop.app.plans import Plans
from liftloop.app.studies.traits import StudyBusy, TraitStudies
from liftloop.app.whole_files import write_whole
from liftloop.kernel.clock import HOUR_MS, Clock
from liftloop.kernel.errors import Language, LiftloopError
from liftloop.plan.record import PlanRecord
from liftloop.storage.contract import StorageError

FRESH_MS = 6 * HOUR_MS  # Groups turn over by the day.
NEW_SHARE = 0.02  # So many orders that were not there make it another shop.
LOOK_EVERY_S = 60.0
_LOGGER = logging.getLogger("liftloop.desk")


class Looking(Struct, frozen=True, kw_only=True):
    """How far the scan under way is: which step, and of `groups` how many are weighed; no step while none runs."""

    step: Literal["", "traits", "past", "groups"] = ""
    done: int = 0
    of: int = 0


class Opportunities:
    """One scan at a time; the last one is kept in a file, so that its groups can be named in goals after a restart."""

    def __init__(self, path: Path, plans: Plans, studies: TraitStudies, follower: Follower, clock: Clock) -> None:
        self._path = path
        self._plans = plans
        self._studies = studies
        self._follower = follower
        self._clock = clock
        self._alone = asyncio.Lock()
        self.looking = Looking()
        """Read from other threads; replaced as a whole."""
        self._last = _kept(path)
        self._scanning: asyncio.Task[Scan] | None = None
        self._offer(self._last)

    async def kept(self, patience_s: float | None) -> tuple[Scan, bool]:
        """Return the last scan and whether a newer one is under way; without patience, or a scan, wait for it."""
        if self._scanning is None or self._scanning.done():
            self._scanning = asyncio.create_task(self.found())
            self._scanning.add_done_callback(_logged)
        last = self._last if patience_s is not None else None
        await asyncio.wait({self._scanning}, timeout=None if last is None else patience_s)
        if last is None or self._scanning.done():
            return self._scanning.result(), False
        return last, self.looking.step != ""

    async def scan_when_old(self) -> None:
        """Look until cancelled whether the last scan is old, and scan anew behind everybody's back."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                if self._last is not None or await self._plans.study(standing) == "ready":
                    await self.kept(None)
            except (StorageError, LiftloopError) as error:
                _LOGGER.debug("no scan yet: %s", error)

    async def close(self) -> None:
        """Wait for a scan that is under way: the lake closes after it."""
        if self._scanning is not None:
            await asyncio.gather(self._scanning, return_exceptions=True)

    async def found(self, *, again: bool = False) -> Scan:
        """Return the last scan, or a new one where `again` is asked, or time or new orders have made it old."""
        async with self._alone:
            await self._follower.catch_up()
            if self._last is None or again or await self._is_old(self._last):
                self._last = await self._scanned()
                await asyncio.to_thread(write_whole, self._path, msgspec.json.encode(self._last))
                self._offer(self._last)
            return self._last

    async def _scanned(self) -> Scan:
        try:
            if await self._plans.study(standing) == "ready":
                self.looking = Looking(step="traits")
                await self._study()
            self.looking = Looking(step="past")
            return await self._plans.study(lambda sources: scan(sources, self._weighing))
        finally:
            self.looking = Looking()

    def _weighing(self, done: int, of: int) -> None:
        self.looking = Looking(step="groups", done=done, of=of)

    async def one(self, identity: str) -> Opportunity:
        """Return an opportunity of the last scan; raises `NotFound`."""
        held = await self.found()
        for each in held.opportunities:
            if each.id == identity:
                return each
        raise NotFound("opportunity", identity)

    async def plan(self, identity: str, language: Language, actor: str) -> PlanRecord:
        """Return the plan for an opportunity's goal and its people, written down; raises `NotFound`."""
        chosen = await self.one(identity)
        text = chosen.goal.en if language == "en" else chosen.goal.zh
        return await self._plans.make(text, {}, language, actor)

    async def _is_old(self, last: Scan) -> bool:
        if not 0 <= self._clock.now_ms() - last.at_ms < FRESH_MS:
            return True
        return await self._new_share(last.offset) > NEW_SHARE

    async def _study(self) -> None:
        """Let the traits be studied first where that was never done, or not since most orders came in."""
        rows = await self._follower.select(SQL["study_offset"])
        offset = int(rows["offset"][0])
        if offset >= 0 and await self._new_share(offset) <= NEW_SHARE:
            return
        try:
            await self._studies.run()
        except StudyBusy:  # The one under way began with the same orders; its traits are there at the next scan.
            return

    async def _new_share(self, offset: int) -> float:
        rows = await self._follower.select(SQL["orders_since"], [offset])
        return int(rows["new"][0]) / max(int(rows["orders"][0]), 1)

    def _offer(self, found: Scan | None) -> None:
        self._plans.offered = groups_of(found) if found is not None else {}


def groups_of(found: Scan) -> dict[str, Mapping[str, Any]]:
    """Return the groups of a scan as goals may name them, one for each language."""
    return {
        f"{OFFERED}{each.id}:{language}": {"name": name, "where": each.where}
        for each in found.opportunities
        for language, name in (("zh", each.name.zh), ("en", each.name.en))
    }


def _logged(scanning: asyncio.Task[Scan]) -> None:
    """Note what hindered a scan; whoever waits for it is told, and the next look tries again."""
    error = None if scanning.cancelled() else scanning.exception()
    if error is not None:
        _LOGGER.warning("the scan for opportunities has to wait: %s", error)


def _kept(path: Path) -> Scan | None:
    """Return the scan of before; one that another version wrote and this cannot read is made anew."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Scan)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
