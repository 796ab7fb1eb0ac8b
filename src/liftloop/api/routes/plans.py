"""From a sentence to a plan, from a plan to a campaign, from a campaign to what it changed."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.errors import language_of
from liftloop.api.patience import Patience, counted
from liftloop.api.present.campaign import campaign_row, campaign_view, report_view
from liftloop.api.present.plan import plan_row, plan_view, reading_view, what_if_view
from liftloop.api.present.rehearsal import rehearsal_view
from liftloop.api.views.campaign import Campaign, CampaignList, Report
from liftloop.api.views.plan import (
    GoalExample,
    GoalExamples,
    GoalRequest,
    Launched,
    LaunchRequest,
    MarginTold,
    Plan,
    PlanList,
    Reading,
    WhatIf,
)
from liftloop.api.views.rehearsal import Rehearsal, RehearsalRequest
from liftloop.api.views.values import Metric, MetricCatalogue, Text
from liftloop.app.desk import Desk
from liftloop.app.planning.reading import channel_choice
from liftloop.app.rehearsal.sample import EVERYBODY, PEOPLE_MAX
from liftloop.app.steering.live import State, state_of
from liftloop.app.steering.reading import campaign_of
from liftloop.plan.contract import Spread
from liftloop.plan.inputs import Wishes
from liftloop.plan.launch import AT_ONCE, CanaryTerms, LaunchTerms
from liftloop.plan.metric.catalogue import TRADES
from liftloop.plan.options import CHANNEL_NAMES
from liftloop.profile.metric import Metric as MetricDefinition

router = APIRouter()

EXAMPLES = (
    (
        Text(zh="30天内复购率 +5%，预算 8 万元", en="raise repurchase rate by 5% in 30 days, budget ¥80,000"),
        Text(zh="复购是最常见的第一个目标，订单里就有它的数据", en="The usual first goal; orders hold all it needs"),
    ),
    (
        Text(zh="60天内活跃率 +8%，预算 5 万元", en="raise active rate by 8% in 60 days, budget ¥50,000"),
        Text(zh="看谁还会来，先把沉睡的人唤醒", en="Who still comes: wake up those who have gone quiet"),
    ),
    (
        Text(zh="30天内购买转化率 +3%，预算 3 万元", en="raise purchase conversion by 3% in 30 days, budget ¥30,000"),
        Text(zh="适合新客多的店", en="Fits a shop with many newcomers"),
    ),
)

TRADE_OF = {metric.id: trade for trade, metrics in TRADES.items() for metric in metrics}
BUDGET_FEN_MAX = 10**13  # A hundred billion yuan; more is a slip of the finger.

Reads = Annotated[Caller, Depends(may("plan.read"))]


@router.post("/goals")
async def plan_goal(
    request: GoalRequest, http: Request, desk: OnDesk, caller: Annotated[Caller, Depends(may("goal.plan"))]
) -> Plan:
    wishes = Wishes(phases=request.phases, proof=request.proof)
    record = await desk.plans.make(request.text, request.answers, language_of(http), caller.actor, wishes)
    return plan_view(record, None)


@router.post("/goals/reading")
def read_goal(
    request: GoalRequest, http: Request, desk: OnDesk, caller: Annotated[Caller, Depends(may("goal.read"))]
) -> Reading:
    understood = desk.plans.read(request.text, request.answers, language_of(http))
    metric = desk.plans.sources().catalogue.by_id.get(understood.goal.metric or "")
    return reading_view(understood, metric)


@router.get("/goals/examples")
def examples(caller: Reads) -> GoalExamples:
    return GoalExamples(examples=[GoalExample(text=goal, why=why) for goal, why in EXAMPLES])


@router.get("/metrics/catalogue")
def catalogue(desk: OnDesk, caller: Annotated[Caller, Depends(may("metrics.read"))]) -> MetricCatalogue:
    known = desk.plans.sources().catalogue.by_id.values()
    return MetricCatalogue(metrics=[metric_row(metric) for metric in known])


@router.get("/plans")
def plans(desk: OnDesk, caller: Reads) -> PlanList:
    return PlanList(plans=[plan_row(record, desk.plans.campaign_of(record.plan_id)) for record in desk.plans.all()])


@router.put("/plans/margin")
async def tell_margin(
    request: MarginTold, desk: OnDesk, caller: Annotated[Caller, Depends(may("definition.publish"))]
) -> MarginTold:
    await desk.plans.tell_margin(request.share, caller.actor)
    return request


@router.get("/plans/{plan_id}")
async def plan(plan_id: str, desk: OnDesk, caller: Reads) -> Plan:
    record = desk.plans.kept(plan_id)
    return plan_view(record, desk.plans.campaign_of(plan_id), await desk.plans.notices(record))


@router.get("/plans/{plan_id}/what-if")
def what_if(
    plan_id: str, desk: OnDesk, caller: Reads, budget_fen: Annotated[int | None, Query(ge=0, le=BUDGET_FEN_MAX)] = None
) -> WhatIf:
    return what_if_view(desk.plans.kept(plan_id), budget_fen)


@router.post("/plans/{plan_id}/rehearse")
async def rehearse(
    plan_id: str,
    request: RehearsalRequest,
    http: Request,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("plan.rehearse"))],
) -> Rehearsal:
    people_max = EVERYBODY if request.whole else PEOPLE_MAX
    found = await desk.plans.rehearse(plan_id, language_of(http), people_max, _terms(request, desk))
    channels = [
        channel_choice({"id": identity, **body}, CHANNEL_NAMES)
        for identity, body in desk.definitions.live("channel").items()
    ]
    return rehearsal_view(found, {each.id: each for each in channels})


@router.post("/plans/{plan_id}/launch")
async def launch(
    plan_id: str,
    http: Request,
    desk: OnDesk,
    caller: Annotated[Caller, Depends(may("plan.launch"))],
    request: LaunchRequest | None = None,
) -> Launched:
    terms = _terms(request, desk) if request else AT_ONCE
    return Launched(campaign_id=await desk.plans.launch(plan_id, language_of(http), caller.actor, terms))


def _terms(request: LaunchRequest, desk: Desk) -> LaunchTerms:
    """Return what was chosen; raises `NotFound` for contents that do not exist."""
    for content in (each for contents in request.variants.values() for each in contents):
        desk.definitions.newest("content", content)
    spread, canary = request.spread, request.canary
    return LaunchTerms(
        variants=request.variants,
        spread=Spread(over_s=round(spread.hours * 3_600), waves=spread.waves) if spread else None,
        canary=CanaryTerms(share=canary.share, people=canary.people, wait_s=round(canary.hours * 3_600))
        if canary
        else None,
    )


@router.get("/campaigns")
async def campaigns(
    desk: OnDesk, caller: Annotated[Caller, Depends(may("campaign.read"))], patience_s: Patience
) -> CampaignList:
    asked = (desk.plans.reported(identity, patience_s) for identity in desk.plans.campaigns())
    reports = await asyncio.gather(*asked)
    rows = [campaign_row(each.answer, _course(desk, each.answer.campaign_id)) for each in reports]
    return counted(CampaignList(campaigns=rows), *reports)


@router.get("/campaigns/{campaign_id}")
async def campaign(
    campaign_id: str, desk: OnDesk, caller: Annotated[Caller, Depends(may("campaign.read"))], patience_s: Patience
) -> Campaign:
    kept = await desk.plans.reported(campaign_id, patience_s)
    return counted(campaign_view(kept.answer, _course(desk, campaign_id)), kept)


def _course(desk: Desk, campaign_id: str) -> State:
    return state_of(campaign_of(desk.definitions.newest("campaign", campaign_id)[1]), desk.clock.now_ms())


@router.get("/campaigns/{campaign_id}/report")
async def report(
    campaign_id: str, desk: OnDesk, caller: Annotated[Caller, Depends(may("campaign.read"))], patience_s: Patience
) -> Report:
    kept = await desk.plans.reported(campaign_id, patience_s)
    return counted(report_view(kept.answer), kept)


def metric_row(metric: MetricDefinition) -> Metric:
    return Metric(
        id=metric.id,
        trade=TRADE_OF.get(metric.id),
        name=Text(zh=metric.name_zh, en=metric.name_en),
        also=[*metric.aliases_zh, *metric.aliases_en],
        meaning=Text(zh=metric.meaning_zh, en=metric.meaning_en),
        kind=metric.kind,
        unit=metric.unit,
        good=metric.good,
        unit_of_analysis=metric.unit_of_analysis,
        denominator=msgspec.json.decode(msgspec.json.encode(metric.denominator)),
        numerator=msgspec.json.decode(msgspec.json.encode(metric.numerator)),
        window=metric.window_days,
        tail=metric.tail_days,
        movable=metric.movable,
        sources=list(metric.sources),
    )
