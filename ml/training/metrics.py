"""How good a prediction is: pure functions of what was predicted and what came true.

Every function is indifferent to the order of the rows, also where predictions are tied:
a tie counts as the average over all orders in which its rows could stand.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

Floats = NDArray[np.float64]


def gini(y_true: ArrayLike, y_score: ArrayLike) -> float:
    """Gain of ordering rows by prediction, over the gain of the perfect order.

    The Gini coefficient of the Lorenz curve of realised values in the order of the
    predictions, divided by that in their own order (Frees, Meyers & Cummings 2011,
    JASA 106(495), for the first). It equals the covariance of value and rank of the
    prediction over that of value and rank of the value, and is computed as such, with
    mean ranks for ties.

    Parameters
    ----------
    y_true, y_score : array-like of shape (n,)

    Returns
    -------
    float
        1 for the perfect order, around 0 for chance, -1 for the reverse; NaN if all
        values are equal.
    """
    y, score = _pair(y_true, y_score)
    centred = y - y.mean()
    return _ratio(centred @ rankdata(score), centred @ rankdata(y))


def spearman(y_true: ArrayLike, y_score: ArrayLike) -> float:
    """Rank correlation of values and predictions (Spearman 1904), mean ranks for ties.

    Parameters
    ----------
    y_true, y_score : array-like of shape (n,)

    Returns
    -------
    float
        Between -1 and 1; NaN if the values or the predictions are all equal.
    """
    a, b = (rankdata(values) for values in _pair(y_true, y_score))
    a, b = a - a.mean(), b - b.mean()
    return _ratio(a @ b, float(np.sqrt((a @ a) * (b @ b))))


def top_capture(y_true: ArrayLike, y_score: ArrayLike, share: float = 0.1) -> float:
    """Part of all positive value that falls on the rows predicted highest.

    Parameters
    ----------
    y_true, y_score : array-like of shape (n,)
        Values below zero count as zero.
    share : float, default=0.1
        Which share of the rows is taken from the top; a part of a row counts in part.

    Returns
    -------
    float
        Between 0 and 1; NaN if no value is positive.

    Raises
    ------
    ValueError
        The share is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        msg = f"share is {share}: give a share of the rows between 0 and 1, like 0.1."
        raise ValueError(msg)
    y, score = _pair(y_true, y_score)
    gains = np.maximum(y, 0.0)
    _, tie, rows = np.unique(-score, return_inverse=True, return_counts=True)
    by_tie = np.bincount(tie, gains)
    taken = np.interp(
        share * len(y),
        np.concatenate([[0], np.cumsum(rows)]),
        np.concatenate([[0], np.cumsum(by_tie)]),
    )
    return _ratio(float(taken), gains.sum())


def total_ratio(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Predicted total over true total: above 1 it was too much.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,)

    Returns
    -------
    float
        NaN if the true total is zero.
    """
    y, predicted = _pair(y_true, y_pred)
    return _ratio(predicted.sum(), y.sum())


def wape(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Weighted absolute percentage error: sum of |error| over sum of |value|.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,)

    Returns
    -------
    float
        0 is perfect, 1 is what predicting zero for everybody reaches; NaN if all
        values are zero.
    """
    y, predicted = _pair(y_true, y_pred)
    return _ratio(np.abs(y - predicted).sum(), np.abs(y).sum())


def interval_coverage(y_true: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> float:
    """Share of the values within their interval, ends included.

    Parameters
    ----------
    y_true, lower, upper : array-like of shape (n,)

    Returns
    -------
    float
        Between 0 and 1; to be compared with the level the intervals claim.
    """
    y, low = _pair(y_true, lower)
    _, high = _pair(y_true, upper)
    return float(((low <= y) & (y <= high)).mean())


def calibration_by_group(
    y_true: ArrayLike, y_pred: ArrayLike, n: int = 10
) -> pd.DataFrame:
    """Predicted against realised means, in groups of equal size by prediction.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (rows,)
    n : int, default=10
        Number of groups. Tied predictions stay together, so there may be fewer.

    Returns
    -------
    DataFrame
        One row per group, lowest predictions first: `group` (1 to n), `row_count`,
        `predicted_mean`, `actual_mean`, and `ratio` (predicted over actual; NaN where
        actual is zero).
    """
    y, predicted = _pair(y_true, y_pred)
    group = np.ceil(rankdata(predicted) / len(y) * n).astype(int)
    rows = pd.DataFrame({"group": group, "predicted": predicted, "actual": y})
    table = rows.groupby("group", as_index=False).agg(
        row_count=("actual", "size"),
        predicted_mean=("predicted", "mean"),
        actual_mean=("actual", "mean"),
    )
    actual = table["actual_mean"].where(table["actual_mean"] != 0)
    return table.assign(ratio=table["predicted_mean"] / actual)


def expected_calibration_error(
    probabilities: ArrayLike, outcomes: ArrayLike, n_bins: int = 10
) -> float:
    """Mean distance of predicted probability and observed share.

    Rows fall into bins of equal width in probability; bins are weighted by their rows
    (Naeini, Cooper & Hauskrecht 2015, AAAI).

    Parameters
    ----------
    probabilities : array-like of shape (n,), between 0 and 1
    outcomes : array-like of shape (n,)
        True or 1 where it happened.
    n_bins : int, default=10

    Returns
    -------
    float
        Between 0 (calibrated) and 1.
    """
    p, happened = _pair(probabilities, outcomes)
    bins = np.minimum((p * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, p - happened)
    return float(np.abs(gaps).sum() / len(p))


def auc(outcomes: ArrayLike, y_score: ArrayLike) -> float:
    """Probability that a row where it happened is ranked above one where it did not.

    Parameters
    ----------
    outcomes, y_score : array-like of shape (n,)

    Returns
    -------
    float
        0.5 for chance, 1 for perfect; NaN if it happened to all or to none.
    """
    happened, score = _pair(outcomes, y_score)
    if len(np.unique(happened)) < 2:
        return float("nan")
    return float(roc_auc_score(happened, score))


def _pair(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    """Two columns of numbers of one length, without gaps."""
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if a.ndim != 1 or a.shape != b.shape or not len(a):
        msg = f"Give two columns of one length, not shapes {a.shape} and {b.shape}."
        raise ValueError(msg)
    if np.isnan(a).any() or np.isnan(b).any():
        msg = "There are missing numbers: leave those rows out, or say what they mean."
        raise ValueError(msg)
    return a, b


def _ratio(part: float, whole: float) -> float:
    """Part of the whole; NaN where there is no whole."""
    return float(part / whole) if whole else float("nan")
