"""The use cases around experiments: listed, and reported as of now."""

import msgspec

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.experiments.counted import Asked, counted, node_of
from liftloop.app.experiments.everything import EVERYWHERE, everything
from liftloop.deliver.settings import DeliverySettings, HeldEverywhere
from liftloop.kernel.clock import MINUTE_MS
from liftloop.measure.experiments.definition import ExperimentDefinition
from liftloop.measure.experiments.report import ExperimentReport, report_of_experiment

FRESH_MS = 5 * MINUTE_MS


class Experiments:
    """One experiment is counted at a time; what was counted is shown for five minutes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: dict[str, ExperimentReport] = {}

    async def listed(self) -> list[ExperimentReport]:
        """Return all experiments, the latest start first."""
        known = [*self._desk.definitions.live("experiment"), *((EVERYWHERE,) if self._held_everywhere() else ())]
        reports = [await self.report(identity) for identity in known]
        return sorted(reports, key=lambda report: -report.starts_ms)

    async def report(self, identity: str) -> ExperimentReport:
        """Return the report of an experiment, at most five minutes old; raises `NotFound`."""
        known, now_ms = self._kept.get(identity), self._desk.clock.now_ms()
        if known is not None and known.as_of_ms <= now_ms < known.as_of_ms + FRESH_MS:
            return known
        await self._desk.follower.catch_up()
        if identity == EVERYWHERE and (held := self._held_everywhere()):
            told = await self._desk.plans.study(lambda sources: report_of_experiment(everything(sources, *held)))
            self._kept[identity] = told
            return told
        body = self._desk.definitions.newest("experiment", identity)[1]
        definition = msgspec.convert(body, type=ExperimentDefinition, strict=False)
        journey = self._desk.definitions.newest("journey", definition.journey)[1]
        if definition.node not in {node["id"] for node in journey["nodes"]}:
            raise NotFound("journey", f"{definition.journey}/{definition.node}")
        asked = Asked(id=identity, definition=definition, node=node_of(journey, definition.node))
        found = await self._desk.plans.study(lambda sources: report_of_experiment(counted(asked, sources)))
        self._kept[identity] = found
        return found

    def _held_everywhere(self) -> tuple[HeldEverywhere, int] | None:
        """Return the setting by which people are left alone by all marketing, and when it was published."""
        try:
            _, body, at_ms, _ = self._desk.definitions.newest("setting", "delivery")
        except NotFound:
            return None
        held = msgspec.convert(body, type=DeliverySettings, strict=False).held_everywhere
        return None if held is None else (held, at_ms)
