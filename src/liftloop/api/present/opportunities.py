"""From a scan to what the app shows of it."""

from collections.abc import Callable, Mapping

from liftloop.api.present.plan import instant, text
from liftloop.api.views import opportunity as views
from liftloop.api.views.values import CountedAt, Text
from liftloop.app.opportunities.scan import HISTORY_MIN_DAYS, Opportunity, Scan, Status
from liftloop.measure.report import MINUS
from liftloop.plan.opportunities.candidate import WINDOW_DAYS
from liftloop.plan.writing.sentences import whole_yuan


def opportunities_view(scan: Scan, *, newer_soon: bool = False) -> views.Opportunities:
    return views.Opportunities(
        counted=CountedAt(at=instant(scan.at_ms), newer_soon=newer_soon),
        status=scan.status,
        sentence=_SENTENCES[scan.status](scan),
        scanned_at=instant(scan.at_ms),
        last_order_at=instant(scan.last_order_ms) if scan.last_order_ms else None,
        money=scan.money,
        people=scan.people,
        point=round(scan.point_fen),
        low=round(scan.low_fen),
        high=round(scan.high_fen),
        opportunities=[_opportunity(each) for each in scan.opportunities],
    )


def _opportunity(each: Opportunity) -> views.Opportunity:
    return views.Opportunity(
        opportunity_id=each.id,
        kind=each.kind,
        title=text(each.title),
        name=text(each.name),
        why=text(each.why),
        worth=text(each.worth),
        people=each.people,
        shared=each.people - each.own,
        stake=views.Stake(
            point=round(each.point_fen), low=round(each.low_fen), high=round(each.high_fen), basis=each.basis
        ),
        usual=round(each.usual_fen),
        lift=each.lift,
        window_days=each.window_days,
        goal=text(each.goal),
        definition=each.where,  # type: ignore[arg-type]
    )


def _ready(scan: Scan) -> Text:
    count = len(scan.opportunities)
    if not count:
        return Text(
            zh="现在没有看到值得做的：人太少，或者过去的订单还说明不了什么",
            en="Nothing worth doing is seen now: too few people, or past orders that tell too little",
        )
    low, high = (whole_yuan(fen).replace("-", MINUS) for fen in (scan.low_fen, scan.high_fen))
    return Text(
        zh=f"{count} 个机会，{scan.people:,} 人，一个人只算一次：{WINDOW_DAYS} 天里可能多带来 {low}～{high}",
        en=f"{count} opportunities, {scan.people:,} people, each counted once: "
        f"{low} to {high} more in {WINDOW_DAYS} days",
    )


def _no_orders(_: Scan) -> Text:
    return Text(zh="还没有订单。拖一个订单文件进来，就能看到机会", en="No orders yet. Drop a file of orders to begin")


def _stale(scan: Scan) -> Text:
    day = instant(scan.last_order_ms).date().isoformat()
    return Text(
        zh=f"订单只到 {day}。导入到最近的订单，才说得出现在有什么机会",
        en=f"Orders end on {day}. Import those up to now; only then can it be said what to do now",
    )


def _short(_: Scan) -> Text:
    days = HISTORY_MIN_DAYS + WINDOW_DAYS
    return Text(
        zh=f"订单还不到 {days} 天，看不出这样的人通常会怎样。导入更早的订单就能看",
        en=f"There are fewer than {days} days of orders, too few to tell what people usually do. Import earlier ones",
    )


_SENTENCES: Mapping[Status, Callable[[Scan], Text]] = {
    "ready": _ready,
    "no_orders": _no_orders,
    "stale": _stale,
    "short": _short,
}
