"""`liftloop task`."""

from liftloop.cli.work import group

command = group("task")
