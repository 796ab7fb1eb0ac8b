"""Opportunities read from the lake: who they are now, what such people did before, and how a scan is kept."""
