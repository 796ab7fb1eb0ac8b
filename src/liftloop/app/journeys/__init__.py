"""Journeys as people look at them: what became of everybody, node by node."""
