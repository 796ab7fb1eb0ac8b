"""What a study of a goal is given: people as of now, past randomised contacts as of then, options, and money.

Everything is plain arrays and numbers; whoever reads lake and state fills them in, a study never looks further.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.inference.calibration import Foretold
from liftloop.plan.called import Called
from liftloop.plan.contract import Spread
from liftloop.plan.goal.contract import Goal
from liftloop.plan.options import Option
from liftloop.plan.terms import Terms
from liftloop.profile.metric import Metric

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Column: TypeAlias = NDArray[Any]
"""Numbers, NaN where unknown."""


class People(Struct, frozen=True, kw_only=True, eq=False):
    """The people a goal is about, as of now, one row each.

    `reach` [people, options] says who may get which option: consent, a connected channel, stock.
    """

    profile: Integers
    features: Mapping[str, Column]
    reach: Flags
    unprofiled: Flags | None = None
    """Who must not be decided on by what is known of them; None is nobody."""
    because: Integers | None = None
    """Which source recommends the item of their recommended options, by its place; -1 and None for none."""

    @property
    def count(self) -> int:
        return self.profile.size


class Contacts(Struct, frozen=True, kw_only=True, eq=False):
    """Past contacts whose action was drawn by known chances, one row each, only those whose window has ended.

    `arm` [rows] is 0 for nobody and 1 + option otherwise; `chance` [rows, 1 + options] sums to 1 over arms that are
    options today. `outcome` is the metric's per person within the goal's window, `redeemed` whether the coupon of the
    action was used while valid; `features` are as of the contact; `reach` [rows, options] was possible then.
    """

    profile: Integers
    at_ms: Integers
    campaign: Integers
    arm: Integers
    chance: Floats
    outcome: Floats
    redeemed: Floats
    features: Mapping[str, Column]
    reach: Flags
    early: Floats | None = None
    """The outcome within the first days of the window; None where the window is too short to have first days."""
    guarded: Floats | None = None
    """What else is looked at, [rows, guarded]: each guarded outcome within the window; None where there is none."""
    later: Floats | None = None
    """The outcome within window and tail, NaN where the tail is not over; None where it was not asked for."""

    @property
    def count(self) -> int:
        return self.profile.size


class Guarded(Struct, frozen=True, kw_only=True):
    """An outcome beside the goal's own that must not fall, or must not rise, against doing nothing.

    `named` says that the goal asked for it: then options that harm it are not used; others are only told.
    """

    metric: Metric
    comparison: Literal["no_drop", "no_rise"]
    named: bool


class Window(Struct, frozen=True, kw_only=True):
    """What the metric was in one past window without contacts: `people` counts and the `total` of their outcomes.

    `squares` is the total of the squared outcomes; `starts_ms` when the window began.
    """

    starts_ms: int
    people: float
    total: float
    squares: float


class Worth(Struct, frozen=True, kw_only=True):
    """What one more unit of the metric earns, in fen, and whether that is margin or only revenue."""

    unit_fen: float
    is_margin: bool


class Wishes(Struct, frozen=True, kw_only=True):
    """What somebody asks of a plan beside the goal: `phases` over time (None as the shop's rules say), and a proof.

    Without `proof` nobody is held out, and afterwards nobody can say what the plan brought. `within_fen` is a limit of
    money beside the goal's own budget; the smaller one holds.
    """

    phases: bool | None = None
    proof: bool = True
    within_fen: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Return what tells these wishes from the usual ones."""
        phases = () if self.phases is None else (f"phases={self.phases}",)
        return phases if self.proof else (*phases, "proof=no")


PLAIN = Wishes()


class StudyInputs(Struct, frozen=True, kw_only=True, eq=False):
    """Everything a study of one goal may know.

    `contacts_unusable` counts past contacts without known chances; `budget_fen` None is no budget.
    `scale` is how many people each row of `people` stands for; always 1 unless people were sampled.
    `salt` fixes who is held out and who is assigned what; `data_position` is how far the lake had followed.
    """

    goal: Goal
    metric: Metric
    window_days: int
    now_ms: int
    budget_fen: int | None
    options: tuple[Option, ...]
    people: People
    contacts: Contacts | None
    contacts_unusable: int
    windows: tuple[Window, ...]
    worth: Worth | None
    order_share: float
    """Share of these people who order within a coupon's validity when left alone; prices what was never tried."""
    salt: str
    tail_days: int | None = None
    """How long outcomes are awaited after the window; None where nobody knows how often people buy."""
    guarded: tuple[Guarded, ...] = ()
    """What must not be harmed beside the goal; parallel to the columns of `contacts.guarded`."""
    terms: Terms = Terms()
    data_position: tuple[int, int]
    wishes: Wishes = PLAIN
    spread: Spread | None = None
    """Over which time people are started; None starts everybody at once."""
    contacts_decided: int = 0
    """Past contacts in which somebody could get but one thing: decided and not drawn."""
    arms_decided: int = 0
    """How many different things these were."""
    leaks: tuple[str, ...] = ()
    """Attributes that were left out because they tell the outcome."""
    called: Called = Called()
    ledger: tuple[Foretold, ...] = ()
    """Past forecasts that were launched beside what was measured, oldest first; they set the width of new ranges."""
