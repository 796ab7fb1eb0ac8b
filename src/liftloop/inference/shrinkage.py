"""Estimates of many groups drawn towards what is usual, the more so the less each tells of itself."""

import numpy as np

from liftloop.inference.arrays import Floats, Integers

WEIGHT_MIN, WEIGHT_MAX = 0.1, 100.0
"""Of the usual, in observations: a group of one is never taken at its word, one of thousands nearly always."""


def prior_weight(values: Floats, group: Integers, groups: int) -> float:
    """Return how many observations of its own a group needs until they count as much as what is usual.

    `values` [n] of `groups` groups; the ratio of the variance within groups to that between their means, by the
    method of moments (Buehlmann 1967, the credibility formula). One observation a group tells nothing: WEIGHT_MAX.
    """
    count = np.bincount(group, minlength=groups).astype(np.float64)
    there = count > 0
    freedom = float((count[there] - 1).sum())
    if freedom < 1 or there.sum() < 2:
        return WEIGHT_MAX
    mean = np.bincount(group, weights=values, minlength=groups) / np.maximum(count, 1)
    within = float(np.square(values - mean[group]).sum()) / freedom
    between = float(np.var(mean[there])) - within * float((1 / count[there]).mean())
    if between <= 0:
        return WEIGHT_MAX
    return float(np.clip(within / between, WEIGHT_MIN, WEIGHT_MAX))


def shrunk(mean: Floats, count: Floats, usual: Floats | float, weight: float) -> Floats:
    """Return (count * mean + weight * usual) / (count + weight); with a count of 0 that is the usual."""
    return (np.where(count > 0, mean, 0.0) * count + weight * usual) / (count + weight)
