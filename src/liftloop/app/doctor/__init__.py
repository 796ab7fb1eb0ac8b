"""Examining a data folder and the machine it lies on."""
