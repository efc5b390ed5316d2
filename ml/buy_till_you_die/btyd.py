"""Buy till you die: a customer's future orders and value, from four numbers of history.

It needs no labels, so it works from the first day on, and it is the line that a trained
model has to beat.
"""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ml.buy_till_you_die.beta_geometric import BetaGeometric
from ml.buy_till_you_die.gamma_gamma import GammaGamma
from ml.buy_till_you_die.histories import HistoryEstimator
from ml.buy_till_you_die.maximum_likelihood import Floats

__all__ = ["BetaGeometric", "BuyTillYouDie", "GammaGamma"]


class BuyTillYouDie(TransformerMixin, HistoryEstimator):  # type: ignore[misc]
    """BG/NBD times Gamma-Gamma: four columns about a customer's future.

    Parameters
    ----------
    horizon : float, default=90.0
        Length of the time to look ahead, in the time unit of X.

    Attributes
    ----------
    beta_geometric_ : BetaGeometric
    gamma_gamma_ : GammaGamma
        Fitted on all orders of a customer, repeat + 1 of them, so that somebody who
        bought once has a value of his own.

    Notes
    -----
    X has the three columns of BetaGeometric, then the mean order value.
    """

    _columns = ("repeat purchase days", "recency", "age", "mean order value")

    def __init__(self, horizon: float = 90.0) -> None:
        self.horizon = horizon

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Fit both models.

        Parameters
        ----------
        X : array-like of shape (n_customers, 4)
        y : ignored

        Raises
        ------
        ValueError, NotEnoughHistoryError, SettingsError
            As the two models do.
        """
        timing, value = self._split(X, reset=True)
        self.beta_geometric_ = BetaGeometric(horizon=self.horizon).fit(timing)
        self.gamma_gamma_ = GammaGamma().fit(value)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Say what is to be expected within the horizon.

        Parameters
        ----------
        X : array-like of shape (n_customers, 4)

        Returns
        -------
        ndarray of shape (n_customers, 4)
            The columns named by `get_feature_names_out`: orders, probability of
            one, money per order, money.
        """
        check_is_fitted(self)
        timing, value = self._split(X, reset=False)
        orders = self.beta_geometric_.predict(timing)
        active = self.beta_geometric_.probability_active(timing)
        order_value = self.gamma_gamma_.predict(value)
        return np.column_stack([orders, active, order_value, orders * order_value])

    def get_feature_names_out(
        self, input_features: object = None
    ) -> NDArray[np.object_]:
        """Names of the columns that `transform` returns, shape (4,)."""
        names = (
            "expected_orders",
            "probability_active",
            "expected_order_value",
            "expected_value",
        )
        return np.asarray(names, dtype=object)

    def _split(self, X: ArrayLike, *, reset: bool) -> tuple[Floats, Floats]:
        """X of BetaGeometric and of GammaGamma."""
        history = self._history(X, reset=reset)
        orders = np.nan_to_num(history[:, 0]) + 1
        return history[:, :3], np.column_stack([orders, history[:, 3]])
