"""S23: an order export is dropped in; quality, three opportunities in ¥ and an exploration plan follow."""

import csv
import io
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
from served import NOW_MS, Served, play
from test_imports import loaded

PEOPLE = 1_000
ITEMS = ("咖啡豆 454g", "挂耳咖啡 10 包", "燕麦奶 1L", "手冲滤纸", "马克杯", "曲奇礼盒")
DAYS = 330


def order_export() -> str:
    """Return what a shop's system exports: no contacts, no consents, one line an item, some of them broken.

    People come back by rhythms of their own; some leave for good after a while, a third never comes twice.
    """
    dice = np.random.default_rng(23)
    zone = timezone(timedelta(hours=8))
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["订单编号", "会员编号", "下单时间", "商品编码", "商品名称", "数量", "单价"])
    number = 0
    for person in range(PEOPLE):
        day = float(dice.uniform(0, DAYS - 10))
        gap, favourite = float(dice.uniform(10, 70)), int(dice.integers(len(ITEMS)))
        orders = 1 if dice.random() < 0.33 else 1 + int(dice.poisson(7))
        for _ in range(orders):
            number += 1
            at = datetime.fromtimestamp(NOW_MS / 1_000 - (DAYS - day) * 86_400, zone)
            for item in {favourite, int(dice.integers(len(ITEMS)))}:
                price = 20 + 15 * item
                rows.writerow(
                    [f"T{number:06}", f"M{person:05}", f"{at:%Y-%m-%d %H:%M}", f"SKU{item}", ITEMS[item], 1, price]
                )
            day += float(dice.gamma(1.5, gap / 1.5))
            if day >= DAYS:
                break
    rows.writerow(["T999999", "M00001", "不详", "SKU0", ITEMS[0], 1, 20])
    return text.getvalue()


def test_from_an_order_export_to_opportunities_and_a_plan(tmp_path: Path) -> None:
    """With nothing configured: quality in words, three opportunities that differ, a plan that says what it lacks."""

    async def story(world: Served) -> None:
        empty = (await world.admin.get("/api/opportunities")).json()
        assert (empty["status"], empty["opportunities"]) == ("no_orders", [])
        done = await loaded(world, "订单导出.csv", order_export())
        assert done["status"] == "done"
        assert done["counts"]["rejected"] == 1
        assert any("没有导入" in each["text"]["zh"] for each in done["quality"])
        found = (await world.admin.get("/api/opportunities")).json()
        first = found["opportunities"][:3]
        assert len({each["kind"] for each in first}) == 3, [each["kind"] for each in found["opportunities"]]
        for each in first:
            assert each["stake"]["low"] < each["stake"]["point"] < each["stake"]["high"]
            assert each["stake"]["basis"] == "assumed"
            opened = await world.admin.post("/api/audiences/preview", {"definition": each["definition"]})
            assert opened.json()["count"] == each["people"], "the people can be opened and counted"
        plan = (await world.admin.post(f"/api/opportunities/{first[0]['opportunity_id']}/plan", {})).json()
        _explores(plan, first[0])
        refused = await world.admin.post(f"/api/plans/{plan['plan_id']}/launch", {})
        assert (refused.status, refused.json()["code"]) == (409, "not_launchable")
        typed = (await world.english.post("/api/goals", {"text": first[1]["goal"]["en"], "answers": {}})).json()
        assert typed["status"] == "exploration", typed["sentence"]
        assert typed["questions"] == []

    play(tmp_path, story)


def _explores(plan: dict[str, Any], opportunity: dict[str, Any]) -> None:
    """A draft sized for the people of the opportunity, its range assumed, everything that is missing listed."""
    assert plan["status"] == "exploration", plan["sentence"]
    assert plan["forecast"]["assumed"]
    assert plan["baseline"]["people"] == opportunity["people"]
    assert plan["holdout"]["people"] > 0
    assert plan["actions"]
    blocking = [each["label"]["zh"] for each in plan["missing"] if each["blocks_launch"]]
    assert [word for word in ("渠道", "手机号", "授权") if any(word in label for label in blocking)] == [
        "渠道",
        "手机号",
        "授权",
    ]
    assert "草案" in plan["next"]["zh"]
