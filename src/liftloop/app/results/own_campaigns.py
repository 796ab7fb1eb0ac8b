"""Our own campaigns of a period with what was measured of each, for whoever asks what came back for the money."""

import asyncio

from liftloop.app.desk import Desk
from liftloop.app.kept_answers import Kept
from liftloop.app.results.asking import Period
from liftloop.measure.report import Report

REPORTS_MAX = 10
"""A report takes seconds when it is not kept; the newest are told."""


async def reports_of(desk: Desk, period: Period, patience_s: float | None) -> list[Kept[Report]]:
    """Return the reports of campaigns that ran in the period, the newest first; patience as for `Plans.reported`."""
    campaigns = desk.definitions.live("campaign")
    ran = [
        (int(body["starts_ms"]), identity)
        for identity, body in campaigns.items()
        if int(body["starts_ms"]) < period.to_ms and int(body["ends_ms"]) > period.from_ms and body.get("plan")
    ]
    newest = sorted(ran, reverse=True)[:REPORTS_MAX]
    return await asyncio.gather(*(desk.plans.reported(identity, patience_s) for _, identity in newest))
