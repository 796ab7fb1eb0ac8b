"""`liftloop deal`."""

from liftloop.cli.work import group

command = group("deal")
