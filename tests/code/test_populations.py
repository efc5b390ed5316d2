"""Purchase days and population figures, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from ml.estimators.populations import (
    before_returns,
    kept_share,
    mean_at_cutoffs,
    orders_per_day,
    purchase_days,
)

# anna: two orders of 10 and 30 on one day, one of 20 on another, 6 sent back
# ben: one order of 50
SHOP = pd.DataFrame(
    {
        "repeat_purchase_days": [1.0, 0.0],
        "active_span_days": [40.0, 0.0],
        "tenure_days": [100.0, 7.0],
        "average_order_value": [20.0, 50.0],
        "order_count": [3.0, 1.0],
        "spend_total": [54.0, 50.0],
    }
)


def test_a_purchase_day_is_worth_all_the_orders_of_that_day():
    before = before_returns(SHOP)
    assert purchase_days(before).tolist() == [[1, 40, 100, 30], [0, 0, 7, 50]]


def test_what_was_sent_back_is_taken_off_a_purchase_day():
    assert purchase_days(SHOP)[:, 3].tolist() == [27, 50]


def test_a_loss_is_no_amount():
    losses = SHOP.assign(spend_total=[-20.0, 50.0])
    assert purchase_days(losses)[:, 3].tolist() == [0, 50]


def test_orders_per_day_counts_four_orders_on_three_days():
    assert orders_per_day(SHOP) == pytest.approx(4 / 3)


def test_what_is_kept_is_what_was_not_sent_back():
    assert kept_share(SHOP) == pytest.approx(104 / 110)


def test_each_row_gets_the_mean_of_its_own_cutoff():
    dates = np.array(["b", "a", "b"])
    assert mean_at_cutoffs(np.array([1.0, 10.0, 3.0]), dates).tolist() == [2, 10, 2]
