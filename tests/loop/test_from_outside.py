"""The whole loop as somebody outside drives it: the market of docs/how-to/drive-from-outside.md."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from market import DAY_S, Inbox, Liftloop, define, live
from serving import ROOT, Running, serving

from liftloop.app.tick_client import TickClient

PEOPLE = 600


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> "tuple[Running, Liftloop, Inbox, dict[str, int]]":
    data = tmp_path_factory.mktemp("outside") / "data"
    with serving(data) as running:
        inbox = Inbox()
        market = Liftloop(running.app_url, running.track_url, running.token, running.key)
        define(market, inbox)
        live(market, PEOPLE)
        market.wait(3_599)
        before = len(inbox.messages)
        market.wait(1)
        yield running, market, inbox, {"before": before}


Shop = tuple[Running, Liftloop, Inbox, dict[str, int]]


def test_nobody_is_reached_before_the_wait_is_over(shop: Shop) -> None:
    """A wait of an hour ends at the hour, not a second sooner."""
    _, _, inbox, counted = shop
    assert counted["before"] == 0
    assert inbox.messages


def test_every_message_is_signed_and_sent_once(shop: Shop) -> None:
    """The channel gets signed batches, and no message twice."""
    _, _, inbox, _ = shop
    keys = [message["message_key"] for message in inbox.messages]
    assert inbox.forged == 0
    assert len(keys) == len(set(keys))


def test_the_ledger_adds_up(shop: Shop) -> None:
    """Rows by state add up to everybody who qualified, and what was sent is what the channel got."""
    _, market, inbox, _ = shop
    ledger = market.get("/campaigns/thanks/ledger")
    assert ledger["qualified"] == PEOPLE
    assert sum(row["people"] for row in ledger["rows"]) == PEOPLE
    assert sum(row["people"] for row in ledger["rows"] if row["state"] == "sent") == len(inbox.messages)


def test_who_is_sent_to_is_who_may_be(shop: Shop) -> None:
    """Only people who spent enough, gave consent and are not held out get a message."""
    _, _, inbox, _ = shop
    reached = {int(message["customer_id"].removeprefix("u")) for message in inbox.messages}
    qualified = {n for n in range(PEOPLE) if 2 * (20 + n % 100) >= 100 and n % 10}
    assert reached < qualified
    assert 0.7 < len(reached) / len(qualified) < 0.9, "a holdout of 20%"


def test_why_says_it_in_one_sentence(shop: Shop) -> None:
    """Everybody's answer names the state and the reason in both languages."""
    _, market, inbox, _ = shop
    reached = inbox.messages[0]["customer_id"]
    assert market.get(f"/profiles/{reached}/why?campaign=thanks")["sent"] is True
    refused = market.get("/profiles/u90/why?campaign=thanks")
    assert refused["sent"] is False
    assert "短信" in refused["sentence"]["zh"]
    assert refused["goal"] == "感谢常客"
    assert "consent" in refused["sentence"]["en"]


def test_membership_ends_with_time(shop: Shop) -> None:
    """Thirty days after the orders nobody is loyal any more, though nothing happened."""
    running, market, _, _ = shop
    assert _count(running, "loyal") == PEOPLE
    market.wait(31 * DAY_S)
    assert _count(running, "loyal") == 0


def test_the_command_line_says_the_same(shop: Shop) -> None:
    """`liftloop why` speaks to the running server and prints the same sentence."""
    running, market, inbox, _ = shop
    person = inbox.messages[0]["customer_id"]
    said = subprocess.run(
        [sys.executable, "-m", "liftloop.cli", "why", person, "thanks", "--data", str(running.data), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(said.stdout)["sentence"] == market.get(f"/profiles/{person}/why?campaign=thanks")["sentence"]


def test_a_second_server_is_refused(shop: Shop) -> None:
    """Two servers on one folder: the second says who holds it, and ends."""
    running, _, _, _ = shop
    second = subprocess.run(
        [sys.executable, "-m", "liftloop.cli", "--lang", "en", "serve", "--data", str(running.data), "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 3
    assert "folder_busy" in second.stderr


def test_personal_fields_are_not_on_disk_in_the_clear(shop: Shop) -> None:
    """A phone number that was sent in is in none of the files."""
    running, _, _, _ = shop
    needles = [b"13900000017", b"139000000"]
    for path in Path(running.data).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(needle in content for needle in needles), path


def test_the_tick_stays_light() -> None:
    """The tick process has neither DuckDB nor LightGBM nor what asks a language model in it."""
    code = (
        "import sys, liftloop.app.tick.process; print(sorted({'duckdb', 'lightgbm', 'pydantic_ai'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "[]"


def _count(running: Running, audience: str) -> int:

    async def ask() -> int:
        tick = TickClient(running.data / "tick.sock")
        try:
            return (await tick.ask("audience", id=audience))["count"]
        finally:
            await tick.close()

    return asyncio.run(ask())
