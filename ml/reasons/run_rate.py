"""Why the annual run rate says what it says: how many orders, and how much each."""

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.estimators.baseline import AnnualRunRate
from ml.reasons.effects import FREQUENCY, GENERAL, ORDER_VALUE, Explained

Floats = NDArray[np.float64]


def typical_rates(features: duckdb.DuckDBPyRelation) -> tuple[float, float]:
    """Orders of the mean customer in 365 days, and money per order."""
    orders, spend = features.aggregate(
        "avg(order_count_365d), avg(spend_365d)"
    ).fetchall()[0]
    return float(orders or 0), float(spend / orders) if orders else 0.0


class RunRateReasons:
    """Effects on values of the annual run rate, against the mean customer.

    A value is orders times money per order; the difference is shared out by the mean
    over both orders in which these can change, so it adds up exactly. What is neither
    (money without an order, a loss counted as nothing) belongs to the general theme.

    Parameters
    ----------
    rule : AnnualRunRate
    typical_orders, typical_order_value : float
        As `typical_rates` gives them.
    """

    def __init__(
        self, rule: AnnualRunRate, typical_orders: float, typical_order_value: float
    ) -> None:
        self._rule = rule
        self._orders = typical_orders * rule.horizon_days / 365
        self._order_value = typical_order_value

    def explain(self, X: pd.DataFrame) -> Explained:
        """Effects for customers, each against the mean one.

        Parameters
        ----------
        X : DataFrame of shape (n_customers, n_features)
            With the columns `ml.estimators.baseline.NEEDED`.
        """
        scores = self._rule.predict(X)
        value = scores["predicted_value"].to_numpy(float)
        orders = scores["expected_orders"].to_numpy(float)
        usual = np.full(len(X), self._order_value)
        each = np.divide(value, orders, out=usual.copy(), where=orders > 0)
        typical = np.full(len(X), self._orders * self._order_value)
        by_orders = (orders - self._orders) * (each + self._order_value) / 2
        by_value = (each - self._order_value) * (orders + self._orders) / 2
        rest = value - typical - by_orders - by_value
        # what is left by rounding is no reason
        rest = np.where(np.abs(rest) > 1e-9 * (np.abs(value) + typical), rest, 0.0)
        effects = np.column_stack([by_orders, by_value, rest])
        return Explained((FREQUENCY, ORDER_VALUE, GENERAL), effects, typical)
