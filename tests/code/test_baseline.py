"""The annual run rate, against arithmetic done by hand."""

import math

import pandas as pd
import pytest

from ml.estimators.baseline import AnnualRunRate


def test_last_year_goes_on():
    customers = pd.DataFrame(
        {
            "spend_365d": [365.0, -10.0, 0.0],
            "order_count_365d": [4, 1, 0],
            "average_order_value": [91.25, 5.0, 20.0],
        }
    )
    scores = AnnualRunRate(73).predict(customers)  # a fifth of a year
    assert scores["predicted_value"].tolist() == pytest.approx([73.0, 0.0, 0.0])
    assert scores["expected_orders"].tolist() == pytest.approx([0.8, 0.2, 0.0])
    active = [1 - math.exp(-0.8), 1 - math.exp(-0.2), 0.0]
    assert scores["probability_active"].tolist() == pytest.approx(active)
    assert scores["predicted_value_lower"].isna().all()
