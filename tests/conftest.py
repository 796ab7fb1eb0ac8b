"""Which tests run on one worker: those of a module that share something dear. All others run where there is room."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = frozenset(
    {
        "tests/app/test_planning_groups.py",
        "tests/app/test_planning_loop.py",
        "tests/clients/test_node_clients.py",
        "tests/clients/test_python_clients.py",
        "tests/collect/test_messages_bad_input.py",
        "tests/loop/test_bad_input.py",
        "tests/loop/test_from_outside.py",
        "tests/loop/test_real_shop.py",
        "tests/plan/study/test_launch.py",
        "tests/plugins/sources/test_file_real_data.py",
        "tests/simulate/test_shop_history.py",
        "tests/simulate/test_what_would_have_been.py",
    }
)
"""Modules whose fixtures, a shop, a server or a year of real orders, take seconds to make, or whose last test looks at
what all before it left behind."""


class Together(LoadScopeScheduling):
    """Hands out such modules whole, and before the rest; every other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    return Together(config, log) if config.getvalue("dist") == "loadscope" else None
