"""Intervals that hold: split conformal prediction, by group of predicted value."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

Floats = NDArray[np.float64]
MOST_GIVEN_BACK = 0.02
STEPS = 5


class GroupedConformalInterval(BaseEstimator):  # type: ignore[misc]
    """Lower and upper bounds around a prediction, measured where nothing was fitted.

    Customers are put in groups of like predicted value. In each group the errors,
    relative to the prediction plus a constant, are ranked, and the interval reaches
    from the lower to the upper rank that the level asks for, with the finite-sample
    correction of Vovk, Gammerman and Shafer (2005; "Mondrian" conformal prediction).

    Where more customers spend nothing than the lower tail holds, the lower bound is
    zero and the whole tail lies above. Groups in which nearly nobody spends anything
    are covered more often than asked for, whatever the bounds; the others give a little
    of that back, so that the level holds overall.

    Parameters
    ----------
    level : float, default=0.8
        Share of customers whose value should lie in the interval.
    n_groups : int, default=20
        Groups of predicted value, at most.
    min_rows : int, default=100
        Customers in a group, at least, unless there is one group only.

    Attributes
    ----------
    edges_ : ndarray of shape (k - 1,)
        Predicted values that part the groups.
    scale_ : float
        Constant added to a prediction before an error is divided by it, in money.
    errors_ : ndarray of shape (k, 2)
        Relative error at the lower and at the upper end, per group.
    """

    def __init__(
        self, level: float = 0.8, n_groups: int = 20, min_rows: int = 100
    ) -> None:
        self.level = level
        self.n_groups = n_groups
        self.min_rows = min_rows

    def fit(self, predicted: ArrayLike, realised: ArrayLike) -> Self:
        """Measure the errors of each group.

        Parameters
        ----------
        predicted, realised : array-like of shape (n_customers,)
            Out of time: realised after everything that made the prediction was fitted.
        """
        predicted, realised = np.asarray(predicted, float), np.asarray(realised, float)
        n_groups = int(np.clip(len(predicted) // self.min_rows, 1, self.n_groups))
        shares = np.arange(1, n_groups) / n_groups
        self.edges_ = np.unique(np.quantile(predicted, shares))
        positive = predicted[predicted > 0]
        self.scale_ = float(np.median(positive)) if positive.size else 1.0
        misses = []
        levels = self.level - np.linspace(0, MOST_GIVEN_BACK, STEPS)
        for level in levels:
            self._measure(predicted, realised, level)
            lower, upper = self.predict(predicted)
            covered = ((lower <= realised) & (realised <= upper)).mean()
            misses.append(abs(covered - self.level))
        self._measure(predicted, realised, levels[int(np.argmin(misses))])
        return self

    def predict(self, predicted: ArrayLike) -> tuple[Floats, Floats]:
        """Lower and upper bounds, each of shape (n_customers,), in money.

        A bound is never below zero and always holds the prediction itself.
        """
        check_is_fitted(self)
        predicted = np.asarray(predicted, float)
        ends = self.errors_[self._groups(predicted)]
        reach = (predicted + self.scale_)[:, None] * ends
        lower = np.clip(predicted + reach[:, 0], 0.0, predicted)
        return lower, np.maximum(predicted + reach[:, 1], predicted)

    def _measure(self, predicted: Floats, realised: Floats, level: float) -> None:
        """Set the errors at both ends of every group."""
        relative = (realised - predicted) / (predicted + self.scale_)
        groups = self._groups(predicted)
        self.errors_ = np.array(
            [
                _ends(relative[groups == group], realised[groups == group], level)
                for group in range(len(self.edges_) + 1)
            ]
        )

    def _groups(self, predicted: Floats) -> NDArray[np.intp]:
        return np.searchsorted(self.edges_, predicted, side="right")


def _ends(relative: Floats, realised: Floats, level: float) -> tuple[float, float]:
    """Relative errors at the ranks that the level asks for, rounded outwards."""
    if relative.size == 0:
        return 0.0, 0.0
    tail = (1 - level) / 2
    spare = tail / relative.size
    if (realised <= 0).mean() > tail:
        below = (realised < 0).mean()  # no interval reaches them
        rank = level + below + spare
        return -1.0, float(np.quantile(relative, min(rank, 1.0), method="higher"))
    lower = np.quantile(relative, max(tail - spare, 0.0), method="lower")
    upper = np.quantile(relative, min(1 - tail + spare, 1.0), method="higher")
    return float(lower), float(upper)
