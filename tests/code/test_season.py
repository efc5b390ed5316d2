"""Seasons of value and of activity, against ratios that are put in by hand."""

import numpy as np
import pytest

from ml.estimators.activity_season import hazard_ratio, with_hazard
from ml.estimators.season import SeasonLevel


def level(day=(100.0,), ratio=(2.0,), history=(1e9,), neutral=0.25):
    return SeasonLevel().fit(np.array(day), ratio, np.array(history), neutral)


def test_a_shop_without_any_evidence_has_no_season():
    young = SeasonLevel().fit([], [], [], np.nan)
    assert young.predict([200.0], [np.nan], [0.0]) == 1.0


def test_what_came_at_this_time_of_the_year_is_expected_again():
    assert level().predict([100.0], [np.nan], [0.0]) == pytest.approx(2.0, rel=1e-6)


def test_a_cutoff_half_a_year_away_tells_nothing():
    assert level().predict([282.0], [np.nan], [0.0]) == 1.0


def test_new_year_lies_next_to_new_years_eve():
    by_day = level(day=(365.0,)).predict([1.0, 30.0], [np.nan] * 2, [0.0] * 2)
    assert by_day[0] > 1.9 > by_day[1] > 1.0


def test_a_ratio_after_little_history_counts_less():
    long = level().predict([100.0], [np.nan], [0.0])
    short = level(history=(90.0,)).predict([100.0], [np.nan], [0.0])
    assert short == pytest.approx(2 ** (1 / 3))  # 90 / (90 + 180)
    assert short < long


def test_a_share_of_twice_the_neutral_one_doubles_with_many_customers():
    no_cutoffs = SeasonLevel().fit([], [], [], 0.25)
    factors = no_cutoffs.predict([1.0] * 3, [0.5] * 3, [1e9, 300.0, 0.0])
    assert factors == pytest.approx([2.0, 2**0.5, 1.0], rel=1e-6)


def test_two_certain_measurements_are_averaged_not_added():
    factor = level(ratio=(2.0,)).predict([100.0], [0.5], [1e9])
    assert factor == pytest.approx(2.0, rel=1e-6)


def test_nothing_is_believed_beyond_the_largest_factor():
    absurd = level(ratio=(1e6,)).predict([100.0], [np.nan], [0.0])
    assert absurd == pytest.approx(3.0)


@pytest.mark.parametrize("ratio", [np.nan, 0.0, -1.0, np.inf])
def test_what_is_no_ratio_is_left_out(ratio):
    assert level(ratio=(ratio,)).predict([100.0], [np.nan], [0.0]) == 1.0


def test_twice_the_rate_is_the_chance_of_either_of_two_tries():
    p = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    assert with_hazard(p, 2.0) == pytest.approx(1 - (1 - p) ** 2)


def test_the_hazard_ratio_finds_the_factor_that_was_put_in():
    rng = np.random.default_rng(3)
    usual = rng.uniform(0, 0.9, 200_000)
    is_active = rng.random(usual.size) < 1 - (1 - usual) ** 1.7
    assert hazard_ratio(usual, is_active) == pytest.approx(1.7, abs=0.03)


@pytest.mark.parametrize(("active", "bound"), [(False, 0.1), (True, 10.0)])
def test_nobody_or_everybody_active_stays_within_bounds(active, bound):
    assert hazard_ratio(np.full(50, 0.3), np.full(50, active)) == pytest.approx(bound)
