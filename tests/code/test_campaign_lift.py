"""Is a lift what statistics says, is it found, and none found where there is none?"""

import duckdb
import jinja2
import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from ml.code_version import PROJECT

MODEL = PROJECT / "models/marts/segments/campaign_lift.sql"
SETTINGS = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
TELLS = ("more than without", "less than without")


def campaigns(number, members, lift, seed, control_share=0.2):
    """Campaigns to customers of a shop where few spend most, and half buy nothing."""
    random = np.random.default_rng(seed)
    size = number * members
    usual = np.exp(random.normal(3, 1.2, size))
    buys = random.random(size) < 0.5
    bought = buys * usual * np.exp(random.normal(0.4, 0.8, size))
    is_control = random.random(size) < control_share
    bought *= np.where(is_control, 1, 1 + lift)
    return pd.DataFrame(
        {
            "audience": np.repeat(np.arange(number), members).astype(str),
            "is_control": is_control,
            "entered_date": pd.Timestamp("2025-01-01"),
            "value_basis": "net_of_returns",
            "currency": "EUR",
            "outcome_days": 60,
            "expected_cents": np.rint(usual * 100).astype(int),
            "realised_cents": np.rint(bought * 100).astype(int),
        }
    )


def judged(outcomes):
    """The mart's own SQL on these outcomes."""
    query = jinja2.Template(MODEL.read_text()).render(
        ref=lambda name: name, var=SETTINGS.__getitem__
    )
    with duckdb.connect() as database:
        database.register("audience_outcomes", outcomes)
        return database.execute(query).df().set_index("audience")


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_is_that_of_welch_on_values_adjusted_by_regression(seed):
    outcomes = campaigns(1, 400, 0.1, seed)
    found = judged(outcomes).iloc[0]
    value, usual = outcomes["realised_cents"] / 100, outcomes["expected_cents"] / 100
    control = outcomes["is_control"]
    # slope of the analysis of covariance: ordinary least squares with both groups
    design = np.column_stack([usual, control, ~control]).astype(float)
    slope = np.linalg.lstsq(design, value, rcond=None)[0][0]
    adjusted = value - slope * (usual - usual.mean())
    welch = stats.ttest_ind(adjusted[~control], adjusted[control], equal_var=False)
    difference = adjusted[~control].mean() - adjusted[control].mean()
    margin = SETTINGS["lift_spreads"] * difference / welch.statistic
    expected = [difference, difference - margin, difference + margin]
    columns = ["difference", "difference_lower", "difference_upper"]
    np.testing.assert_allclose(found[columns].astype(float), expected, rtol=1e-9)
    base = adjusted[control].mean()
    np.testing.assert_allclose(found["lift"], difference / base, rtol=1e-9)
    assert found["gained_value"] == pytest.approx(difference * (~control).sum())


def test_a_tenth_more_is_found_in_large_campaigns():
    found = judged(campaigns(20, 60_000, 0.10, seed=2))
    assert (found["verdict"] == TELLS[0]).mean() >= 0.8
    inside = (found["lift_lower"] < 0.10) & (found["lift_upper"] > 0.10)
    assert inside.mean() >= 0.85


@pytest.mark.parametrize("members", [200, 1000])
def test_no_lift_is_told_where_there_is_none(members):
    found = judged(campaigns(1000, members, 0.0, seed=3))
    assert found["verdict"].isin(TELLS).mean() <= 0.05
    assert (found["verdict"] == "no difference shown").any()


def test_an_adjusted_interval_is_narrower():
    outcomes = campaigns(20, 5000, 0.0, seed=4)
    plain = judged(outcomes.assign(expected_cents=0))
    own = judged(outcomes)
    width, plain_width = (
        (found["difference_upper"] - found["difference_lower"]).median()
        for found in (own, plain)
    )
    assert width < 0.9 * plain_width


def test_a_few_members_tell_nothing():
    found = judged(campaigns(5, 40, 0.0, seed=5))
    assert (found["verdict"] == "too few to tell").all()
