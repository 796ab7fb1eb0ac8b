from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.optimize import linprog

from liftloop.simulate.arrays import DAY_MS, NONE
from liftloop.simulate.campaigns import action_columns
from liftloop.simulate.contacts import NO_CONTACTS, Contacts, State, receive
from liftloop.simulate.counterfactual import converted, expected, oracle
from liftloop.simulate.frames import joined
from liftloop.simulate.happenings import between
from liftloop.simulate.history import History, history
from liftloop.simulate.market import Market
from liftloop.simulate.rows import Kind
from liftloop.simulate.truth import Span, Truth, throw
from liftloop.simulate.world import World, parse_action, past_actions, sample_shop, variant

UNTIL_MS = 1_788_192_000_000  # 2026-09-01 00:00 in Shanghai.
WINDOW = (UNTIL_MS, UNTIL_MS + 30 * DAY_MS)
DrawPast = Callable[[World, int], History]


def fresh(world: World, seed: int) -> Truth:
    """Draw a world in which nobody was ever contacted."""
    return throw(world, Span(until_ms=UNTIL_MS, days=400, ahead_days=70), np.random.default_rng(seed))


@pytest.fixture(scope="module")
def untouched() -> Market:
    world = replace(sample_shop(30_000), campaigns=())
    return Market(history(world, np.random.default_rng(31), UNTIL_MS))


@pytest.mark.parametrize("action_id", ["coupon_20.sms", "reminder.wecom", "gift.email", "coupon_5.sms.snacks_nuts_1"])
def test_the_formula_is_what_a_huge_simulation_shows(action_id: str):
    """Expected outcomes and costs equal the means over many throws of the dice, alone and contacted."""
    world = replace(sample_shop(40_000), campaigns=())
    gaps: dict[str, list[float]] = {"alone": [], "gain": [], "cost": []}
    sizes: dict[str, list[float]] = {name: [] for name in gaps}
    for seed in range(4):
        truth = fresh(world, seed)
        state = State(truth)
        contacts = everyone(truth, action_id)
        told = expected(truth, state, contacts, 30)
        alone = converted(truth, state, NO_CONTACTS, WINDOW)
        contacted = converted(truth, state, contacts, WINDOW)
        gain = contacted.astype(float) - alone
        found = {"alone": alone, "gain": gain, "cost": realised_cost(truth, action_id)}
        said = {"alone": told.alone, "gain": told.contacted - told.alone, "cost": told.cost_fen}
        for name, values in found.items():
            gaps[name].append(float((values - said[name]).sum()))
            sizes[name].append(float(((values - said[name]) ** 2).sum()))
    for name, gap in gaps.items():
        assert abs(sum(gap)) <= 4.0 * np.sqrt(sum(sizes[name])), name


def everyone(truth: Truth, action_id: str) -> Contacts:
    size = truth.world.members
    offer, channel, item = (np.repeat(part, size) for part in action_columns(truth, (action_id,)))
    return Contacts(member=np.arange(size), offer=offer, channel=channel, item=item, at_ms=np.full(size, UNTIL_MS))


def realised_cost(truth: Truth, action_id: str) -> np.ndarray:
    """Count what a contact of everyone cost: its send, and the offer where it was redeemed."""
    state = State(truth)
    contacts = everyone(truth, action_id)
    receive(truth, state, contacts)
    rows = between(truth, state, UNTIL_MS, UNTIL_MS + 40 * DAY_MS).rows
    redeemed = np.bincount(rows.member[rows.kind == Kind.COUPON_REDEEMED], minlength=truth.world.members)
    offer, channel = int(contacts.offer[0]), int(contacts.channel[0])
    return truth.catalogue.channel_cost[channel] + redeemed * truth.catalogue.offer_cost[offer]


def test_sleeping_dogs_and_always_buyers_are_there_as_stated(untouched: Market):
    """The stated shares are met; every contact harms sleeping dogs, and always-buyers redeem without need."""
    habits, people = untouched.truth.world.habits, untouched.truth.people
    everyone_there = np.arange(people.rate.size)
    assert people.touchy.mean() == pytest.approx(habits.touchy_share, abs=1e-4)
    assert people.always.mean() == pytest.approx(habits.always_share, abs=1e-4)
    assert not (people.touchy & people.always).any()
    active = untouched.eligible(UNTIL_MS)
    for action in past_actions(sample_shop(2_000)):
        told = untouched.expected(everyone_there, action, UNTIL_MS, 30)
        gain = told.contacted - told.alone
        assert gain[people.touchy].mean() < -0.001, action.id
        assert (gain[active] < 0.0).mean() > 0.05, action.id
    told = untouched.expected(everyone_there, parse_action("coupon_10.sms"), UNTIL_MS, 30)
    always = np.intersect1d(active, np.flatnonzero(people.always))
    others = np.setdiff1d(active, always)
    assert told.alone[always].mean() > 0.6
    assert told.cost_fen[always].mean() > 3 * told.cost_fen[others].mean()


def test_effects_differ_between_people_and_saturate(untouched: Market):
    """Effects vary more than their mean, a larger coupon works more, each further yuan works less."""
    people = untouched.eligible(UNTIL_MS)
    gain = {face: untouched.expected(people, parse_action(f"coupon_{face}.sms"), UNTIL_MS, 30) for face in (5, 10, 20)}
    mean = {face: float((told.contacted - told.alone).mean()) for face, told in gain.items()}
    assert 0.0 < mean[5] < mean[10] < mean[20]
    assert (mean[10] - mean[5]) / 5 > (mean[20] - mean[10]) / 10
    twenty = gain[20].contacted - gain[20].alone
    assert twenty.std() > twenty.mean()


def test_repeated_contacts_tire(untouched: Market):
    """The second and third contact within days add less than the first."""
    market = untouched
    people = market.eligible(UNTIL_MS)
    parts = [market.same_for_all(people, parse_action("coupon_10.sms"), UNTIL_MS + days * DAY_MS) for days in (0, 2, 4)]
    points = [market.lift(people, joined(parts[: count + 1]), WINDOW).points for count in range(3)]
    assert points[0] > points[1] - points[0]
    assert points[0] > points[2] - points[1]


def test_drift_moves_and_its_absence_stays():
    """In the drifting variant coupons lose their advantage over words; without drift and mood nothing moves."""
    calm = replace(sample_shop(4_000), campaigns=())
    gain: dict[tuple[str, int, str], float] = {}
    for name, world in (("calm", calm), ("drift", variant(calm, "drift"))):
        for years in (0, 2):
            start = world.response.drift_from.replace(year=2026 - years)
            response = replace(world.response, mood_spread=0.0, drift_from=start)
            truth = fresh(replace(world, response=response), 3)
            for action_id in ("coupon_20.sms", "reminder.sms"):
                told = expected(truth, State(truth), everyone(truth, action_id), 30)
                gain[name, years, action_id] = float((told.contacted - told.alone)[~truth.people.touchy].mean())
    for action_id in ("coupon_20.sms", "reminder.sms"):
        assert gain["calm", 0, action_id] == gain["calm", 2, action_id]
    apart = [gain["drift", years, "coupon_20.sms"] - gain["drift", years, "reminder.sms"] for years in (0, 2)]
    assert apart[1] < 0.5 * apart[0]
    assert gain["drift", 2, "reminder.sms"] > gain["drift", 0, "reminder.sms"]


def test_weak_and_costly_worlds_are_what_they_say():
    """Weak effects are about a third; dear offers bring less and cost more than twice as much."""
    told = {}
    for name in ("plain", "weak", "costly"):
        world = replace(sample_shop(10_000), campaigns=())
        world = world if name == "plain" else variant(world, name)
        truth = fresh(world, 3)
        told[name] = expected(truth, State(truth), everyone(truth, "coupon_20.sms"), 30)
    gain = {name: float((one.contacted - one.alone).mean()) for name, one in told.items()}
    assert gain["weak"] == pytest.approx(0.35 * gain["plain"], rel=0.15)
    assert gain["costly"] < gain["plain"]
    assert told["costly"].cost_fen.mean() > 2.0 * told["plain"].cost_fen.mean()


def test_a_window_longer_than_a_pause_has_no_formula(untouched: Market):
    """Where the closed form does not hold, it is not given."""
    with pytest.raises(ValueError, match="pause"):
        untouched.expected(np.arange(10), parse_action("coupon_5.sms"), UNTIL_MS, 90)


@pytest.mark.parametrize("seed", range(6))
def test_the_oracle_is_within_one_person_of_the_best(seed: int):
    """The oracle keeps the budget; its bound is the optimum of the relaxed problem as HiGHS solves it."""
    rng = np.random.default_rng(seed)
    people, actions = 60, 4
    value = rng.normal(0.02, 0.04, (people, actions))
    cost = rng.uniform(1.0, 300.0, (people, actions))
    value[rng.random((people, actions)) < 0.2] = -np.inf
    budget = float(rng.uniform(200.0, 3_000.0))
    best = oracle(value, cost, budget)
    usable = np.isfinite(value)
    rows = np.kron(np.eye(people), np.ones(actions))
    solved = linprog(
        -np.where(usable, value, 0.0).ravel(),
        A_ub=np.vstack([rows, cost.ravel()]),
        b_ub=np.append(np.ones(people), budget),
        bounds=[(0.0, 1.0 if open_ else 0.0) for open_ in usable.ravel()],
    )
    assert best.cost_fen <= budget
    assert best.bound == pytest.approx(-solved.fun, abs=1e-6)
    assert best.value <= best.bound + 1e-9
    assert best.value >= best.bound - value[usable].max() * 2
    chosen = best.choice != NONE
    assert usable[np.flatnonzero(chosen), best.choice[chosen]].all()


def test_the_oracle_beats_every_single_action(untouched: Market):
    """Knowing the truth pays: within a tight budget the oracle gains far more than one action for all who consent."""
    people = untouched.eligible(UNTIL_MS)
    actions = [action for action in past_actions(sample_shop(2_000)) if action.item is None]
    value, cost = untouched.values(people, actions, UNTIL_MS, 30)
    budget = 2_000_000.0
    best = oracle(value, cost, budget)
    assert best.cost_fen <= budget
    for column in range(len(actions)):
        allowed = np.isfinite(value[:, column])
        total = cost[allowed, column].sum()
        reached = min(1.0, budget / total) * value[allowed, column].sum()
        assert best.value > 1.2 * reached


def test_a_past_with_campaigns_keeps_its_luck(past_of: DrawPast, shop: World):
    """Removing the past campaigns changes no own order of anybody: only what contacts did is gone."""
    with_past, without = past_of(shop, 5), past_of(replace(shop, campaigns=()), 5)
    assert np.array_equal(with_past.truth.orders.at_ms, without.truth.orders.at_ms)
    assert not np.array_equal(with_past.orders["order_id"].values, without.orders["order_id"].values)
