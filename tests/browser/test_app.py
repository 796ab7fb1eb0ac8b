"""The app in a real browser: every page over built data, and from goal to report against a real server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from market import SECRET, Inbox, Liftloop
from serving import ROOT, Running, serving

from liftloop.simulate.history import history, write_files
from liftloop.simulate.world import sample_shop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

MEMBERS = 3_000
OPENING_MS = 1_788_228_000_000  # 2026-09-01T02:00:00Z: ten in the morning in Shanghai.
KINDS = ("items", "customers", "consents", "orders")
"""No past contacts: the normal start, whose first plan is an exploration. So small a log would rightly be refused."""


def _playwright(*specs: str, **variables: str) -> None:
    """Run page tests; what they print is shown where they fail."""
    ran = subprocess.run(
        ["npx", "playwright", "test", *specs],
        cwd=ROOT / "ui",
        env={**os.environ, "CI": "true", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]


def test_pages_over_built_data() -> None:
    """People can plan, launch, select, import and ask why; no page has a serious axe violation or scrolls sideways."""
    _playwright("flows", "looks")


@pytest.mark.long
def test_every_page_in_every_look() -> None:
    """Both widths crossed with both languages and appearances: axe finds nothing serious, nothing scrolls sideways."""
    _playwright("looks", EVERY_LOOK="1")


def test_from_goal_to_report(tmp_path: Path) -> None:
    """On a real server with a small shop: a sentence, a plan, a launch, thirty days, a report with a ledger."""
    with serving(tmp_path / "data", LIFTLOOP_CLOCK_START=str(OPENING_MS)) as running:
        inbox = Inbox()
        _fill(running, tmp_path, inbox)
        _playwright(
            "loop",
            LIFTLOOP_URL=running.app_url,
            LIFTLOOP_ADMIN_TOKEN=running.token,
        )
        assert inbox.messages


def _fill(running: Running, folder: Path, inbox: Inbox) -> None:
    """Import a small simulated shop and connect its channels and offers."""
    past = history(sample_shop(MEMBERS), np.random.default_rng(3), OPENING_MS)
    files = write_files(past, folder)
    for kind in KINDS:
        arguments = [str(files[kind]), "--kind", kind, "--json", "--data", str(running.data)]
        told = subprocess.run(
            [sys.executable, "-m", "liftloop.cli", "import", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        assert json.loads(told.stdout.splitlines()[-1])["rejected"] == 0
    market = Liftloop(running.app_url, running.track_url, running.token, running.key)
    for channel in past.world.channels:
        settings = {"url": inbox.url, "secret": SECRET}
        cost_fen = int(channel.cost_fen)
        market.post("/channels", {"id": channel.id, "kind": "webhook", "settings": settings, "cost_fen": cost_fen})
    for offer in past.world.offers:
        names = {"name_zh": offer.name_zh, "name_en": offer.name_en}
        money = {"face_fen": int(offer.face_fen), "cost_fen": int(offer.cost_fen)}
        market.post("/offers", {"id": offer.id, **names, **money})
