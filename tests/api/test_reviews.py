"""Reviews from outside: made of a campaign that ended, sent once to whoever is named, the scorecard beside them."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from served import DAY_MS, NOW_MS, Served, play

from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.reviews.reviews import Reviews
from liftloop.kernel.clock import SystemClock
from liftloop.plan.forecast import Forecast
from liftloop.plan.options import Words
from liftloop.plan.record import MetricName, PlanRecord
from liftloop.testing.robot_double import SECRET, TOKEN, RobotDouble
from liftloop.testing.smtp_double import SmtpDouble

PLAN, CAMPAIGN = "plan-1", "campaign-1"
GOAL = "30天内复购率 +5%，预算 3 万元"
SAID = Words(zh="可以", en="fine")
FORECAST = Forecast(
    point=0.06,
    i50=(0.04, 0.08),
    i80=(0.02, 0.1),
    i90=(0.0, 0.12),
    assumed=False,
    evaluation=0.01,
    measurement=0.02,
    shift=0.01,
)


def _plan(world: Served) -> PlanRecord:
    return PlanRecord(
        plan_id=PLAN,
        status="ready",
        created_ms=NOW_MS,
        understood=world.desk.plans.read(GOAL, {}, "zh-CN"),
        sentence=SAID,
        metric=MetricName(id="repurchase_rate", name=Words(zh="复购率", en="repurchase rate"), unit="share"),
        goal_lift=0.05,
        forecast=FORECAST,
        forecast_hash="h",
    )


async def _launched(world: Served) -> None:
    """Put a campaign of ten days there whose plan is kept, and go to its last instant."""
    folder = world.desk.data / "plans"
    folder.mkdir(exist_ok=True)
    (folder / f"{PLAN}.plan").write_bytes(msgspec.msgpack.encode(_plan(world)))
    body = {
        "name": GOAL,
        "plan": PLAN,
        "actions": [{"id": "nobody"}],
        "cells": [[1.0]],
        "holdout": {"share": 0.1, "salt": PLAN},
        "starts_ms": NOW_MS,
        "ends_ms": NOW_MS + 10 * DAY_MS,
    }
    await world.desk.definitions.publish("campaign", CAMPAIGN, body, "person:test")
    world.installation.clock.set_ms(NOW_MS + 10 * DAY_MS)


def test_a_review_leaves_once(tmp_path: Path) -> None:
    """A day after the end the review goes to whoever is named with its files; asked again, or told before, it stays."""
    double = SmtpDouble().start()

    async def story(world: Served) -> None:
        await _launched(world)
        settings = {"host": "127.0.0.1", "port": double.port, "tls": "none", "sender": "复盘 <review@example.cn>"}
        channel = {"id": "mail", "kind": "smtp", "settings": settings}
        await world.desk.definitions.publish("channel", "mail", channel, "person:test")
        named = {"recipients": [{"channel": "mail", "address": "boss@example.cn"}], "files": ["pptx"]}
        await world.desk.definitions.publish("setting", "review", named, "person:test")
        reviews = Reviews(world.desk)
        await reviews.finish_due()
        assert await reviews.handed() == []  # Orders of the last day are still coming in.
        world.installation.clock.set_ms(NOW_MS + 11 * DAY_MS)
        await asyncio.gather(reviews.finish_due(), reviews.finish_due())
        await world.settle()
        await Reviews(world.desk).finish_due()
        assert [each.outcome for each in await reviews.handed()] == ["accepted"]
        (mail,) = double.mails
        (file,) = mail.iter_attachments()
        assert file.get_filename() == f"{CAMPAIGN}.pptx"
        assert file.get_content().startswith(b"PK")
        sent = (await world.admin.get("/api/reviews/sent")).json()
        assert [each["outcome"] for each in sent["handed"]] == ["accepted"]
        told = (await world.english.get(f"/api/campaigns/{CAMPAIGN}/review")).json()
        assert told["status"] == "final"
        assert told["verdict"] == "too_early"
        ledger = (await world.admin.get("/api/forecasts")).json()
        assert ledger["standing"] == "empty"
        assert ledger["rows"] == []

    try:
        play(tmp_path, story)
    finally:
        double.stop()


def test_a_review_is_told_to_a_group(tmp_path: Path) -> None:
    """A robot says the review in its group, as plain text; no journey may send to customers through it."""
    double = RobotDouble("feishu", SystemClock()).start()

    async def story(world: Served) -> None:
        await _launched(world)
        settings = {"provider": "feishu", "token": TOKEN, "secret": SECRET, "base_url": double.base_url}
        publish = world.desk.definitions.publish
        await publish("channel", "team", {"id": "team", "kind": "robot", "settings": settings}, "person:test")
        await publish("setting", "review", {"recipients": [{"channel": "team"}]}, "person:test")
        world.installation.clock.set_ms(NOW_MS + 11 * DAY_MS)
        reviews = Reviews(world.desk)
        await reviews.finish_due()
        assert [each.outcome for each in await reviews.handed()] == ["accepted"]
        (text,) = double.texts
        assert text.startswith("复盘：")
        assert "<" not in text
        shown = (await world.admin.get("/api/definitions/channel/team")).body
        assert TOKEN.encode() not in shown
        assert SECRET.encode() not in shown
        node = {"kind": "send", "id": "say", "channel": "team", "content": "c", "next": "end"}
        journey = {
            "name": "迎新",
            "trigger": {"on": "event", "name": "Signed Up"},
            "nodes": [node, {"kind": "exit", "id": "end"}],
        }
        with pytest.raises(BadDefinition, match="robot"):
            await publish("journey", "welcome", journey, "person:test")

    try:
        play(tmp_path, story, webhook_allow="127.0.0.0/8")
    finally:
        double.stop()
