"""What it takes to set channels up, and how far each is."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.views.values import Text, View
from liftloop.app.channel_setup import Checked, check_channel, check_kind, setup_kinds
from liftloop.plugins.channels.setup import Words

router = APIRouter()


class ChannelKind(View):
    kind: str
    name: Text


class ChannelKinds(View):
    kinds: list[ChannelKind]


class SetupStep(View):
    what: Text
    where: Text
    takes: Text = Field(description="How long it takes, as a rule.")
    standing: Literal["done", "missing", "by_hand"] = Field(description="by_hand: only a person can say.")
    fields: list[str] = Field(description="The settings that it gives.")
    callback: bool = Field(description="Here the provider is told the callback address.")


class ChannelSetup(View):
    """What a channel takes, and what of it is there."""

    channel_id: str = Field(description="Empty where a kind was asked for.")
    kind: str
    name: Text
    missing: list[str]
    callback_path: str = Field(description="Below the server's address; empty where the provider posts nothing.")
    steps: list[SetupStep]


Reads = Annotated[Caller, Depends(may("definition.read"))]


@router.get("/channels/kinds")
def kinds(caller: Reads) -> ChannelKinds:
    return ChannelKinds(kinds=[ChannelKind(kind=each.kind, name=_text(each.name)) for each in setup_kinds()])


@router.get("/channels/kinds/{kind}/setup")
def of_kind(kind: str, caller: Reads) -> ChannelSetup:
    return _view(check_kind(kind))


@router.get("/channels/{identity}/setup")
def of_channel(identity: str, desk: OnDesk, caller: Reads) -> ChannelSetup:
    return _view(check_channel(desk, identity))


def _view(checked: Checked) -> ChannelSetup:
    return ChannelSetup(
        channel_id=checked.channel,
        kind=checked.setup.kind,
        name=_text(checked.setup.name),
        missing=checked.missing(),
        callback_path=checked.callback_path,
        steps=[
            SetupStep(
                what=_text(step.what),
                where=_text(step.where),
                takes=_text(step.takes),
                standing=standing,  # pyright: ignore[reportArgumentType] one of the three
                fields=list(step.fields),
                callback=step.callback,
            )
            for step, standing in checked.steps
        ],
    )


def _text(words: Words) -> Text:
    return Text(zh=words.zh, en=words.en)
