"""Definitions of every kind: items, offers, channels, contents, journeys, traits, settings."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.views.values import Text, View
from liftloop.app.definitions.secrets import hidden
from liftloop.app.naming.texts import text_variables

router = APIRouter()

_PLURALS = {
    "items": "item",
    "offers": "offer",
    "channels": "channel",
    "contents": "content",
    "journeys": "journey",
    "traits": "trait",
    "settings": "setting",
    "audiences": "audience",
    "forms": "form",
    "levels": "level",
    "signals": "signal",
    "fields": "field",
    "sources": "source",
    "destinations": "destination",
    "tracking-plans": "tracking_plan",
}


class DefinitionRequest(View):
    """The next version of something; `version` is the number that its author expects it to get."""

    kind: str
    id: str
    body: dict[str, Any]
    version: int | None = None


class Published(View):
    """What was published, after the tick that folded it."""

    kind: str
    id: str
    version: int


class DefinitionView(View):
    kind: str
    id: str
    version: int
    body: dict[str, Any]
    status: str = Field(description="live, or filling while its past is being computed.")


class DefinitionPage(View):
    definitions: dict[str, dict[str, Any]]


class TextVariable(View):
    path: str
    name: Text
    example: str = Field(description="As it is usually written in a text.")


class TextVariables(View):
    """What message texts may say of a person beyond `customer`, the attributes."""

    variables: list[TextVariable]


Publishes = Annotated[Caller, Depends(may("definition.publish"))]
Reads = Annotated[Caller, Depends(may("definition.read"))]


@router.post("/definitions")
async def publish(request: DefinitionRequest, desk: OnDesk, caller: Publishes) -> Published:
    version = await desk.definitions.publish(
        request.kind, request.id, request.body, caller.actor, version=request.version
    )
    return Published(kind=request.kind, id=request.id, version=version)


@router.get("/definitions/{kind}")
def listed(kind: str, desk: OnDesk, caller: Reads) -> DefinitionPage:
    live = desk.definitions.live(kind)
    return DefinitionPage(definitions={identity: hidden(kind, body) for identity, body in live.items()})


@router.get("/definitions/{kind}/{identity}")
def read(
    kind: str,
    identity: str,
    desk: OnDesk,
    caller: Reads,
    version: Annotated[int | None, Query(ge=1, description="An older version; the newest without it.")] = None,
) -> DefinitionView:
    if version is None:
        version, body, _, status = desk.definitions.newest(kind, identity)
    else:
        body, status = desk.definitions.version(kind, identity, version)
    return DefinitionView(kind=kind, id=identity, version=version, body=hidden(kind, body), status=status)


@router.delete("/definitions/{kind}/{identity}")
async def retire(kind: str, identity: str, desk: OnDesk, caller: Publishes) -> Published:
    version, _, _, _ = desk.definitions.newest(kind, identity)
    await desk.definitions.retire(kind, identity, caller.actor)
    return Published(kind=kind, id=identity, version=version)


@router.get("/contents/variables")
def variables(desk: OnDesk, caller: Reads) -> TextVariables:
    return TextVariables(
        variables=[
            TextVariable(path=each.path, name=Text(zh=each.name.zh, en=each.name.en), example=each.example)
            for each in text_variables(desk)
        ]
    )


def _shorthand(plural: str, kind: str) -> None:
    """Let the commonest kinds be posted as plain objects with an `id` of their own."""

    async def publish_one(body: dict[str, Any], desk: OnDesk, caller: Publishes) -> Published:
        identity = str(body.get("id", ""))
        keeps_id = kind in ("channel", "content", "offer", "item")
        content = body if keeps_id else {name: value for name, value in body.items() if name != "id"}
        version = await desk.definitions.publish(kind, identity, content, caller.actor)
        return Published(kind=kind, id=identity, version=version)

    publish_one.__doc__ = f"Publish one {kind}: the definition itself with its `id`."
    router.post(f"/{plural}", name=f"publish_{kind}")(publish_one)


for _plural, _kind in _PLURALS.items():
    if _kind != "audience":
        _shorthand(_plural, _kind)
