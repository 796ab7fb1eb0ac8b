"""What the demo says while it works: one line a phase with its seconds, moving on a terminal, readable in a file."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import click

from liftloop.cli.main import language
from liftloop.cli.telling import padded

FRESH_S = 0.2
"""How often the line on a terminal is written anew."""
SAID_EVERY_S = 10.0
"""How often progress is told where lines cannot be written over: often enough to see that it moves."""
NAME_WIDTH = 28


class Phases:
    """The phases of one run, each with its seconds; all of it goes to the error stream."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._seconds: list[tuple[str, float]] = []
        self._phase = ("", 0.0)
        self._told = 0.0
        self._terminal = sys.stderr.isatty()

    @contextmanager
    def phase(self, zh: str, en: str) -> Generator[Callable[[str], None]]:
        """Time a phase; call what it gives with a few words on how far it is."""
        name = en if language() == "en" else zh
        began = time.perf_counter()
        self._phase, self._told = (name, began), 0.0 if self._terminal else began
        self._tell("")
        yield self._tell
        seconds = time.perf_counter() - began
        self._seconds.append((name, seconds))
        self._line(f"✓ {padded(name, NAME_WIDTH)}{seconds:6.1f} s", end="\n")

    def note(self, zh: str, en: str) -> None:
        """Say one thing more, below the phase that it belongs to."""
        self._line(f"    {en if language() == 'en' else zh}", end="\n")

    def summary(self) -> list[str]:
        """Return the seconds of each phase and of all together, as lines."""
        total = time.perf_counter() - self._began
        heading, whole = ("Seconds", "In all") if language() == "en" else ("用时（秒）", "合计")
        rows = [*self._seconds, (whole, total)]
        return ["", heading, *(f"  {padded(name, NAME_WIDTH)}{seconds:6.1f}" for name, seconds in rows)]

    def _tell(self, words: str) -> None:
        now = time.perf_counter()
        name, began = self._phase
        if now - self._told < (FRESH_S if self._terminal else SAID_EVERY_S):
            return
        self._told = now
        spent = f"{now - began:6.1f} s" if words else " " * 8
        self._line(f"… {padded(name, NAME_WIDTH)}{spent}  {words}".rstrip(), end="" if self._terminal else "\n")

    def _line(self, text: str, end: str) -> None:
        start = "\r\x1b[K" if self._terminal else ""
        click.echo(f"{start}{text}{end}", err=True, nl=False)
