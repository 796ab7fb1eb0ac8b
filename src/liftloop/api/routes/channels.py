"""What it takes to set channels up, and how far each is."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, Field

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.words import at
from liftloop.api.views.values import Count, Text, View
from liftloop.app import channel_changes, channel_standing
from liftloop.app.channel_pauses import credential_step
from liftloop.app.channel_setup import Checked, check_channel, check_kind, setup_kinds
from liftloop.deliver.contract import Quota
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
    credentials: bool = Field(description="What it gives lets us in, and may have to be renewed.")
    callback: bool = Field(description="Here the provider is told the callback address.")


class ChannelSetup(View):
    """What a channel takes, and what of it is there."""

    channel_id: str = Field(description="Empty where a kind was asked for.")
    kind: str
    name: Text
    missing: list[str]
    callback_path: str = Field(description="Below the server's address; empty where the provider posts nothing.")
    steps: list[SetupStep]


class QuotaUse(View):
    count: Count
    per: Literal["hour", "day", "month"]
    each_person: bool = Field(description="Of one person instead of all together.")
    over: Literal["wait", "refuse"]
    kept: Count = Field(description="Places that only confirmations and service messages may take.")
    used: Count = Field(description="Places of this window given out; of one person's, people who used up theirs.")
    waiting: Count = Field(description="Messages that wait for a later window.")
    again: AwareDatetime = Field(description="When the next window begins.")


class ChannelPause(View):
    """Why a channel takes nothing for now, and what to do."""

    trouble: Literal["credentials", "balance", "network", "permission", "busy"]
    code: str = Field(description="The provider's own, empty where it said none.")
    why: Text
    next: Text
    fields: list[str] = Field(description="The settings to renew, where the credentials are the trouble.")
    again: AwareDatetime = Field(description="When it is tried again by itself.")
    waiting: Count = Field(description="Messages that are due and wait for it.")


class ChannelStanding(View):
    channel: str
    kind: str
    can_be_asked: bool = Field(description="Whether its provider can be asked what became of a message.")
    in_doubt: Count = Field(description="Messages whose answer was lost and that are still asked for.")
    asked_next: AwareDatetime | None = Field(description="When they are asked for next.")
    quotas: list[QuotaUse]
    paused: ChannelPause | None


class ChannelsStanding(View):
    channels: list[ChannelStanding]


class AskedProvider(View):
    """What the provider said."""

    asked: Count
    sent: Count = Field(description="It had them: they count as sent.")
    failed: Count = Field(description="It did not have them, or could not deliver them; cap and budget come back.")
    open: Count = Field(description="It cannot say yet; asked for again later.")
    given_up: Count = Field(description="Asked for long enough: they stay uncertain.")
    reason: str = Field(description="Why it could not be asked just now; empty where it could.")


class NewCredentials(View):
    settings: dict[str, Annotated[str, Field(min_length=1)]] = Field(
        description="Settings that hold credentials, as the checklist names them."
    )


class QuotaGiven(View):
    count: int = Field(ge=1)
    per: Literal["hour", "day", "month"] = "day"
    each_person: bool = False
    over: Literal["wait", "refuse"] = "wait"
    kept: int = Field(default=0, ge=0)


class NewQuotas(View):
    """All quotas of a channel; what is not named is gone."""

    quotas: list[QuotaGiven]


class Renewed(View):
    version: int


class ChannelResumed(View):
    paused: bool = Field(description="Whether it paused before.")


Reads = Annotated[Caller, Depends(may("definition.read"))]


@router.get("/channels/kinds")
def kinds(caller: Reads) -> ChannelKinds:
    return ChannelKinds(kinds=[ChannelKind(kind=each.kind, name=_text(each.name)) for each in setup_kinds()])


@router.get("/channels/standing")
async def standing(desk: OnDesk, caller: Reads) -> ChannelsStanding:
    """How every channel stands: what is unanswered there."""
    return ChannelsStanding(channels=[_standing(each) for each in await channel_standing.standing(desk)])


@router.post("/channels/{identity}/ask")
async def ask(identity: str, desk: OnDesk, caller: Annotated[Caller, Depends(may("delivery.ask"))]) -> AskedProvider:
    """Ask the provider what became of every message whose answer was lost; nothing is sent for it."""
    asked = await channel_standing.ask_provider(desk, identity)
    return AskedProvider(
        asked=asked.asked,
        sent=asked.sent,
        failed=asked.not_sent,
        open=asked.open,
        given_up=asked.given_up,
        reason=asked.reason,
    )


@router.post("/channels/{identity}/credentials")
async def renew(
    identity: str,
    request: NewCredentials,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("definition.publish"))],
) -> Renewed:
    """Publish a channel with new credentials; what waited for them goes on at once."""
    return Renewed(version=await channel_changes.renew(desk, identity, request.settings, caller.actor))


@router.put("/channels/{identity}/quotas")
async def limit(
    identity: str,
    request: NewQuotas,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("definition.publish"))],
) -> Renewed:
    """Publish a channel with these quotas; what was let through already keeps its place."""
    quotas = [Quota(**each.model_dump()) for each in request.quotas]
    return Renewed(version=await channel_changes.limit(desk, identity, quotas, caller.actor))


@router.post("/channels/{identity}/resume")
async def resume(
    identity: str, desk: OnDesk, caller: Annotated[Caller, Depends(may("delivery.resume"))]
) -> ChannelResumed:
    """Let a paused channel go on at once, because what stood in its way was mended with the provider."""
    return ChannelResumed(paused=await channel_changes.resume(desk, identity))


@router.get("/channels/kinds/{kind}/setup")
def of_kind(kind: str, caller: Reads) -> ChannelSetup:
    return _view(check_kind(kind))


@router.get("/channels/{identity}/setup")
def of_channel(identity: str, desk: OnDesk, caller: Reads) -> ChannelSetup:
    return _view(check_channel(desk, identity))


def _standing(each: channel_standing.Standing) -> ChannelStanding:
    return ChannelStanding(
        channel=each.channel,
        kind=each.kind,
        can_be_asked=each.can_be_asked,
        in_doubt=each.in_doubt,
        asked_next=at(each.asked_next_ms) if each.asked_next_ms else None,
        quotas=[
            QuotaUse(
                count=use.quota.count,
                per=use.quota.per,
                each_person=use.quota.each_person,
                over=use.quota.over,
                kept=use.quota.kept,
                used=use.used,
                waiting=use.booked_later,
                again=at(use.again_ms),
            )
            for use in each.quotas
        ],
        paused=_pause(each.paused) if each.paused else None,
    )


def _pause(paused: channel_standing.Paused) -> ChannelPause:
    told = paused.advice
    return ChannelPause(
        trouble=told.trouble,
        code=told.code,
        why=Text(zh=told.why.zh, en=told.why.en),
        next=Text(zh=told.next.zh, en=told.next.en),
        fields=list(told.fields),
        again=at(paused.until_ms),
        waiting=paused.waiting,
    )


def _view(checked: Checked) -> ChannelSetup:
    credentials = credential_step(checked.setup.kind)
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
                credentials=step is credentials,
                callback=step.callback,
            )
            for step, standing in checked.steps
        ],
    )


def _text(words: Words) -> Text:
    return Text(zh=words.zh, en=words.en)
