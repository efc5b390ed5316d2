"""Intervals against outcomes whose distribution is known."""

import numpy as np
import pytest
import skops.io

from ml.estimators.intervals import SpendingInterval


def outcomes(customers, seed, season=1.0):
    """Predictions, chances, and values: zero or skewed around what is predicted.

    In a season other than 1, chances and with them predictions are so many times as
    high, up to nearly certain.
    """
    rng = np.random.default_rng(seed)
    amount = np.exp(rng.normal(3, 1, customers))
    chance = np.clip(season * amount / 60, 0.25, 0.98)
    spread = np.exp(0.8 * rng.normal(size=customers) - 0.32)
    return chance * amount, chance, rng.binomial(1, chance) * amount * spread


@pytest.fixture(scope="module")
def fitted():
    return SpendingInterval().fit(*outcomes(20_000, seed=1))


def covered(interval, predicted, chance, realised):
    lower, upper = interval.predict(predicted, chance)
    return (lower <= realised) & (realised <= upper)


@pytest.mark.parametrize("season", [0.6, 1.0, 1.5])
def test_four_of_five_unseen_values_lie_within_in_every_season(fitted, season):
    unseen = outcomes(20_000, 2, season)
    assert covered(fitted, *unseen).mean() == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("season", [0.6, 1.0, 1.5])
def test_every_tenth_by_prediction_is_covered(fitted, season):
    unseen = outcomes(50_000, 3, season)
    inside = covered(fitted, *unseen)
    tenths = np.array_split(np.argsort(unseen[0]), 10)
    assert min(inside[rows].mean() for rows in tenths) > 0.76


def test_where_half_spends_nothing_the_interval_begins_at_zero():
    rng = np.random.default_rng(5)
    predicted, chance = np.full(5000, 10.0), np.full(5000, 0.5)
    realised = rng.binomial(1, 0.5, 5000) * rng.uniform(10, 30, 5000)
    fitted = SpendingInterval().fit(predicted, chance, realised)
    lower, upper = fitted.predict([10.0, 10.0], [0.5, 0.8])
    # 0.5 spend nothing; 0.3 of the 0.5 others spend at most 10 + 20 * 0.6
    assert (lower == 0.0).all()
    assert upper[0] == pytest.approx(22.0, abs=0.6)
    # 0.2 spend nothing, 0.6 of 0.8 at most 10 + 20 * 0.75, of which a higher chance
    # at the same prediction leaves 5/8
    assert upper[1] == pytest.approx(25.0 * 5 / 8, abs=0.6)


def test_who_surely_spends_has_a_tenth_below_and_a_tenth_above():
    rng = np.random.default_rng(8)
    predicted, chance = np.full(9000, 20.0), np.ones(9000)
    fitted = SpendingInterval().fit(predicted, chance, rng.uniform(10, 30, 9000))
    lower, upper = fitted.predict([20.0], [1.0])
    assert lower == pytest.approx(12.0, abs=0.4)
    assert upper == pytest.approx(28.0, abs=0.4)


def test_who_hardly_ever_spends_has_an_interval_from_zero_to_the_prediction(fitted):
    lower, upper = fitted.predict([5.0], [0.1])
    assert (lower[0], upper[0]) == (0.0, 5.0)


def test_values_below_zero_which_no_bound_reaches_are_made_up_for_above():
    rng = np.random.default_rng(6)
    predicted, chance = np.full(20_000, 10.0), np.full(20_000, 0.6)
    kind = rng.random(20_000)
    realised = np.where(kind < 0.1, -5.0, np.where(kind < 0.4, 0.0, 10 + 20 * kind))
    fitted = SpendingInterval().fit(predicted, chance, realised)
    inside = covered(fitted, predicted, chance, realised)
    assert inside.mean() == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("somebody_spends", [True, False])
def test_bounds_hold_the_prediction_and_are_numbers(size, somebody_spends):
    predicted, chance, realised = outcomes(size, seed=4)
    fitted = SpendingInterval().fit(predicted, chance, realised * somebody_spends)
    probe = np.array([0.0, 1e-9, 5.0, 1e9])
    for probability in (0.0, 0.5, 1.0):
        lower, upper = fitted.predict(probe, np.full(4, probability))
        assert (lower >= 0).all()
        assert (lower <= probe).all()
        assert (probe <= upper).all()
        assert np.isfinite(upper).all()


def test_what_is_saved_and_read_back_says_the_same(fitted):
    predicted, chance, _ = outcomes(100, seed=7)
    content = skops.io.dumps(fitted)
    names = skops.io.get_untrusted_types(data=content)
    again = skops.io.loads(content, trusted=names)
    assert (
        np.array(again.predict(predicted, chance))
        == np.array(fitted.predict(predicted, chance))
    ).all()
