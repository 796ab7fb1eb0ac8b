"""May we, and how does it get there?

Intents come in; each ends in exactly one ledger row with one reason.
"""
