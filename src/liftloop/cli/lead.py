"""`liftloop lead`."""

from liftloop.cli.work import group

command = group("lead")
