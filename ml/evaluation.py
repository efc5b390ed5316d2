"""How good predictions were, out of time: a model beside simple rules on the same rows."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ml import metrics
from ml.baseline import AnnualRunRate
from ml.btyd import BuyTillYouDie
from ml.bundle import champion_version, load_bundle, load_champion
from ml.customer_model import HISTORY, CustomerModel
from ml.errors import BundleError, NotEnoughHistoryError
from ml.features import check_features
from ml.warehouse import TrainingRows

RIVALS = ("annual run rate", "buy till you die")


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
    horizon = pd.Timedelta(days=rows.run["horizon_days"])
    test = dates == dates.max()
    train = dates + horizon <= dates.max()
    if not train.any():
        message = (
            f"only {dates.nunique()} cut-off(s) have an outcome, none of them "
            f"{rows.run['horizon_days']} days before the latest: nothing can be judged "
            "out of time. Bring older orders, or set a shorter horizon_days."
        )
        raise NotEnoughHistoryError(message)
    return train, test


def judge(y: pd.DataFrame, scores: pd.DataFrame) -> dict[str, float]:
    """Figures of merit of one set of scores.

    Parameters
    ----------
    y : DataFrame of shape (n_customers, 2)
        net_value and is_active.
    scores : DataFrame of shape (n_customers, 8)
        The columns of `ml.customer_model.SCORES`.

    Returns
    -------
    dict
        gini, spearman, capture (of the top tenth), total (predicted by realised), wape,
        auc, and coverage where there is an interval.
    """
    value, predicted = y["net_value"].to_numpy(float), scores["predicted_value"]
    figures = {
        "gini": metrics.gini(value, predicted),
        "spearman": metrics.spearman(value, predicted),
        "capture": metrics.top_capture(value, predicted),
        "total": metrics.total_ratio(value, predicted),
        "wape": metrics.wape(value, predicted),
        "auc": metrics.auc(y["is_active"], scores["probability_active"]),
    }
    lower, upper = scores["predicted_value_lower"], scores["predicted_value_upper"]
    if lower.notna().all():
        figures["coverage"] = metrics.interval_coverage(value, lower, upper)
    return figures


def rival_scores(
    train: pd.DataFrame, test: pd.DataFrame, horizon_days: int
) -> dict[str, pd.DataFrame]:
    """Scores of the simple rules, by name.

    Parameters
    ----------
    train : DataFrame of shape (n_train, n_features)
        Features of the latest training cut-off.
    test : DataFrame of shape (n_test, n_features)
    horizon_days : int
    """
    annual = AnnualRunRate(horizon_days).predict(test)
    history = list(HISTORY)
    model = BuyTillYouDie(horizon=float(horizon_days)).fit(train[history].to_numpy())
    orders, _, order_value, value = model.transform(test[history].to_numpy()).T
    died = annual.assign(
        probability_active=-np.expm1(-orders),
        expected_orders=orders,
        expected_order_value=order_value,
        predicted_value=value,
    )
    return dict(zip(RIVALS, (annual, died), strict=True))


def out_of_time(
    rows: TrainingRows, model: CustomerModel
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit a model on the past, judge it and its rivals at the latest cut-off.

    Parameters
    ----------
    rows : TrainingRows
    model : CustomerModel
        Unfitted; fitted on the training cut-offs. Its interval is measured at the latest
        of them by a model that saw only those with an embargo before it.

    Returns
    -------
    table : DataFrame of shape (n_rivals + 1, 7)
        A row per model, the figures of `judge` as columns.
    scores : DataFrame of shape (n_test, 8)
        The model's scores at the test cut-off.
    """
    train, test = split_by_time(rows)
    fit_in_the_past(model, rows, train)
    scores = model.predict(rows.X[test])
    latest = rows.keys["as_of_date"] == rows.keys.loc[train, "as_of_date"].max()
    rivals = rival_scores(rows.X[latest], rows.X[test], rows.run["horizon_days"])
    everyone: Mapping[str, pd.DataFrame] = {"challenger": scores, **rivals}
    table = pd.DataFrame(
        {name: judge(rows.y[test], found) for name, found in everyone.items()}
    ).T
    return table, scores


def fit_in_the_past(model: CustomerModel, rows: TrainingRows, train: pd.Series) -> None:
    """Fit a model and its interval on the training rows alone.

    The interval is measured at the latest training cut-off, by a model of those cut-offs
    whose outcome was complete by then; where there is none, on the latest cut-off by the
    model itself, which makes it somewhat too narrow.
    """
    dates = rows.keys["as_of_date"]
    latest = dates[train].max()
    horizon = pd.Timedelta(days=rows.run["horizon_days"])
    before = train & (dates + horizon <= latest)
    if before.any():
        model.fit(rows.X[before], rows.y[before], dates[before])
    else:
        model.fit(rows.X[train], rows.y[train], dates[train])
    at_latest = dates == latest
    model.calibrate(rows.X[at_latest], rows.y.loc[at_latest, "net_value"])
    if before.any():
        model.fit(rows.X[train], rows.y[train], dates[train])


def judge_champion(
    rows: TrainingRows, bundles: Path
) -> dict[str, float] | None:
    """Figures of the present champion at the test cut-off.

    None where there is no champion, where it cannot be loaded, or where its own training
    reached into the test window: then it would be judged by what it has seen.
    """
    version = champion_version(bundles)
    if version is None:
        return None
    try:
        bundle = load_bundle(bundles, version)
        bundle.check_purpose(rows.run)
    except BundleError:
        return None
    _, test = split_by_time(rows)
    seen_until = pd.Timestamp(bundle.manifest["training"]["labels_until"])
    if seen_until > rows.keys.loc[test, "as_of_date"].max():
        return None
    if not set(bundle.features) <= set(rows.X.columns):
        return None
    return judge(rows.y[test], bundle.model.predict(rows.X[test]))


def evaluate_champion(rows: TrainingRows, bundles: Path) -> pd.DataFrame:
    """Judge the champion beside the simple rules at the latest cut-off with an outcome.

    Returns
    -------
    DataFrame of shape (n_models, 7)
        The figures of `judge`. A champion whose training reached into the test window is
        called so in the name of its row: it has seen what it is judged by.

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
    seen_until = pd.Timestamp(bundle.manifest["training"]["labels_until"])
    name = "champion" if seen_until <= dates.max() else "champion (has seen this window)"
    rivals = rival_scores(rows.X[test], rows.X[test], rows.run["horizon_days"])
    everyone = {name: bundle.model.predict(rows.X[test]), **rivals}
    return pd.DataFrame(
        {name: judge(rows.y[test], scores) for name, scores in everyone.items()}
    ).T
