"""Goals of shops whose past proves nothing, over the API: a trial that says why and what would mend it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from served import DAY_MS, NOW_MS, Served, play

from liftloop.kernel.codec import canonical_json
from liftloop.storage.contract import Record

FEW, PEOPLE = 200, 500
GOAL = "30天内复购率 +5%"
CAMPAIGNS_DAYS_AGO = (130, 100, 70, 40)
CHANCES = {"nobody": 0.5, "reminder.sms": 0.5}


def record(kind: str, person: int, name: str, days_ago: float, **body: Any) -> Record:
    return Record(
        kind=kind,
        at_ms=NOW_MS - round(days_ago * DAY_MS),
        received_ms=NOW_MS,
        message_id=f"{kind}/{name}/{person}/{days_ago}",
        actor="key:write",
        user_id=f"M{person}",
        name=name,
        body=canonical_json(body),
        imported=True,
    )


def ordered(person: int, days_ago: float) -> Record:
    return record("track", person, "Order Completed", days_ago, order_id=f"{person}-{days_ago}", revenue=60.0)


def contacted(person: int, campaign: str, days_ago: int, action: str, chances: dict[str, float] | None) -> Record:
    at = datetime.fromtimestamp((NOW_MS - days_ago * DAY_MS) / 1_000, UTC).isoformat()
    said = {"campaign": campaign, "customer_id": f"M{person}", "decided_at": at, "action": action}
    more = {"eligible": sorted(CHANCES), "propensities": chances, "holdout": False, "features": None}
    decision = f"{campaign}-{days_ago}-{person}"
    return record("exposure.imported", person, campaign, days_ago, **said, **more, decision_id=decision)


def usual(people: Sequence[int], dice: np.random.Generator) -> list[Record]:
    """Return a first order of everybody, and in each of the last months an order of nearly every second person."""
    past = [ordered(person, 300 - person % 60) for person in people]
    return past + [
        ordered(person, month * 30 - round(float(dice.uniform(1, 29)), 3))
        for person in people
        for month in range(1, 9)
        if dice.random() < 0.45
    ]


def everywhere(person: int, sent: bool, chances: dict[str, float] | None, name: str) -> list[Record]:
    action = "reminder.sms" if sent else "nobody"
    return [contacted(person, name, days, action, chances) for days in CAMPAIGNS_DAYS_AGO]


async def tried(world: Served, why: str) -> list[str]:
    """Ask for a plan, and return its remarks; it must be a trial with an assumed range that says why."""
    await world.settle()
    answer = await world.admin.post("/api/goals", {"text": GOAL})
    assert answer.status == 200, answer.body
    plan = answer.json()
    assert plan["status"] == "exploration", plan["sentence"]
    assert why in plan["sentence"]["zh"], plan["sentence"]
    assert plan["forecast"]["assumed"]
    assert all(each["en"] and not each["en"].count("{") for each in plan["remarks"])
    return [each["zh"] for each in plan["remarks"]]


def test_a_past_that_proves_nothing_leads_to_a_trial_that_says_what_would(tmp_path: Path) -> None:
    """200 customers, no propensities, one arm, no overlap, a column filled afterwards: each is told apart."""

    async def story(world: Served) -> None:
        dice, take = np.random.default_rng(9), world.installation.append
        past = usual(range(PEOPLE), dice)
        early = {f"M{n}" for n in range(FEW)}
        take([each for each in past if each.user_id in early])
        few = await tried(world, "没有随机发放过")
        assert "200 人" in few[0]
        assert "照这样" in few[0], "so few people settle nothing in one trial"
        take([each for each in past if each.user_id not in early])
        take([each for n in range(PEOPLE) for each in everywhere(n, bool(n % 2), None, "unlogged")])
        blind = await tried(world, "没有记下随机的概率")
        assert any("2,000 次触达没有随机概率" in each and "propensities" in each for each in blind)
        take([each for n in range(PEOPLE) for each in everywhere(n, True, {"reminder.sms": 1.0}, "all")])
        await tried(world, "大家拿到的都一样")
        take([each for n in range(PEOPLE) for each in everywhere(n, False, {"nobody": 1.0}, "none")])
        await tried(world, "不是抽的")
        take([each for n in range(PEOPLE) for each in everywhere(n, dice.random() < 0.5, CHANCES, "drawn")])
        since = NOW_MS - CAMPAIGNS_DAYS_AGO[-1] * DAY_MS
        back = {each.user_id for each in past if since < each.at_ms < since + 30 * DAY_MS}
        take([record("identify", n, "", 0, 已复购="是" if f"M{n}" in back else "否") for n in range(PEOPLE)])
        await world.settle()
        answer = await world.admin.post("/api/goals", {"text": GOAL})
        remarks = [each["zh"] for each in answer.json()["remarks"]]
        assert any("没有用这些属性：已复购" in each for each in remarks), remarks

    play(tmp_path, story)
