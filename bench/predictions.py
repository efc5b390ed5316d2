"""python -m bench.predictions: the model beside simple rules and a peer, out of time.

Seven windows on two public shops; every figure is of customers known at the cut-off, by
a model that was trained strictly before it. Writes docs/predictions.md.
"""

import argparse
import os
import tempfile
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter

from ml.estimators.baseline import AnnualRunRate
from ml.estimators.populations import (
    before_returns,
    kept_share,
    orders_per_day,
    purchase_days,
)
from ml.training.backtest import Cell, judge_cell, predict_cell, with_mean

WINDOWS = {
    "online_retail": [
        (date(2011, 6, 1), 180),
        (date(2011, 3, 1), 90),
        (date(2011, 6, 1), 90),
        (date(2011, 9, 1), 90),
    ],
    "cdnow": [
        (date(1997, 10, 1), 180),
        (date(1998, 1, 2), 180),
        (date(1998, 4, 1), 90),
    ],
}
PENALTY = 0.001  # the least with which the peer's fits converge on both shops
INTRODUCTION = """\
# Predictions, out of time

Made by `make bench-predictions`. A cut-off is the first day not known; features, fits,
calibration and intervals come from before it. Everybody with a sale by then is in.

`total` is predicted by realised, in the mean its distance from 1; `coverage` and
`least` are of the 80% interval, overall and in the worst tenth; `with0` is what the
coverage would be if every tenth had its 80% and intervals began at zero: more, where
most spend nothing. `lifetimes` is the Python library of that name (BG/NBD and
Gamma-Gamma, fitted as its guide does). It tells the probability of being alive, not of
ordering, and that is 1 for all who ordered once: its `auc` and `ece` say so.

"""


def main() -> None:
    """Judge the windows of the shops that are given, and write the page."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.predictions", description=__doc__
    )
    for shop in WINDOWS:
        name = f"--{shop.replace('_', '-')}"
        parser.add_argument(name, dest=shop, help="its file, as in source_path")
    given = {shop: path for shop, path in vars(parser.parse_args()).items() if path}
    if not given:
        parser.error("name the file of one shop at least")
    tables = {}
    for shop, path in given.items():
        with tempfile.TemporaryDirectory() as home:
            os.environ["SCORING_HOME"] = home
            tables |= judge_shop(shop, path)
    text = with_mean(tables).astype(float).round(3).to_string(na_rep="-")
    print(text)  # noqa: T201
    Path("docs/predictions.md").write_text(f"{INTRODUCTION}```\n{text}\n```\n")


def judge_shop(shop: str, path: str) -> dict[tuple[str, str], pd.DataFrame]:
    """Figures of every window of a shop, by its cut-off and horizon."""
    settings = {"source_format": shop, "source_path": str(Path(path).resolve())}
    found = {}
    for cutoff, horizon in WINDOWS[shop]:
        cell = Cell(cutoff, horizon, settings)
        features, scores = predict_cell(cell)
        peers = {"lifetimes": peer_scores(features, horizon)}
        table = judge_cell(cell, features, scores, peers)
        if table is not None:
            found[(f"{shop} {cutoff}", str(horizon))] = table
    return found


def peer_scores(features: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Scores by the library lifetimes, on the same history as our own BG/NBD.

    Its Gamma-Gamma is fitted on customers with a repeat purchase, as its guide does.
    """
    known = features.drop(columns="customer_id")
    repeats, span, tenure, value = purchase_days(before_returns(known)).T
    again = repeats > 0
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        purchases = BetaGeoFitter(penalizer_coef=PENALTY).fit(repeats, span, tenure)
        money = GammaGammaFitter(penalizer_coef=PENALTY)
        money.fit(repeats[again], value[again])
        days = purchases.conditional_expected_number_of_purchases_up_to_time(
            horizon_days, repeats, span, tenure
        )
        day_value = money.conditional_expected_average_profit(repeats, value)
        alive = purchases.conditional_probability_alive(repeats, span, tenure)
    return (
        AnnualRunRate(horizon_days)
        .predict(known)
        .assign(
            probability_active=np.asarray(alive, float),
            expected_orders=np.asarray(days, float) * orders_per_day(known),
            predicted_value=np.asarray(days * day_value, float) * kept_share(known),
        )
    )


if __name__ == "__main__":
    main()
