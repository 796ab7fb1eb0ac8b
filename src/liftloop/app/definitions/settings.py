"""Checks settings: each id has a shape of its own, and rules that no shape can say."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from liftloop.app.access_rules import ACCESS, SIGN_IN, AccessRules, Provider, access_problem, provider_problem
from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.lawful import rules_problem
from liftloop.app.definitions.limits import caps_problem, held_problem, identity_problem, quiet_problem
from liftloop.app.definitions.relate import check_relate_setting
from liftloop.app.model_settings import SETTING as LANGUAGE_MODEL
from liftloop.app.model_settings import ModelSettings, model_problem
from liftloop.compose.contract import ContentRules
from liftloop.compose.reading import SETTING as CONTENTS
from liftloop.deliver.links import SETTING as LINKS
from liftloop.deliver.links import LinkSettings, networks_of
from liftloop.deliver.settings import DeliverySettings
from liftloop.deliver.stops import SETTING as STOP
from liftloop.deliver.stops import Stops
from liftloop.identify.contract import IdentityRules
from liftloop.learn.proposals.rules import SETTING as LEARNING
from liftloop.learn.proposals.rules import LearningRules, learning_problem
from liftloop.measure.review.recipients import ReviewSettings, review_problem
from liftloop.plan.options import Words
from liftloop.plan.terms import SETTING as PLANNING
from liftloop.plan.terms import PlanningRules
from liftloop.plan.terms import rules_problem as planning_problem
from liftloop.profile.points import PointsRules

T = TypeVar("T")
Live = Callable[[str], dict[str, dict[str, Any]]]


def check_setting(identity: str, body: Mapping[str, Any], live: Live) -> Any:
    """Raise what is wrong with a setting, in words for its author; return what may name audiences, to be looked up."""
    match identity:
        case "points":
            as_kind("setting", body, PointsRules)
        case "relate" | "approvals":
            return check_relate_setting(identity, body, live)
        case "review":
            refuse("setting", review_problem(as_kind("setting", body, ReviewSettings), live("channel")))
        case "identity":
            refuse("setting", identity_problem(as_kind("setting", body, IdentityRules)))
        case _ if identity == ACCESS:
            refuse("setting", access_problem(as_kind("setting", body, AccessRules)))
        case _ if identity == SIGN_IN:
            refuse("setting", provider_problem(as_kind("setting", body, Provider)))
        case _ if identity == LANGUAGE_MODEL:
            refuse("setting", model_problem(as_kind("setting", body, ModelSettings)))
        case _ if identity == STOP:
            as_kind("setting", body, Stops)
        case _ if identity == LINKS:
            _check_links(as_kind("setting", body, LinkSettings))
        case _ if identity == LEARNING:
            refuse("setting", learning_problem(as_kind("setting", body, LearningRules)))
        case _ if identity == PLANNING:
            refuse("setting", planning_problem(as_kind("setting", body, PlanningRules)))
        case _ if identity == CONTENTS:
            refuse("setting", rules_problem(as_kind("setting", body, ContentRules)))
        case _:
            settings = as_kind("setting", body, DeliverySettings)
            problem = caps_problem(settings.caps) or quiet_problem(settings.quiet_hours) or held_problem(settings)
            refuse("setting", problem)
    return {}


def _check_links(settings: LinkSettings) -> None:
    try:
        networks_of(settings.machine_networks)
    except ValueError as error:
        raise BadDefinition(
            "setting", f"machine_networks: {error}", f"machine_networks 要写网段（如 10.0.0.0/8）：{error}"
        ) from error


def refuse(kind: str, problem: Words | None) -> None:
    """Raise `BadDefinition` where there is a problem."""
    if problem is not None:
        raise BadDefinition(kind, problem.en, problem.zh)


def as_kind(kind: str, body: Mapping[str, Any], wanted: type[T]) -> T:
    """Return a definition in its shape; raises `BadDefinition` where it has another."""
    try:
        return msgspec.convert(body, type=wanted, strict=False)
    except msgspec.ValidationError as error:
        raise BadDefinition(kind, str(error)) from error
