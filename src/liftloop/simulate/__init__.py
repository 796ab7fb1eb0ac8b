"""A market with known truth: what people would do with and without each contact.

It judges plans and never feeds them.
"""
