"""The level of a season: how much more, or less, than usual a window will bring.

Rates of single customers say what an average season brings. What the window ahead
brings is measured twice, both times on people who were customers already, so that
growth is not taken for season:

* a share: of what the customers of a year ago have bought since, the part that fell
  into the window which now lies ahead, against the part that fading interest alone
  would have put there. It needs a year of orders, and no model of the past;
* a ratio: what came at past cut-offs at this time of the year, against what was
  expected of the same people without any season.

Each counts by its evidence, and together never more than fully: where a shop is young,
the answer shrinks to 1, no season.
"""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

Floats = NDArray[np.float64]
YEAR_DAYS = 365.25


class SeasonLevel(BaseEstimator):  # type: ignore[misc]
    """Factor from an average season to the one ahead.

    Parameters
    ----------
    reach_days : float, default=45.0
        A past cut-off tells of this time of the year up to so many days before or after
        it; its weight falls evenly from 1 to 0.
    established_customers : float, default=300.0
        With so many customers of a year ago, their share counts by half.
    history_days : float, default=180.0
        With so many days of history before a past cut-off, its ratio counts by half:
        before, regular customers are taken for new ones.
    largest_factor : float, default=3.0
        No ratio, up or down, is believed beyond.

    Attributes
    ----------
    day_of_year_, log_ratio_, weight_ : ndarray of shape (n_cutoffs,)
        Of the past cut-offs.
    neutral_share_ : float
        The share that an average season would show.
    """

    def __init__(
        self,
        reach_days: float = 45.0,
        established_customers: float = 300.0,
        history_days: float = 180.0,
        largest_factor: float = 3.0,
    ) -> None:
        self.reach_days = reach_days
        self.established_customers = established_customers
        self.history_days = history_days
        self.largest_factor = largest_factor

    def fit(
        self,
        day_of_year: ArrayLike,
        ratio: ArrayLike,
        history_days: ArrayLike,
        neutral_share: float,
    ) -> Self:
        """Remember past cut-offs.

        Parameters
        ----------
        day_of_year, ratio, history_days : array-like of shape (n_cutoffs,)
            Of each cut-off: its day, what came by what was expected, and the days of
            orders before it.
        neutral_share : float
            The part of a year's purchases that falls into its first horizon where there
            is no season, above 0; 1 or NaN leaves the shares out.
        """
        self.day_of_year_ = np.asarray(day_of_year, float)
        self.log_ratio_ = self._log(np.asarray(ratio, float))
        history = np.asarray(history_days, float)
        self.weight_ = history / (history + self.history_days)
        self.neutral_share_ = float(neutral_share)
        return self

    def predict(
        self, day_of_year: ArrayLike, share: ArrayLike, customers: ArrayLike
    ) -> Floats:
        """Factor for as-of dates.

        Parameters
        ----------
        day_of_year, share, customers : array-like of shape (n,)
            Day of the year; share of the past year's purchases in the window ahead
            (NaN: not known); customers of a year ago behind that share.

        Returns
        -------
        ndarray of shape (n,), positive
        """
        check_is_fitted(self)
        measured, certainty = self._from_ratios(np.asarray(day_of_year, float))
        shared, evidence = self._from_shares(
            np.asarray(share, float), np.asarray(customers, float)
        )
        weighted = certainty * measured + evidence * shared
        factor: Floats = np.exp(weighted / np.maximum(certainty + evidence, 1.0))
        return factor

    def _from_ratios(self, day_of_year: Floats) -> tuple[Floats, Floats]:
        """Log factor and weight, each of shape (n,), from past cut-offs."""
        apart = np.abs(day_of_year[:, None] - self.day_of_year_)
        apart = np.minimum(apart, YEAR_DAYS - apart)
        near = np.maximum(1 - apart / self.reach_days, 0.0) * self.weight_
        total = near.sum(axis=1)
        log_factor = near @ self.log_ratio_ / np.where(total > 0, total, 1.0)
        return log_factor, near.max(axis=1, initial=0.0)

    def _from_shares(self, share: Floats, customers: Floats) -> tuple[Floats, Floats]:
        """Log factor and weight, each of shape (n,), from shares of the past year."""
        neutral = self.neutral_share_ if 0 < self.neutral_share_ < 1 else np.nan
        known = (share > 0) & (customers > 0) & np.isfinite(neutral)
        log_factor = self._log(share / neutral)
        evidence = customers / (customers + self.established_customers)
        return np.where(known, log_factor, 0.0), np.where(known, evidence, 0.0)

    def _log(self, ratio: Floats) -> Floats:
        """Logarithms within the believable; of what is no ratio, 0."""
        usable = np.isfinite(ratio) & (ratio > 0)
        bound = np.log(self.largest_factor)
        return np.clip(np.log(np.where(usable, ratio, 1.0)), -bound, bound)
