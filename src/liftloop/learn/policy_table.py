"""From past randomised contacts to a policy: whom to contact with what, what it earns, or why none is claimed."""

from collections.abc import Sequence

import numpy as np

from liftloop.inference.arrays import Integers
from liftloop.inference.credibility import doubts_of_choice, doubts_of_trial
from liftloop.inference.effects import LEARNERS
from liftloop.inference.intervals import Estimate
from liftloop.inference.policy_choice import Gate, Judgement, agrees, fit_deployed, judge
from liftloop.inference.trial import NOBODY, Trial
from liftloop.learn.contract import (
    ArmReport,
    Kind,
    Money,
    Notice,
    PolicyModel,
    PolicyReport,
    PolicyRequest,
)
from liftloop.learn.experiment_table import ExperimentTable, read_experiment
from liftloop.learn.table import Table
from liftloop.learn.verdict_texts import (
    doubt_notice,
    nobody_notice,
    not_random_notice,
    personal_notice,
    static_notice,
    unconfirmed_notice,
    unstable_notice,
)

PER = 1_000.0


def learn_policy(table: Table, request: PolicyRequest) -> PolicyReport:
    """Return the verdict on a table of past randomised contacts, with the model to decide by.

    The same table and request give the same report. Raises `LiftloopError` where the request does not fit the
    table; data that allow no claim are no error but the verdict `refused`.
    """
    experiment = read_experiment(table, request)
    trial = experiment.trial
    doubts = doubts_of_trial(trial)
    warnings = (*experiment.warnings, *(doubt_notice(item, experiment.arms) for item in doubts if not item.fatal))
    fatal = [doubt_notice(item, experiment.arms) for item in doubts if item.fatal]
    fatal = fatal or _not_random(experiment)
    if fatal:
        return _refused(experiment, fatal, warnings)
    found = judge(trial, Gate(), LEARNERS if trial.features.raw.shape[1] else ())
    late = doubts_of_choice(trial, found.choice)
    if late:
        return _refused(experiment, [doubt_notice(item, experiment.arms) for item in late], warnings)
    return _report(experiment, request, found, warnings)


def _not_random(experiment: ExperimentTable) -> list[Notice]:
    usable = experiment.usable
    if usable.unexplained or usable.foretold:
        return [not_random_notice(usable.unexplained, told=experiment.told)]
    return []


def _refused(experiment: ExperimentTable, reasons: Sequence[Notice], warnings: Sequence[Notice]) -> PolicyReport:
    trial = experiment.trial
    return PolicyReport(
        verdict="refused",
        reasons=tuple(reasons),
        warnings=tuple(warnings),
        rows=trial.rows,
        units=np.unique(trial.unit).size,
        columns=tuple(experiment.usable.columns),
    )


def _report(
    experiment: ExperimentTable, request: PolicyRequest, found: Judgement, warnings: Sequence[Notice]
) -> PolicyReport:
    trial, deployed = experiment.trial, found.deployed
    profit = money(found.profit)
    arms = _arm_reports(experiment, found)
    treated_share = float((found.choice != NOBODY).mean())
    match deployed.kind:
        case "personal":
            verdict, reason = "personalise", personal_notice(profit, arms)
        case "static":
            label = experiment.arms[deployed.arm]
            verdict, reason = f"static:{label}", static_notice(label, profit)
        case "nobody":
            verdict, reason = "nobody", nobody_notice(arms[1:])
    agreeing = sum(agrees(item, deployed) for item in found.by_fold)
    reasons = (reason, *((unconfirmed_notice(),) if found.unconfirmed else ()))
    if agreeing < len(found.by_fold) and deployed.kind != "nobody":
        warnings = (*warnings, unstable_notice(agreeing, len(found.by_fold)))
    alike = trial.arms == 2 and not experiment.told
    irr, nir = response_rates(trial, found.choice) if alike else (None, None)
    return PolicyReport(
        verdict=verdict,
        reasons=reasons,
        warnings=tuple(warnings),
        rows=trial.rows,
        units=np.unique(trial.unit).size,
        columns=tuple(experiment.usable.columns),
        arms=arms,
        profit_per_1000=profit,
        calm_profit_per_1000=money(found.calm_profit),
        treated_share=treated_share,
        learner=deployed.learner,
        folds_agreeing=agreeing,
        irr=irr,
        nir=nir,
        model=_model(experiment, request, found),
    )


def money(estimate: Estimate) -> Money:
    """Return an estimate per row as money per 1,000 with both intervals."""
    scaled = estimate.times(PER)
    narrow, wide = scaled.interval(0.90), scaled.interval(0.95)
    return Money(value=scaled.value, low_90=narrow.low, high_90=narrow.high, low_95=wide.low, high_95=wide.high)


def _arm_reports(experiment: ExperimentTable, found: Judgement) -> tuple[ArmReport, ...]:
    trial = experiment.trial
    reports: list[ArmReport] = []
    for arm, label in enumerate(experiment.arms):
        drawn = trial.arm == arm
        reports.append(
            ArmReport(
                arm=label,
                rows=int(drawn.sum()),
                outcome_mean=float(trial.outcome[drawn].mean()),
                profit_per_1000=money(found.static[arm - 1]) if arm else None,
                policy_gain_per_1000=money(found.over_static[arm - 1]) if arm else money(found.profit),
                policy_share=float((found.choice == arm).mean()),
            )
        )
    return tuple(reports)


def response_rates(trial: Trial, choice: Integers) -> tuple[float | None, float | None]:
    """Return the incremental response rate and the net incremental revenue among the rows the policy treats.

    IRR = outcomes per treated - outcomes per control; NIR = value * (outcomes treated - outcomes control) - cost *
    treated, in plain counts as the promotion's own yardstick has them.
    """
    chosen = choice != NOBODY
    treated, control = chosen & (trial.arm != NOBODY), chosen & (trial.arm == NOBODY)
    if not treated.any() or not control.any():
        return None, None
    top, bottom = trial.outcome[treated], trial.outcome[control]
    irr = float(top.mean() - bottom.mean())
    spent = float(trial.costs()[0, 1]) * top.size
    return irr, trial.value * float(top.sum() - bottom.sum()) - spent


def _model(experiment: ExperimentTable, request: PolicyRequest, found: Judgement) -> PolicyModel:
    trial, deployed = experiment.trial, found.deployed
    kinds: dict[str, Kind] = {"personal": "personalise", "static": "static", "nobody": "nobody"}
    costs = trial.costs()[0]
    uplift = [0.0]
    for arm, estimate in enumerate(found.static, start=1):
        uplift.append((estimate.value + float(costs[arm])) / trial.value)
    return PolicyModel(
        kind=kinds[deployed.kind],
        treatment=request.treatment,
        outcome=request.outcome,
        unit_id=request.unit_id,
        arms=experiment.arms,
        static_arm=deployed.arm,
        mean_uplift=tuple(uplift),
        value=request.value,
        cost=request.cost,
        encoding=experiment.usable.encoding,
        effects=fit_deployed(trial, deployed.learner) if deployed.learner else None,
    )
