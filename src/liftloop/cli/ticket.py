"""`liftloop ticket`."""

from liftloop.cli.work import group

command = group("ticket")
