"""Figures of a whole population: what it keeps of its sales, its mean at a cut-off."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SALES = ("spend_total", "average_order_value", "order_count")


def kept_share(X: pd.DataFrame) -> float:
    """Share of its sales that a population keeps after returns, 0.05 to 1."""
    spent, order_value, orders = (X[name].to_numpy(float) for name in SALES)
    sales = np.nansum(order_value * orders)
    return float(np.clip(np.nansum(spent) / sales, 0.05, 1.0)) if sales > 0 else 1.0


def mean_at_cutoffs(values: Floats, dates: NDArray[np.generic]) -> Floats:
    """Average the values of each row's cut-off, shape (n_rows,)."""
    groups = np.unique(dates, return_inverse=True)[1]
    means: Floats = (np.bincount(groups, values) / np.bincount(groups))[groups]
    return means
