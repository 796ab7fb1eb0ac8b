"""Estimators that a study may fit."""
