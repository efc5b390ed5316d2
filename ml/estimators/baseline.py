"""The rule that needs no training: it scores before there is a champion."""

import numpy as np
import pandas as pd

NEEDED = ("spend_365d", "order_count_365d", "average_order_value")


class AnnualRunRate:
    """The last 365 days go on: spend and orders per day, times the horizon.

    The probability of being active is that of at least one event of a Poisson process
    with last year's rate: 1 - exp(-orders_365d * horizon / 365).

    Parameters
    ----------
    horizon_days : int
        Days to look ahead.
    """

    def __init__(self, horizon_days: int) -> None:
        self.horizon_days = horizon_days

    def predict(self, X: pd.DataFrame) -> pd.DataFrame:
        """Score customers.

        Parameters
        ----------
        X : DataFrame of shape (n_customers, n_features)
            With the columns `NEEDED`.

        Returns
        -------
        DataFrame of shape (n_customers, 8)
            The columns of `customer_model.SCORES`; no interval and no cluster, for
            nothing was measured.
        """
        share = self.horizon_days / 365
        orders = X["order_count_365d"].to_numpy(float) * share
        value = np.maximum(X["spend_365d"].to_numpy(float) * share, 0.0)
        return pd.DataFrame(
            {
                "probability_active": -np.expm1(-orders),
                "expected_orders": orders,
                "expected_order_value": X["average_order_value"].to_numpy(float),
                "predicted_value": value,
                "predicted_value_lower": np.nan,
                "predicted_value_upper": np.nan,
                "interval_level": np.nan,
                "behaviour_cluster": None,
            },
            index=X.index,
        )
