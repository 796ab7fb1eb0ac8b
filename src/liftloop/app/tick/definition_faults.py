"""Whether the stages can read a definition that is there already, perhaps since an earlier version of this code.

Publishing refuses more than this; here only what would stop the fold counts.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from liftloop.audience.contract import Audience, Level, Signal, Tag
from liftloop.audience.destinations import Destination
from liftloop.audience.reading import check as check_tree
from liftloop.collect.fields import Field
from liftloop.collect.forms import Form
from liftloop.collect.sources import Source
from liftloop.collect.tracking_plan import TrackingPlan
from liftloop.compose.contract import ContentReview, ContentRules
from liftloop.compose.reading import REVIEW
from liftloop.compose.reading import SETTING as CONTENTS
from liftloop.deliver.contract import ChannelDefinition
from liftloop.deliver.settings import DeliverySettings
from liftloop.identify.contract import IdentityRules
from liftloop.journey.graph import NODES_MAX, read, successors, trees_of
from liftloop.kernel.codec import Json
from liftloop.kernel.errors import LiftloopError
from liftloop.plan.contract import Campaign
from liftloop.plan.terms import SETTING as PLANNING
from liftloop.plan.terms import PlanningRules
from liftloop.profile.points import PointsRules
from liftloop.profile.sources import leaves, source_of
from liftloop.relate.contract import SETTING as RELATE
from liftloop.relate.contract import RelateRules, Staff, Team
from liftloop.runtime.catalog import Fault


def find_fault(kind: str, identity: str, body: Json) -> Fault | None:
    """Return why the stages cannot read a definition, None where they can."""
    try:
        _read(kind, identity, body)
    except LiftloopError as error:
        reason = str(error)
    except (msgspec.ValidationError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"
    else:
        return None
    return Fault(reason=reason, stand_in=_stand_in(kind, identity))


def _read(kind: str, identity: str, body: Mapping[str, Any]) -> None:
    """Read a definition as the stages do; raises whatever they would."""
    match kind:
        case "audience":
            check_tree(msgspec.convert(body, type=Audience, strict=False).where)
            _read_leaves(body)
        case "signal":
            check_tree(msgspec.convert(body, type=Signal, strict=False).where)
            _read_leaves(body)
        case "level":
            check_tree(msgspec.convert(body, type=Level, strict=False).where)
            _read_leaves(body["where"])
        case "tag":
            tag = msgspec.convert(body, type=Tag, strict=False)
            if tag.where is not None:
                check_tree(tag.where)
                _read_leaves(tag.where)
        case "trait":
            source_of(body)
        case "journey":
            _read_journey(identity, body)
        case "campaign":
            msgspec.convert(body, type=Campaign, strict=False)
        case "channel":
            msgspec.convert(body, type=ChannelDefinition, strict=False)
        case _ if kind == REVIEW:
            msgspec.convert(body, type=ContentReview, strict=False)
        case "source":
            msgspec.convert(body, type=Source, strict=False)
        case "destination":
            msgspec.convert(body, type=Destination, strict=False)
        case "field":
            msgspec.convert(body, type=Field, strict=False)
        case "form":
            msgspec.convert(body, type=Form, strict=False)
        case "tracking_plan":
            msgspec.convert(body, type=TrackingPlan, strict=False)
        case "staff":
            msgspec.convert(body, type=Staff, strict=False)
        case "team":
            msgspec.convert(body, type=Team, strict=False)
        case "setting" if identity == RELATE:
            msgspec.convert(body, type=RelateRules, strict=False)
        case "setting" if identity == "delivery":
            msgspec.convert(body, type=DeliverySettings, strict=False)
        case "setting" if identity == CONTENTS:
            msgspec.convert(body, type=ContentRules, strict=False)
        case "setting" if identity == "points":
            msgspec.convert(body, type=PointsRules, strict=False)
        case "setting" if identity == "identity":
            msgspec.convert(body, type=IdentityRules, strict=False)
        case "setting" if identity == PLANNING:
            msgspec.convert(body, type=PlanningRules, strict=False)
        case _:
            pass


def _read_journey(identity: str, body: Mapping[str, Any]) -> None:
    graph = read(identity, 0, body)
    nodes = graph.journey.nodes
    strangers = [onward for node in nodes for onward in successors(node) if onward not in graph.position]
    if strangers or not 0 < len(nodes) <= NODES_MAX:
        raise ValueError(f"1 to {NODES_MAX} nodes, and none that leads to {strangers}")
    for node in nodes:
        for tree in trees_of(node):
            check_tree(tree)
    _read_leaves(body)


def _read_leaves(body: Mapping[str, Any]) -> None:
    for leaf in leaves(body):
        if "event" in leaf:
            source_of(leaf)


def _stand_in(kind: str, identity: str) -> Json:
    """Return what stands in the place of a definition: people inside a journey leave it when their wait is over."""
    match kind:
        case "journey":
            waits = [{"kind": "wait", "id": f"w{n}", "duration_s": 1, "next": "end"} for n in range(NODES_MAX)]
            nodes = [*waits, {"kind": "exit", "id": "end"}]
            return {"name": identity, "trigger": {"on": "event", "name": ""}, "nodes": nodes}
        case "channel":
            return {"id": identity, "kind": "webhook", "settings": {}}
        case _:
            return {}
