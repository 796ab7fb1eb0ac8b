"""The Node SDKs of Segment and RudderStack, as npm has them, send to Liftloop and nothing is lost."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Shop

from liftloop.kernel.codec import parse_json
from liftloop.storage.contract import Record

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ORDER = {"order_id": "o-1", "revenue": 128.5, "currency": "CNY", "note": "中秋 🥮"}
KINDS = ["alias", "group", "identify", "page", "screen", "track"]


def _node() -> str:
    """Return Node where it is; `make setup` installs one and the packages."""
    found = shutil.which("node", path=f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    if not found or not (HERE / "node_modules").is_dir():
        pytest.skip("Node or tests/clients/node_modules is missing: make setup")
    return found


@pytest.mark.parametrize("name", ["segment", "rudder"])
def test_node_sdks(shop: Shop, name: str) -> None:
    """All six calls arrive with what they say, whichever content type the SDK claims."""
    user = f"node-{name}"
    ran = subprocess.run(
        [_node(), str(HERE / "send.mjs"), name, shop.track_url, shop.key, user],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    records: dict[str, Record] = {record.kind: record for record in shop.wait(user, len(KINDS))}
    assert sorted(records) == KINDS
    assert records["track"].name == "Order Completed"
    assert parse_json(records["track"].body) == ORDER
    assert records["page"].name == "Prices"
    assert parse_json(records["page"].body)["category"] == "docs"
    assert records["group"].name == "company-7"
    assert parse_json(records["alias"].body) == {"previousId": f"{user}-old"}
    assert all("王芳".encode() not in record.body + record.context for record in records.values())
    known = shop.traits(user)
    assert (known["name"], known["level"]) == ("王*", "gold")
