"""What is compared, on which outcomes, until when; kind `experiment` among the definitions."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from liftloop.kernel.clock import DAY_MS
from liftloop.measure.lift import LOOKS
from liftloop.plan.record import Words

DAYS_MAX = 365
GUARDS_MAX = 5  # Each guard widens the ranges of all.


class OutcomeMetric(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts: people who did an event, or the share of messages that were opened or clicked."""

    kind: Literal["did", "opened", "clicked"]
    event: str = ""
    better: Literal["up", "down"] = "up"

    def label(self) -> Words:
        match self.kind:
            case "did":
                return Words(zh=f"做了 {self.event} 的人", en=f"people with {self.event}")
            case "opened":
                return Words(zh="打开率", en="open rate")
            case "clicked":
                return Words(zh="点击率", en="click rate")


class ExperimentDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An experiment over the arms of one node of a journey; each person counts from entering it, for `days`."""

    name: str
    journey: str
    node: str
    control: str
    primary: OutcomeMetric
    guards: Sequence[OutcomeMetric] = ()
    starts_ms: int
    ends_ms: int
    days: int

    def looks(self) -> tuple[int, ...]:
        """Return the instants of the planned looks, the first once people have had `days`."""
        first = self.starts_ms + self.days * DAY_MS
        return tuple(round(first + share * (self.ends_ms - first)) for share in LOOKS)


def experiment_problem(definition: ExperimentDefinition, journeys: Mapping[str, Mapping[str, Any]]) -> Words | None:
    """Return the first thing wrong with an experiment, None where nothing is; `journeys` are the live ones."""
    journey = journeys.get(definition.journey)
    if journey is None:
        return Words(zh=f"没有旅程 {definition.journey}", en=f"there is no journey {definition.journey}")
    nodes = [node for node in journey["nodes"] if node["id"] == definition.node and node["kind"] == "experiment"]
    if not nodes:
        return Words(
            zh=f"旅程里没有实验节点 {definition.node}",
            en=f"the journey has no node {definition.node} of kind experiment",
        )
    if definition.control not in {arm["id"] for arm in nodes[0]["arms"]}:
        return Words(zh=f"没有分支 {definition.control}", en=f"there is no arm {definition.control}")
    if not 1 <= definition.days <= DAYS_MAX or definition.ends_ms <= definition.starts_ms + definition.days * DAY_MS:
        return Words(
            zh=f"days 要在 1 到 {DAYS_MAX} 之间，ends_ms 要晚于 starts_ms 加上这些天",
            en=f"days is 1 to {DAYS_MAX}, and ends_ms lies beyond starts_ms and these days",
        )
    if len(definition.guards) > GUARDS_MAX:
        return Words(zh=f"护栏指标最多 {GUARDS_MAX} 个", en=f"at most {GUARDS_MAX} guards")
    metrics = (definition.primary, *definition.guards)
    if any(metric.kind == "did" and not metric.event for metric in metrics):
        return Words(zh="kind 为 did 的指标要写 event", en="a metric of kind did names an event")
    return None
