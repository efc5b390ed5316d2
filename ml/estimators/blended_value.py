"""What a customer will spend in an average season: two models that err differently.

One is BG/NBD times Gamma-Gamma, which needs no labels and knows nothing but four
numbers of a customer. The other, boosting in two parts, learns from past cut-offs what
else counts, and takes the first one's expectations as inputs. Both are brought to one
total before they are averaged, so that the average ranks by both and not by the louder
one.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.utils.validation import check_is_fitted

from ml.buy_till_you_die.btyd import BuyTillYouDie
from ml.estimators.activity_season import hazard_ratio, with_hazard
from ml.estimators.populations import (
    HISTORY,
    mean_at_cutoffs,
    orders_per_day,
    purchase_days,
)
from ml.estimators.two_part import TwoPartRegressor

Floats = NDArray[np.float64]
FEWEST_CUTOFFS = 3
GAP = -2.0  # below every feature; a column of gaps alone stops the trees' binning
# Scoring time grows with the trees; 80 gained 0.0001 of Gini at earlier cut-offs.
TREES = {
    "max_iter": 50,
    "learning_rate": 0.1,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 100,
    "l2_regularization": 30.0,
    "max_features": 0.5,
    "early_stopping": False,
    "random_state": 0,
}


class BlendedValue(BaseEstimator):  # type: ignore[misc]
    """Activity, orders and value, before any season.

    Parameters
    ----------
    horizon_days : int, default=90
    history : sequence of five str
        Features that are the buy-till-you-die history, as in `purchase_days`.
    boosting_weight : float, default=0.5
        Weight of the boosting in the average; the rest is the buy-till-you-die model's.
    history_days : int, default=180
        The boosting learns from cut-offs with so many days of orders before them, as
        long as there are three: before, regular customers look like new ones.

    Attributes
    ----------
    buy_till_you_die_ : BuyTillYouDie
        Fitted on the present.
    orders_per_day_ : float
        Orders on a day with a purchase, among the present customers.
    two_part_ : TwoPartRegressor
        Of values divided by the level of their cut-off: season and growth move a level,
        not an order of customers.
    boosting_scale_ : float
        Money per unit of two_part_.
    hazard_scale_ : float
        Factor on the rates of the boosting, with which it expects as many active
        customers as the buy-till-you-die model does. That one is fitted on the present,
        while the boosting remembers the seasons of its cut-offs.
    """

    def __init__(
        self,
        horizon_days: int = 90,
        history: Sequence[str] = HISTORY,
        boosting_weight: float = 0.5,
        history_days: int = 180,
    ) -> None:
        self.horizon_days = horizon_days
        self.history = history
        self.boosting_weight = boosting_weight
        self.history_days = history_days

    def fit(
        self,
        X: pd.DataFrame,
        y: pd.DataFrame,
        cutoffs: ArrayLike,
        present: pd.DataFrame,
        expectations: Floats | None = None,
    ) -> Self:
        """Fit on past cut-offs, and on the present as far as no label is needed.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_features)
            One row per customer and past cut-off.
        y : DataFrame of shape (n_rows, 2)
            net_value (money in the horizon) and is_active.
        cutoffs : array-like of shape (n_rows,)
        present : DataFrame of shape (n_customers, n_features)
            Features of today's customers.
        expectations : ndarray of shape (n_rows, 4), default=None
            As `expect_at_cutoffs` gives them; None computes them.
        """
        dates = np.asarray(cutoffs)
        if expectations is None:
            expectations = self.expect_at_cutoffs(X, dates)
        value = np.maximum(y["net_value"].to_numpy(float), 0.0)
        hundredths = mean_at_cutoffs(value, dates) / 100
        relative = value / np.where(hundredths > 0, hundredths, 1.0)
        # the two-part model tells the active by a value above zero
        active = y["is_active"].to_numpy(bool)
        target = np.where(active, np.maximum(relative, 1.0), 0.0)
        self.two_part_ = TwoPartRegressor(
            HistGradientBoostingClassifier(**TREES),
            HistGradientBoostingRegressor(**TREES),
        )
        told = self._tell_enough(X, dates)
        self.two_part_.fit(tree_inputs(X[told], expectations[told]), target[told])
        self._fit_present(present)
        return self

    def expect_at_cutoffs(self, X: pd.DataFrame, cutoffs: ArrayLike) -> Floats:
        """Buy-till-you-die expectations, fitted at each cut-off on its own customers.

        So they mean at every cut-off what they mean on the day of scoring.

        Returns
        -------
        ndarray of shape (n_rows, 4)
            As `BuyTillYouDie.transform`.
        """
        dates = np.asarray(cutoffs)
        found = np.empty((len(X), 4))
        for date in np.unique(dates):
            rows = dates == date
            there = X[rows]
            history = purchase_days(there, self.history)
            model = BuyTillYouDie(float(self.horizon_days)).fit(history)
            found[rows] = model.transform(history)
        return found

    def expectations(self, X: pd.DataFrame) -> Floats:
        """Buy-till-you-die expectations as the present has them, shape (n_rows, 4)."""
        expectations: Floats = self.buy_till_you_die_.transform(
            purchase_days(X, self.history)
        )
        return expectations

    def predict(self, X: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
        """Expect an average season.

        Parameters
        ----------
        X : DataFrame of shape (n_customers, n_features)
            With the columns of training, in their order.

        Returns
        -------
        probability_active, orders, value : ndarray of shape (n_customers,)
            Orders and value (money) are not negative.
        """
        check_is_fitted(self)
        expectations = self.expectations(X)
        inputs = tree_inputs(X, expectations)
        active = self.two_part_.predict_proba_active(inputs)
        boosted = active * self.two_part_.predict_amount(inputs) * self.boosting_scale_
        value = self._average(boosted, expectations[:, 3])
        orders = expectations[:, 0]
        active = with_hazard(active, self.hazard_scale_)
        active = self._average(active, expectations[:, 1])
        return active, orders * self.orders_per_day_, np.maximum(value, 0.0)

    def _fit_present(self, present: pd.DataFrame) -> None:
        """Fit what needs no label, and bring both models to one total."""
        self.buy_till_you_die_ = BuyTillYouDie(float(self.horizon_days))
        self.buy_till_you_die_.fit(purchase_days(present, self.history))
        self.orders_per_day_ = orders_per_day(present, self.history)
        self.boosting_scale_ = 1.0
        expectations = self.expectations(present)
        inputs = tree_inputs(present, expectations)
        boosted = self.two_part_.predict(inputs).sum()
        if boosted > 0:
            self.boosting_scale_ = float(expectations[:, 3].sum() / boosted)
        active = self.two_part_.predict_proba_active(inputs)
        self.hazard_scale_ = hazard_ratio(active, expectations[:, 1])

    def _average(self, boosted: Floats, expected: Floats) -> Floats:
        """Average of both models, shape (n_rows,)."""
        share = self.boosting_weight
        return share * boosted + (1 - share) * expected

    def _tell_enough(
        self, X: pd.DataFrame, dates: NDArray[np.generic]
    ) -> NDArray[np.bool_]:
        """Which rows the boosting learns from, shape (n_rows,)."""
        tenure = pd.Series(X[self.history[2]].to_numpy(float))
        longest = tenure.groupby(dates).max()
        long = longest.index[longest >= self.history_days]
        kept = long if len(long) >= FEWEST_CUTOFFS else longest.index[-FEWEST_CUTOFFS:]
        told: NDArray[np.bool_] = np.isin(dates, kept.to_numpy())
        return told


def tree_inputs(X: pd.DataFrame, expectations: Floats) -> Floats:
    """Features, then expectations, gaps filled: shape (n_rows, n_features + 4)."""
    values = np.column_stack([X.to_numpy(float), expectations])
    return np.where(np.isfinite(values), values, GAP)
