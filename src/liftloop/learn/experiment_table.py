"""A table and a request become a trial: arms from the treatment column, outcomes, units, folds."""

import math

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.balance import Draw
from liftloop.inference.encoding import Texts
from liftloop.inference.folds import FOLDS, assign_folds, unit_codes
from liftloop.inference.trial import Trial
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.learn.contract import Notice, PolicyRequest
from liftloop.learn.given_chances import given_chances
from liftloop.learn.table import Table, outcome_numbers
from liftloop.learn.usable_columns import Drawn, Usable, usable_columns

ARMS_MAX = 20  # A treatment with more values than that is a column of something else.
FOLD_SALT = "policy-from-a-table"


class ExperimentTable(Struct, frozen=True, kw_only=True, eq=False):
    """The trial with the names of its arms (`arms[0]` is nobody), how it was read, and what was left out.

    `told` says that the log itself gave the chances.
    """

    trial: Trial
    told: bool
    arms: tuple[str, ...]
    usable: Usable
    warnings: tuple[Notice, ...]


class Rows(Struct, frozen=True, kw_only=True, eq=False):
    """The rows that can be used: their table, units, arms and outcomes."""

    table: Table
    units: Texts
    arms: tuple[str, ...]
    arm: Integers
    outcome: Floats
    chance: Floats
    warnings: tuple[Notice, ...]


def read_experiment(table: Table, request: PolicyRequest) -> ExperimentTable:
    """Return the trial; raises with the next step where the request does not fit the table.

    Where the request names no column of chances they are the arms' shares, alike for all.
    """
    _check_prices(request)
    rows = _usable_rows(table, request)
    units = unit_codes(rows.units.tolist())
    _, first = np.unique(units, return_index=True)
    first = first.astype(np.int64)
    fold = assign_folds(rows.units.tolist(), count=FOLDS, salt=FOLD_SALT)
    told = request.propensity is not None
    draw = Draw(arm=rows.arm[first], chance=rows.chance[first], fold=fold[first], told=told)
    usable = usable_columns(rows.table, request, Drawn(outcome=rows.outcome, first=first, draw=draw))
    trial = Trial(
        features=usable.features,
        arm=rows.arm,
        outcome=rows.outcome,
        propensity=rows.chance,
        unit=units,
        fold=fold,
        value=request.value,
        cost=np.array([0.0] + [request.cost] * (len(rows.arms) - 1)),
    )
    return ExperimentTable(
        trial=trial, told=told, arms=rows.arms, usable=usable, warnings=(*rows.warnings, *usable.warnings)
    )


def _check_prices(request: PolicyRequest) -> None:
    if not (math.isfinite(request.value) and request.value > 0):
        raise _usage("value_not_positive", zh="“价值”应为大于零的数。", en="The value must be a number above zero.")
    if not (math.isfinite(request.cost) and request.cost >= 0):
        raise _usage("cost_negative", zh="“成本”不能小于零。", en="The cost must not be below zero.")
    if (request.treated is None) == (request.control is None):
        raise _usage(
            "arms_unclear",
            zh="请说明哪个取值是触达（treated），或哪个取值是不触达（control），二者选一。",
            en="Say which value is the contact (treated) or which is no contact (control): one of the two.",
        )


def _usage(code: str, *, zh: str, en: str, next_zh: str = "", next_en: str = "") -> LiftloopError:
    return LiftloopError(code, zh=zh, en=en, next_zh=next_zh, next_en=next_en, status=422, exit_code=EXIT_USAGE)


def _usable_rows(table: Table, request: PolicyRequest) -> Rows:
    treatment, texts = table.column(request.treatment), table.column(request.outcome)
    units = table.column(request.unit_id) if request.unit_id else np.arange(table.rows).astype(np.str_)
    outcome = outcome_numbers(texts)
    if not np.isfinite(outcome).any():
        raise _usage(
            "outcome_not_numbers",
            zh=f"“{request.outcome}”里没有数字，无法作为结果。",
            en=f"“{request.outcome}” holds no numbers and cannot be the outcome.",
            next_zh="请选 0/1、是/否或金额列。",
            next_en="Choose a column of 0/1, yes/no or amounts.",
        )
    for name in request.after:
        table.column(name)
    whole = (treatment != "") & np.isfinite(outcome) & (units != "")
    arms = _arms(treatment[whole], request)
    arm = np.zeros(table.rows, dtype=np.int64)
    for place, label in enumerate(arms):
        arm[treatment == label] = place
    if request.propensity is not None:
        chance = given_chances(request.propensity, table.column(request.propensity), arms)
        whole &= chance[np.arange(table.rows), arm] > 0  # Not NaN either.
    else:
        chance = np.tile(np.bincount(arm[whole], minlength=len(arms)) / max(int(whole.sum()), 1), (table.rows, 1))
    dropped = int((~whole).sum())
    notice = Notice(
        code="rows_dropped",
        zh=f"{dropped} 行缺少编号、分组、结果或概率，没有使用。",
        en=f"{dropped} rows lack identifier, arm, outcome or chance and were not used.",
    )
    return Rows(
        table=table.select(whole),
        units=units[whole],
        arms=arms,
        arm=arm[whole],
        outcome=outcome[whole],
        chance=chance[whole],
        warnings=(notice,) if dropped else (),
    )


def _arms(treatment: Texts, request: PolicyRequest) -> tuple[str, ...]:
    """Return the values of the treatment, nobody's first."""
    values, counts = np.unique(treatment, return_counts=True)
    found = values[np.argsort(-counts, kind="stable")].tolist()
    named = request.treated or request.control or ""
    shown = "、".join(found[:8])
    listed = ", ".join(found[:8])
    if len(found) > ARMS_MAX:
        raise _usage(
            "treatment_many_values",
            zh=f"“{request.treatment}”有 {len(found)} 个不同的值，不像是分组。",
            en=f"“{request.treatment}” has {len(found)} distinct values; that is not a treatment.",
        )
    if named not in found:
        raise _usage(
            "treatment_value_unknown",
            zh=f"“{request.treatment}”里没有“{named}”。",
            en=f"“{request.treatment}” never is “{named}”.",
            next_zh=f"它的取值有：{shown}。",
            next_en=f"Its values are: {listed}.",
        )
    others = sorted(value for value in found if value != named)
    if request.control is not None:
        return (named, *others)
    if len(others) > 1:
        raise _usage(
            "treatment_more_than_two",
            zh=f"“{request.treatment}”有 {len(found)} 个取值：{shown}。",
            en=f"“{request.treatment}” has {len(found)} values: {listed}.",
            next_zh="多个分组时请用 control 指明不触达的那个值。",
            next_en="With several arms name the one without contact by control.",
        )
    return (*others, named)
