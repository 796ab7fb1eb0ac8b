"""Why people get what they get: only by what moved the choice; who refused it gets no personal choice at all."""

import numpy as np
import pytest
from msgspec.structs import replace
from small_world import Effect, Floats, inputs, options

from liftloop.plan.called import Called
from liftloop.plan.effects.fit import prepare
from liftloop.plan.finding import Finding
from liftloop.plan.harm import GroupEffect, worst_group
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.optimise import Menu, allot
from liftloop.plan.options import Words
from liftloop.plan.reasons import Asked, Driver, drivers_of
from liftloop.plan.resources import FAIR_RATIO_MIN, Group, rates
from liftloop.plan.study.whole import study
from liftloop.plan.writing.limits import resource_label
from liftloop.plan.writing.remarks import remarks_of
from liftloop.plan.writing.whom import reasons_of


def opposite(trait: Floats, place: int) -> Floats:
    """What pleases one half annoys the other."""
    return 0.06 * trait * (1.0 if place < 3 else -1.0)


def harmful(trait: Floats, place: int) -> Floats:
    """Good for most, bad for those at the bottom."""
    return np.where(trait < -0.6, -0.1, 0.08)


def renamed(given: StudyInputs, **names: str) -> StudyInputs:
    """Return the world with its features under other names."""
    assert given.contacts is not None

    def told(features: object) -> dict[str, Floats]:
        return {names.get(name, name): column for name, column in dict(features).items()}  # type: ignore[call-overload]

    people = replace(given.people, features=told(given.people.features))
    return replace(given, people=people, contacts=replace(given.contacts, features=told(given.contacts.features)))


@pytest.fixture(scope="module")
def asked() -> StudyInputs:
    """Return a world in which every fifth person refused to be decided on by what is known of her."""
    given = renamed(inputs(3, opposite, people=5_000, rows=30_000), trait="orders_365", noise="views_30")
    refused = np.arange(given.people.count) % 5 == 0
    return replace(given, people=replace(given.people, unprofiled=refused))


@pytest.fixture(scope="module")
def personal(asked: StudyInputs) -> Finding:
    return study(asked)


def _why(name: str) -> dict[int, tuple[Driver, ...]]:
    """Return what is said to have moved a choice that a trait called `name` alone moved, and none of its companions."""
    chance = np.random.default_rng(1)
    people = 4_000
    trait = chance.normal(size=people)
    features = {
        name: 5 + 2 * trait,
        "views_30": 3 + 1.4 * trait + chance.normal(size=people),
        "visits_90": chance.poisson(2.0, people).astype(np.float64),
    }
    effect = np.zeros((people, 7))
    effect[:, 1], effect[:, 4] = 0.05 * trait, -0.05 * trait
    effect[:, [2, 3, 5, 6]] = -1
    menu = Menu(
        options=options(),
        effect=effect,
        cost_fen=np.zeros((people, 7)),
        reach=chance.random((people, 6)) < 0.8,
        held=np.zeros(people, dtype=np.bool_),
        budget_fen=None,
        floor=0.0,
        exploration=0.0,
    )
    return drivers_of(Asked(features=features, menu=menu, arm=allot(menu).arm, price=0.0))


def test_reasons_name_what_moved_the_choice_and_not_what_goes_along() -> None:
    """Of a trait that decides and one that merely follows it, only the first is told, on its right side."""
    found = _why("orders_365")
    assert set(found) == {1, 4}
    for arm, drivers in found.items():
        assert [driver.feature for driver in drivers] == ["orders_365"]
        assert (drivers[0].group > drivers[0].others) == (arm == 1)
    said = reasons_of(found[1], Called())
    assert "一年里下单" in said[0].zh
    assert "orders in a year" in said[0].en


def test_what_is_sensitive_is_never_told() -> None:
    """Were the deciding trait a person's age, no reason would be given rather than that one."""
    assert not _why("age:birthday")


def test_who_refused_profiling_gets_the_same_whatever_is_known_of_her(asked: StudyInputs, personal: Finding) -> None:
    """Their features may be anything: what they are given does not change, and one remark says how many they are."""
    refused = asked.people.unprofiled
    trait = asked.people.features["orders_365"]
    assert refused is not None
    features = dict(asked.people.features) | {"orders_365": np.where(refused, -trait, trait)}
    other = study(replace(asked, people=replace(asked.people, features=features)))
    assert personal.plan is not None
    assert other.plan is not None
    theirs = personal.plan.people.unprofiled
    assert theirs is not None
    assert personal.drivers
    for column in (personal.plan.menu.effect, personal.plan.menu.cost_fen):
        assert np.allclose(column[theirs], column[theirs][0])
        assert column[~theirs].std(axis=0).max() > 0
    arm, same = (each.plan.allotment.arm[theirs] for each in (personal, other))  # type: ignore[union-attr]
    assert (arm == same).mean() > 0.98  # Their price of money may move by what the others do.
    assert any(f"{refused.sum():,} 人拒绝个性化" in remark.zh for remark in remarks_of(asked, personal))


def test_a_group_that_is_harmed_is_named() -> None:
    """Where one option for all harms a third of the people the log names them; where it harms nobody, nobody."""

    def worst(effect: Effect) -> GroupEffect:
        given = renamed(inputs(4, effect, people=4_000, rows=40_000), trait="orders_365")
        assert given.contacts is not None
        log = prepare(given.contacts, given.people, given.options, given.now_ms, given.salt)
        everybody = np.where(given.contacts.reach[:, 0], 1, 0)
        found = worst_group(log, np.zeros(given.contacts.chance.shape), everybody)
        assert found is not None
        return found

    found = worst(harmful)
    assert found.feature == "orders_365"
    assert found.high < 0
    assert found.harmed
    assert not worst(lambda trait, place: np.full(trait.size, 0.05)).harmed


def test_no_sensitive_group_is_priced_out() -> None:
    """Coupons that move one sex twice as much are held to four fifths between the sexes within the same budget."""
    chance = np.random.default_rng(5)
    people = 4_000
    women = chance.random(people) < 0.4
    effect = chance.normal(0.03, 0.01, (people, 7)) * np.where(women, 2.0, 1.0)[:, None]
    cost = np.tile([0.0, 5.0, 105.0, 405.0, 1.0, 101.0, 401.0], (people, 1))
    effect[:, 0] = 0
    groups = (Group(name="gender=f", inside=women), Group(name="gender=m", inside=~women))
    menu = Menu(
        options=options(),
        effect=effect,
        cost_fen=cost,
        reach=np.ones((people, 6), dtype=np.bool_),
        held=chance.random(people) < 0.1,
        budget_fen=60_000,
        floor=0.0,
        exploration=0.05,
    )
    treated = ~menu.held
    inside = tuple(Group(name=group.name, inside=group.inside[treated]) for group in groups)
    free, held = allot(menu), allot(replace(menu, groups=groups))
    assert min(each.ratio for each in rates(inside, free.arm[treated], options())) < 0.5
    assert min(each.ratio for each in rates(inside, held.arm[treated], options())) >= FAIR_RATIO_MIN - 1e-3
    assert 0.8 * free.certificate.value < held.certificate.value < free.certificate.value
    assert any(use.name == "fair:gender=m" and use.shadow_price > 0 for use in held.certificate.uses)


def test_codes_are_said_by_their_names() -> None:
    """A category, an attribute and what it says read as the shop calls them; what has no name says itself."""
    male = Words(zh="男", en="male")
    called = Called(
        categories={"c-07": Words(zh="坚果", en="nuts")},
        attributes={"gender": Words(zh="性别", en="gender"), "birthday": Words(zh="生日", en="birthday")},
        values={"gender": {"m": male}},
    )
    features = ("category:c-07", "is:gender=m", "is:city=杭州")
    drivers = tuple(Driver(feature=feature, group=0.6, others=0.2, part=0.1) for feature in features)
    assert [each.zh for each in reasons_of(drivers, called)] == [
        "买的东西里 60% 是坚果（其他人 20%）",
        "60% 的人性别是“男”（其他人 20%）",
        "60% 的人city是“杭州”（其他人 20%）",
    ]
    assert reasons_of(drivers, called)[0].en == "60% of what they buy is nuts (others 20%)"
    assert resource_label("fair:gender=m", (), called).zh == "性别为“男”的人拿到优惠的比例"
    assert called.group("birthday>=60").zh == "60 岁及以上的人（生日）"
