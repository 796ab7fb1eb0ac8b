"""Campaigns while they run: shares that move, guardrails that pause, and people who pause, go on, stop and undo."""
