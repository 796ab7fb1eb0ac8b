"""Proposals: read from the lake, tried as experiments, kept or taken back; every step is a fact."""
