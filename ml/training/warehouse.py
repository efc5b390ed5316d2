"""The way into the working database: ask dbt for training rows, and read them."""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from ml.errors import NotEnoughHistoryError, ScoringError
from ml.features import KEYS, feature_types
from ml.home import Home
from ml.lock import BusyError

log = logging.getLogger("ml")


@dataclass(frozen=True)
class TrainingRows:
    """Features and outcomes of past cut-offs, and what run they were made by.

    Attributes
    ----------
    X : DataFrame of shape (n_rows, n_features)
    y : DataFrame of shape (n_rows, 3)
        net_value (money in the horizon), order_count, is_active.
    keys : DataFrame of shape (n_rows, 2)
        customer_id and as_of_date.
    features : dict of name to SQL type
    run : dict
        The row of `this_run`.
    present : DataFrame of shape (n_customers, n_features)
        Features on the run's own as-of date, whose outcome nobody knows.
    words : dict of feature to (word for low, word for high)
        For the names of clusters.
    """

    X: pd.DataFrame
    y: pd.DataFrame
    keys: pd.DataFrame
    features: dict[str, str]
    run: dict[str, Any]
    present: pd.DataFrame
    words: dict[str, tuple[str, str]] = field(default_factory=dict)


class BuildError(ScoringError):
    """dbt could not make the training rows."""


def training_rows(variables: Mapping[str, Any]) -> TrainingRows:
    """Have features and outcomes of past cut-offs computed, and read them.

    Raises
    ------
    BuildError, NotEnoughHistoryError
        As `build_training_rows` and `read_training_rows`.
    """
    log.info("Computing features and outcomes of past cut-offs …")
    build_training_rows(variables)
    rows = read_training_rows()
    n_cutoffs = rows.keys["as_of_date"].nunique()
    log.info("%s rows of %s cut-offs …", f"{len(rows.X):,}", n_cutoffs)
    return rows


def build_training_rows(variables: Mapping[str, Any]) -> None:
    """Have dbt compute features and outcomes of past cut-offs, through the same models.

    Parameters
    ----------
    variables : mapping
        Settings for dbt, as in --vars.

    Raises
    ------
    BuildError
        dbt stopped; its own message stands above.
    """
    _build("customer_outcomes +feature_themes", {**variables, "spine": "training"})


def build_features(variables: Mapping[str, Any]) -> None:
    """Have dbt compute the features of everybody on one as-of date.

    Parameters
    ----------
    variables : mapping
        Settings for dbt, as in --vars.

    Raises
    ------
    BuildError
        dbt stopped; its own message stands above.
    """
    _build("customer_features", variables)


def read_training_rows() -> TrainingRows:
    """Read what `build_training_rows` made.

    Raises
    ------
    NotEnoughHistoryError
        No cut-off has an outcome yet.
    """
    with _reader() as reader:
        table = reader.table("customer_features")
        types = dict(zip(table.columns, map(str, table.types), strict=True))
        features = feature_types(types)
        rows = reader.sql(
            "select features.*, outcomes.net_value, outcomes.is_active, "
            "outcomes.order_count as outcome_order_count "
            "from customer_features as features "
            "inner join customer_outcomes as outcomes using (customer_id, as_of_date) "
            "order by as_of_date, customer_id"
        ).df()
        run = reader.table("this_run")
        facts = dict(zip(run.columns, run.fetchall()[0], strict=True))
        present = reader.sql(
            "select * from customer_features where as_of_date = "
            "(select as_of_date from this_run) order by customer_id"
        ).df()
        words = reader.sql(
            "select feature_name, low_word, high_word from feature_themes "
            "where low_word <> '' and high_word <> ''"
        ).fetchall()
    if rows.empty:
        message = (
            f"no cut-off before {facts['as_of_date']} has both {facts['horizon_days']} "
            f"days of history and {facts['horizon_days']} days of outcome. Bring older "
            "orders, or set a shorter horizon_days."
        )
        raise NotEnoughHistoryError(message)
    return TrainingRows(
        X=rows[list(features)].astype(float),
        y=rows[["net_value", "is_active"]].assign(
            order_count=rows["outcome_order_count"]
        ),
        keys=rows[list(KEYS)],
        features=features,
        run=facts,
        present=present[list(features)].astype(float),
        words={name: (low, high) for name, low, high in words},
    )


def read_features(as_of_date: date) -> pd.DataFrame:
    """Read the features of everybody on a date that was built.

    Returns
    -------
    DataFrame of shape (n_customers, n_features + 1)
        With customer_id, sorted by it.
    """
    with _reader() as reader:
        rows = reader.execute(
            "select * from customer_features where as_of_date = ? order by customer_id",
            [as_of_date],
        ).df()
    rows = rows.drop(columns="as_of_date").set_index("customer_id")
    return rows.astype(float).reset_index()


def read_outcomes(as_of_date: date, horizon_days: int) -> pd.DataFrame:
    """Read what customers did after a date, as far as it was delivered: to judge by.

    Returns
    -------
    DataFrame of shape (n_customers, 2)
        net_value and order_count, indexed by customer_id; who did nothing is not there.
    """
    with _reader() as reader:
        rows = reader.execute(
            "select customer_id, cast(sum(net_amount) as double) as net_value, "
            "cast(sum(order_count) as double) as order_count from customer_days "
            "where order_date > $1 and order_date <= $1 + cast($2 as integer) "
            "group by customer_id",
            [as_of_date, horizon_days],
        ).df()
    return rows.set_index("customer_id")


def last_order_date() -> date:
    """Find the last day with an order among everything that was delivered."""
    with _reader() as reader:
        found = reader.execute("select max(order_date) from customer_days").fetchone()
    last: date = found[0]  # type: ignore[index]
    return last


def _reader() -> duckdb.DuckDBPyConnection:
    database = Home.from_environment().working_database
    try:
        return duckdb.connect(str(database), read_only=True)
    except duckdb.IOException as error:
        message = f"another program has {database} open. Try again when it is done."
        raise BusyError(message) from error


def _build(model: str, variables: Mapping[str, Any]) -> None:
    """Have dbt build a model and everything before it."""
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("--quiet", "build", "--select", *f"+{model}".split()),
        *("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious"),
        *("--vars", json.dumps(dict(variables))),
    ]
    if subprocess.run(command, check=False).returncode:
        message = f"dbt could not build {model}; its message stands above."
        raise BuildError(message)
