"""People: found by what identifies them, and one person's whole story."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present import profiles as present
from liftloop.api.views.profile import Profile, ProfileList
from liftloop.api.views.values import PAGE_MAX
from liftloop.app.desk import Desk
from liftloop.app.persons.profiles import find_people, person
from liftloop.app.persons.timeline import Cursor, cursor_from, timeline
from liftloop.kernel.clock import FAR_FUTURE_MS

router = APIRouter()

QUERY_CHARACTERS_MAX = 200
Reads = Annotated[Caller, Depends(may("profile.read"))]


@router.get("/profiles")
async def listed(
    desk: OnDesk,
    caller: Reads,
    q: Annotated[str, Query(max_length=QUERY_CHARACTERS_MAX)] = "",
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> ProfileList:
    return present.profile_list(await find_people(desk, q, after, limit))


@router.get("/profiles/{profile_id}")
async def read(profile_id: str, desk: OnDesk, caller: Reads, after: str | None = None) -> Profile:
    found = await person(desk, profile_id)
    start = cursor_from(after) if after else Cursor(FAR_FUTURE_MS, 0)
    moments, following = await timeline(desk, found.number, start)
    return present.profile(found, moments, following, _goals(desk))


def _goals(desk: Desk) -> dict[str, str]:
    named = desk.definitions.live("journey") | desk.definitions.live("campaign")
    return {identity: str(body.get("name") or identity) for identity, body in named.items()}
