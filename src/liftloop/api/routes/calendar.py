"""The calendar of what is sent when."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.present.calendar import calendar_view
from liftloop.api.routes.audience_insight import OnInsight
from liftloop.api.routes.results import people_of
from liftloop.api.views.calendar import CalendarView
from liftloop.api.views.values import PageCursor, PeoplePage
from liftloop.app.calendar.calendar import calendar, month_of, people_of_both
from liftloop.app.results.asking import period, shop_day

router = APIRouter()

Reads = Annotated[Caller, Depends(may("calendar.read"))]


@router.get("/calendar")
async def read(
    desk: OnDesk,
    insight: OnInsight,
    caller: Reads,
    first: Annotated[date | None, Query(alias="from", description="First day; by default of this month.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day, included.")] = None,
) -> CalendarView:
    """Return days with what is sent on them, load against quotas, festivals and conflicts."""
    now_ms = desk.clock.now_ms()
    begin = first or (last - timedelta(days=30) if last else month_of(shop_day(now_ms))[0])
    return calendar_view(await calendar(desk, insight, period(begin, last or month_of(begin)[1], now_ms)))


@router.get("/calendar/people")
async def people(
    desk: OnDesk, insight: OnInsight, caller: Reads, day: date, first: str, second: str, after: PageCursor = ""
) -> PeoplePage:
    """Return who hears from two senders on one day."""
    return people_of(desk, await people_of_both(desk, insight, day, first, second), after)
