"""A plan says what has changed since it was made, and hands out nothing that is gone."""

from msgspec.structs import replace

from liftloop.kernel.clock import DAY_MS
from liftloop.plan.goal.contract import Goal, Understood
from liftloop.plan.notices import Now, Thing, notices_of, stops
from liftloop.plan.options import Words
from liftloop.plan.record import Assigned, PlannedAction, PlanRecord

NOW_MS = 20_000 * DAY_MS
MILK = Words(zh="牛奶", en="milk")


def planned() -> PlanRecord:
    action = PlannedAction(
        id="coupon.sms.milk",
        offer="coupon",
        item="milk",
        channel="sms",
        people=100,
        cost_fen=1,
        lift=0.1,
        label=MILK,
        who=None,
        when=None,
        why=None,
    )
    goal = Goal(text="复购率 +5%", language="zh-CN")
    return PlanRecord(
        plan_id="plan-1",
        status="ready",
        created_ms=NOW_MS,
        understood=Understood(goal=goal, said_zh="", said_en=""),
        sentence=MILK,
        actions=(action,),
        assigned=Assigned(columns=b"", cells=(), actions=(), labels=()),
        data_offset=1_000,
    )


def now(**changes: object) -> Now:
    usual = Now(
        offers={"coupon": Thing(name=Words(zh="券", en="coupon"))},
        items={"milk": Thing(name=MILK)},
        channels={"sms": Thing(name=MILK)},
        now_ms=NOW_MS,
        data_offset=1_050,
    )
    return replace(usual, **changes)


def test_nothing_is_said_while_nothing_changed() -> None:
    """A plan of today with all its things there has no notice."""
    assert notices_of(planned(), now()) == ()


def test_what_is_gone_stops_a_launch_and_what_is_scarce_is_said() -> None:
    """A retired offer, item or channel stops it, as does stock of nothing; less stock than people is a warning."""
    for kind, identity in (("offers", "coupon"), ("items", "milk"), ("channels", "sms")):
        found = stops(planned(), now(**{kind: {}}))
        assert found is not None
        assert found.id == f"gone:{kind[:-1]}:{identity}"
    out = stops(planned(), now(items={"milk": Thing(name=MILK, stock=0)}))
    assert out is not None
    assert out.sentence.zh == "牛奶只剩 0 份，方案要发 100 份"
    (scarce,) = notices_of(planned(), now(items={"milk": Thing(name=MILK, stock=40)}))
    assert not scarce.stops


def test_old_plans_and_new_data_are_said_and_stop_nothing() -> None:
    """A week makes a plan old, a tenth more data makes it blind to them; neither stops a launch."""
    for changed in (now(now_ms=NOW_MS + 8 * DAY_MS), now(data_offset=1_200)):
        (notice,) = notices_of(planned(), changed)
        assert not notice.stops
        assert stops(planned(), changed) is None
