"""Logs of past contacts for tests: made ones with a known truth, and the real ones where they are at hand."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from liftloop.learn.contract import PolicyRequest

Log = dict[str, list[str]]

PROMOTION = PolicyRequest(treatment="发券", treated="是", outcome="下单", unit_id="客户", value=10.0, cost=1.0)


def promotion_log(seed: int, rows: int, *, working: bool = True) -> Log:
    """Return a log in which the coupon moves new customers of one city only, and loses money elsewhere."""
    chance = np.random.default_rng(seed)
    city = chance.choice(["北京", "上海", "成都"], rows)
    orders = chance.poisson(2, rows)
    treated = chance.random(rows) < 0.5
    moved = 0.4 * ((city == "上海") & (orders <= 1)) * working
    bought = chance.random(rows) < 0.1 + 0.02 * orders + moved * treated
    return {
        "客户": [f"c{number}" for number in range(rows)],
        "城市": city.tolist(),
        "历史订单": ["" if chance.random() < 0.02 else str(count) for count in orders],
        "发券": ["是" if given else "否" for given in treated],
        "下单": ["1" if yes else "0" for yes in bought],
    }


def real_log(path: str) -> Log:
    """Return the columns of a real data set, or skip, saying why; fail where its folder was named and is not there."""
    named = os.environ.get("LIFTLOOP_TEST_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "data"
    file = folder / path
    if not file.exists():
        message = f"real data are not at {file}; set LIFTLOOP_TEST_DATA to their folder"
        if named:
            pytest.fail(message)
        pytest.skip(message)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        names, *rows = csv.reader(lines)
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
