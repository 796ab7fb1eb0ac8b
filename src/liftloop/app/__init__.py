"""Puts the parts together:

The tuple of stages, the use cases and the roles they need, settings, the three processes.
"""
