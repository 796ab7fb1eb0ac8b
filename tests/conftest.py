"""Which tests run on one worker: those of a module that share something dear. All others run where there is room."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
TOGETHER = frozenset(
    {
        "tests/clients/test_node_clients.py",
        "tests/clients/test_python_clients.py",
        "tests/simulate/test_shop_history.py",
        "tests/simulate/test_what_would_have_been.py",
    }
)
"""Modules that share what a whole session shares, and takes seconds to make; those with fixtures of their own for the
whole module are found by themselves."""


@cache
def stays_together(module: str) -> bool:
    """Say whether a module's tests share a fixture, which each worker would otherwise make anew."""
    return module in TOGETHER or 'scope="module"' in (ROOT / module).read_text()


class Together(LoadScopeScheduling):
    """Hands out such modules whole, and before the rest; every other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if stays_together(module) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    return Together(config, log) if config.getvalue("dist") == "loadscope" else None
