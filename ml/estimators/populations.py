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
    "spend_total",
    "order_count",
)
SALES = ("spend_total", "average_order_value", "order_count")


def purchase_days(X: pd.DataFrame, history: Sequence[str] = HISTORY) -> Floats:
    """Give the buy-till-you-die models their four numbers, all of them of days.

    They count days with a purchase, not orders: who places two orders on such a day is
    worth both of them on the next one. What was sent back is not worth anything: a
    large order that was returned says nothing about the next one.

    Parameters
    ----------
    X : DataFrame of shape (n_customers, n_features)
    history : sequence of five str
        Features: repeat purchase days, days from the first to the last purchase, days
        since the first purchase, spend (money, returns taken off), orders.

    Returns
    -------
    ndarray of shape (n_customers, 4)
        The first three, and the mean spend of a purchase day (money; 0 for whom more
        was returned than bought, and for a loss where margins are added up).
    """
    repeats, span, tenure, spend = X[list(history[:4])].to_numpy(float).T
    return np.column_stack(
        [repeats, span, tenure, np.maximum(spend, 0.0) / (repeats + 1)]
    )


def orders_per_day(X: pd.DataFrame, history: Sequence[str] = HISTORY) -> float:
    """Count orders per day with a purchase in a population; 1 without any."""
    days = np.nansum(X[history[0]].to_numpy(float) + 1)
    orders = np.nansum(X[history[4]].to_numpy(float))
    return float(orders / days) if days > 0 and orders > 0 else 1.0


def before_returns(X: pd.DataFrame) -> pd.DataFrame:
    """Give the customers all that they bought as their spend, returns not taken off."""
    spend, order_value, orders = SALES
    return X.assign(**{spend: X[order_value] * X[orders]})


def kept_share(X: pd.DataFrame) -> float:
    """Share of its sales that a population keeps after returns, 0.05 to 1."""
    spend = SALES[0]
    sales = before_returns(X)[spend].sum()
    return float(np.clip(X[spend].sum() / sales, 0.05, 1.0)) if sales > 0 else 1.0


def mean_at_cutoffs(values: Floats, dates: NDArray[np.generic]) -> Floats:
    """Average the values of each row's cut-off, shape (n_rows,)."""
    groups = np.unique(dates, return_inverse=True)[1]
    means: Floats = (np.bincount(groups, values) / np.bincount(groups))[groups]
    return means
