"""Seasons of activity: a season multiplies how often people buy, not a probability.

With purchases at random at a rate, P(active) = 1 - exp(-rate): a factor on the rate
turns a probability p into 1 - (1 - p)^factor, which stays between 0 and 1.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

Floats = NDArray[np.float64]
WIDEST = 10.0


def with_hazard(probability: Floats, factor: Floats | float) -> Floats:
    """Probabilities at a multiple of the rate, shape (n,).

    Parameters
    ----------
    probability : ndarray of shape (n,), between 0 and 1
    factor : ndarray of shape (n,) or float, positive
    """
    changed: Floats = -np.expm1(factor * np.log1p(-np.clip(probability, 0, 1 - 1e-12)))
    return changed


def hazard_ratio(probability: Floats, is_active: NDArray[np.bool_] | Floats) -> float:
    """Multiple of the rate at which as many are active as were.

    Parameters
    ----------
    probability, is_active : ndarray of shape (n,)
        The second may be probabilities too: then as many are active as they expect.

    Returns
    -------
    float
        Between 1/10 and 10.
    """
    count = float(is_active.sum())

    def surplus(log_factor: float) -> float:
        return float(with_hazard(probability, np.exp(log_factor)).sum() - count)

    bound = np.log(WIDEST)
    if surplus(-bound) >= 0:
        return 1 / WIDEST
    if surplus(bound) <= 0:
        return WIDEST
    return float(np.exp(brentq(surplus, -bound, bound)))


def hazard_ratios(
    probability: Floats, is_active: NDArray[np.bool_], dates: NDArray[np.generic]
) -> pd.Series:
    """Hazard ratio of each cut-off, by date, ascending; rows as in `hazard_ratio`."""
    days = np.unique(dates)
    found = [hazard_ratio(probability[dates == d], is_active[dates == d]) for d in days]
    return pd.Series(found, index=days)
