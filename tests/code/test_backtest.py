"""Backtests: the embargo, and what the command line may ask for."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.errors import SettingsError
from ml.estimators.embargo import EmbargoError, enforce_embargo, is_complete
from ml.training.backtest import parse_cell, with_mean
from ml.training.evaluation import coverage_with_zero, least_coverage


def test_the_day_before_the_cutoff_is_the_last_one_known():
    cell = parse_cell("2011-06-01", 180, {"source_format": "canonical"})
    assert cell.as_of_date == date(2011, 5, 31)
    assert cell.settings == {
        "source_format": "canonical",
        "as_of_date": "2011-05-31",
        "horizon_days": 180,
    }


@pytest.mark.parametrize(
    ("cutoff", "horizon", "variables", "said"),
    [
        ("01.06.2011", 90, {}, "a date like 2011-06-01"),
        ("2011-06-01", 0, {}, "days from 1"),
        ("2011-06-01", 90, {"horizon_days": 30}, "Leave it out"),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(cutoff, horizon, variables, said):
    with pytest.raises(SettingsError, match=said):
        parse_cell(cutoff, horizon, variables)


def test_an_outcome_is_complete_on_its_last_day_and_not_before():
    cutoffs = np.array(["2011-01-01", "2011-01-02"], "datetime64[ns]")
    assert is_complete(cutoffs, 30, date(2011, 1, 31)).tolist() == [True, False]


def test_a_planted_label_beyond_the_cutoff_is_named():
    cutoffs = pd.to_datetime(["2010-12-01", "2011-03-03", "2011-01-15"])
    enforce_embargo(cutoffs, 90, date(2011, 6, 1))
    with pytest.raises(EmbargoError, match="2011-03-03"):
        enforce_embargo(cutoffs, 91, date(2011, 6, 1))


def test_totals_too_high_and_too_low_do_not_make_up_for_each_other():
    def cell(total):
        return pd.DataFrame({"gini": [0.8], "total": [total]}, index=["model"])

    table = with_mean({("a", "90"): cell(1.2), ("b", "90"): cell(0.8)})
    assert table.loc[("mean", "|total-1|", "model"), "total"] == pytest.approx(0.2)


def test_the_worst_tenth_is_found():
    predicted = np.arange(100.0)
    upper = np.full(100, 1000.0)
    upper[40:45] = 0.0  # half of the fifth tenth lies outside
    assert least_coverage(predicted, predicted, np.zeros(100), upper) == 0.5


def test_intervals_from_zero_cover_whoever_spends_nothing():
    predicted = np.arange(100.0)
    realised = np.where(predicted < 30, 0.0, 5.0)  # three whole tenths spend nothing
    assert coverage_with_zero(realised, predicted, 0.8) == pytest.approx(0.86)
