"""What may be added without touching the core: sources, channels, policies, models.

One file or folder each, alike inside.
"""
