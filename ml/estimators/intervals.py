"""Intervals that hold: a chance of nothing, and beyond it amounts as they came.

A customer spends nothing with probability 1 - p. Who spends, spends a multiple of the
amount to expect of him; how these multiples are spread is measured where nothing was
fitted, by group of predicted value, as split conformal prediction does with errors
(Vovk, Gammerman & Shafer 2005, Algorithmic Learning in a Random World, ch. 4.5). Both
parts together are a distribution, and an interval is read off it (as in Chernozhukov,
Wüthrich & Zhu 2021, Distributional Conformal Prediction, PNAS 118(48)).

So the chance of nothing is each customer's own, of the season ahead, and not that of a
group in the seasons before.
"""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

Floats = NDArray[np.float64]
STEPS = 200  # quantiles kept of each group, evenly from 0 to 1


class SpendingInterval(BaseEstimator):  # type: ignore[misc]
    """Lower and upper bounds around a prediction.

    Where nothing is likelier than the lower tail, the lower bound is zero and the whole
    tail lies above. Where it is likelier than the level itself, the interval reaches
    from zero to the prediction, and covers more than the level: whatever holds zero
    does.

    Parameters
    ----------
    level : float, default=0.8
        Share of customers whose value should lie in the interval.
    n_groups : int, default=10
        Groups of predicted value, at most.
    min_spenders : int, default=100
        Customers with spending in a group, at least, unless there is one group only.

    Attributes
    ----------
    edges_ : ndarray of shape (k - 1,)
        Predicted values that part the groups.
    multiples_ : ndarray of shape (k, STEPS + 1)
        Quantiles of what spenders spent, by what was to be expected if they do.
    below_ : float
        Share of customers with a value below zero, which no bound reaches: so much more
        is covered above.
    """

    def __init__(
        self, level: float = 0.8, n_groups: int = 10, min_spenders: int = 100
    ) -> None:
        self.level = level
        self.n_groups = n_groups
        self.min_spenders = min_spenders

    def fit(
        self, predicted: ArrayLike, probability: ArrayLike, realised: ArrayLike
    ) -> Self:
        """Measure how amounts spread.

        Parameters
        ----------
        predicted, probability, realised : array-like of shape (n_customers,)
            Money, probability of spending, money. Out of time: realised after
            everything that made the prediction was fitted.
        """
        value, active = np.asarray(predicted, float), np.asarray(probability, float)
        came = np.asarray(realised, float)
        spent = (came > 0) & (value > 0)
        self.below_ = float((came < 0).mean())
        multiples = came[spent] / _amount(value[spent], active[spent])
        count = int(np.clip(spent.sum() // self.min_spenders, 1, self.n_groups))
        shares = np.arange(1, count) / count
        edges = np.quantile(value[spent], shares) if count > 1 else np.empty(0)
        self.edges_ = np.unique(edges)
        steps = np.linspace(0, 1, STEPS + 1)
        groups = self._groups(value[spent])
        found = [multiples[groups == group] for group in range(len(self.edges_) + 1)]
        self.multiples_ = np.array(
            [np.quantile(m, steps) if m.size else np.ones_like(steps) for m in found]
        )
        return self

    def predict(
        self, predicted: ArrayLike, probability: ArrayLike
    ) -> tuple[Floats, Floats]:
        """Lower and upper bounds, each of shape (n_customers,), in money.

        A bound is never below zero and always holds the prediction itself.

        Parameters
        ----------
        predicted, probability : array-like of shape (n_customers,)
            As in `fit`.
        """
        check_is_fitted(self)
        value, active = np.asarray(predicted, float), np.asarray(probability, float)
        groups, amount = self._groups(value), _amount(value, active)
        nothing, tail = 1 - active, (1 - self.level) / 2
        from_zero = nothing > tail
        to = np.where(from_zero, self.level + self.below_, 1 - tail)
        upper = amount * self._multiple(groups, nothing, to)
        lower = amount * self._multiple(groups, nothing, np.full_like(to, tail))
        return (
            np.where(from_zero, 0.0, np.minimum(lower, value)),
            np.maximum(upper, value),
        )

    def _multiple(
        self, groups: NDArray[np.intp], nothing: Floats, to: Floats
    ) -> Floats:
        """Quantile, among spenders, that is the quantile `to` of all, shape (n,)."""
        share = (to - nothing) / np.maximum(1 - nothing, 1e-12)
        position = np.clip(share, 0.0, 1.0) * STEPS
        left = np.minimum(position.astype(np.intp), STEPS - 1)
        weight = position - left
        ends = self.multiples_[groups, left], self.multiples_[groups, left + 1]
        found: Floats = (1 - weight) * ends[0] + weight * ends[1]
        return found

    def _groups(self, predicted: Floats) -> NDArray[np.intp]:
        return np.searchsorted(self.edges_, predicted, side="right")


def _amount(value: Floats, active: Floats) -> Floats:
    """Money to expect of who spends, positive, shape (n,)."""
    amount: Floats = value / np.maximum(active, 1e-12)
    return np.maximum(amount, np.finfo(float).tiny)
