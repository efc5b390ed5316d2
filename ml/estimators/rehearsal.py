"""Rehearsals: predictions at past cut-offs by a model that knew only their past.

Errors that calibrate an interval must not come from rows that the model was fitted on.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from ml.estimators.activity_season import hazard_ratio, with_hazard
from ml.estimators.blended_value import BlendedValue
from ml.estimators.embargo import enforce_embargo, is_complete

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


class Rehearsed(NamedTuple):
    """What was predicted, money and probability, and what came, each of shape (n,)."""

    predicted: Floats
    probability: Floats
    realised: Floats


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


def rehearse(past: PastRows, model: BlendedValue, most: int) -> Rehearsed:
    """Predictions at past cut-offs, brought to the level of what came, and what came.

    The level is that of the whole cut-off, its season: as many were active, and as much
    came, as is predicted in sum. How customers differ from that is left to be measured.

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
    Rehearsed
    """
    horizon = model.horizon_days
    dates = np.unique(past.dates)
    stages = [day for day in dates if is_complete(dates, horizon, day).any()]
    if stages:
        step = -(-len(stages) // most)
        parts = [_at_stage(past, model, day) for day in stages[::-1][::step]]
    else:
        parts = _by_halves(past.where(past.dates == dates[-1]), model)
    return Rehearsed(*map(np.concatenate, zip(*parts, strict=True)))


def _at_stage(past: PastRows, model: BlendedValue, day: object) -> Rehearsed:
    """One cut-off, predicted from those before it."""
    known = past.where(is_complete(past.dates, model.horizon_days, day))
    enforce_embargo(known.dates, model.horizon_days, day)
    return _predict(known, past.where(past.dates == day), model)


def _by_halves(past: PastRows, model: BlendedValue) -> list[Rehearsed]:
    """One cut-off, each half of it predicted from the other."""
    even = np.arange(len(past.X)) % 2 == 0
    halves = (past.where(even), past.where(~even))
    return [_predict(known, unseen, model) for known, unseen in (halves, halves[::-1])]


def _predict(known: PastRows, unseen: PastRows, model: BlendedValue) -> Rehearsed:
    """Fit on what is known; predict the rest, and bring that to the level that came."""
    fitted = clone(model)
    fitted.fit(known.X, known.y, known.dates, unseen.X, known.expectations)
    active, _, value = fitted.predict(unseen.X)
    ratio = level_ratios(unseen).iloc[0]
    rate = hazard_ratio(active, unseen.y["is_active"].to_numpy(bool))
    return Rehearsed(
        value * (ratio if ratio > 0 else 1.0),
        with_hazard(active, rate),
        unseen.y["net_value"].to_numpy(float),
    )
