"""Experiments: read from the lake as people entered, compared with the control, told as documents."""
