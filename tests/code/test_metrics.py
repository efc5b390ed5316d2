"""Measures against hand-made examples and the average over all orders of the rows."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from ml.training import metrics

VALUES = np.array([0.0, 0.0, 5.0, 1.0, 30.0, 2.0])
SCORES = np.array([1.0, 2.0, 2.0, 2.0, 9.0, 1.0])  # ties of three and of two


def lorenz_gini(values_in_order):
    """One minus twice the area under the Lorenz curve, by trapezoids."""
    curve = np.concatenate([[0], np.cumsum(values_in_order)]) / values_in_order.sum()
    return 1 - (curve[1:] + curve[:-1]).sum() / len(values_in_order)


def orders_by(scores):
    """Every order of the rows, lowest score first, that the scores allow."""
    rows = range(len(scores))
    return [
        list(order)
        for order in permutations(rows)
        if (np.diff(scores[list(order)]) >= 0).all()
    ]


def test_gini_is_the_area_between_lorenz_curves_averaged_over_ties():
    reached = np.mean([lorenz_gini(VALUES[order]) for order in orders_by(SCORES)])
    perfect = lorenz_gini(np.sort(VALUES))

    assert metrics.gini(VALUES, SCORES) == pytest.approx(reached / perfect)


def test_gini_of_perfect_reversed_and_no_order():
    assert metrics.gini(VALUES, VALUES) == pytest.approx(1)
    assert metrics.gini(VALUES, -VALUES) == pytest.approx(-1)
    assert metrics.gini(VALUES, np.ones(6)) == pytest.approx(0)
    assert np.isnan(metrics.gini(np.ones(6), SCORES))


def test_spearman_is_scipys():
    assert metrics.spearman(VALUES, SCORES) == pytest.approx(
        stats.spearmanr(VALUES, SCORES).statistic
    )
    assert np.isnan(metrics.spearman(VALUES, np.ones(6)))


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_top_capture_is_the_top_rows_averaged_over_ties(rows):
    shares = [VALUES[order][-rows:].sum() / 38 for order in orders_by(SCORES)]

    assert metrics.top_capture(VALUES, SCORES, rows / 6) == pytest.approx(
        np.mean(shares)
    )


def test_top_capture_takes_part_of_a_row_and_no_negative_value():
    # a quarter of six rows is one and a half: 30 and half of 5
    assert metrics.top_capture(
        [30, 5, 0, 0, -99, 0], [6, 5, 4, 3, 2, 1], 0.25
    ) == pytest.approx(32.5 / 35)
    assert np.isnan(metrics.top_capture([0, -1], [1, 2]))
    assert metrics.top_capture(VALUES, SCORES, 1.0) == pytest.approx(1)
    assert metrics.top_capture(VALUES, SCORES, 0.0) == 0


def test_a_share_is_not_a_percentage():
    with pytest.raises(ValueError, match="share is 10"):
        metrics.top_capture(VALUES, SCORES, 10)


def test_totals_and_errors_by_hand():
    assert metrics.total_ratio([10, 0, 30], [20, 5, 25]) == pytest.approx(50 / 40)
    assert metrics.wape([10, 0, 30], [20, 5, 25]) == pytest.approx(20 / 40)
    assert metrics.wape([-10, 30], [0, 0]) == 1
    assert np.isnan(metrics.total_ratio([0, 0], [1, 1]))
    assert np.isnan(metrics.wape([0, 0], [1, 1]))


def test_interval_coverage_counts_the_ends_in():
    assert metrics.interval_coverage([1, 2, 3, 4], [1, 0, 4, 0], [2, 2, 5, 3]) == 0.5


def test_calibration_by_group_by_hand():
    table = metrics.calibration_by_group([4, 0, 1, 3], [2, 1, 1, 4], n=2)

    assert table.to_dict("list") == {
        "group": [1, 2],
        "row_count": [2, 2],
        "predicted_mean": [1.0, 3.0],
        "actual_mean": [0.5, 3.5],
        "ratio": [2.0, pytest.approx(3 / 3.5)],
    }


def test_calibration_groups_are_of_equal_size_and_keep_ties_together():
    rng = np.random.default_rng(0)
    distinct = metrics.calibration_by_group(np.ones(1000), rng.random(1000))
    tied = metrics.calibration_by_group(np.zeros(1000), rng.integers(0, 3, 1000))

    assert list(distinct["group"]) == list(range(1, 11))
    assert set(distinct["row_count"]) == {100}
    assert list(tied["predicted_mean"]) == [0, 1, 2]
    assert tied["ratio"].isna().all()


def test_expected_calibration_error_by_hand():
    # ten told 0.9 of which eight came, ten told 0.2 of which two came
    told = np.repeat([0.9, 0.2], 10)
    came = np.concatenate([np.arange(10) < 8, np.arange(10) < 2])

    assert metrics.expected_calibration_error(told, came) == pytest.approx(0.05)
    assert metrics.expected_calibration_error([1.0, 0.0], [1, 0]) == 0
    # in one bin, too high and too low cancel out; in ten they do not
    assert metrics.expected_calibration_error([0.9, 0.1], [0, 1], n_bins=1) == 0
    assert metrics.expected_calibration_error([0.9, 0.1], [0, 1]) == pytest.approx(0.9)


def test_auc_is_the_share_of_pairs_in_the_right_order():
    came = np.array([0, 0, 1, 1, 1, 0], dtype=bool)
    pairs = [(SCORES[i], SCORES[j]) for i in range(6) for j in range(6)
             if came[i] and not came[j]]  # fmt: skip
    right = np.mean([(a > b) + (a == b) / 2 for a, b in pairs])

    assert metrics.auc(came, SCORES) == pytest.approx(right)
    assert np.isnan(metrics.auc(np.ones(6), SCORES))


MEASURES = {
    "gini": metrics.gini,
    "spearman": metrics.spearman,
    "top_capture": metrics.top_capture,
    "total_ratio": metrics.total_ratio,
    "wape": metrics.wape,
    "auc": lambda y, score: metrics.auc(y > 0, score),
    "expected_calibration_error": lambda y, score: metrics.expected_calibration_error(
        score / 10, y > 0
    ),
    "calibration_by_group": lambda y, score: metrics.calibration_by_group(y, score)[
        "actual_mean"
    ].to_numpy(),
}


@pytest.mark.parametrize("name", MEASURES)
def test_the_order_of_the_rows_makes_no_difference(name):
    told = MEASURES[name](VALUES, SCORES)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(6)
        assert MEASURES[name](VALUES[order], SCORES[order]) == pytest.approx(told)


@pytest.mark.parametrize("name", ["gini", "spearman", "top_capture", "auc"])
def test_measures_of_order_see_only_the_order(name):
    told = MEASURES[name](VALUES, SCORES)
    assert MEASURES[name](VALUES, np.exp(SCORES) * 7 - 3) == pytest.approx(told)


@pytest.mark.parametrize("name", MEASURES)
def test_gaps_and_unequal_lengths_are_refused(name):
    with pytest.raises(ValueError, match="missing numbers"):
        MEASURES[name](VALUES, np.where(SCORES == 9, np.nan, SCORES))
    with pytest.raises(ValueError, match="two columns of one length"):
        MEASURES[name](VALUES, SCORES[:-1])
