"""How many customers flicker: out of a segment and back within four weekly runs.

With and without hysteresis, on a sample shop or on orders of your own. Segments need no
model, so none is trained.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from tests.campaigns.workbench import progress, say, workshop

RUNS = 4  # weekly ones, within which a customer who comes back has flickered
MARGINS = {"without": 0, "with": 0.02}  # of hysteresis
OPTIONS = ("--select", "+segment_migration", *workshop.NO_TESTS)


def flicker(project, weeks, **settings):
    """Score every week; say which share left and came back, and which for nothing.

    Returns
    -------
    ndarray of shape (weeks - 4, 2)
        Shares of the customers of each starting week; for nothing is without an order.
    """
    for number, week in enumerate(weeks, 1):
        project.build(*OPTIONS, as_of_date=str(week.date()), **settings)
        progress(number, len(weeks))
    history = project.table("customer_history", "customer_id, as_of_date, rfm_segment")
    told = history.pivot_table("rfm_segment", "customer_id", "as_of_date", "first")
    days = project.table("customer_days", "customer_id, order_date", "order_count > 0")
    days["week"] = told.columns.searchsorted(days["order_date"])
    ordered = days.pivot_table(index="customer_id", columns="week", aggfunc="size")
    ordered = ordered.reindex(index=told.index, columns=range(len(weeks)))
    return shares_of(told.fillna("").to_numpy(), ordered.notna().to_numpy())


def shares_of(told, ordered):
    """The same, of segments and orders by customer and week."""
    shares = []
    for start in range(told.shape[1] - RUNS):
        known = told[:, start] != ""
        left, came_back, for_nothing = np.zeros((3, len(told)), dtype=bool)
        for week in range(start + 1, start + RUNS + 1):
            is_back = left & (told[:, week] == told[:, start]) & ~came_back
            came_back |= is_back
            for_nothing |= is_back & ~ordered[:, start + 1 : week + 1].any(axis=1)
            left |= told[:, week] != told[:, start]
        shares.append([came_back[known].mean(), for_nothing[known].mean()])
    return np.array(shares)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--last", default="2025-12-30", help="last weekly as-of date")
    parser.add_argument("--weeks", type=int, default=30)
    parser.add_argument("--period", default="quarter", help="cut_point_period")
    parser.add_argument("--source", default="canonical")
    parser.add_argument("--data", type=Path, help="orders; a sample shop's without it")
    options = parser.parse_args()
    weeks = pd.date_range(end=options.last, periods=options.weeks, freq="7D")
    with tempfile.TemporaryDirectory() as folder:
        for name, margin in MARGINS.items():
            project = workshop.new_project(Path(folder))
            if not options.data:
                workshop.green(project.run("python", "-m", "ml", "sample"))
            shares = flicker(
                project,
                weeks,
                source_format=options.source,
                source_path=str((options.data or project.orders).resolve()),
                cut_point_period=options.period,
                hysteresis_margin=margin,
            )
            came_back, for_nothing = shares.mean(axis=0)
            say(f"{name}: {came_back:.2%} came back, {for_nothing:.2%} for nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
