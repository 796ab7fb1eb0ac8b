"""A goal about a group over the API: understood, asked where unknown, planned, launched and counted for it alone."""

from pathlib import Path
from typing import Any

from served import Served, play
from test_channels import SECRET
from test_imports import loaded

PEOPLE = 1_200
VIP = 400
GOODS = ("鸡翅", "牛奶")
GOAL = "30天内复购率 +5%，预算 5000 元"


def customers() -> str:
    rows = ["会员号,等级,城市,手机号,注册时间"]
    rows += [
        f"M{n},{'VIP会员' if n < VIP else '普通会员'},{'上海' if n % 2 else '杭州'},139{n:08d},2026-01-01 08:00:00"
        for n in range(PEOPLE)
    ]
    return "\n".join(rows) + "\n"


def orders() -> str:
    """Everybody bought once; of VIPs two in three a second time within the month, of others one in six."""
    rows = ["订单号,下单时间,会员号,商品名称,数量,单价"]
    for n in range(PEOPLE):
        rows += [
            f"A{n}-{month},2026-{month:02d}-{1 + n % 28:02d} 10:00:00,M{n},{GOODS[n % 2]},1,{20 + n % 7}"
            for month in range(3, 9)
            if n % 3 < (2 if n < VIP else 0) or n % 6 == month % 6
        ]
    return "\n".join(rows) + "\n"


async def rehearsed(world: Served, plan: dict[str, Any]) -> None:
    """Rehearse a plan: everybody ends at one step or gets a message, and neither state nor log has changed by it."""

    def written() -> list[Any]:
        tables = ("outbox", "ledger", "enrolment", "fact", "definition")
        counts = [world.desk.state.rows(f"SELECT count(*) FROM {table}") for table in tables]
        return [*counts, world.desk.follower.lake.position(), world.installation.fold.offset]

    await world.settle()
    before = written()
    path = f"/api/plans/{plan['plan_id']}"
    found = (await world.admin.post(f"{path}/rehearse", {})).json()
    assert found["people"] == found["rehearsed"] == plan["eligible"]
    stopped = {step["gate"]: step["stopped"] for step in found["steps"]}
    assert sum(stopped.values()) + found["handed_over"] == found["people"]
    assert {"policy", "holdout"} <= set(stopped)
    assert found["cost"] == 5 * found["handed_over"] > 0
    assert sum(hour["messages"] for hour in found["hours"]) == found["handed_over"]
    assert (await world.admin.get(f"{path}/what-if", budget_fen=100)).json()["points"] == []  # Nothing was learned yet.
    assert (await world.admin.post("/api/plans/plan-none/rehearse", {})).status == 404
    await world.settle()
    assert written() == before


def test_a_goal_for_vip_customers_reaches_vip_customers_alone(tmp_path: Path) -> None:
    """The level as the file has it is recognised; baseline, plan, assignment and ledger hold these people only."""

    async def story(world: Served) -> None:
        declared = {"declares": [{"channel": "sms", "evidence": "门店登记表"}]}
        assert (await loaded(world, "会员.csv", customers(), **declared))["counts"]["rejected"] == 0
        assert (await loaded(world, "订单.csv", orders()))["counts"]["rejected"] == 0
        settings = {"url": "https://sms.example.test/send", "secret": SECRET}
        channel = {"id": "sms", "kind": "webhook", "cost_fen": 5, "settings": settings}
        assert (await world.admin.post("/api/channels", channel)).status == 200
        offer = {"id": "coupon-5", "name_zh": "5 元券", "name_en": "5 off", "face_fen": 500}
        assert (await world.admin.post("/api/offers", offer)).status == 200
        everybody = (await world.admin.post("/api/goals", {"text": GOAL})).json()
        plan = (await world.admin.post("/api/goals", {"text": f"VIP 客户{GOAL}"})).json()
        assert plan["status"] == everybody["status"] == "exploration", plan["sentence"]
        (said,) = [each for each in plan["understood"]["assumed"] if each["id"] == "group"]
        assert "“VIP会员”（400 人）" in said["text"]["zh"]
        assert plan["eligible"] == VIP < everybody["eligible"]
        assert plan["baseline"]["value"] > everybody["baseline"]["value"] + 0.1
        buyers = (await world.admin.post("/api/goals", {"text": f"买过鸡翅的人{GOAL}"})).json()
        assert buyers["status"] == "exploration", buyers["sentence"]
        assert buyers["eligible"] == len({row.split(",")[2] for row in orders().splitlines() if "鸡翅" in row})
        lately = (await world.admin.post("/api/goals", {"text": f"最近30天买过鸡翅的人{GOAL}"})).json()
        assert 0 < lately["baseline"]["people"] < buyers["baseline"]["people"]
        asked = (await world.admin.post("/api/goals", {"text": f"黑金客户{GOAL}"})).json()
        assert asked["status"] == "needs_answer"
        (question,) = asked["questions"]
        assert question["id"] == "scope"
        assert len(question["choices"]) > 1
        await rehearsed(world, plan)
        terms = {"canary": {"people": 40, "hours": 2}}
        launched = (await world.admin.post(f"/api/plans/{plan['plan_id']}/launch", terms)).json()
        canary = (await world.admin.get(f"/api/campaigns/{launched['campaign_id']}/live")).json()["canary"]
        assert (canary["standing"], canary["sent"]) == ("waits", 0)
        await world.settle()
        ledger = (await world.admin.get(f"/api/campaigns/{launched['campaign_id']}/ledger")).json()
        assert ledger["qualified"] == VIP
        report = (await world.admin.get(f"/api/campaigns/{launched['campaign_id']}/report")).json()
        assert sum(report["assigned"].values()) == VIP

    play(tmp_path, story)
