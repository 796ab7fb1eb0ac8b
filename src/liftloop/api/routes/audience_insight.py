"""Questions about an audience or a draft of one: how it lies over others, ten of it, its trend, who can be reached."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.audiences import reach, trend_point
from liftloop.api.present.words import at, person_row, text
from liftloop.api.routes.audiences import OnAudiences
from liftloop.api.views.audience_insight import (
    AskedAudience,
    ConditionView,
    ExplainRequest,
    ExplainView,
    MatrixGroup,
    MatrixRequest,
    MatrixView,
    OverlapRequest,
    OverlapRow,
    OverlapView,
    ReachView,
    SampleView,
    TrendView,
)
from liftloop.app.audiences.explain import AudienceExplainer
from liftloop.app.audiences.insight import Asked, AudienceInsight

TREND_DAYS_MAX = 366  # As far back as a chart of days can be read.

router = APIRouter()

Previews = Annotated[Caller, Depends(may("audience.preview"))]
Reads = Annotated[Caller, Depends(may("audience.read"))]


def insight_of(request: Request, audiences: OnAudiences) -> AudienceInsight:
    return AudienceInsight(request.app.state.desk, audiences)


OnInsight = Annotated[AudienceInsight, Depends(insight_of)]


def asked_of(request: AskedAudience) -> Asked:
    if request.definition is None:
        return Asked(identity=request.audience_id or "")
    return Asked(tree=request.model_dump(mode="json", by_alias=True)["definition"])


@router.post("/audiences/overlap")
async def overlap(request: OverlapRequest, insight: OnInsight, caller: Previews) -> OverlapView:
    answer = await insight.overlap(asked_of(request), request.others, campaigns=request.campaigns)
    rows = [
        OverlapRow(
            kind=each.group.kind,
            id=each.group.id,
            name=each.group.name,
            count=each.count,
            both=each.both,
            only_this=each.only_this,
            only_other=each.only_other,
        )
        for each in answer.overlap.crossings
    ]
    return OverlapView(count=answer.overlap.count, rows=rows, left_out=answer.left_out)


@router.post("/audiences/overlap/matrix")
async def matrix(request: MatrixRequest, insight: OnInsight, caller: Previews) -> MatrixView:
    answer = await insight.matrix(request.audiences)
    groups = [
        MatrixGroup(audience_id=group.id, name=group.name, count=answer.both[place][place])
        for place, group in enumerate(answer.groups)
    ]
    return MatrixView(audiences=groups, both=[list(row) for row in answer.both])


@router.post("/audiences/sample")
async def sample(request: AskedAudience, insight: OnInsight, audiences: OnAudiences, caller: Previews) -> SampleView:
    numbers = await insight.numbers(asked_of(request))
    return SampleView(count=len(numbers), people=[person_row(each) for each in await audiences.sample(numbers)])


@router.post("/audiences/reachable")
async def reachable(request: AskedAudience, insight: OnInsight, audiences: OnAudiences, caller: Previews) -> ReachView:
    numbers = await insight.numbers(asked_of(request))
    return ReachView(count=len(numbers), reachable=reach(await audiences.reachable(numbers)))


@router.post("/audiences/explain")
async def explain(request: ExplainRequest, desk: OnDesk, audiences: OnAudiences, caller: Previews) -> ExplainView:
    found = await AudienceExplainer(desk, audiences).explain(asked_of(request), request.profile_id)
    conditions = [
        ConditionView(
            path=each.path,
            sentence=text(each.sentence),
            origin=each.origin,
            flips=text(each.flips),
            in_memory=each.in_memory,
            events=each.events,
            holds=each.holds,
            flips_at=at(each.flips_ms) if each.flips_ms is not None else None,
        )
        for each in found.conditions
    ]
    return ExplainView(
        sentence=text(found.sentence), conditions=conditions, profile_id=found.profile, inside=found.inside
    )


@router.get("/audiences/{audience_id}/trend")
async def trend(
    audience_id: str,
    audiences: OnAudiences,
    caller: Reads,
    days: Annotated[int, Query(ge=1, le=TREND_DAYS_MAX)] = 30,
) -> TrendView:
    name, sentence = await audiences.described(audience_id)
    points = [trend_point(each) for each in await audiences.trend(audience_id, days)]
    return TrendView(audience_id=audience_id, name=name, sentence=text(sentence), points=points)
