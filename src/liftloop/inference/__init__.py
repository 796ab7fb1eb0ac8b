"""Statistics that know no marketing:

Cross-fitting, doubly robust estimates, sequential tests, dual allocation.
"""
