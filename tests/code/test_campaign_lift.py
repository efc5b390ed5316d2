"""Is a lift what statistics says, is it found, and none found where there is none?"""

import duckdb
import jinja2
import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from ml.code_version import PROJECT

MODELS = PROJECT / "models/marts/segments"
STEPS = ["campaign_groups", "campaign_comparisons", "campaign_lift"]
SETTINGS = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
TELLS = ("more than without", "less than without")
MONEY = ["difference", "difference_lower", "difference_upper"]
SHARE = ["lift", "lift_lower", "lift_upper"]


def outcomes_of(audience, is_control, usual, bought):
    """Members of campaigns, by what was expected of them and what they bought."""
    return pd.DataFrame(
        {
            "audience": audience,
            "is_control": is_control,
            "entered_date": pd.Timestamp("2025-01-01"),
            "value_basis": "net_of_returns",
            "currency": "EUR",
            "outcome_days": 60,
            "expected_cents": np.rint(usual * 100).astype(int),
            "realised_cents": np.rint(bought * 100).astype(int),
        }
    )


def campaigns(number, members, lift, seed, control_share=0.2, buying=0.5, wild=False):
    """Campaigns to customers of a shop where few spend most, and half buy nothing.

    Wild: some buy many times what they ever did, with a tail that has no variance.
    """
    random = np.random.default_rng(seed)
    size = number * members
    usual = np.exp(random.normal(3, 1.2, size))
    noise = random.pareto(1.5, size) if wild else random.lognormal(0.4, 0.8, size)
    bought = (random.random(size) < buying) * usual * noise
    is_control = random.random(size) < control_share
    bought *= np.where(is_control, 1, 1 + lift)
    audience = np.repeat(np.arange(number), members).astype(str)
    return outcomes_of(audience, is_control, usual, bought)


def two_kinds(large, small):
    """A campaign that multiplies what one in fifty, who is large, and others buy."""
    random = np.random.default_rng(7)
    is_control = random.random(10_000) < 0.2
    usual = np.where(random.random(10_000) < 0.02, 1000.0, 20.0)
    times = np.where(usual > 20, large, small)
    bought = usual * np.where(is_control, 1, times) * random.gamma(5, 0.2, 10_000)
    return outcomes_of("one", is_control, usual, bought)


def judged(outcomes):
    """The mart's own SQL on these outcomes."""
    with duckdb.connect() as database:
        database.register("audience_outcomes", outcomes)
        for step in STEPS:
            model = jinja2.Template((MODELS / f"{step}.sql").read_text())
            query = model.render(ref=lambda name: name, var=SETTINGS.__getitem__)
            database.execute(f"create table {step} as {query}")
        return database.table("campaign_lift").df().set_index("audience")


def compared(value, usual, control):
    """Difference, its margin and the control mean, by libraries: covariance and t."""
    # slope of the analysis of covariance: ordinary least squares with both groups
    design = np.column_stack([usual, control, ~control]).astype(float)
    slope = np.linalg.lstsq(design, value, rcond=None)[0][0]
    adjusted = value - slope * (usual - usual.mean())
    groups = adjusted[~control], adjusted[control]
    own = stats.ttest_ind(*groups, equal_var=False)
    control_mean = groups[1].mean()
    difference = groups[0].mean() - control_mean
    size = len(value)
    residuals = np.concatenate([group - group.mean() for group in groups])
    common = (residuals @ residuals) / (size - 2)
    common *= 1 / control.sum() + 1 / (~control).sum()
    error = max(abs(difference / own.statistic), np.sqrt(common))
    return difference, SETTINGS["lift_spreads"] * error, control_mean


@pytest.mark.parametrize("seed", range(5))
def test_the_intervals_are_those_of_values_adjusted_by_regression(seed):
    outcomes = campaigns(1, 400, 0.1, seed)
    found = judged(outcomes).iloc[0]
    value, usual = (
        (outcomes[name] / 100).to_numpy()
        for name in ("realised_cents", "expected_cents")
    )
    control = outcomes["is_control"].to_numpy()
    difference, margin, _ = compared(value, usual, control)
    expected = [difference, difference - margin, difference + margin]
    np.testing.assert_allclose(found[MONEY].astype(float), expected, rtol=1e-9)
    assert found["gained_value"] == pytest.approx(difference * (~control).sum())
    # lift: the same of shares of what was expected of the member and is of all
    weight = 1 / (usual + usual.mean())
    difference, margin, base = compared(value * weight, usual * weight, control)
    expected = np.array([difference, difference - margin, difference + margin]) / base
    np.testing.assert_allclose(found[SHARE].astype(float), expected, rtol=1e-4)


def test_a_tenth_more_is_found_in_large_campaigns():
    found = judged(campaigns(40, 40_000, 0.10, seed=2))
    assert (found["verdict"] == TELLS[0]).mean() >= 0.8
    inside = (found["lift_lower"] < 0.10) & (found["lift_upper"] > 0.10)
    assert inside.mean() >= 0.9


def test_what_only_the_largest_do_is_found_in_money():
    found = judged(two_kinds(large=1.35, small=1.0)).iloc[0]
    assert found["lift_lower"] < 0 < found["difference_lower"]
    assert found["verdict"] == TELLS[0]


@pytest.mark.parametrize(
    "shop",
    [
        {"members": 200},
        {"members": 1000},
        {"members": 1000, "control_share": 0.5},
        {"members": 600, "control_share": 0.05},
        {"members": 5000, "control_share": 0.1, "buying": 0.03},
        {"members": 600, "control_share": 0.05, "buying": 0.03},
        {"members": 1000, "wild": True},
        {"members": 1000, "control_share": 0.1, "buying": 0.1, "wild": True},
    ],
    ids=str,
)
def test_no_lift_is_told_where_there_is_none(shop):
    found = judged(campaigns(400, lift=0.0, seed=3, **shop))
    assert found["verdict"].isin(TELLS).mean() <= 0.05
    assert (found["verdict"] == "no difference shown").any()


def test_what_gains_from_many_and_loses_in_all_is_no_gain():
    found = judged(two_kinds(large=0.2, small=1.2)).iloc[0]
    assert found["lift_lower"] > 0 > found["difference_upper"]
    assert found["verdict"] == "no difference shown"


def test_an_adjusted_interval_is_narrower():
    outcomes = campaigns(20, 5000, 0.0, seed=4)
    plain = judged(outcomes.assign(expected_cents=0))
    own = judged(outcomes)
    for name, part in (("difference", 0.95), ("lift", 0.75)):
        width, plain_width = (
            (found[f"{name}_upper"] - found[f"{name}_lower"]).median()
            for found in (own, plain)
        )
        assert width < part * plain_width


def test_where_nothing_was_expected_both_intervals_say_the_same():
    outcomes = campaigns(1, 4000, 0.3, seed=8).assign(expected_cents=0)
    found = judged(outcomes).iloc[0].infer_objects()
    share = found[MONEY].to_numpy() / found["control_value"]
    np.testing.assert_allclose(found[SHARE].astype(float), share.astype(float))


def test_a_control_group_that_sends_back_more_than_it_buys_has_no_lift():
    outcomes = campaigns(1, 1000, 0.0, seed=9)
    outcomes.loc[outcomes["is_control"], "realised_cents"] *= -1
    found = judged(outcomes).iloc[0]
    assert np.isnan(found["lift"])
    assert found["verdict"] == TELLS[0]


def test_a_few_members_tell_nothing():
    found = judged(campaigns(5, 40, 0.0, seed=5))
    assert (found["verdict"] == "too few to tell").all()
