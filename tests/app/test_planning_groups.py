"""Goals about a group: its words are held against what the shop knows, and the plan is about these people only."""

import numpy as np
import pytest
from msgspec.structs import replace
from shop_lake import PROFILE_OF_MEMBER, UNTIL_MS, sources_of

from liftloop.app.audience_lake import selection
from liftloop.app.audience_question import Meanings
from liftloop.app.planning.diagnosis import Sample, groups_in, members
from liftloop.app.planning.given import population_of
from liftloop.app.planning.reading import Look, Moments, Population, included
from liftloop.app.planning.sources import Sources
from liftloop.app.planning.study import plan_goal
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import unpack_columns
from liftloop.kernel.errors import LiftloopError
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.plan.outcome import outcome_of
from liftloop.plan.record import PlanRecord
from liftloop.simulate.columns import decoded
from liftloop.simulate.history import History

AIM = "30天内复购率 +5%，预算 3 万元"
LOYAL = {"event": "Order Completed", "within_days": 180, "count": {"gte": 3}}
BUYER = {"event": "Order Completed", "within_days": 365}


@pytest.fixture(scope="module")
def sources(small_past: History, tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """A shop of 6,000 with one audience of its own."""
    made = sources_of(small_past, tmp_path_factory.mktemp("groups"))
    audiences = {"loyal": {"name": "近半年常客", "where": LOYAL}, "buyers": {"name": "一年内买过", "where": BUYER}}
    return replace(made, definitions=replace(made.definitions, audiences=audiences))


@pytest.fixture(scope="module")
def everybody(sources: Sources) -> PlanRecord:
    return plan_goal(AIM, {}, "zh-CN", sources)


def assigned(record: PlanRecord) -> set[int]:
    assert record.assigned is not None, record.sentence.zh
    return set(np.asarray(unpack_columns(record.assigned.columns)["profile"]).tolist())


def is_planned_for(record: PlanRecord, everybody: PlanRecord, group: set[int]) -> None:
    """Whom everybody's plan assigns of a group is assigned; of a trial, for want of proof in so few, whom it reaches.

    A trial has options of one kind, a learned plan those of any.
    """
    wanted = assigned(everybody) & group
    if record.status == everybody.status:
        assert assigned(record) == wanted
        return
    assert (everybody.status, record.status) == ("ready", "exploration")
    assert assigned(record) <= wanted
    assert len(assigned(record)) > 0.7 * len(wanted)


def people_with(past: History, name: str, value: str) -> set[int]:
    said = decoded(past.customers)[name]
    return set((np.flatnonzero(said == value) * PROFILE_OF_MEMBER).tolist())


def commonest_city(past: History) -> str:
    cities, counts = np.unique(decoded(past.customers)["city"].astype(str), return_counts=True)
    return str(cities[np.argmax(counts)])


def test_a_city_is_planned_for_alone(sources: Sources, small_past: History, everybody: PlanRecord) -> None:
    """Of the people of everybody's plan exactly those of the city are assigned; what was understood is said."""
    city = commonest_city(small_past)
    here = people_with(small_past, "city", city)
    record = plan_goal(f"{city}的会员{AIM}", {}, "zh-CN", sources)
    is_planned_for(record, everybody, here)
    assert 100 < record.eligible == len(assigned(record)) < everybody.eligible
    (said,) = [remark for remark in record.understood.assumed if remark.id == "group"]
    assert f"city 为“{city}”（{len(here):,} 人）" in said.zh
    assert record.baseline is not None
    assert everybody.baseline is not None
    assert record.baseline.people < everybody.baseline.people
    others = plan_goal(f"除{city}客户外，{AIM}", {}, "zh-CN", sources)
    # A trial assigns whom its options reach, a learned plan whom any option does.
    assert assigned(everybody) - here <= assigned(others)
    assert not assigned(others) & here


def test_an_audience_is_named_and_its_own_level_is_the_baseline(sources: Sources, everybody: PlanRecord) -> None:
    """Members as of now are assigned; those who buy often buy again more often, and the baseline is theirs."""
    record = plan_goal(f"近半年常客{AIM}", {}, "zh-CN", sources)
    asked = selection(LOYAL, Meanings(traits={}, audiences={}), UNTIL_MS)
    members = set(sources.lake.select(asked.text, asked.parameters)["profile"].tolist())
    is_planned_for(record, everybody, members)
    assert record.baseline is not None
    assert everybody.baseline is not None
    assert record.baseline.low > everybody.baseline.high
    chip = next(chip for chip in record.understood.chips if chip.field == "scope")
    assert "近半年常客" in chip.zh
    assert [f"{record.understood.goal.text[start:end]}" for start, end in chip.spans] == ["近半年常客"]


def test_membership_is_as_of_each_moment(sources: Sources) -> None:
    """Whether somebody was a loyal buyer at the start of a past window is counted from her orders before it alone."""
    starts = [UNTIL_MS - days * DAY_MS for days in (30, 60, 90)]
    look = Look(sources.lake, Moments(statement="windows", parameters=(starts, 1, 0, UNTIL_MS)))
    outcome = outcome_of(BUILT_IN_CATALOGUE.by_id["repurchase_rate"])
    assert outcome is not None
    free = replace(outcome, before=())
    nothing = Meanings(traits={}, audiences={"loyal": LOYAL})
    tree = {"all": [{"audience": "loyal"}, {"not": {"trait": "gender", "is": "nobody has that"}}]}
    found = included(look, Population(outcome=free, group=tree, meanings=nothing))
    orders = sources.lake.select("SELECT profile, at_ms FROM event_now WHERE name = 'Order Completed'")
    plain: dict[int, list[int]] = {}
    for profile, at_ms in zip(orders["profile"].tolist(), orders["at_ms"].tolist(), strict=True):
        plain.setdefault(profile, []).append(at_ms)
    wanted = [
        sum(at - 180 * DAY_MS < each < at for each in plain.get(profile, ())) >= 3
        for profile, at in zip(look.profile.tolist(), look.at_ms.tolist(), strict=True)
    ]
    assert found.tolist() == wanted
    assert 0 < found.sum() < look.count


@pytest.mark.long
def test_an_unknown_group_is_asked_back_with_the_nearest(sources: Sources, everybody: PlanRecord) -> None:
    """No plan is made for people nobody knows; the question offers what there is, and its answers are taken."""
    text = f"针对常客，{AIM}"
    record = plan_goal(text, {}, "zh-CN", sources)
    assert record.status == "needs_answer"
    assert record.assigned is None
    (question,) = record.understood.questions
    assert question.id == "scope"
    offered = [choice.value for choice in question.choices]
    assert offered[0] == "audience:loyal"
    assert offered[-1] == "everyone"
    chosen = plan_goal(text, {"scope": "audience:loyal"}, "zh-CN", sources)
    assert assigned(chosen) == assigned(plan_goal(f"近半年常客{AIM}", {}, "zh-CN", sources))
    all_of_them = plan_goal(text, {"scope": "everyone"}, "zh-CN", sources)
    assert all_of_them.group is None
    assert all_of_them.baseline == everybody.baseline
    assert assigned(all_of_them) >= assigned(everybody)
    with pytest.raises(LiftloopError) as refused:
        plan_goal(text, {"scope": "月球上的人"}, "zh-CN", sources)
    assert refused.value.code == "unusable_answer"


@pytest.mark.long
def test_two_groups_are_met_in_their_overlap(small_past: History, sources: Sources) -> None:
    """A city and an audience together are the people who are in both."""
    city = commonest_city(small_past)
    both = plan_goal(f"{city}的近半年常客{AIM}", {}, "zh-CN", sources)
    here = people_with(small_past, "city", city)
    assert assigned(both) == assigned(plan_goal(f"近半年常客{AIM}", {}, "zh-CN", sources)) & here


def test_the_same_word_in_two_attributes_is_asked(
    small_past: History, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Where city and home both say 上海, nobody can know which is meant."""
    city = commonest_city(small_past)
    alter = (
        'UPDATE event SET properties = replace(properties, \'"zone"\', \'"home":"' + city + '","zone"\')'
        " WHERE kind = 'identify'"
    )
    doubled = sources_of(small_past, tmp_path_factory.mktemp("doubled"), alter)
    record = plan_goal(f"{city}的会员{AIM}", {}, "zh-CN", doubled)
    assert record.status == "needs_answer"
    values = [choice.value for choice in record.understood.questions[0].choices]
    assert sorted(values[:-1]) == sorted([f"attribute:city={city}", f"attribute:home={city}"])


@pytest.mark.parametrize("text", ["VIP 客户", "沉睡客户", "买过登月舱的人", "黑金客户"])
def test_what_the_shop_does_not_know_is_never_everybody(sources: Sources, text: str) -> None:
    """Words that the grammar knows and the shop does not are asked, never dropped."""
    record = plan_goal(f"{text}{AIM}", {}, "zh-CN", sources)
    assert record.status == "needs_answer", record.understood
    assert [question.id for question in record.understood.questions] == ["scope"]


def test_who_has_not_ordered_for_a_while_is_counted(sources: Sources, everybody: PlanRecord) -> None:
    """60 天没下单的人 ordered before and not since."""
    rows = sources.lake.select(
        "SELECT profile, max(at_ms) AS last_ms FROM event_now WHERE name = 'Order Completed' GROUP BY 1"
    )
    quiet = set(rows["profile"][rows["last_ms"] < UNTIL_MS - 60 * DAY_MS].tolist())
    record = plan_goal(f"60天没下单的人，{AIM}", {}, "zh-CN", sources)
    assert assigned(record) == assigned(everybody) & quiet


@pytest.mark.long
def test_a_signal_and_a_level_are_named_like_any_group(sources: Sources, everybody: PlanRecord) -> None:
    """Either half of a signal's name, and a level's name, mean its people."""
    named = {
        "signal:loyal": {"name": "忠诚 devoted", "where": LOYAL},
        "level:gold": {"name": "金牌", "where": LOYAL},
    }
    more = replace(sources, definitions=replace(sources.definitions, audiences=named))
    asked = selection(LOYAL, Meanings(traits={}, audiences={}), UNTIL_MS)
    members = set(sources.lake.select(asked.text, asked.parameters)["profile"].tolist())
    for words in ("忠诚客户", "金牌客户"):
        assert assigned(plan_goal(f"{words}{AIM}", {}, "zh-CN", more)) == assigned(everybody) & members


def test_groups_of_a_diagnosis_are_who_the_lake_says(sources: Sources) -> None:
    """Counted in memory for many moments at once, each group holds exactly whom its tree holds when it is asked."""
    outcome = outcome_of(BUILT_IN_CATALOGUE.by_id["repurchase_rate"])
    assert outcome is not None
    population = population_of(sources, outcome, None)
    starts = [UNTIL_MS - days * DAY_MS for days in (30, 60)]
    look = Sample(sources.lake, Moments(statement="windows", parameters=(starts, 1, 0, UNTIL_MS)), 1)
    groups, flags = groups_in(look, population, 6_000)
    asked = [n for n, group in enumerate(groups) if "products" not in str(group.tree)]
    assert len(asked) > 12
    for n in asked[:7] + asked[-5:]:
        assert flags[n].tolist() == members(look, population, groups[n].tree).tolist(), groups[n]


def test_a_plan_says_where_its_metric_is_lost(everybody: PlanRecord) -> None:
    """The plan's record has the diagnosis and a sentence for each of its parts."""
    found = everybody.diagnosis
    assert found is not None
    assert len(everybody.diagnosed) == 1 + len(found.parts) > 1
    assert found.looked > 20
    assert [step.name.en for step in found.steps] == ["viewed or visited", "added to cart", "ordered"]
