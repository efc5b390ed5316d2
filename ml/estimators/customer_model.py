"""The model of a customer: everything one bundle predicts, from one row of features."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml.buy_till_you_die.fading import YEAR, share_without_season, unknown_fading
from ml.clusters.named_clusters import fit_clusters
from ml.clusters.segmenter import BehaviourSegmenter
from ml.estimators.activity_season import hazard_ratios, with_hazard
from ml.estimators.blended_value import BlendedValue
from ml.estimators.embargo import enforce_embargo
from ml.estimators.factors import typical_factors
from ml.estimators.intervals import SpendingInterval
from ml.estimators.populations import HISTORY
from ml.estimators.rehearsal import PastRows, level_ratios, rehearse
from ml.estimators.season import SeasonLevel

__all__ = ["HISTORY", "NUMBERS", "SCORES", "CustomerModel"]

Floats = NDArray[np.float64]
SHOP_PREFIX = "shop_"  # a feature that is the same for all customers of a date
SEASON = (
    "shop_day_of_year",
    "shop_established_customer_count",
    "shop_season_ahead_order_share",
    "shop_season_ahead_spend_share",
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

    `blended_value` expects an average season; `season` brings that to the season ahead;
    `intervals` measures bounds on rehearsals of the past.

    Parameters
    ----------
    horizon_days : int
        Days to look ahead.
    history : sequence of five str
        As in `BlendedValue`.
    season : sequence of four str
        Features of the shop: day of the year, customers of a year ago, and the share of
        their orders, and of their spend, that fell into the window ahead a year ago.
    recent : str
        Feature with the orders of the last 30 days.
    interval_level : float
        Share of customers whose value should lie in the interval.
    n_clusters : int or None
        Behaviour clusters. None: as many as are stable and stand apart.
    n_rehearsals : int
        Past cut-offs, at most, that the interval is measured on.

    Attributes
    ----------
    features : list of str
        Names of the features, in the order of training.
    cluster_names_ : list of str
        Names of the behaviour clusters.
    """

    def __init__(
        self,
        horizon_days: int = 90,
        history: Sequence[str] = HISTORY,
        season: Sequence[str] = SEASON,
        recent: str = "order_count_30d",
        interval_level: float = 0.8,
        n_clusters: int | None = None,
        n_rehearsals: int = 4,
    ) -> None:
        self.horizon_days = horizon_days
        self.history = history
        self.season = season
        self.recent = recent
        self.interval_level = interval_level
        self.n_clusters = n_clusters
        self.n_rehearsals = n_rehearsals

    def fit(
        self,
        X: pd.DataFrame,
        y: pd.DataFrame,
        cutoffs: ArrayLike,
        present: pd.DataFrame | None = None,
        known_until: object = None,
        words: Mapping[str, tuple[str, str]] | None = None,
        champion: "CustomerModel | None" = None,
    ) -> Self:
        """Fit on customers at one or more cut-offs.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_features)
            Features: one row per customer and cut-off.
        y : DataFrame of shape (n_rows, 2)
            With the columns net_value (money in the horizon) and is_active.
        cutoffs : array-like of shape (n_rows,)
            As-of date of each row.
        present : DataFrame of shape (n_customers, n_features), default=None
            Features on the day of training, for what needs no label. None: those of the
            latest cut-off.
        known_until : date-like, default=None
            Last day that labels may reach. None: not checked.
        words : mapping of feature to (word for low, word for high), default=None
            For the names of clusters.
        champion : CustomerModel, default=None
            Whose clusters go on, where they can.

        Raises
        ------
        EmbargoError
            A label window ends after `known_until`.
        """
        dates = np.asarray(cutoffs)
        if known_until is not None:
            enforce_embargo(dates, self.horizon_days, known_until)
        self.features = list(X.columns)
        present = X[dates == dates.max()] if present is None else present[self.features]
        own = [name for name in X if not str(name).startswith(SHOP_PREFIX)]
        self.own_features_ = own
        blend = BlendedValue(self.horizon_days, self.history)
        expected = blend.expect_at_cutoffs(X[own], dates)
        past = PastRows(X[own], y, dates, expected)
        rehearsed = rehearse(past, blend, self.n_rehearsals)
        self.interval_ = SpendingInterval(level=self.interval_level)
        self.interval_.fit(*rehearsed)
        self.value_ = blend.fit(X[own], y, dates, present[own], expected)
        self.typical_factors_ = typical_factors(self.value_, present[own])
        self._fit_season(X, past, present)
        previous = None
        if champion is not None and set(champion.cluster_features_) <= set(own):
            previous = champion.segmenter_, champion.cluster_names_
        found = fit_clusters(present[own], self.n_clusters, words or {}, previous)
        self.segmenter_: BehaviourSegmenter = found[0]
        self.cluster_names_: list[str] = found[1]
        return self

    def clusters_of(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """Places of the customers' clusters in `cluster_names_`."""
        return self.segmenter_.predict(X[self.cluster_features_])

    @property
    def cluster_features_(self) -> list[str]:
        """Features that clusters are told apart by: those of when they were found."""
        return list(self.segmenter_.feature_names_in_)

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
        check_is_fitted(self, ["value_", "interval_", "spend_season_"])
        own = X[self.own_features_]
        order_factor, spend_factor = self._season_factors(X)
        usual_active, usual_orders, usual_value = self.value_.predict(own)
        active = with_hazard(usual_active, order_factor * self.fading_)
        # nobody expects fewer orders than the probability of one
        orders = np.maximum(usual_orders * spend_factor, active)
        value = usual_value * spend_factor
        lower, upper = self.interval_.predict(value, active)
        names = np.array(self.cluster_names_, dtype=object)
        return pd.DataFrame(
            {
                "probability_active": active,
                "expected_orders": orders,
                "expected_order_value": value / np.maximum(orders, 1e-12),
                "predicted_value": value,
                "predicted_value_lower": lower,
                "predicted_value_upper": upper,
                "interval_level": self.interval_level,
                "behaviour_cluster": names[self.clusters_of(X)],
            },
            index=X.index,
        )

    def _fit_season(
        self, X: pd.DataFrame, past: PastRows, present: pd.DataFrame
    ) -> None:
        """Measure the season of orders, and of spend, at past cut-offs."""
        tenure = X[self.history[2]].groupby(past.dates).max()
        day_of_year = X[self.season[0]].groupby(past.dates).first()
        model, known = self.value_.buy_till_you_die_.beta_geometric_, self.history[2]
        neutral = share_without_season(model, present[known], self.horizon_days)
        days_ago = present[known].max() - tenure
        then = (days_ago - YEAR).abs().idxmin()
        pair = [known, self.recent]
        year_ago = X.loc[past.dates == then, pair]
        self.fading_ = unknown_fading(model, present[pair], year_ago, days_ago[then])
        is_active = past.y["is_active"].to_numpy(bool)
        hazards = hazard_ratios(past.expectations[:, 1], is_active, past.dates)
        ratios = level_ratios(past)
        season = SeasonLevel().fit(day_of_year, hazards, tenure, neutral)
        self.order_season_ = season
        self.spend_season_ = SeasonLevel().fit(day_of_year, ratios, tenure, neutral)

    def _season_factors(self, X: pd.DataFrame) -> tuple[Floats, Floats]:
        """Factors of orders and of spend, each of shape (n_customers,).

        They are computed once per distinct date, of which a batch has one.
        """
        facts = X[list(self.season)].to_numpy(float)
        one_date = len(facts) > 0 and (facts == facts[0]).all()
        row = np.zeros(len(facts), dtype=int)
        dates = facts[:1]
        if not one_date:  # several dates, or gaps, which equal nothing
            dates, row = np.unique(facts, axis=0, return_inverse=True)
        day, customers, orders, spend = dates.T
        order_factor = self.order_season_.predict(day, orders, customers)
        spend_factor = self.spend_season_.predict(day, spend, customers)
        return order_factor[row.ravel()], spend_factor[row.ravel()]
