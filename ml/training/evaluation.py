"""How good predictions were, out of time: a model beside simple rules."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ml.bundles.bundle import load_champion
from ml.errors import BundleError, NotEnoughHistoryError
from ml.estimators.customer_model import CustomerModel
from ml.estimators.embargo import is_complete
from ml.features import check_features
from ml.training import metrics
from ml.training.rivals import RIVALS, rival_scores
from ml.training.warehouse import TrainingRows


def split_by_time(rows: TrainingRows) -> tuple[pd.Series, pd.Series]:
    """Part the rows into training and test, with an embargo.

    The latest cut-off is the test. A cut-off trains only if its outcome was complete on
    the day of the test, so that no label reaches into the test window.

    Returns
    -------
    train, test : boolean Series of shape (n_rows,)

    Raises
    ------
    NotEnoughHistoryError
        No cut-off lies a horizon before the latest.
    """
    dates = rows.keys["as_of_date"]
    test = dates == dates.max()
    complete = is_complete(dates, rows.run["horizon_days"], dates.max())
    train = pd.Series(complete, index=dates.index)
    if not train.any():
        message = (
            f"only {dates.nunique()} cut-off(s) have an outcome, none of them "
            f"{rows.run['horizon_days']} days before the latest: nothing can be judged "
            "out of time. Bring older orders, or set a shorter horizon_days."
        )
        raise NotEnoughHistoryError(message)
    return train, test


def least_coverage(
    realised: ArrayLike, predicted: ArrayLike, lower: ArrayLike, upper: ArrayLike
) -> float:
    """Coverage of that tenth of customers, by prediction, whose intervals hold least.

    Parameters
    ----------
    realised, predicted, lower, upper : array-like of shape (n_customers,)
        Tied predictions stay together.
    """
    value = np.asarray(realised)
    is_covered = (np.asarray(lower) <= value) & (value <= np.asarray(upper))
    return float(pd.Series(is_covered).groupby(_tenths(predicted)).mean().min())


def coverage_with_zero(
    realised: ArrayLike, predicted: ArrayLike, level: float
) -> float:
    """Coverage of intervals that hold the level in every tenth, and hold zero.

    An interval from zero covers everybody who spends nothing: where they are more than
    the level, so is the coverage, however good the upper bound.

    Parameters
    ----------
    realised, predicted : array-like of shape (n_customers,)
    level : float
    """
    is_nothing = pd.Series(np.asarray(realised) == 0)
    shares = is_nothing.groupby(_tenths(predicted)).agg(["mean", "size"])
    return float(np.average(shares["mean"].clip(lower=level), weights=shares["size"]))


def _tenths(predicted: ArrayLike) -> pd.Series:
    """Tenths by prediction, 1 to 10, shape (n_customers,); ties stay together."""
    ranks = pd.Series(np.asarray(predicted)).rank(pct=True)
    return (ranks * 10).apply(np.ceil)


def judge(y: pd.DataFrame, scores: pd.DataFrame) -> dict[str, float]:
    """Figures of merit of one set of scores.

    Parameters
    ----------
    y : DataFrame of shape (n_customers, 2)
        net_value and is_active.
    scores : DataFrame of shape (n_customers, 8)
        The columns of `ml.estimators.customer_model.SCORES`.

    Returns
    -------
    dict
        gini, spearman, capture (of the top tenth), total (predicted by realised), wape,
        auc, ece (expected calibration error of the probability), and where there is an
        interval its coverage, the least coverage of a tenth by prediction, and the
        coverage that is to be had where so many spend nothing.
    """
    value, predicted = y["net_value"].to_numpy(float), scores["predicted_value"]
    figures = {
        # who sent back more than he bought is worth nothing, not less: see capture
        "gini": metrics.gini(np.maximum(value, 0.0), predicted),
        "spearman": metrics.spearman(value, predicted),
        "capture": metrics.top_capture(value, predicted),
        "total": metrics.total_ratio(value, predicted),
        "wape": metrics.wape(value, predicted),
        "auc": metrics.auc(y["is_active"], scores["probability_active"]),
        "ece": metrics.expected_calibration_error(
            scores["probability_active"], y["is_active"]
        ),
    }
    lower, upper = scores["predicted_value_lower"], scores["predicted_value_upper"]
    if lower.notna().all():
        level = float(scores["interval_level"].max())
        figures["coverage"] = metrics.interval_coverage(value, lower, upper)
        figures["least"] = least_coverage(value, predicted, lower, upper)
        figures["with0"] = coverage_with_zero(value, predicted, level)
    return figures


def out_of_time(
    rows: TrainingRows, model: CustomerModel
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit a model on the past, judge it and its rivals at the latest cut-off.

    Parameters
    ----------
    rows : TrainingRows
    model : CustomerModel
        Unfitted; fitted on the training cut-offs, and on the features of the test
        cut-off as far as it needs no label.

    Returns
    -------
    table : DataFrame of shape (n_rivals + 1, n_figures)
        A row per model, the figures of `judge` as columns.
    scores : DataFrame of shape (n_test, 8)
        The model's scores at the test cut-off.
    """
    train, test = split_by_time(rows)
    dates = rows.keys["as_of_date"]
    present = rows.X[test]
    model.fit(rows.X[train], rows.y[train], dates[train], present, dates.max())
    scores = model.predict(present)
    rivals = rival_scores(present, rows.run["horizon_days"])
    beaten = {name: rivals[name] for name in RIVALS}
    everyone: Mapping[str, pd.DataFrame] = {"challenger": scores, **beaten}
    table = pd.DataFrame(
        {name: judge(rows.y[test], found) for name, found in everyone.items()}
    ).T
    return table, scores


def judge_champion(rows: TrainingRows, bundles: Path) -> dict[str, float] | None:
    """Figures of the present champion at the test cut-off; None where there is none.

    Raises
    ------
    BundleError
        It cannot be judged: it is damaged, was made for something else, needs features
        that are gone, or has learnt from what it would be judged by.
    """
    bundle = load_champion(bundles)
    if bundle is None:
        return None
    bundle.check_purpose(rows.run)
    check_features(bundle.features, rows.features)
    dates = rows.keys["as_of_date"]
    test = dates == dates.max()
    if pd.Timestamp(bundle.labels_until) > dates.max():
        message = (
            f"{bundle.version} has learnt from what came until {bundle.labels_until}, "
            f"and would be judged by what came after {dates.max():%Y-%m-%d}."
        )
        raise BundleError(message)
    return judge(rows.y[test], bundle.model.predict(rows.X[test]))


def evaluate_champion(rows: TrainingRows, bundles: Path) -> pd.DataFrame:
    """Judge the champion beside the simple rules at the latest cut-off with an outcome.

    Returns
    -------
    DataFrame of shape (n_models, n_figures)
        The figures of `judge`. A champion whose training reached into the test window
        is called so in the name of its row: it has seen what it is judged by.

    Raises
    ------
    BundleError
        There is no champion, or it is broken.
    """
    bundle = load_champion(bundles)
    if bundle is None:
        message = "there is no champion to evaluate. Train one: python -m ml train"
        raise BundleError(message)
    bundle.check_purpose(rows.run)
    check_features(bundle.features, rows.features)
    dates = rows.keys["as_of_date"]
    test = dates == dates.max()
    has_seen = pd.Timestamp(bundle.labels_until) > dates.max()
    name = "champion (has seen this window)" if has_seen else "champion"
    rivals = rival_scores(rows.X[test], rows.run["horizon_days"])
    everyone = {name: bundle.model.predict(rows.X[test]), **rivals}
    return pd.DataFrame(
        {name: judge(rows.y[test], scores) for name, scores in everyone.items()}
    ).T
