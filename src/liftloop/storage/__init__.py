"""Where facts and state are kept.

`contract` says what an engine promises; only `app` and `testing` name one.
"""
