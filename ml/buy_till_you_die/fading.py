"""Fading interest: how much of it the buy-till-you-die model knows, like for like.

A new customer expects most purchases soon. Whoever compares two windows has to take
that out first, or fading is taken for season, and season for fading.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ml.buy_till_you_die.beta_geometric import BetaGeometric, expected_if_alive

Floats = NDArray[np.float64]
YEAR = 365
WINDOW = 30  # days; two of them are compared, a year apart
NEAR_A_YEAR = 15  # days that a year may be longer or shorter
HALF_BELIEVED = 300.0  # with so many customers a measurement counts by half
LARGEST = 2.0  # no fading, up or down, is believed beyond


def purchases_of_ages(
    model: BetaGeometric, tenure_days: Floats, begin: float, end: float
) -> float:
    """Repeat purchases to expect of all customers in a window of the past.

    Of new customers, before anything else is known of them: eq. 9 of Fader, Hardie &
    Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2).

    Parameters
    ----------
    model : BetaGeometric
        Fitted, in days.
    tenure_days : ndarray of shape (n_customers,)
        At least `begin`.
    begin, end : float
        Days ago, begin > end: the window is (now - begin, now - end].
    """
    ages, customers = np.unique(tenure_days, return_counts=True)

    def until(age: Floats) -> Floats:
        new = np.zeros_like(age)
        return expected_if_alive(new, new, age, model.parameters())

    return float(customers @ (until(ages - end) - until(ages - begin)))


def share_without_season(
    model: BetaGeometric, tenure_days: ArrayLike, horizon_days: float
) -> float:
    """Share that the window ahead would have had a year ago, were there no season.

    Of the purchases that customers of a year ago made since, the part that fell into
    the first days of that year by fading interest alone. Without it, a shop whose
    customers are of one spring would seem to have a season every spring.

    Parameters
    ----------
    model : BetaGeometric
        Fitted, in days.
    tenure_days : array-like of shape (n_customers,)
        Days since the first purchase of today's customers.
    horizon_days : float

    Returns
    -------
    float
        NaN without a customer of a year ago.
    """
    tenure = np.asarray(tenure_days, float)
    tenure = tenure[tenure >= YEAR]
    year = purchases_of_ages(model, tenure, YEAR, 0)
    near = purchases_of_ages(model, tenure, YEAR, YEAR - min(horizon_days, YEAR))
    return near / year if year > 0 else float("nan")


def unknown_fading(
    model: BetaGeometric, now: pd.DataFrame, then: pd.DataFrame, days_between: float
) -> float:
    """How much less people buy by now than the model thinks, because they faded more.

    The same customers in the same 30 days of the year, a year apart: no season comes
    between, and what the model expects of the two windows is taken out. A rate is an
    average over the past, so half of a year's error is in it.

    Parameters
    ----------
    model : BetaGeometric
        Fitted now, in days.
    now, then : DataFrame of shape (n_customers, 2) and (m_customers, 2)
        Days since the first purchase, and orders of the last 30 days: today, and at a
        cut-off about a year before.
    days_between : float

    Returns
    -------
    float
        Factor on the rate of purchases; 1 where there is no such year.
    """
    if abs(days_between - YEAR) > NEAR_A_YEAR:
        return 1.0
    tenure, orders = now.to_numpy(float).T
    tenure_then, orders_then = then.to_numpy(float).T
    known = tenure >= days_between + WINDOW
    came = orders[known].sum()
    came_then = orders_then[tenure_then >= WINDOW].sum()
    told = purchases_of_ages(model, tenure[known], WINDOW, 0)
    begin = days_between + WINDOW
    told_then = purchases_of_ages(model, tenure[known], begin, days_between)
    if min(came, came_then, told, told_then) <= 0:
        return 1.0
    weight = known.sum() / (known.sum() + HALF_BELIEVED)
    unknown = (came / came_then) / (told / told_then)
    return float(np.clip(unknown ** (weight / 2), 1 / LARGEST, LARGEST))
