"""Measurements, one file each; run by `liftloop bench NAME` from a checkout."""
