"""A market with known truth: what people would do with and without each contact.

It judges plans and never feeds them.
A `World` and a seeded generator give a `History` (import files); a `Market` is its future, answers contacts
and tells the true lift of any of them, the luck of every person being the same in all futures.
"""
