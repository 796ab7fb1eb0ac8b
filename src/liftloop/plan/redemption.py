"""What an option costs each person: the message, and the coupon if she uses it, whether it moved her or not."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from threadpoolctl import threadpool_limits

from liftloop.inference.ridge import fit_ridge, predict_linear, sums_of
from liftloop.plan.effects.fit import Log
from liftloop.plan.inputs import Floats, People
from liftloop.plan.options import Option

MOVED_WEIGHT = 3.0  # As options: shrunk less than what is of the person.
ROWS_MIN = 200  # Below, a redemption rate is not told from luck, and everybody who orders is taken to redeem.


class Costs(Struct, frozen=True, kw_only=True, eq=False):
    """Expected fen of each arm: now [people, 1 + options] and in the log [rows, 1 + options].

    `learned` says that redemption was seen; otherwise whoever orders is taken to redeem, which is the most it can be.
    """

    now: Floats
    logged: Floats
    learned: bool


def expected_costs(options: Sequence[Option], people: People, order_share: float) -> Floats:
    """Return the costs [people, 1 + options] where nothing was learned: every order redeems."""
    return _flat(options, people.count, order_share)


def _flat(options: Sequence[Option], people: int, order_share: float) -> Floats:
    return np.broadcast_to(_cost_row(options, np.full(len(options), order_share)), (people, len(options) + 1))


class Moved(Struct, frozen=True, kw_only=True, eq=False):
    """Predicted effects of every arm, in the log by models without the row's fold, and now: [rows, 1 + options]."""

    logged: Floats
    now: Floats


def learned_costs(log: Log, options: Sequence[Option], moved: Moved, order_share: float) -> Costs:
    """Return costs with the chance of redemption regressed on the person, the option and what it moves in her.

    Whoever is moved to order redeems what moved her, beside those who would have ordered anyway: without the effect
    among the columns, coupons for those whom they move most would look too cheap. A linear probability, cut to [0, 1];
    options never drawn take the rate of a typical one.
    """
    arm = log.contacts.arm
    paid = np.array([0.0, *(float(option.redemption_fen) for option in options)])
    rows = np.flatnonzero(paid[arm] > 0)
    seen = float(log.contacts.redeemed[rows].sum()) if rows.size else 0.0
    if rows.size < ROWS_MIN or seen == 0:
        flat = _flat(options, log.now.shape[0], order_share)
        return Costs(now=flat, logged=np.broadcast_to(flat[0], log.drawn.chance.shape), learned=False)
    people_log = log.drawn.people
    which = (arm[rows, None] == np.arange(1, len(options) + 1)[None, :]).astype(np.float32)
    size = float(moved.logged.std()) or 1.0
    drawn_effect = (moved.logged[rows, arm[rows]] / size).astype(np.float32)
    columns = np.column_stack([people_log[rows].astype(np.float32), which * 3.0, drawn_effect * MOVED_WEIGHT])
    with threadpool_limits(limits=1):
        line = fit_ridge(sums_of(columns, np.minimum(log.contacts.redeemed[rows], 1.0)))
    wide = people_log.shape[1]
    by_person, by_option = line[: wide + 1], line[wide + 1 : -1] * 3.0
    by_effect = float(line[-1]) * MOVED_WEIGHT / size
    drawn = np.bincount(arm, minlength=len(options) + 1)[1:] > 0
    paying = drawn & (paid[1:] > 0)
    by_option = np.where(paying, by_option, float(by_option[paying].mean()))
    return Costs(
        now=_priced(log.now, by_person, by_option + by_effect * moved.now[:, 1:], options),
        logged=_priced(people_log, by_person, by_option + by_effect * moved.logged[:, 1:], options),
        learned=True,
    )


def _priced(people: Floats, by_person: Floats, by_option: Floats, options: Sequence[Option]) -> Floats:
    base = predict_linear(people.astype(np.float32), by_person)
    chance = np.clip(base[:, None] + by_option, 0.0, 1.0)
    return _cost_row(options, chance)


def _cost_row(options: Sequence[Option], chance: Floats) -> Floats:
    send = np.array([float(option.send_fen) for option in options])
    paid = np.array([float(option.redemption_fen) for option in options])
    costs = send + chance * paid
    nobody = np.zeros((*costs.shape[:-1], 1))
    return np.concatenate([nobody, costs], axis=-1)
