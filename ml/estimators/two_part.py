"""What a customer will spend: the chance of spending at all, times the amount if so.

Most customers spend nothing in a given period and a few spend a thousand times the
median. One model for both learns neither well; two models, each of an easier question,
are the usual remedy (Duan, Manning, Morris & Newhouse 1983, A Comparison of Alternative
Models for the Demand for Medical Care, JBES 1(2), 115-126).
"""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.utils import Tags, get_tags
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from ml.estimators.mean_factor import Floats, MeanFactor, fit_mean_factor, to_mean

Table = pd.DataFrame | NDArray[np.generic]

# Few, small, cautious trees: scoring time grows with their number, and 200 of them
# ranked next quarter's buyers no better than 60 did.
TREES = {
    "max_iter": 60,
    "learning_rate": 0.1,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 50,
    "l2_regularization": 10.0,
    "early_stopping": False,
    "random_state": 0,
}


class TwoPartRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Expected value as P(value > 0) times E[value | value > 0].

    The regressor learns log1p(value), where a wholesaler is a large number and not an
    earthquake. Its prediction, taken back, is near a median; `mean_factor` brings it to
    a mean.

    Parameters
    ----------
    classifier : classifier with predict_proba, default=None
        Of value > 0. None stands for 60 small gradient-boosted trees.
    regressor : regressor, default=None
        Of log1p(value). None stands for 60 small gradient-boosted trees.
    n_groups : int, default=10
        Groups of predicted amount that get a factor each.
    prior_rows : float, default=50.0
        How many rows of the common factor are mixed into every group.
    trim : float, default=0.005
        Share of the values, those furthest above their prediction, that are cut down to
        the largest of the rest when factors are computed.

    Attributes
    ----------
    classifier_ : fitted classifier
        A constant one if the values are all positive, or none is.
    regressor_ : fitted regressor
        A constant zero if no value is positive.
    amounts_, factors_ : ndarray of shape (k,)
        Factors from a typical amount to a mean one, as in `ml.estimators.mean_factor`.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,), if X had names

    Notes
    -----
    Values below zero (more returned than bought) count as zero: no spending.
    X may have gaps, and be a DataFrame with categories, if both estimators take them.
    """

    def __init__(
        self,
        classifier: BaseEstimator | None = None,
        regressor: BaseEstimator | None = None,
        n_groups: int = 10,
        prior_rows: float = 50.0,
        trim: float = 0.005,
    ) -> None:
        self.classifier = classifier
        self.regressor = regressor
        self.n_groups = n_groups
        self.prior_rows = prior_rows
        self.trim = trim

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the classifier on all rows and the regressor on those with a value.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_rows, n_features)
        y : array-like of shape (n_rows,)
            Money, in the unit that predictions will have.

        Raises
        ------
        ValueError
            Shapes that do not fit together, or gaps in y.
        """
        table, values = self._checked_with_target(X, y)
        active = values > 0
        classifier, regressor = self._parts()
        if active.all() or not active.any():
            classifier = DummyClassifier(strategy="prior")
        self.classifier_ = classifier.fit(table, active.astype(int))
        if not active.any():
            regressor, active = DummyRegressor(strategy="mean"), ~active
        spenders, spent = table[active], np.maximum(values[active], 0.0)
        self.regressor_ = regressor.fit(spenders, np.log1p(spent))
        self.amounts_, self.factors_ = fit_mean_factor(
            self._typical_amount(spenders),
            spent,
            self.n_groups,
            self.prior_rows,
            self.trim,
        )
        return self

    def predict(self, X: ArrayLike) -> Floats:
        """Value to expect.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_rows, n_features)

        Returns
        -------
        ndarray of shape (n_rows,), not negative
            In the unit of y.
        """
        return self.predict_proba_active(X) * self.predict_amount(X)

    def predict_proba_active(self, X: ArrayLike) -> Floats:
        """Probability of a value above zero.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_rows, n_features)

        Returns
        -------
        ndarray of shape (n_rows,), between 0 and 1
        """
        check_is_fitted(self)
        probabilities = self.classifier_.predict_proba(self._checked(X))
        is_active = np.asarray(self.classifier_.classes_) == 1
        sums: Floats = probabilities[:, is_active].sum(axis=1)  # 0 if never seen
        return sums

    def predict_amount(self, X: ArrayLike) -> Floats:
        """Value to expect if there is one.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_rows, n_features)

        Returns
        -------
        ndarray of shape (n_rows,), not negative
            In the unit of y.
        """
        check_is_fitted(self)
        typical = self._typical_amount(self._checked(X))
        return to_mean(typical, MeanFactor(self.amounts_, self.factors_))

    def _typical_amount(self, X: Table) -> Floats:
        """Amount whose logarithm the regressor predicts, shape (n_rows,)."""
        amount: Floats = np.expm1(np.asarray(self.regressor_.predict(X), dtype=float))
        return np.maximum(amount, 0.0)

    def _parts(self) -> tuple[BaseEstimator, BaseEstimator]:
        """Unfitted copies of the two estimators."""
        classifier, regressor = self.classifier, self.regressor
        if classifier is None:
            classifier = HistGradientBoostingClassifier(**TREES)
        if regressor is None:
            regressor = HistGradientBoostingRegressor(**TREES)
        return clone(classifier), clone(regressor)

    def _checked(self, X: ArrayLike, *, reset: bool = False) -> Table:
        """X as the two estimators get it: a DataFrame as it is, else an array.

        What may stand in it (gaps, categories) is theirs to say.
        """
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        array: NDArray[np.generic] = validate_data(
            self, X, dtype=None, ensure_all_finite=False, reset=reset
        )
        return array

    def _checked_with_target(
        self, X: ArrayLike, y: ArrayLike | None
    ) -> tuple[Table, Floats]:
        """X to fit with, and y as numbers of shape (n_rows,)."""
        if y is None:
            msg = "requires y to be passed, but the target y is None: give the values."
            raise ValueError(msg)
        table = self._checked(X, reset=True)
        values = check_array(column_or_1d(y, warn=True), ensure_2d=False, dtype=float)
        check_consistent_length(table, values)
        return table, values

    def __sklearn_tags__(self) -> Tags:
        """Gaps are fine where both estimators say so; below zero nothing is learnt."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = all(
            get_tags(part).input_tags.allow_nan for part in self._parts()
        )
        tags.regressor_tags.poor_score = True
        return tags
