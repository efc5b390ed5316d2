"""Intervals that hold: split conformal prediction, group by group of predicted value."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted


class GroupedConformalInterval(BaseEstimator):  # type: ignore[misc]
    """Lower and upper bounds around a prediction, measured where nothing was fitted.

    Customers are put in groups of like predicted value. In each group the errors,
    relative to the prediction plus a constant, are ranked, and the interval reaches from
    the lower to the upper rank that the level asks for, with the finite-sample
    correction of Vovk, Gammerman and Shafer (2005; "Mondrian" conformal prediction).

    Parameters
    ----------
    level : float, default=0.8
        Share of customers whose value should lie in the interval.
    n_groups : int, default=10
        Groups of predicted value, at most.

    Attributes
    ----------
    edges_ : ndarray of shape (n_groups - 1,)
        Predicted values that part the groups.
    scale_ : float
        Constant added to a prediction before an error is divided by it, in money.
    errors_ : ndarray of shape (n_groups, 2)
        Relative error at the lower and at the upper end, per group.
    """

    def __init__(self, level: float = 0.8, n_groups: int = 10) -> None:
        self.level = level
        self.n_groups = n_groups

    def fit(self, predicted: ArrayLike, realised: ArrayLike) -> Self:
        """Measure the errors of each group.

        Parameters
        ----------
        predicted, realised : array-like of shape (n_customers,)
            Out of time: realised after everything that made the prediction was fitted.
        """
        predicted, realised = np.asarray(predicted, float), np.asarray(realised, float)
        shares = np.arange(1, self.n_groups) / self.n_groups
        self.edges_ = np.unique(np.quantile(predicted, shares))
        positive = predicted[predicted > 0]
        self.scale_ = float(np.median(positive)) if positive.size else 1.0
        relative = (realised - predicted) / (predicted + self.scale_)
        groups = self._groups(predicted)
        self.errors_ = np.array(
            [
                self._ends(relative[groups == group])
                for group in range(len(self.edges_) + 1)
            ]
        )
        return self

    def predict(
        self, predicted: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper bounds, each of shape (n_customers,), in money.

        A bound is never below zero and always holds the prediction itself.
        """
        check_is_fitted(self)
        predicted = np.asarray(predicted, float)
        ends = self.errors_[self._groups(predicted)]
        reach = (predicted + self.scale_)[:, None] * ends
        lower = np.clip(predicted + reach[:, 0], 0.0, predicted)
        return lower, np.maximum(predicted + reach[:, 1], predicted)

    def _groups(self, predicted: NDArray[np.float64]) -> NDArray[np.intp]:
        return np.searchsorted(self.edges_, predicted, side="right")

    def _ends(self, relative: NDArray[np.float64]) -> tuple[float, float]:
        """Relative errors at the ranks that the level asks for, rounded outwards."""
        if relative.size == 0:
            return 0.0, 0.0
        tail = (1 - self.level) / 2
        spare = tail / relative.size
        lower = np.quantile(relative, max(tail - spare, 0.0), method="lower")
        upper = np.quantile(relative, min(1 - tail + spare, 1.0), method="higher")
        return float(lower), float(upper)
