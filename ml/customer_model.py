"""The model of a customer: everything one bundle predicts, from one row of features."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml.btyd import BuyTillYouDie
from ml.intervals import GroupedConformalInterval
from ml.segmenter import BehaviourSegmenter
from ml.two_part import TwoPartRegressor

HISTORY = (
    "repeat_purchase_days",
    "active_span_days",
    "tenure_days",
    "average_order_value",
)
NUMBERS = (
    "probability_active",
    "expected_orders",
    "expected_order_value",
    "predicted_value",
    "predicted_value_lower",
    "predicted_value_upper",
)
SCORES = (*NUMBERS, "interval_level", "behaviour_cluster")


class CustomerModel(BaseEstimator):  # type: ignore[misc]
    """Probability of being active, orders, value with an interval, and cluster.

    A buy-till-you-die model, which needs no labels, gives four expectations of each
    customer; they join the features as inputs of a two-part boosting model (active?
    times how much?). Bounds are measured out of time by `calibrate`.

    Parameters
    ----------
    horizon_days : int
        Days to look ahead.
    history : sequence of four str
        Features that are the buy-till-you-die history: repeat purchase days, days from
        first to last purchase, days since the first purchase, mean order value.
    interval_level : float
        Share of customers whose value should lie in the interval.
    n_clusters : int
        Behaviour clusters.

    Attributes
    ----------
    features : list of str
        Names of the features, in the order of training.
    """

    def __init__(
        self,
        horizon_days: int = 90,
        history: Sequence[str] = HISTORY,
        interval_level: float = 0.8,
        n_clusters: int = 6,
    ) -> None:
        self.horizon_days = horizon_days
        self.history = history
        self.interval_level = interval_level
        self.n_clusters = n_clusters

    def fit(self, X: pd.DataFrame, y: pd.DataFrame, cutoffs: ArrayLike) -> Self:
        """Fit on customers at one or more cut-offs.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_features)
            Features: one row per customer and cut-off.
        y : DataFrame of shape (n_rows, 2)
            With the columns net_value (money in the horizon) and is_active.
        cutoffs : array-like of shape (n_rows,)
            As-of date of each row. What needs no label is fitted on the latest.
        """
        self.features = list(X.columns)
        dates = np.asarray(cutoffs)
        latest = dates == dates.max()
        self.buy_till_you_die_ = BuyTillYouDie(horizon=float(self.horizon_days))
        self.buy_till_you_die_.fit(self._history(X)[latest])
        # the two-part model tells the active by a value above zero
        value = np.maximum(y["net_value"].to_numpy(float), 0.01)
        active = y["is_active"].to_numpy(bool)
        self.two_part_ = TwoPartRegressor()
        self.two_part_.fit(self._inputs(X), np.where(active, value, 0.0))
        self.segmenter_ = BehaviourSegmenter(n_clusters=self.n_clusters)
        self.segmenter_.fit(X[latest].to_numpy(float))
        return self

    def calibrate(self, X: pd.DataFrame, net_value: ArrayLike) -> Self:
        """Measure the bounds on customers whose outcome nothing was fitted on.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_features)
        net_value : array-like of shape (n_rows,)
            Money in the horizon.
        """
        self.interval_ = GroupedConformalInterval(level=self.interval_level)
        self.interval_.fit(self._value(self._inputs(X))[1], net_value)
        return self

    def predict(self, X: pd.DataFrame) -> pd.DataFrame:
        """Score customers.

        Parameters
        ----------
        X : DataFrame of shape (n_customers, n_features)
            With the features of training, in any order.

        Returns
        -------
        DataFrame of shape (n_customers, 8)
            The columns `SCORES`: a probability, orders, money per order, money, the
            interval with its level, and the cluster's label.
        """
        check_is_fitted(self, ["two_part_", "interval_"])
        inputs = self._inputs(X[self.features])
        active, value = self._value(inputs)
        lower, upper = self.interval_.predict(value)
        # nobody expects fewer orders than the probability of one
        orders = np.maximum(inputs[:, len(self.features)], active)
        clusters = self.segmenter_.predict(inputs[:, : len(self.features)])
        return pd.DataFrame(
            {
                "probability_active": active,
                "expected_orders": orders,
                "expected_order_value": value / np.maximum(orders, 1e-12),
                "predicted_value": value,
                "predicted_value_lower": lower,
                "predicted_value_upper": upper,
                "interval_level": self.interval_level,
                "behaviour_cluster": [f"cluster {label + 1}" for label in clusters],
            },
            index=X.index,
        )

    def _history(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Inputs of the buy-till-you-die model, shape (n_rows, 4)."""
        return X[list(self.history)].to_numpy(float)

    def _inputs(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Features, then the four buy-till-you-die expectations."""
        expectations = self.buy_till_you_die_.transform(self._history(X))
        return np.column_stack([X.to_numpy(float), expectations])

    def _value(
        self, inputs: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Probability of being active, and expected money, each of shape (n_rows,)."""
        active = self.two_part_.predict_proba_active(inputs)
        return active, np.maximum(active * self.two_part_.predict_amount(inputs), 0.0)
