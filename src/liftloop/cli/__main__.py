"""`python -m liftloop.cli`, where no `liftloop` is on the path."""

from liftloop.cli.main import main

main()
