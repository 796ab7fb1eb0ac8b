"""Audiences as people see them: listed, counted, explained, compared, exported."""
