"""The simple rules that a trained model has to beat."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.buy_till_you_die.btyd import BuyTillYouDie
from ml.estimators.baseline import AnnualRunRate
from ml.estimators.populations import (
    before_returns,
    kept_share,
    orders_per_day,
    purchase_days,
)

RIVALS = ("annual run rate", "buy till you die")  # a challenger must beat these
MORE = ("tenure rate", "last window")  # shown beside them in a backtest
WINDOWS = (30, 90, 180, 365)


def rival_scores(X: pd.DataFrame, horizon_days: int) -> dict[str, pd.DataFrame]:
    """Scores of the simple rules, by name.

    Parameters
    ----------
    X : DataFrame of shape (n_customers, n_features)
        Features on the day of scoring. None of the rules needs a label.
    horizon_days : int

    Returns
    -------
    dict of str to DataFrame of shape (n_customers, 8)
        The annual run rate; BG/NBD times Gamma-Gamma on all purchase days, less the
        population's share of returns; the annual rate over a shorter tenure; the spend
        of the window nearest to the horizon, which goes on.
    """
    annual = AnnualRunRate(horizon_days).predict(X)
    known_days = np.clip(X["tenure_days"].to_numpy(float) + 1, 1, 365)
    by_tenure = annual["predicted_value"] * 365 / known_days
    window = min(WINDOWS, key=lambda days: abs(days - horizon_days))
    recent = np.maximum(X[f"spend_{window}d"].to_numpy(float), 0.0)
    orders, active, order_value = _buy_till_you_die(X, horizon_days)
    died = annual.assign(
        probability_active=active,
        expected_orders=orders,
        expected_order_value=order_value,
        predicted_value=orders * order_value,
    )
    last = annual.assign(predicted_value=recent * horizon_days / window)
    tenure = annual.assign(predicted_value=by_tenure)
    found = (annual, died, tenure, last)
    return dict(zip((*RIVALS, *MORE), found, strict=True))


def _buy_till_you_die(
    X: pd.DataFrame, horizon_days: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Expect orders, any order, and money per order, each of shape (n_customers,)."""
    history = purchase_days(before_returns(X))
    model = BuyTillYouDie(horizon=float(horizon_days)).fit(history)
    days, active, day_value, _ = model.transform(history).T
    per_day = orders_per_day(X)
    return days * per_day, active, day_value / per_day * kept_share(X)
