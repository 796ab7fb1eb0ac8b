"""Starts a playbook: what it would make, first; then everything that it makes, or nothing."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from liftloop.app.audiences.directory import Audiences
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.planning.given import offer_of
from liftloop.app.playbooks.book import PLAYBOOKS
from liftloop.app.playbooks.contract import Asked, Draft, Drafted, Playbook, Value
from liftloop.app.playbooks.fields import read_answers
from liftloop.deliver.settings import for_customers
from liftloop.kernel.errors import Language
from liftloop.plan.inputs import PLAIN
from liftloop.plan.options import offer_name


class Answers(Struct, frozen=True, kw_only=True):
    """What somebody says to a playbook, and in which language customers are spoken to."""

    said: Mapping[str, Value]
    language: Language


class Previewed(Struct, frozen=True, kw_only=True):
    """What starting would make; `people` are in an audience now, by its id, and enter nothing by that."""

    drafted: Drafted
    people: Mapping[str, int]


class Started(Struct, frozen=True, kw_only=True):
    """What was published, or the plan that was made of the goal."""

    definitions: tuple[Draft, ...] = ()
    plan_id: str = ""


def playbook_of(identity: str) -> Playbook:
    """Return a playbook; raises `NotFound`."""
    if identity not in PLAYBOOKS:
        raise NotFound("playbook", identity)
    return PLAYBOOKS[identity]


def choices_of(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Return the ids that answers may name, by kind of field."""
    live = desk.definitions.live
    return {
        "channel": tuple(for_customers(live("channel"))),
        "content": tuple(live("content")),
        "offer": tuple(live("offer")),
        "audience": tuple(live("audience")),
    }


async def previewed(desk: Desk, audiences: Audiences, identity: str, answers: Answers) -> Previewed:
    """Return what a playbook would make of these answers; nothing is published. Raises `BadAnswer`."""
    drafted = _drafted(desk, playbook_of(identity), answers)
    trees = {each.id: each.body["where"] for each in drafted.definitions if each.kind == "audience"}
    return Previewed(drafted=drafted, people={each: len(await audiences.drafted(tree)) for each, tree in trees.items()})


async def started(desk: Desk, identity: str, answers: Answers, actor: str) -> Started:
    """Publish what a playbook makes, or make the plan of its goal.

    Where a definition is refused, those before it are taken back, and what refused it is raised.
    """
    drafted = _drafted(desk, playbook_of(identity), answers)
    if drafted.goal:
        record = await desk.plans.make(drafted.goal, {}, answers.language, actor, PLAIN)
        return Started(plan_id=record.plan_id)
    done: list[Draft] = []
    try:
        for each in drafted.definitions:
            await desk.definitions.publish(each.kind, each.id, each.body, actor)
            done.append(each)
    except Exception:
        for each in reversed(done):
            await desk.definitions.retire(each.kind, each.id, actor)
        raise
    return Started(definitions=tuple(done))


def _drafted(desk: Desk, playbook: Playbook, answers: Answers) -> Drafted:
    values = read_answers(playbook.id, playbook.fields, answers.said, choices_of(desk))
    offers = {each: _named(each, body, answers.language) for each, body in desk.definitions.live("offer").items()}
    return playbook.build(Asked(base=_free(desk, playbook.id), language=answers.language, values=values, offers=offers))


def _named(offer: str, body: Mapping[str, Any], language: Language) -> str:
    words = offer_name(offer_of(offer, body))
    return words.zh if language == "zh-CN" else words.en


def _free(desk: Desk, playbook: str) -> str:
    """Return the id for what is made: the playbook's own, with a number from the second time on."""
    taken: set[str] = set()
    for kind in ("journey", "audience", "content"):
        bodies: Mapping[str, Any] = desk.definitions.live(kind)
        taken |= {each.partition(".")[0] for each in (*bodies, *desk.definitions.ended(kind))}
    names = [playbook, *(f"{playbook}_{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)
