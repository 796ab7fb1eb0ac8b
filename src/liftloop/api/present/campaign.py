"""From a measured report to what the app shows of a campaign."""

import math

from liftloop.api.present.plan import forecast_view, instant, metric_view, text
from liftloop.api.views import campaign as views_campaign
from liftloop.app.steering.live import State
from liftloop.measure.lift import LiftEstimate, LookResult
from liftloop.measure.report import RatioParts, Report, lift_in
from liftloop.measure.substitution import ItemEffects, item_words


def report_view(report: Report) -> views_campaign.Report:
    """Return the report as the API shows it."""
    return views_campaign.Report(
        campaign_id=report.campaign_id,
        plan_id=report.plan_id,
        as_of=instant(report.as_of_ms),
        status=report.status,
        verdict=report.verdict,
        sentence=text(report.sentence),
        next=text(report.next) if report.next else None,
        warnings=[text(warning) for warning in report.warnings],
        metric=metric_view(report.metric),
        goal_lift=report.goal_lift,
        lift_kind=report.lift_kind,
        forecast=forecast_view(report.forecast, report.forecast_hash),
        lift=_lift(report.lift),
        difference=_lift(report.difference),
        outcome=_outcome(report),
        assigned=_assigned(report),
        looks=[_look(look, report) for look in report.looks],
        spend=_spend(report),
        ratio=_ratio(report.parts),
        method=text(report.method),
        variance_removed=report.variance_removed,
        adjusted=text(report.adjusted) if report.adjusted else None,
        after=text(report.after) if report.after else None,
        items=_items(report.items),
    )


def _items(found: ItemEffects | None) -> views_campaign.ItemsBeside | None:
    words = None if found is None else item_words(found)
    if found is None or words is None:
        return None
    return views_campaign.ItemsBeside(
        assigned=views_campaign.Assigned(treated=found.treated, held_out=found.held_out),
        item=_lift(found.item),
        category=_lift(found.category),
        sentence=text(words),
    )


def _ratio(parts: RatioParts | None) -> views_campaign.Ratio | None:
    if parts is None:
        return None
    treated, held_out = parts.ratios()
    over, under = (
        views_campaign.RatioPart(name=text(name), treated=values[0], held_out=values[1])
        for name, values in ((parts.numerator, parts.numerators), (parts.denominator, parts.denominators))
    )
    return views_campaign.Ratio(
        treated=treated, held_out=held_out, numerator=over, denominator=under, moved=_lift(parts.moved)
    )


def campaign_view(report: Report, course: State = "running") -> views_campaign.Campaign:
    """Return the campaign's line: running until its window ends, then done, unless somebody stopped or paused it."""
    return views_campaign.Campaign(
        campaign_id=report.campaign_id,
        plan_id=report.plan_id,
        goal=report.goal_text,
        status="done" if report.status == "final" else course,
        sentence=text(report.sentence),
        started_at=instant(report.starts_ms),
        ends_at=instant(report.ends_ms),
        lift=_lift(report.lift),
        lift_kind=report.lift_kind,
        assigned=_assigned(report),
        spend=_spend(report),
    )


def campaign_row(report: Report, course: State) -> views_campaign.CampaignRow:
    """Return the campaign as the list shows it."""
    line = campaign_view(report, course)
    ahead = [look.at_ms for look in report.looks if look.planned and look.at_ms > report.as_of_ms]
    return views_campaign.CampaignRow(
        **{name: getattr(line, name) for name in views_campaign.Campaign.model_fields},
        looks=[_look(look, report) for look in report.looks],
        next_look_at=instant(min(ahead)) if ahead else None,
    )


def _lift(estimate: LiftEstimate | None) -> views_campaign.Lift | None:
    if estimate is None:
        return None
    high = estimate.high if math.isfinite(estimate.high) else None
    return views_campaign.Lift(value=estimate.value, low=estimate.low, high=high, level=estimate.level)


def _look(look: LookResult, report: Report) -> views_campaign.Look:
    told = look.difference is not None
    return views_campaign.Look(
        at=instant(look.at_ms),
        planned=look.planned,
        lift=_lift(lift_in(look, report.lift_kind)),
        treated=look.treated if told else 0,
        held_out=look.held_out if told else 0,
    )


def _outcome(report: Report) -> views_campaign.Outcome | None:
    if report.treated_mean is None or report.held_out_mean is None:
        return None
    return views_campaign.Outcome(treated=report.treated_mean, held_out=report.held_out_mean)


def _assigned(report: Report) -> views_campaign.Assigned:
    return views_campaign.Assigned(treated=report.treated, held_out=report.held_out)


def _spend(report: Report) -> views_campaign.Spend:
    return views_campaign.Spend(spent=report.spend.spent_fen, expected=report.expected_fen, budget=report.budget_fen)
