"""A campaign while it runs: how it stands, and what people order: pause, continue, stop, undo."""

from typing import Annotated

from fastapi import APIRouter, Depends

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.live import live_view
from liftloop.api.views.live import CampaignLive, CampaignOrder, CampaignOrdered
from liftloop.app.steering import live as running
from liftloop.app.steering.reading import campaign_of

router = APIRouter()

Orders = Annotated[Caller, Depends(may("campaign.order"))]


@router.get("/campaigns/{campaign_id}/live")
async def live(
    campaign_id: str, desk: OnDesk, caller: Annotated[Caller, Depends(may("campaign.read"))]
) -> CampaignLive:
    await desk.follower.catch_up()
    return live_view(await running.live(desk.steering, desk.plans, campaign_id))


@router.post("/campaigns/{campaign_id}/orders")
async def order(campaign_id: str, request: CampaignOrder, desk: OnDesk, caller: Orders) -> CampaignOrdered:
    changed = await desk.steering.brakes.order(campaign_id, request.order, running.by_hand(request.order), caller.actor)
    return _ordered(desk, campaign_id, changed)


@router.post("/campaigns/{campaign_id}/log/{number}/undo")
async def undo(
    campaign_id: str, number: int, desk: OnDesk, caller: Annotated[Caller, Depends(may("campaign.undo"))]
) -> CampaignOrdered:
    """Undo what the system did by itself; it does not do it again until somebody lets it."""
    await desk.follower.catch_up()
    await running.undo(desk.steering, campaign_id, number, caller.actor)
    return _ordered(desk, campaign_id, True)


def _ordered(desk: OnDesk, campaign_id: str, changed: bool) -> CampaignOrdered:
    _, body, _, _ = desk.definitions.newest("campaign", campaign_id)
    state = running.state_of(campaign_of(body), desk.clock.now_ms())
    return CampaignOrdered(campaign_id=campaign_id, state=state, changed=changed)
