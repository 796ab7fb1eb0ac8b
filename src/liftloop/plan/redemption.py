"""What an option costs each person: the message, and the coupon if she uses it, whether it moved her or not."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from threadpoolctl import threadpool_limits

from liftloop.inference.boosting import Trees, fit_trees_weighted, predict_trees
from liftloop.inference.ridge import fit_ridge, sums_of
from liftloop.plan.effects.fit import Log, left_out
from liftloop.plan.inputs import Floats, Integers, People
from liftloop.plan.options import Option

ROWS_MIN = 200  # Below, a redemption rate is not told from luck, and everybody who orders is taken to redeem.
ROWS_MAX = 100_000  # Trees of more rows say the same and take as much longer.
WHO_TREES = Trees(count=60, leaves=8, rate=0.08)
"""Who redeems is a product of who orders and who uses coupons: lines miss that, and cut at 0 they make some coupons
look free. On 11,000 draws, coupons chosen by lines cost 30% more than reckoned, by trees 5%."""
USUAL_MIN = 0.25
"""However little an option seems to move, whoever holds it redeems at a quarter of her usual chance."""


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


class Usual(Struct, frozen=True, kw_only=True, eq=False):
    """How likely each one redeems whatever coupon: in the log by models without the row's fold [rows], and now."""

    logged: Floats
    now: Floats


def learned_costs(log: Log, options: Sequence[Option], moved: Moved, usual: Usual | None, order_share: float) -> Costs:
    """Return costs with the chance of redemption learned from who redeemed: the person, the option, what it moves.

    Trees tell how likely a person redeems any coupon (`usual_of`); a line adds the option and its effect on her.
    Whoever is moved to order redeems what moved her, beside those who would have ordered anyway: without the effect,
    coupons for those whom they move most would look too cheap. Options never drawn take the rate of a typical one.
    """
    if usual is None:
        flat = _flat(options, log.now.shape[0], order_share)
        return Costs(now=flat, logged=np.broadcast_to(flat[0], log.drawn.chance.shape), learned=False)
    arm, rows = log.contacts.arm, _paying(log, options)
    size = float(moved.logged.std()) or 1.0
    which = arm[rows, None] == np.arange(1, len(options) + 1)[None, :]
    columns = np.column_stack([usual.logged[rows], which, moved.logged[rows, arm[rows]] / size])
    with threadpool_limits(limits=1):
        line = fit_ridge(sums_of(columns.astype(np.float32), np.minimum(log.contacts.redeemed[rows], 1.0)))
    drawn = np.bincount(arm, minlength=len(options) + 1)[1:] > 0
    paying = drawn & (np.array([option.redemption_fen for option in options]) > 0)
    by_option = line[0] + np.where(paying, line[2:-1], float(line[2:-1][paying].mean()))
    by_usual, by_effect = float(line[1]), float(line[-1]) / size

    def priced(redeems: Floats, effect: Floats) -> Floats:
        chance = by_usual * redeems[:, None] + by_option + by_effect * effect[:, 1:]
        return _cost_row(options, np.clip(chance, USUAL_MIN * redeems[:, None], 1.0))

    return Costs(now=priced(usual.now, moved.now), logged=priced(usual.logged, moved.logged), learned=True)


def _paying(log: Log, options: Sequence[Option]) -> Integers:
    """Return the rows of the log that drew a coupon."""
    paid = np.array([False, *(option.redemption_fen > 0 for option in options)])
    return np.flatnonzero(paid[log.contacts.arm])


def usual_of(log: Log, options: Sequence[Option]) -> Usual | None:
    """Return who redeems, None where too few coupons were sent, or none was used, to tell."""
    rows = _paying(log, options)
    if rows.size < ROWS_MIN or float(log.contacts.redeemed[rows].sum()) == 0:
        return None
    few = rows[:: -(-rows.size // ROWS_MAX)]
    people = log.drawn.people.astype(np.float32)
    target = np.minimum(log.contacts.redeemed[few], 1.0)
    group = left_out(log.fold.size)[log.fold]
    groups = np.unique(group)
    jobs = [(target, (group[few] != one).astype(np.float64)) for one in groups]
    *lefts, whole = fit_trees_weighted(people[few], [*jobs, (target, np.ones(few.size))], WHO_TREES)
    logged = np.zeros(log.fold.size)
    for one, left in zip(groups, lefts, strict=True):
        mine = np.flatnonzero(group == one)
        logged[mine] = predict_trees(left, people[mine])
    now = predict_trees(whole, log.now.astype(np.float32))
    return Usual(logged=np.clip(logged, 0.0, 1.0), now=np.clip(now, 0.0, 1.0))


def _cost_row(options: Sequence[Option], chance: Floats) -> Floats:
    send = np.array([float(option.send_fen) for option in options])
    paid = np.array([float(option.redemption_fen) for option in options])
    costs = send + chance * paid
    nobody = np.zeros((*costs.shape[:-1], 1))
    return np.concatenate([nobody, costs], axis=-1)
