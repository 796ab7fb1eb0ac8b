"""A launch publishes what journey, gate and renderer read, and assigns everybody eligible."""

from typing import Any

import msgspec
import numpy as np
import pytest
from small_world import FACES, NOW_MS, Floats, inputs

from liftloop.app.planning.timing import timed
from liftloop.compose.check import check
from liftloop.compose.contract import Content
from liftloop.compose.template import render
from liftloop.journey.contract import Journey
from liftloop.journey.graph import read as read_journey
from liftloop.kernel.codec import unpack_columns
from liftloop.plan.contract import NOBODY, Campaign
from liftloop.plan.goal.contract import Goal, TouchCap, Understood, Waves
from liftloop.plan.launch import Launch, NotLaunchable, launch
from liftloop.plan.options import Words
from liftloop.plan.record import PlanRecord
from liftloop.plan.study.whole import study
from liftloop.plan.terms import PlanningRules
from liftloop.plan.writing.planned import Head, record_of
from liftloop.plan.writing.timed import waves_sentence


def _effect(trait: Floats, place: int) -> Floats:
    return np.full(trait.size, 0.02 + 0.00001 * FACES[place % 3])


@pytest.fixture(scope="module")
def record() -> PlanRecord:
    world = inputs(2, _effect, people=8_000, rows=40_000)
    goal = msgspec.structs.replace(world.goal, caps=(TouchCap(touches_max=2, period="week"),))
    understood = Understood(goal=goal, said_zh="", said_en="")
    head = Head(plan_id="plan-1", created_ms=NOW_MS, understood=understood)
    world = msgspec.structs.replace(world, goal=goal, salt="plan-1")
    return record_of(head, world, study(world))


@pytest.fixture(scope="module")
def launched(record: PlanRecord) -> Launch:
    assert record.status == "ready"
    return launch(record, at_ms=NOW_MS, language="zh-CN", contents={})


def _bodies(launched: Launch, kind: str) -> dict[str, Any]:
    return {each.id: each.body for each in launched.definitions if each.kind == kind}


def test_journey_and_campaign_have_one_id_and_can_be_read(launched: Launch) -> None:
    """The published bodies are what the stages read: same id, trigger on the campaign, act before anything else."""
    campaign = msgspec.convert(_bodies(launched, "campaign")[launched.campaign_id], type=Campaign, strict=False)
    body = _bodies(launched, "journey")[launched.campaign_id]
    journey = msgspec.convert(body, type=Journey, strict=False)
    read_journey(launched.campaign_id, 1, body)
    assert msgspec.json.encode(campaign) == msgspec.json.encode(launched.campaign)
    assert journey.campaign == launched.campaign_id
    assert journey.holdout == campaign.holdout
    assert campaign.actions[0].id == NOBODY
    assert campaign.caps[0].count == 2
    assert campaign.caps[0].days == 7
    assert campaign.ends_ms - campaign.starts_ms == 30 * 86_400_000


def test_every_action_has_words_that_render(launched: Launch) -> None:
    """Each drawn action names a published content; its words need no variable and pass the checks, in two languages."""
    contents = {
        name: msgspec.convert(body, type=Content, strict=False) for name, body in _bodies(launched, "content").items()
    }
    for action in launched.campaign.actions[1:]:
        assert contents[action.content].language == "zh-CN"
        assert contents[action.content.removesuffix("zh") + "en"].language == "en"
    for content in contents.values():
        assert not check(content, ())
        assert render(content, {}).body


def test_everybody_eligible_is_assigned_within_the_vectors(record: PlanRecord, launched: Launch) -> None:
    """Columns are as long as the eligible are many; each drawn action had a chance in its cell."""
    columns = unpack_columns(launched.assigned)
    profile, action, cell = (np.asarray(columns[name]) for name in ("profile", "action", "cell"))
    assert profile.size == record.eligible == np.unique(profile).size
    cells = np.array(launched.campaign.cells)
    assert np.allclose(cells.sum(axis=1), 1)
    assert cells.shape[1] == len(launched.campaign.actions)
    assert (cells[cell, action] > 0).all()


def test_contents_that_exist_are_used(record: PlanRecord, launched: Launch) -> None:
    """Where an action has words already, nothing is drafted for it."""
    name = launched.campaign.actions[1].id
    again = launch(record, at_ms=NOW_MS, language="zh-CN", contents={name: "mine"})
    assert next(action.content for action in again.campaign.actions if action.id == name) == "mine"
    assert len(_bodies(again, "content")) == len(_bodies(launched, "content")) - 2


def test_launching_twice_is_the_same_launch(record: PlanRecord, launched: Launch) -> None:
    """A launch is a function of the plan and the instant."""
    assert launch(record, at_ms=NOW_MS, language="zh-CN", contents={}) == launched


def test_a_plan_that_asks_cannot_be_launched() -> None:
    """A record without an assignment is refused with its own sentence."""
    goal = Goal(text="提升业绩", language="zh-CN")
    record = PlanRecord(
        plan_id="plan-2",
        status="needs_answer",
        created_ms=NOW_MS,
        understood=Understood(goal=goal, said_zh="", said_en=""),
        sentence=Words(zh="还差一个回答", en="one answer missing"),
    )
    with pytest.raises(NotLaunchable, match="one answer missing"):
        launch(record, at_ms=NOW_MS, language="en", contents={})


def test_waves_of_the_goal_are_said_by_the_plan_and_kept_by_its_journey() -> None:
    """Whoever asked for three waves a week apart reads so beside each action, and the journey lets people go so."""
    world = inputs(2, _effect, people=8_000, rows=40_000)
    goal = msgspec.structs.replace(world.goal, waves=Waves(count=3, every_s=604_800))
    world = timed(msgspec.structs.replace(world, goal=goal, salt="plan-1"), {}, PlanningRules(phases=True))
    head = Head(plan_id="plan-1", created_ms=NOW_MS, understood=Understood(goal=goal, said_zh="", said_en=""))
    record = record_of(head, world, study(world))
    said = waves_sentence(record)
    assert said is not None
    assert said.zh.startswith("分 3 批，每周一批，第一批在启动时，每批约 ")
    assert all(each.when and "In 3 waves, one every week" in each.when.en for each in record.actions)
    assert record.schedule == ()
    nodes = _bodies(launch(record, at_ms=NOW_MS, language="en", contents={}), "journey")["campaign-1"]["nodes"]
    assert nodes[0]["kind"] == "stagger"
    assert (nodes[0]["over_s"], nodes[0]["waves"], list(nodes[0]["phases"])) == (3 * 604_800, 3, [])
