"""Intervals against outcomes whose distribution is known."""

import numpy as np
import pytest

from ml.intervals import GroupedConformalInterval


def outcomes(customers, seed):
    """Predictions, and values: zero with a known chance, else skewed around them."""
    rng = np.random.default_rng(seed)
    predicted = np.exp(rng.normal(3, 1, customers))
    chance = np.clip(predicted / 60, 0.35, 0.98)
    spread = np.exp(0.8 * rng.normal(size=customers))
    return predicted, rng.binomial(1, chance) * predicted / chance * spread


@pytest.fixture(scope="module")
def fitted():
    return GroupedConformalInterval().fit(*outcomes(20_000, seed=1))


def covered(interval, predicted, realised):
    lower, upper = interval.predict(predicted)
    return (lower <= realised) & (realised <= upper)


def test_four_of_five_unseen_values_lie_within(fitted):
    assert covered(fitted, *outcomes(20_000, seed=2)).mean() == pytest.approx(
        0.8, abs=0.02
    )


def test_every_tenth_by_prediction_is_covered(fitted):
    predicted, realised = outcomes(50_000, seed=3)
    tenths = np.array_split(np.argsort(predicted), 10)
    inside = covered(fitted, predicted, realised)
    assert min(inside[rows].mean() for rows in tenths) > 0.76


def test_where_half_spends_nothing_the_interval_begins_at_zero():
    rng = np.random.default_rng(5)
    predicted = np.full(5000, 10.0)
    realised = rng.binomial(1, 0.5, 5000) * rng.uniform(10, 30, 5000)
    lower, upper = GroupedConformalInterval().fit(predicted, realised).predict([10.0])
    # 0.5 spend nothing; 0.3 of the 0.5 others spend at most 10 + 20 * 0.6
    assert lower == 0.0
    assert upper == pytest.approx(22.0, abs=0.6)


def test_values_below_zero_which_no_bound_reaches_are_made_up_for_above():
    rng = np.random.default_rng(6)
    predicted = np.full(20_000, 10.0)
    kind = rng.random(20_000)
    realised = np.where(kind < 0.1, -5.0, np.where(kind < 0.4, 0.0, 10 + 20 * kind))
    lower, upper = (
        GroupedConformalInterval().fit(predicted, realised).predict(predicted)
    )
    assert ((lower <= realised) & (realised <= upper)).mean() == pytest.approx(
        0.8, abs=0.01
    )


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_bounds_hold_the_prediction_and_are_numbers(size):
    predicted, realised = outcomes(size, seed=4)
    probe = np.array([0.0, 1e-9, 5.0, 1e9])
    lower, upper = GroupedConformalInterval().fit(predicted, realised).predict(probe)
    assert (lower >= 0).all()
    assert (lower <= probe).all()
    assert (probe <= upper).all()
    assert np.isfinite(upper).all()
