"""Which rule decides who gets what, and what it is worth."""
