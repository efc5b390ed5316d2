"""Backtests: what would have been predicted on a past day, knowing only its past.

A cut-off is the first day that is not known. Features come through the same SQL models
as every night's, as of the day before; a model is trained on outcomes that were
complete by that day (the embargo is enforced by `CustomerModel.fit`); then everybody
who had bought by then is scored.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from ml.errors import NotEnoughHistoryError, SettingsError
from ml.estimators.customer_model import CustomerModel
from ml.training.evaluation import judge
from ml.training.rivals import rival_scores
from ml.training.warehouse import (
    build_features,
    build_training_rows,
    last_order_date,
    read_features,
    read_outcomes,
    read_training_rows,
)

PREDICTIONS = (
    "customer_id",
    "predicted_value",
    "predicted_value_lower",
    "predicted_value_upper",
    "probability_active",
)


@dataclass(frozen=True)
class Cell:
    """One cut-off and horizon, with the settings of the shop for dbt."""

    cutoff: date
    horizon_days: int
    variables: Mapping[str, Any]

    @property
    def as_of_date(self) -> date:
        """Last day of which anything is known."""
        return self.cutoff - timedelta(days=1)

    @property
    def settings(self) -> dict[str, Any]:
        """Settings for dbt."""
        return {
            **self.variables,
            "as_of_date": self.as_of_date.isoformat(),
            "horizon_days": self.horizon_days,
        }


def parse_cell(cutoff: str, horizon_days: int, variables: Mapping[str, Any]) -> Cell:
    """Read a cell from the command line.

    Raises
    ------
    SettingsError
        The cut-off is no date, the horizon no day or more, or the settings hold one of
        them a second time.
    """
    try:
        day = date.fromisoformat(cutoff)
        day - timedelta(days=1)  # the as-of date: of the very first day there is none
    except (ValueError, OverflowError) as error:
        message = f"--cutoff must be a date like 2011-06-01, not {cutoff!r}."
        raise SettingsError(message) from error
    if horizon_days < 1:
        message = f"--horizon must be a number of days from 1, not {horizon_days}."
        raise SettingsError(message)
    twice = {"as_of_date", "horizon_days"} & set(variables)
    if twice:
        message = (
            f"--vars sets {', '.join(sorted(twice))}, which a backtest takes from "
            "--cutoff and --horizon. Leave it out."
        )
        raise SettingsError(message)
    return Cell(day, horizon_days, variables)


def predict_cell(cell: Cell) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train strictly before a cut-off and score everybody known by then.

    Returns
    -------
    features : DataFrame of shape (n_customers, n_features + 1)
        With customer_id.
    scores : DataFrame of shape (n_customers, 8)
        The columns of `ml.estimators.customer_model.SCORES`, rows as in features.

    Raises
    ------
    NotEnoughHistoryError
        No outcome was complete by the cut-off.
    EmbargoError
        A label reaches past the cut-off.
    """
    build_training_rows(cell.settings)
    rows = read_training_rows()
    model = CustomerModel(horizon_days=cell.horizon_days)
    dates = rows.keys["as_of_date"]
    model.fit(rows.X, rows.y, dates, rows.present, cell.as_of_date)
    # training may have sampled customers; a backtest scores them all
    build_features(cell.settings)
    features = read_features(cell.as_of_date)
    return features, model.predict(features.drop(columns="customer_id"))


def write_predictions(cell: Cell, out: Path) -> int:
    """Write the columns `PREDICTIONS` of every customer to a Parquet file.

    Returns
    -------
    int
        Customers written.

    Raises
    ------
    SettingsError
        There is no such folder, or the file would be one.
    """
    if not out.parent.is_dir() or out.is_dir():
        message = f"--out {out} must be a file in a folder that is there."
        raise SettingsError(message)
    features, scores = predict_cell(cell)
    rows = scores.assign(customer_id=features["customer_id"])[list(PREDICTIONS)]
    rows.to_parquet(out, index=False)
    return len(rows)


def judge_cell(
    cell: Cell,
    features: pd.DataFrame,
    scores: pd.DataFrame,
    peers: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame | None:
    """Figures of a cell's scores beside the simple rules on the same rows.

    Parameters
    ----------
    cell : Cell
    features, scores : DataFrame of shape (n_customers, ...)
        As `predict_cell` gives them.
    peers : mapping of name to DataFrame of shape (n_customers, 8), default=None
        Scores of others, to be judged on the same rows.

    Returns
    -------
    DataFrame of shape (n_models, n_figures) or None
        None where the orders end before the horizon does.
    """
    if last_order_date() < cell.as_of_date + timedelta(days=cell.horizon_days):
        return None
    found = read_outcomes(cell.as_of_date, cell.horizon_days)
    y = found.reindex(features["customer_id"]).fillna(0.0).reset_index(drop=True)
    y["is_active"] = y["order_count"] > 0
    known = features.drop(columns="customer_id")
    rules = rival_scores(known, cell.horizon_days)
    everyone = {"model": scores, **rules, **(peers or {})}
    return pd.DataFrame({name: judge(y, given) for name, given in everyone.items()}).T


def run_cells(cells: Iterable[Cell], skipped: Callable[[str], None]) -> pd.DataFrame:
    """Backtest any number of cut-offs and horizons.

    Parameters
    ----------
    cells : iterable of Cell
    skipped : callable
        Told why a cell is not in the table.

    Returns
    -------
    DataFrame of shape (n_cells * n_models, n_figures)
        Indexed by cut-off, horizon and model; the mean of the cells comes last.
    """
    tables = {}
    for cell in cells:
        name = (cell.cutoff.isoformat(), str(cell.horizon_days))
        try:
            table = judge_cell(cell, *predict_cell(cell))
        except NotEnoughHistoryError as error:
            skipped(f"{name[0]}, {name[1]} days: {error}")
            continue
        if table is None:
            skipped(f"{name[0]}, {name[1]} days: the orders end before the horizon.")
        else:
            tables[name] = table
    if not tables:
        message = "no cut-off could be judged: bring more orders, or other cut-offs."
        raise NotEnoughHistoryError(message)
    return with_mean(tables)


def with_mean(tables: Mapping[tuple[str, str], pd.DataFrame]) -> pd.DataFrame:
    """Stack tables of cells, and their mean below where there are several.

    The mean of the totals is the mean distance from 1: cells do not make up for each
    other.
    """
    stacked = pd.concat(tables, names=["cutoff", "horizon", "model"])
    if len(tables) == 1:
        return stacked
    distance = stacked.assign(total=(stacked["total"].astype(float) - 1).abs())
    mean = distance.astype(float).groupby("model", sort=False).mean()
    mean = pd.concat({("mean", "|total-1|"): mean}, names=["cutoff", "horizon"])
    return pd.concat([stacked, mean])
