"""The embargo: nothing is fitted on an outcome that was not complete by then."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ml.errors import ScoringError


class EmbargoError(ScoringError):
    """A label window reaches past the day until which outcomes may be known."""


def is_complete(
    cutoffs: ArrayLike, horizon_days: int, known_until: object
) -> NDArray[np.bool_]:
    """Which cut-offs have an outcome that was complete on a day.

    Parameters
    ----------
    cutoffs : array-like of shape (n,)
        As-of dates; the label window is the horizon_days after each.
    horizon_days : int
    known_until : date-like
        The last day of which anything is known.

    Returns
    -------
    ndarray of shape (n,)
    """
    ends = pd.DatetimeIndex(np.asarray(cutoffs)) + pd.Timedelta(days=horizon_days)
    return np.asarray(ends <= pd.Timestamp(str(known_until)))


def enforce_embargo(cutoffs: ArrayLike, horizon_days: int, known_until: object) -> None:
    """Stop if a label window ends after a day.

    Parameters
    ----------
    cutoffs : array-like of shape (n,)
        As-of dates of the rows to be fitted on.
    horizon_days : int
    known_until : date-like
        The last day of which anything may be known.

    Raises
    ------
    EmbargoError
        Names the first cut-off that knows too much.
    """
    dates = np.unique(np.asarray(cutoffs))
    late = dates[~is_complete(dates, horizon_days, known_until)]
    if late.size:
        message = (
            f"the outcome of cut-off {pd.Timestamp(late[0]).date()} ends "
            f"{horizon_days} days later, after "
            f"{pd.Timestamp(str(known_until)).date()}: fitted on it, a model would "
            "know what it is to predict. Leave out cut-offs less than a horizon before "
            "that day."
        )
        raise EmbargoError(message)
