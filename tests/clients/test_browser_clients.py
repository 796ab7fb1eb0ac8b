"""analytics.js and the JavaScript SDK of 神策 in a real browser, on a page of another origin than the server."""

import os
import shutil
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
from told_shop import Shop

from liftloop.kernel.codec import parse_json

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent


class _Quiet(SimpleHTTPRequestHandler):
    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing of each file."""


@pytest.fixture(scope="module")
def pages() -> Generator[str]:
    """Serve this folder, SDKs included, as somebody's shop would."""
    if not (HERE / "node_modules").is_dir():
        pytest.skip("tests/clients/node_modules is missing: make setup")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(HERE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/pages"
    server.shutdown()


@contextmanager
def visiting(url: str, folder: Path) -> Generator[None]:
    """Have a browser open a page, for as long as the block lasts."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("no Chromium: apt-get install chromium")
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    browser = subprocess.Popen(
        [chromium, *options, f"--user-data-dir={folder / 'browser'}", url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        browser.terminate()
        browser.wait(timeout=20)


@pytest.mark.parametrize(
    ("send_type", "port"),
    [("image", "tick"), ("image", "desk"), ("ajax", "tick"), ("beacon", "tick"), ("batch", "tick")],
)
def test_sa_sdk_javascript(shop: Shop, pages: str, tmp_path: Path, send_type: str, port: str) -> None:
    """By image, request, beacon or batch: events, login and profile arrive, and device and user are one person."""
    user = f"sa-{send_type}-{port}"
    origin = shop.track_url if port == "tick" else shop.app_url
    server_url = f"{origin}/sa?project=default&token={shop.key}"
    with visiting(
        f"{pages}/sensors.html?{urlencode({'server_url': server_url, 'send_type': send_type, 'user': user})}", tmp_path
    ):
        records = shop.wait_for(lambda: shop.records(user), lambda found: any(each.name == "Paid" for each in found))
        records = shop.wait(user, 6)
    by_name = {record.name: record for record in records}
    assert parse_json(by_name["ViewProduct"].body)["note"] == "中秋 🥮"
    assert by_name["ViewProduct"].anonymous_id == f"{user}-device"
    assert (by_name["$SignUp"].user_id, by_name["$SignUp"].anonymous_id) == (user, f"{user}-device")
    assert by_name["Paid"].user_id == user
    assert all("王芳".encode() not in record.body + record.context for record in records)
    known = shop.wait_for(lambda: shop.traits(user), lambda traits: "visits" in traits)
    assert (known["name"], known["level"], known["visits"]) == ("王*", "gold", 2)


@pytest.mark.parametrize("batching", ["", "1"])
def test_analytics_next(shop: Shop, pages: str, tmp_path: Path, batching: str) -> None:
    """It asks this server for its settings, sends where they say, one by one or in batches; all six calls arrive."""
    user = f"next-{batching or 'each'}"
    asked = {"key": shop.key, "cdn": shop.track_url, "user": user, "batching": batching}
    with visiting(f"{pages}/segment.html?{urlencode(asked)}", tmp_path):
        records = shop.wait(user, 6)
    by_kind = {record.kind: record for record in records}
    assert sorted(by_kind) == ["alias", "group", "identify", "page", "screen", "track"]
    assert parse_json(by_kind["track"].body) == {"product_id": "A1", "note": "中秋 🥮"}
    assert by_kind["track"].anonymous_id == f"{user}-device"
    assert by_kind["page"].name == "Prices"
    assert by_kind["group"].name == "company-7"
    known = shop.traits(user)
    assert (known["name"], known["level"]) == ("王*", "gold")
