"""What is asked of a plan beside its goal: no proof, people started later, items recommended to some."""

import numpy as np
from msgspec.structs import replace
from small_world import NOW_MS, Floats, inputs

from liftloop.plan.goal.contract import Understood
from liftloop.plan.inputs import StudyInputs, Wishes
from liftloop.plan.launch import CANARY_PEOPLE_MIN, CanaryTerms, LaunchTerms, launch
from liftloop.plan.options import ItemChoice, Option, recommended_id
from liftloop.plan.phases import DAY_S, Load, phases_of, spread_of
from liftloop.plan.record import PlanRecord
from liftloop.plan.study.whole import study
from liftloop.plan.terms import Terms
from liftloop.plan.writing.planned import Head, record_of

PLAIN = 1
"""The option that moves people by far the most."""


def effect(trait: Floats, place: int) -> Floats:
    return np.full(trait.size, 0.12 if place == PLAIN else 0.02)


def recorded(given: StudyInputs) -> PlanRecord:
    head = Head(plan_id="plan-1", created_ms=NOW_MS, understood=Understood(goal=given.goal, said_zh="", said_en=""))
    return record_of(head, given, study(given))


def small(**changes: object) -> StudyInputs:
    return inputs(5, effect, people=3_000, rows=8_000, **changes)


def test_who_declines_proof_holds_nobody_out_and_hears_what_cannot_be_claimed() -> None:
    """Everybody may be reached, what proof would have cost is told, and no power is promised."""
    proven, declined = recorded(small()), recorded(small(wishes=Wishes(proof=False)))
    assert proven.holdout is not None
    assert declined.holdout is not None
    assert (declined.holdout.declined, declined.holdout.people, declined.holdout.share) == (True, 0, 0.0)
    assert declined.holdout.declined_fen > 0
    assert declined.provable is not None
    assert declined.provable.value == 0
    assert "不能说带来了多少" in declined.provable.sentence.zh
    assert sum(each.people for each in declined.actions) > sum(each.people for each in proven.actions)
    started = launch(declined, at_ms=NOW_MS, language="zh-CN", contents={})
    assert started.campaign.holdout.share == 0


def test_people_who_start_later_are_forecast_less() -> None:
    """Phases and approvals take from the forecast what the window loses, and the launch carries both."""
    at_once = recorded(small())
    spread = spread_of(phases_of(Load(people=3_000, response=0.2, per_day=0.0, window_days=30)))
    phased = recorded(small(spread=spread))
    assert at_once.forecast is not None
    assert phased.forecast is not None
    assert 0.7 < phased.forecast.point / at_once.forecast.point < 0.95
    assert sum(phase.people for phase in phased.schedule) == sum(each.people for each in phased.actions)
    campaign = launch(phased, at_ms=NOW_MS, language="zh-CN", contents={}).campaign
    assert campaign.spread == spread

    waits = recorded(small(terms=Terms(lead_days={"sms": 3})))
    assert [limit.name for limit in waits.limits if limit.unit == "days"] == ["lead:sms"]
    started = launch(waits, at_ms=NOW_MS, language="zh-CN", contents={})
    leads = {action.id: action.lead_s for action in started.campaign.actions}
    assert {lead for name, lead in leads.items() if name.endswith(".sms")} == {3 * DAY_S}
    assert {lead for name, lead in leads.items() if not name.endswith(".sms")} == {0}
    journey = next(each.body for each in started.definitions if each.kind == "journey")
    assert journey["nodes"][0]["kind"] == "stagger", "somebody waits, so there must be a place to wait at"
    approved = next(name for name in leads if name.endswith(".sms"))
    known = LaunchTerms(variants={approved: ["a", "b"]})
    again = launch(waits, at_ms=NOW_MS, language="zh-CN", contents={}, terms=known)
    assert again.campaign.canary is None
    for wanted, share in (
        (CanaryTerms(), CANARY_PEOPLE_MIN / waits.eligible),  # A hundredth of few people would show nothing.
        (CanaryTerms(people=waits.eligible // 10), 0.1),
        (CanaryTerms(people=10**6), 0.5),
    ):
        terms = LaunchTerms(canary=wanted)
        canary = launch(waits, at_ms=NOW_MS, language="zh-CN", contents={}, terms=terms).campaign.canary
        assert canary is not None
        assert abs(canary.share - share) < 0.01
    assert next(each.lead_s for each in again.campaign.actions if each.id == approved) == 0


def test_an_item_is_recommended_to_half_of_those_whose_best_is_the_same_without_it() -> None:
    """Nobody else gets it, both halves have the same chance, and the plan says which item and why."""
    given = small()
    plain = given.options[PLAIN]
    assert plain.offer is not None
    item = ItemChoice(id="milk", name_zh="牛奶", name_en="milk", category="", price_fen=1, margin_fen=None, stock=None)
    named = Option(
        id=recommended_id(plain.offer.id, plain.channel.id, item.id),
        offer=plain.offer,
        item=item,
        channel=plain.channel,
        recommended=True,
    )
    people, contacts = given.people, given.contacts
    assert contacts is not None
    for_whom = people.profile % 3 == 0
    nothing = np.zeros((contacts.count, 1))
    record = recorded(
        replace(
            given,
            options=(*given.options, named),
            people=replace(
                people,
                reach=np.column_stack([people.reach, people.reach[:, PLAIN] & for_whom]),
                because=np.where(for_whom, 0, -1),
            ),
            contacts=replace(
                contacts,
                chance=np.column_stack([contacts.chance, nothing]),
                reach=np.column_stack([contacts.reach, nothing > 0]),
            ),
        )
    )
    assert record.assigned is not None
    ids = [action.id for action in record.assigned.actions]
    told = next(each for each in record.actions if each.id == named.id)
    assert told.recommended is not None
    assert told.recommended.zh == "推荐商品：牛奶，因为上次买的快用完了"
    shared = [cell for cell in record.assigned.cells if cell[ids.index(named.id)] > 0.3]
    assert shared
    assert all(abs(cell[ids.index(named.id)] - cell[ids.index(plain.id)]) < 1e-9 for cell in shared)
