"""The use cases around proposals: looked for daily, approved into a trial, kept or taken back in one click.

Every step is a fact with the whole proposal; these facts are the only memory.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.experiments.experiments import Experiments
from liftloop.app.facts import fact
from liftloop.app.proposals.reading import ANSWER_DAYS, SQL, Asked, read, sendings
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.learn.proposals.change import AS_BEFORE, adopted, tried
from liftloop.learn.proposals.evidence import Sending
from liftloop.learn.proposals.proposal import Proposal, Status, approved, proposal_of, split_of
from liftloop.learn.proposals.rules import SETTING, LearningRules
from liftloop.storage.contract import LakeReader, StorageError

LOOK_MS = DAY_MS
"""How often messages are looked at: what is opened settles over days."""
LOOK_EVERY_S = 600.0
AGAIN_DAYS = 90
"""What was declined or taken back is not proposed again for a quarter."""
KINDS: Mapping[Status, str] = {
    "waits": "proposal.made",
    "declined": "proposal.declined",
    "running": "proposal.approved",
    "kept": "proposal.kept",
    "rolled_back": "proposal.rolled_back",
}
SYSTEM = "system:proposals"

_LOGGER = logging.getLogger("liftloop.desk")


class NotNow(LiftloopError):
    """The proposal is not at the step that this order follows."""

    def __init__(self, proposal: str, status: str) -> None:
        super().__init__(
            "proposal_moved_on",
            zh=f"提案 {proposal} 已经是 {status}，这一步做不了",
            en=f"the proposal {proposal} is {status} already; this cannot be done now",
            next_zh="重新打开提案，看它到了哪一步",
            next_en="open the proposal again and see where it stands",
            status=409,
            exit_code=EXIT_REFUSED,
        )


class JourneyChanged(LiftloopError):
    """Somebody has published another version of the journey since."""

    def __init__(self, journey: str) -> None:
        super().__init__(
            "journey_changed",
            zh=f"旅程 {journey} 之后又被人改过，没有覆盖",
            en=f"the journey {journey} was changed by somebody since; nothing was overwritten",
            next_zh="在旅程里手动合并，或者拒绝这个提案，等系统按新版本再提",
            next_en="merge by hand in the journey, or decline and wait for one made for the new version",
            status=409,
            exit_code=EXIT_REFUSED,
        )


class Known(Struct, frozen=True, kw_only=True):
    """A proposal, and where its trial stands while it runs: the verdict may be acted upon when `settled`."""

    proposal: Proposal
    settled: bool = False


class Proposals:
    """One look at a time; journeys are changed only through their definitions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._experiments = Experiments(desk)
        self._alone = asyncio.Lock()
        self._looked_ms: int | None = None

    async def listed(self) -> list[Known]:
        """Return every proposal, what waits first, then by when it was made, the latest first."""
        found = [await self._known(each) for each in await self._kept()]
        return sorted(found, key=lambda each: (each.proposal.status != "waits", -each.proposal.at_ms, each.proposal.id))

    async def named(self, identity: str) -> Known:
        """Return a proposal as it stands; raises `NotFound`."""
        return await self._known(await self._one(identity))

    async def look(self, actor: str) -> list[Known]:
        """Look for what falls short now, state what is proposed, and return all proposals."""
        async with self._alone:
            await self._look(actor)
        return await self.listed()

    async def look_if_due(self) -> None:
        """Look once a day; what hinders it is logged and tried the next day."""
        now_ms = self._desk.clock.now_ms()
        if self._alone.locked() or (self._looked_ms is not None and now_ms - self._looked_ms < LOOK_MS):
            return
        async with self._alone:
            try:
                await self._look(SYSTEM)
            except (StorageError, LiftloopError) as error:
                _LOGGER.warning("proposals have to wait: %s", error)

    async def look_when_due(self) -> None:
        """Run until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look_if_due()

    async def approve(self, identity: str, actor: str) -> Known:
        """Begin the trial: a version of the journey in which chance draws who goes which way, and its experiment.

        Raises `NotFound`, `NotNow` and `JourneyChanged`.
        """
        async with self._alone:
            proposal = await self._at(identity, "waits")
            self._must_be(proposal, proposal.version)
            body = tried(proposal.base, proposal.node, proposal.change, split_of(proposal))
            version = await self._published(proposal, body, actor)
            starts_ms = self._desk.clock.now_ms()
            days = ANSWER_DAYS + _longest_way_days(body)
            running = approved(
                proposal,
                tried=version,
                starts_ms=starts_ms,
                ends_ms=starts_ms + (proposal.days + days) * DAY_MS,
                actor=actor,
            )
            await self._desk.definitions.publish("experiment", identity, _experiment(running, days), actor)
            await self._state(running, actor)
        return await self.named(identity)

    async def decline(self, identity: str, actor: str) -> Known:
        """Leave everything as it is; raises `NotFound` and `NotNow`."""
        async with self._alone:
            proposal = await self._at(identity, "waits")
            await self._state(replace(proposal, status="declined"), actor)
        return await self.named(identity)

    async def keep(self, identity: str, actor: str) -> Known:
        """End the trial and take the change over for everybody; raises `NotFound`, `NotNow` and `JourneyChanged`."""
        async with self._alone:
            proposal = await self._judged(await self._at(identity, "running"))
            self._must_be(proposal, proposal.tried)
            body = adopted(proposal.base, proposal.node, proposal.change)
            version = await self._published(proposal, body, actor)
            await self._desk.definitions.retire("experiment", identity, actor)
            await self._state(replace(proposal, status="kept", kept=version), actor)
        return await self.named(identity)

    async def roll_back(self, identity: str, actor: str) -> Known:
        """Give everybody what there was before, during the trial or after it.

        Raises `NotFound`, `NotNow` and `JourneyChanged`.
        """
        async with self._alone:
            proposal = await self._at(identity, "running", "kept")
            running = proposal.status == "running"
            self._must_be(proposal, proposal.tried if running else proposal.kept)
            proposal = await self._judged(proposal) if running else proposal
            await self._published(proposal, proposal.base, actor)
            if running:
                await self._desk.definitions.retire("experiment", identity, actor)
            await self._state(replace(proposal, status="rolled_back"), actor)
        return await self.named(identity)

    async def _look(self, actor: str) -> None:
        now_ms = self._desk.clock.now_ms()
        self._looked_ms = now_ms
        open_nodes, quiet = _taken(await self._kept(), now_ms)
        asked = self._asked()
        if not asked.journeys:
            return
        found = await self._desk.plans.study(lambda sources: _found(sources.lake, asked, now_ms))
        for sending in found:
            made = proposal_of(sending, asked.journeys[sending.journey][1], now_ms, actor)
            if made is None or (made.journey, made.node) in open_nodes:
                continue
            if (made.journey, made.node, made.change) not in quiet:
                await self._state(made, actor)

    def _asked(self) -> Asked:
        live = self._desk.definitions.live
        rules = msgspec.convert(live("setting").get(SETTING) or {}, type=LearningRules, strict=False)
        journeys = {
            each: self._desk.definitions.newest("journey", each)
            for each, body in live("journey").items()
            if not body.get("campaign") and body["trigger"]["on"] != "campaign"
        }
        return Asked(
            journeys={each: (version, body) for each, (version, body, _, _) in journeys.items()},
            expected=rules.open_rates,
            contents=frozenset(live("content")),
            channels=frozenset(live("channel")),
        )

    async def _kept(self) -> list[Proposal]:
        await self._desk.follower.catch_up()
        rows = await self._desk.follower.select(SQL["kept"], [list(KINDS.values())])
        return [msgspec.json.decode(str(body), type=Proposal) for body in rows["body"].tolist()]

    async def _one(self, identity: str) -> Proposal:
        found = next((each for each in await self._kept() if each.id == identity), None)
        if found is None:
            raise NotFound("proposal", identity)
        return found

    async def _at(self, identity: str, *steps: Status) -> Proposal:
        proposal = await self._one(identity)
        if proposal.status not in steps:
            raise NotNow(identity, proposal.status)
        return proposal

    def _must_be(self, proposal: Proposal, version: int) -> None:
        if self._desk.definitions.newest("journey", proposal.journey)[0] != version:
            raise JourneyChanged(proposal.journey)

    async def _published(self, proposal: Proposal, body: Mapping[str, Any], actor: str) -> int:
        """Publish the next version of the journey and return its number once people enter it."""
        current = self._desk.definitions.newest("journey", proposal.journey)[0]
        version = await self._desk.definitions.publish("journey", proposal.journey, body, actor, version=current + 1)
        while await self._desk.follower.fill():
            await self._desk.follower.catch_up()
        return version

    async def _known(self, proposal: Proposal) -> Known:
        if proposal.status != "running":
            return Known(proposal=proposal)
        judged = await self._judged(proposal)
        over = self._desk.clock.now_ms() >= proposal.ends_ms
        return Known(proposal=judged, settled=over or judged.verdict in ("better", "worse"))

    async def _judged(self, proposal: Proposal) -> Proposal:
        """Return the proposal with the verdict of its trial as of now; without one where somebody ended that."""
        try:
            told = await self._experiments.report(proposal.id)
        except NotFound:
            return proposal
        return replace(proposal, verdict=told.verdict, headline_zh=told.headline.zh, headline_en=told.headline.en)

    async def _state(self, proposal: Proposal, actor: str) -> None:
        now_ms = self._desk.clock.now_ms()
        said = canonical_json(replace(proposal, actor=actor))
        await self._desk.tick.facts([fact(KINDS[proposal.status], proposal.id, said, actor, now_ms)])
        await self._desk.follower.catch_up()


def _found(lake: LakeReader, asked: Asked, now_ms: int) -> list[Sending]:
    return sendings(read(lake, now_ms), asked)


def _taken(known: list[Proposal], now_ms: int) -> tuple[set[tuple[str, str]], set[Any]]:
    """Return nodes about which something is proposed or tried, and changes that are not proposed again yet."""
    open_nodes = {(each.journey, each.node) for each in known if each.status in ("waits", "running")}
    quiet = {
        (each.journey, each.node, each.change)
        for each in known
        if each.status in ("declined", "rolled_back") and now_ms - each.at_ms < AGAIN_DAYS * DAY_MS
    }
    return open_nodes, quiet


def _experiment(proposal: Proposal, days: int) -> dict[str, Any]:
    return {
        "name": f"{proposal.journey_name} · {proposal.node}",
        "journey": proposal.journey,
        "node": split_of(proposal),
        "control": AS_BEFORE,
        "primary": {"kind": "opened"},
        "guards": [{"kind": "clicked"}],
        "starts_ms": proposal.starts_ms,
        "ends_ms": proposal.ends_ms,
        "days": days,
    }


def _longest_way_days(body: Mapping[str, Any]) -> int:
    """Return how many days of waiting the journey has in all: so long a message may take to leave."""
    seconds = sum(int(node.get("duration_s") or 0) for node in body["nodes"] if node["kind"] == "wait")
    hours = sum(node["kind"] == "until" for node in body["nodes"])
    return -(-seconds // 86_400) + hours
