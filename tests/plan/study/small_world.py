"""A world of a few lines whose effects are known: people, options, past random contacts, no database."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from liftloop.plan.goal.contract import Goal
from liftloop.plan.inputs import Contacts, People, StudyInputs, Window, Worth
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.plan.options import ChannelChoice, Offer, Option, action_id

Floats = NDArray[np.float64]
Effect = Callable[[Floats, int], Floats]
"""From a person's trait [n] and an option's place to the change of her chance to buy [n]."""

DAY_MS = 86_400_000
NOW_MS = 1_788_192_000_000
RATE = 0.2
FACES = (0, 500, 2_000)


def options(costs: Mapping[int, int] | None = None) -> tuple[Option, ...]:
    """Three offers through two channels; `costs` may make a face value dearer."""
    channels = [
        ChannelChoice(id=name, medium=name, name_zh=name, name_en=name, cost_fen=fen)
        for name, fen in (("sms", 5), ("email", 1))
    ]
    offers = [
        Offer(id=f"off_{face}", name_zh=f"{face}", face_fen=face, cost_fen=(costs or {}).get(face, face))
        for face in FACES
    ]
    return tuple(
        Option(id=action_id(offer.id, channel.id), offer=offer, item=None, channel=channel)
        for channel in channels
        for offer in offers
    )


def rate_of(trait: Floats) -> Floats:
    return RATE + 0.08 * trait


def inputs(
    seed: int,
    effect: Effect,
    people: int = 20_000,
    rows: int = 40_000,
    costs: Mapping[int, int] | None = None,
    **changes: object,
) -> StudyInputs:
    """Return what a study of `复购率 +5%` would be given in a world where options have `effect`."""
    rng = np.random.default_rng(seed)
    menu = options(costs)
    given: dict[str, object] = {
        "goal": Goal(
            text="复购率 +5%",
            language="zh-CN",
            metric="repurchase_rate",
            direction="up",
            size=0.05,
            size_kind="relative",
            window_days=30,
        ),
        "metric": BUILT_IN_CATALOGUE.by_id["repurchase_rate"],
        "window_days": 30,
        "now_ms": NOW_MS,
        "budget_fen": people * 100,
        "options": menu,
        "people": _people(rng, people, len(menu)),
        "contacts": _contacts(rng, effect, rows, menu),
        "contacts_unusable": 0,
        "windows": tuple(
            Window(starts_ms=NOW_MS - back * 30 * DAY_MS, people=people, total=RATE * people, squares=RATE * people)
            for back in range(1, 7)
        ),
        "worth": Worth(unit_fen=4_000.0, is_margin=True),
        "order_share": RATE,
        "salt": f"world {seed}",
        "data_position": (1, 1),
    }
    return StudyInputs(**(given | changes))  # pyright: ignore[reportArgumentType]


def true_effect(effect: Effect, trait: Floats, arm: NDArray[np.int64]) -> float:
    """Return the mean effect of giving each person her arm (0 nobody)."""
    total = np.zeros(trait.size)
    for place in range(int(arm.max(initial=0))):
        mine = arm == place + 1
        total[mine] = effect(trait[mine], place)
    return float(total.mean())


def _traits(rng: np.random.Generator, count: int) -> Floats:
    return rng.uniform(-1, 1, count)


def _reach(rng: np.random.Generator, count: int, columns: int) -> NDArray[np.bool_]:
    media = np.column_stack([rng.random(count) < 0.8, rng.random(count) < 0.7])
    return np.repeat(media, columns // 2, axis=1)


def _people(rng: np.random.Generator, count: int, columns: int) -> People:
    features = {"trait": _traits(rng, count), "noise": rng.normal(size=count)}
    return People(profile=np.arange(count) * 64, features=features, reach=_reach(rng, count, columns))


def _contacts(rng: np.random.Generator, effect: Effect, rows: int, menu: tuple[Option, ...]) -> Contacts:
    trait, reach = _traits(rng, rows), _reach(rng, rows, len(menu))
    weights = np.column_stack([np.full(rows, 2.0), reach.astype(float)])
    chance = weights / weights.sum(axis=1, keepdims=True)
    arm = (rng.random(rows)[:, None] >= np.cumsum(chance, axis=1)[:, :-1]).sum(axis=1).astype(np.int64)
    bought = rate_of(trait)
    for place in range(len(menu)):
        mine = arm == place + 1
        bought[mine] += effect(trait[mine], place)
    outcome = (rng.random(rows) < bought).astype(np.float64)
    coupon = np.array([0, *(option.face_fen for option in menu)])[arm] > 0
    campaign = rng.integers(0, 9, rows)
    return Contacts(
        profile=np.arange(rows) * 64,
        at_ms=NOW_MS - (40 + 25 * campaign) * DAY_MS,
        campaign=campaign,
        arm=arm,
        chance=chance,
        outcome=outcome,
        redeemed=outcome * coupon,
        features={"trait": trait, "noise": rng.normal(size=rows)},
        reach=reach,
    )
