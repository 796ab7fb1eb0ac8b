"""Reviews of campaigns as pages and files, sent to whoever is named; and the forecast ledger."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, Response

from liftloop.api.access import Caller, may
from liftloop.api.errors import language_of
from liftloop.api.patience import Patience, counted
from liftloop.api.present.review import handed_view, review_view, scorecard_view
from liftloop.api.views.review import Review, ReviewsHanded, Scorecard
from liftloop.app.reviews.reviews import Reviews
from liftloop.plugins.documents import MEDIA_TYPES, Form


@asynccontextmanager
async def _with_reviews(app: FastAPI) -> AsyncGenerator[None]:
    reviews = Reviews(app.state.desk)
    app.state.reviews = reviews
    app.state.desk.at_rest.append(reviews.finish_due)
    due = asyncio.create_task(reviews.finish_when_due())
    yield
    due.cancel()
    await reviews.close()


def reviews_of(request: Request) -> Reviews:
    return request.app.state.reviews


router = APIRouter(lifespan=_with_reviews)

OnReviews = Annotated[Reviews, Depends(reviews_of)]
Reads = Annotated[Caller, Depends(may("campaign.read"))]


@router.get("/campaigns/{campaign_id}/review")
async def get_review(campaign_id: str, reviews: OnReviews, caller: Reads, patience_s: Patience) -> Review:
    kept = await reviews.kept(campaign_id, patience_s)
    return counted(review_view(kept.answer), kept)


@router.get("/campaigns/{campaign_id}/review/{form}", response_class=Response)
async def review_file(campaign_id: str, form: Form, request: Request, reviews: OnReviews, caller: Reads) -> Response:
    content = await reviews.file(campaign_id, form, language_of(request))
    named = {"content-disposition": f'attachment; filename="{campaign_id}.{form}"'}
    return Response(content, media_type=MEDIA_TYPES[form], headers=named)


@router.post("/campaigns/{campaign_id}/review/send")
async def send_review(
    campaign_id: str, reviews: OnReviews, caller: Annotated[Caller, Depends(may("review.send"))]
) -> ReviewsHanded:
    return ReviewsHanded(handed=[handed_view(each) for each in await reviews.send(campaign_id, caller.actor)])


@router.get("/reviews/sent")
async def reviews_sent(reviews: OnReviews, caller: Reads) -> ReviewsHanded:
    return ReviewsHanded(handed=[handed_view(each) for each in reversed(await reviews.handed())])


@router.get("/forecasts")
async def forecast_ledger(reviews: OnReviews, caller: Reads) -> Scorecard:
    return scorecard_view(await reviews.scorecard())
