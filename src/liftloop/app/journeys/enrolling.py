"""Lets people into a journey by request: of another system, or of somebody in front of the app."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.facts import fact
from liftloop.app.people import find_profile
from liftloop.app.relate.approvals import BudgetApprovals
from liftloop.journey.contract import REQUESTED
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.dice import hash_text
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

BODY_BYTES_MAX = 65_536
"""Of one request, its properties included: of these a journey keeps 4 KiB at most."""
PEOPLE_MAX = 1_000
"""Each is looked up by a question to the tick; more of them are an audience, and a schedule lets those in."""


class NotByRequest(LiftloopError):
    """People enter the journey by another trigger."""

    def __init__(self, journey: str) -> None:
        super().__init__(
            "journey_not_by_request",
            zh=f"旅程 {journey} 不能指定人进入：它的触发不是 api",
            en=f"nobody is enrolled in {journey} by request: its trigger is another",
            next_zh='把触发改成 {"on": "api"} 再发布，或者让这些人满足现在的触发',
            next_en='publish it with the trigger {"on": "api"}, or let these people meet its trigger',
            status=409,
            exit_code=EXIT_USAGE,
        )


class TooManyEnrolled(LiftloopError):
    """One request names more people than it may."""

    def __init__(self) -> None:
        super().__init__(
            "too_many_enrolled",
            zh=f"一次最多指定 {PEOPLE_MAX:,} 人进入，连同属性不超过 64 KiB",
            en=f"at most {PEOPLE_MAX:,} people are enrolled at once, in 64 KiB with their properties",
            next_zh="分几次提交；人很多时建一个人群，用定时触发",
            next_en="send them in several requests; for many people make an audience and a schedule",
            status=422,
            exit_code=EXIT_USAGE,
        )


class Enrolled(Struct, frozen=True, kw_only=True):
    """What became of a request; who of the people found enters is for the journey to say."""

    people: int
    unknown: Sequence[str]


class EnrolAsked(Struct, frozen=True, kw_only=True):
    """Who is called, with which properties; the same id said twice counts once."""

    people: Sequence[str]
    id: str = ""
    properties: Mapping[str, Any] = {}


async def enrol(desk: Desk, journey: str, request: EnrolAsked, actor: str) -> Enrolled:
    """Call people into a journey, and return once it is folded; the same request said twice counts once.

    Raises `NotFound`, `NotByRequest`, `TooManyEnrolled`, and `NeedsApproval` where they are too many to go unasked.
    """
    _, steps, _, _ = desk.definitions.newest("journey", journey)
    if steps["trigger"]["on"] != "api":
        raise NotByRequest(journey)
    if len(request.people) > PEOPLE_MAX:
        raise TooManyEnrolled
    found: dict[int, None] = {}
    unknown: list[str] = []
    for each in request.people:
        number: int | None = None
        with suppress(NotFound):
            number = await find_profile(desk.tick, desk.clock, each)
        if number is None:
            unknown.append(each)
        else:
            found[number] = None
    if found:
        body = canonical_json({"profiles": list(found), "properties": dict(request.properties)})
        if len(body) > BODY_BYTES_MAX:
            raise TooManyEnrolled
        await BudgetApprovals(desk).require_enrolment(journey, steps, found, actor)
        asked = fact(REQUESTED, journey, body, actor, desk.clock.now_ms())
        if request.id:
            said = hash_text("enrol", journey, request.id)
            asked = replace(asked, message_id=f"{REQUESTED}:{said:016x}")
        await desk.tick.facts([asked])
    return Enrolled(people=len(found), unknown=unknown)
