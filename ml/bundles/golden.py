"""Golden rows: inputs whose scores are kept beside a model, to be given again."""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from ml.estimators.customer_model import NUMBERS, CustomerModel

log = logging.getLogger(__name__)
Rows = list[dict[str, float | None]]
COUNT = 20


def golden_rows(model: CustomerModel, sample: pd.DataFrame) -> dict[str, Rows]:
    """Score the first rows of a sample, and keep both for the manifest.

    Parameters
    ----------
    model : CustomerModel
        Fitted.
    sample : DataFrame of shape (n_customers, n_features)
    """
    inputs = sample.head(COUNT)
    return {"inputs": _rows(inputs), "scores": _rows(_scores(model, inputs))}


def reproduces(model: CustomerModel, golden: Mapping[str, Any]) -> bool:
    """Whether a model gives the scores of its golden rows; without rows it does not."""
    try:
        inputs = pd.DataFrame(golden.get("inputs", [])).astype(float)
        expected = pd.DataFrame(golden.get("scores", [])).astype(float)
        if inputs.empty or len(inputs) != len(expected):
            return False
        found = _scores(model, inputs).to_numpy(float)
    except Exception:  # rows that are none, or a model of another version
        log.debug("The golden rows cannot be scored", exc_info=True)
        return False
    if found.shape != expected.shape:
        return False
    return np.allclose(found, expected, rtol=1e-6, atol=1e-9, equal_nan=True)


def _scores(model: CustomerModel, rows: pd.DataFrame) -> pd.DataFrame:
    with threadpool_limits(1, "openmp"):
        return model.predict(rows)[list(NUMBERS)]


def _rows(frame: pd.DataFrame) -> Rows:
    """Give rows as JSON knows them: a number, or null."""
    return [
        {
            str(name): None if pd.isna(value) else float(value)
            for name, value in row.items()
        }
        for row in frame.to_dict("records")
    ]
