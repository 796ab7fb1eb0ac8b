"""The use cases in a terminal: thin, with examples, `--json` and exit codes that mean something."""
