"""A customer's history in a few numbers: what can have happened, and how often it did.

The letters are those of the BG/NBD literature: x repeat purchase days, t_x recency
(time from the first to the last purchase), T age (time from the first one to now).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_non_negative, validate_data

from ml.buy_till_you_die.maximum_likelihood import Floats


class Histories(NamedTuple):
    """Distinct histories, sorted: four arrays of shape (n,)."""

    x: Floats
    t_x: Floats
    T: Floats
    customers: Floats

    def in_unit(self, unit: float) -> "Histories":
        """Measure time in another unit."""
        return self._replace(t_x=self.t_x / unit, T=self.T / unit)

    def thinned(self, most: int) -> "Histories":
        """Keep at most about so many of them, evenly over the sorted ones."""
        step = -(-len(self.x) // most)
        return Histories(*(column[::step] for column in self))


def possible_histories(history: Floats) -> tuple[Floats, Floats, Floats]:
    """Split into x, t_x and T, and see that all of it can have happened.

    Parameters
    ----------
    history : ndarray of shape (n, 3)
        A row with NaN becomes a customer of age 0, about whom nothing is known.

    Raises
    ------
    ValueError
        Purchases are no whole numbers, or the last of them is later than now.
    """
    missing = np.isnan(history).any(axis=1, keepdims=True)
    x, t_x, T = np.where(missing, 0.0, history).T
    broken = (x != np.floor(x)) | (t_x > T * (1 + 1e-9))
    if broken.any():
        row = int(np.argmax(broken))
        msg = (
            f"Row {row} of X cannot have happened: {x[row]:g} repeat purchases, recency"
            f" {t_x[row]:g}, age {T[row]:g}. Purchases are whole numbers, and the last "
            "one is not later than now: look at the dates of this customer's orders."
        )
        raise ValueError(msg)
    return x, t_x, T


def distinct_histories(x: Floats, t_x: Floats, T: Floats) -> Histories:
    """Count equal rows, in an order free of theirs; every argument of shape (n,).

    Customers with one purchase day differ only by age, so a million rows shrink a lot.
    """
    rows = pd.DataFrame({"x": x, "t_x": t_x, "T": T})
    counts = rows.groupby(["x", "t_x", "T"]).size()
    x, t_x, T = (counts.index.get_level_values(k).to_numpy() for k in range(3))
    return Histories(x, t_x, T, np.asarray(counts, dtype=float))


class HistoryEstimator(BaseEstimator):  # type: ignore[misc]
    """An estimator of a fixed list of columns that are counts, times and amounts."""

    _columns: tuple[str, ...]

    def _history(self, X: ArrayLike, *, reset: bool) -> Floats:
        """X as numbers of shape (n, len(_columns)); NaN where missing."""
        checked: Floats = validate_data(
            self, X, dtype=float, ensure_all_finite="allow-nan", reset=reset
        )
        if checked.shape[1] != len(self._columns):
            msg = f"X has {checked.shape[1]} columns; give {', '.join(self._columns)}."
            raise ValueError(msg)
        check_non_negative(np.nan_to_num(checked), type(self).__name__)
        return checked

    def __sklearn_tags__(self) -> Tags:
        """NaN is history that is missing; numbers below 0 are mistakes."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.positive_only = True
        return tags
