"""The use cases in a terminal: thin, with examples, `--json` and exit codes that mean something."""

from liftloop.cli.main import main

__all__ = ["main"]
