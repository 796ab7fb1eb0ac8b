"""Threads of the desk that give way: questions and studies wait where the engine needs the cores."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

NICENESS = 10
"""With two busy threads a core, the engine's then gets nine tenths of it; alone, these get all."""


def background_threads() -> ThreadPoolExecutor:
    """Return threads that give way to all others of the machine, and so does every thread that they start.

    A lake that is opened in one has DuckDB's own threads among them. Elsewhere than on Linux nothing gives way.
    """
    return ThreadPoolExecutor(thread_name_prefix="background", initializer=_give_way)


def _give_way() -> None:
    if sys.platform == "linux":  # There, and only there, a thread has a priority of its own.
        here = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, here, max(NICENESS, os.getpriority(os.PRIO_PROCESS, here)))
