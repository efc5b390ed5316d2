"""Figures of a population: its purchase days, what it keeps of its sales, its means."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HISTORY = (
    "repeat_purchase_days",
    "active_span_days",
    "tenure_days",
    "average_order_value",
    "order_count",
)
SALES = ("spend_total", "average_order_value", "order_count")


def purchase_days(X: pd.DataFrame, history: Sequence[str] = HISTORY) -> Floats:
    """Give the buy-till-you-die models their four numbers, all of them of days.

    They count days with a purchase, not orders: who places two orders on such a day is
    worth both of them on the next one.

    Parameters
    ----------
    X : DataFrame of shape (n_customers, n_features)
    history : sequence of five str
        Features: repeat purchase days, days from the first to the last purchase, days
        since the first purchase, mean order value (money), orders.

    Returns
    -------
    ndarray of shape (n_customers, 4)
        The first three, and the mean value of a purchase day (money; where margins are
        added up and it is a loss, 0).
    """
    repeats, span, tenure, value, orders = X[list(history)].to_numpy(float).T
    value = np.maximum(value, 0.0)
    return np.column_stack([repeats, span, tenure, value * orders / (repeats + 1)])


def orders_per_day(X: pd.DataFrame, history: Sequence[str] = HISTORY) -> float:
    """Count orders per day with a purchase in a population; 1 without any."""
    days = np.nansum(X[history[0]].to_numpy(float) + 1)
    orders = np.nansum(X[history[4]].to_numpy(float))
    return float(orders / days) if days > 0 and orders > 0 else 1.0


def kept_share(X: pd.DataFrame) -> float:
    """Share of its sales that a population keeps after returns, 0.05 to 1."""
    spent, order_value, orders = (X[name].to_numpy(float) for name in SALES)
    sales = np.nansum(order_value * orders)
    return float(np.clip(np.nansum(spent) / sales, 0.05, 1.0)) if sales > 0 else 1.0


def mean_at_cutoffs(values: Floats, dates: NDArray[np.generic]) -> Floats:
    """Average the values of each row's cut-off, shape (n_rows,)."""
    groups = np.unique(dates, return_inverse=True)[1]
    means: Floats = (np.bincount(groups, values) / np.bincount(groups))[groups]
    return means
