"""The buy-till-you-die value as a product of three factors, each with a meaning.

The chance of being there still, the orders if so, and the money per order.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.estimators.blended_value import BlendedValue
from ml.estimators.populations import purchase_days

Floats = NDArray[np.float64]
MOST_CERTAIN = 1e-12
LEAST = np.finfo(float).tiny


def expected_and_alive(value: BlendedValue, X: pd.DataFrame) -> tuple[Floats, Floats]:
    """Give expectations and chances of being there still.

    Parameters
    ----------
    value : BlendedValue
        Fitted.
    X : DataFrame of shape (n_customers, n_features)

    Returns
    -------
    expectations : ndarray of shape (n_customers, 4)
        As `BlendedValue.expectations`.
    alive : ndarray of shape (n_customers,)
    """
    timing = purchase_days(X, value.history)[:, :3]
    alive = value.buy_till_you_die_.beta_geometric_.probability_alive(timing)
    return value.expectations(X), alive


def factors_of(expected: Floats, alive: Floats, typical_chance: float) -> Floats:
    """Chance of being there, orders if so, money per order: (n_customers, 3).

    Nobody leaves before a second order, so a chance of one is taken to be typical.
    """
    chance = np.where(alive < 1, np.maximum(alive, LEAST), typical_chance)
    return np.column_stack([chance, expected[:, 0] / chance, expected[:, 2]])


def typical_factors(value: BlendedValue, present: pd.DataFrame) -> Floats:
    """Give the three factors of the customers' mean value, shape (3,).

    Parameters
    ----------
    value : BlendedValue
        Fitted.
    present : DataFrame of shape (n_customers, n_features)
    """
    expected, alive = expected_and_alive(value, present)
    orders, _, _, money = np.maximum(expected.mean(axis=0), MOST_CERTAIN)
    there = max(float(alive.mean()), MOST_CERTAIN)
    return np.array([there, orders / there, money / orders])
