"""What others may know of learning a policy from a table of past randomised contacts."""

from typing import Literal

from msgspec import Struct

from liftloop.inference.arrays import Floats
from liftloop.inference.effects import EffectModel
from liftloop.inference.encoding import Encoding, Texts

Kind = Literal["personalise", "static", "nobody", "refused"]


class Notice(Struct, frozen=True, kw_only=True):
    """One thing a person should know, in both languages; `code` is stable, `column` names the column meant."""

    code: str
    zh: str
    en: str
    column: str | None = None


class PolicyRequest(Struct, frozen=True, kw_only=True):
    """Which column is what, and what an outcome earns and a contact costs.

    Exactly one of `treated` (two arms: this value and the other) and `control` (several: this value is nobody).
    `trusted` names columns the caller vouches for as known before the contact, whatever the checks suspect;
    `after` those known to be written after it. Without `propensity` every row is taken to have had the same chances,
    the arms' shares; it names the column that holds them: the chance of `treated`, or a JSON object by arm.
    """

    treatment: str
    outcome: str
    unit_id: str | None
    value: float
    cost: float
    treated: str | None = None
    control: str | None = None
    trusted: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    propensity: str | None = None


class Money(Struct, frozen=True, kw_only=True):
    """Money per 1,000 people with its 90% and 95% intervals."""

    value: float
    low_90: float
    high_90: float
    low_95: float
    high_95: float


class ArmReport(Struct, frozen=True, kw_only=True):
    """One arm for everybody: `profit_per_1000` against nobody, and what the policy makes more than it."""

    arm: str
    rows: int
    outcome_mean: float
    profit_per_1000: Money | None = None
    policy_gain_per_1000: Money | None = None
    policy_share: float = 0.0


class PolicyModel(Struct, frozen=True, kw_only=True):
    """All that another process needs to decide; encodes to JSON as it is. `arms[0]` is nobody's value."""

    format: Literal[1] = 1
    kind: Kind
    treatment: str
    outcome: str
    unit_id: str | None
    arms: tuple[str, ...]
    static_arm: int
    mean_uplift: tuple[float, ...]
    value: float
    cost: float
    encoding: Encoding
    effects: EffectModel | None


class PolicyReport(Struct, frozen=True, kw_only=True):
    """The verdict (`personalise`, `static:ARM`, `nobody`, `refused`) with its evidence.

    `profit_per_1000` against treating nobody, cross-fitted: folds that judge never chose.
    `irr` and `nir` (two arms with the same chances for all) are incremental response rate and net incremental
    revenue among the rows that the out-of-fold policy treats. `model` is None exactly where the verdict is `refused`.
    """

    verdict: str
    reasons: tuple[Notice, ...]
    warnings: tuple[Notice, ...]
    rows: int
    units: int
    columns: tuple[str, ...] = ()
    arms: tuple[ArmReport, ...] = ()
    profit_per_1000: Money | None = None
    calm_profit_per_1000: Money | None = None
    treated_share: float = 0.0
    learner: str | None = None
    folds_agreeing: int = 0
    irr: float | None = None
    nir: float | None = None
    model: PolicyModel | None = None


class Decisions(Struct, frozen=True, kw_only=True, eq=False):
    """One decision a row, in the file's order. `uplift` is the expected change of the outcome against nobody.

    For people left alone it is that of the best action they could have had.
    """

    ids: Texts
    action: Texts
    uplift: Floats
    reason: tuple[str, ...]
    notices: tuple[Notice, ...]
