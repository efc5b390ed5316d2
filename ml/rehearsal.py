"""Rehearsals: predictions at past cut-offs by a model that knew only their past.

Errors that calibrate an interval must not come from rows that the model was fitted on.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from ml.blended_value import BlendedValue
from ml.embargo import enforce_embargo, is_complete

Floats = NDArray[np.float64]
Dates = NDArray[np.generic]


class PastRows(NamedTuple):
    """Rows of past cut-offs: features, outcomes, as-of dates, expectations.

    X has the shape (n_rows, n_features), y (n_rows, 2), dates (n_rows,) and
    expectations (n_rows, 4), as `BlendedValue.expect_at_cutoffs` gives them.
    """

    X: pd.DataFrame
    y: pd.DataFrame
    dates: Dates
    expectations: Floats

    def where(self, rows: NDArray[np.bool_]) -> "PastRows":
        """Keep some of the rows."""
        return PastRows(
            self.X[rows], self.y[rows], self.dates[rows], self.expectations[rows]
        )


def level_ratios(past: PastRows) -> pd.Series:
    """Divide what came by what was expected without a season, by cut-off.

    Returns
    -------
    Series of shape (n_cutoffs,)
        By as-of date; NaN where nothing came, or was expected.
    """
    came = pd.Series(past.y["net_value"].to_numpy(float)).groupby(past.dates).sum()
    expected = pd.Series(past.expectations[:, 3]).groupby(past.dates).sum()
    ratios: pd.Series = (came / expected).where((came > 0) & (expected > 0))
    return ratios


def rehearse(past: PastRows, model: BlendedValue, most: int) -> tuple[Floats, Floats]:
    """Predictions at past cut-offs and what came, both at the level of no season.

    At each rehearsed cut-off a copy of the model is fitted on the cut-offs whose
    outcome was complete by then. Where there is none, each half of the customers of the
    latest cut-off is predicted by a copy fitted on the other half.

    Parameters
    ----------
    past : PastRows
    model : BlendedValue
        Unfitted.
    most : int
        Cut-offs to rehearse at most; the latest, and others evenly before it.

    Returns
    -------
    predicted, realised : ndarray of shape (n,)
        In money; what came is divided by the ratio of its cut-off.
    """
    horizon = model.horizon_days
    dates = np.unique(past.dates)
    stages = [day for day in dates if is_complete(dates, horizon, day).any()]
    if stages:
        step = -(-len(stages) // most)
        pairs = [_at_stage(past, model, day) for day in stages[::-1][::step]]
    else:
        pairs = _by_halves(past.where(past.dates == dates[-1]), model)
    predicted, realised = zip(*pairs, strict=True)
    return np.concatenate(predicted), np.concatenate(realised)


def _at_stage(
    past: PastRows, model: BlendedValue, day: object
) -> tuple[Floats, Floats]:
    """One cut-off, predicted from those before it."""
    known = past.where(is_complete(past.dates, model.horizon_days, day))
    enforce_embargo(known.dates, model.horizon_days, day)
    return _predict(known, past.where(past.dates == day), model)


def _by_halves(past: PastRows, model: BlendedValue) -> list[tuple[Floats, Floats]]:
    """One cut-off, each half of it predicted from the other."""
    even = np.arange(len(past.X)) % 2 == 0
    halves = (past.where(even), past.where(~even))
    return [_predict(known, unseen, model) for known, unseen in (halves, halves[::-1])]


def _predict(
    known: PastRows, unseen: PastRows, model: BlendedValue
) -> tuple[Floats, Floats]:
    """Fit on what is known; predict the rest, and bring what came to its level."""
    fitted = clone(model)
    fitted.fit(known.X, known.y, known.dates, unseen.X, known.expectations)
    ratio = level_ratios(unseen).iloc[0]
    came = unseen.y["net_value"].to_numpy(float)
    return fitted.predict(unseen.X)[2], came / (ratio if ratio > 0 else 1.0)
