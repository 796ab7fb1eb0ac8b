"""The Node SDKs of Segment and RudderStack, as npm has them, send to Liftloop and nothing is lost."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from six_calls import check_six_calls
from told_shop import Shop

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


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
    check_six_calls(shop, user)
