"""A challenger must earn its place; a refusal says by which figure and how much."""

import pandas as pd
import pytest

from ml.training.train import find_shortfalls

GOOD = {"gini": 0.8, "spearman": 0.5, "capture": 0.6, "total": 1.0, "coverage": 0.8}
GOOD |= {"with0": 0.8}
RULE = {"gini": 0.79, "spearman": 0.49, "capture": 0.6, "total": 1.2, "coverage": None}


def table(**changed):
    return pd.DataFrame({"challenger": GOOD | changed, "annual run rate": RULE}).T


def test_a_better_challenger_has_no_shortfall():
    assert find_shortfalls(table(), level=0.8, n_customers=2000) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"gini": 0.7}, "gini 0.700, while annual run rate has 0.790"),
        ({"spearman": 0.4}, "spearman 0.400, while annual run rate has 0.490"),
        ({"capture": 0.5}, "capture 0.500, while annual run rate has 0.600"),
        ({"total": 1.35}, "total 1.35 of what came, which is 0.35 off"),
        ({"total": 0.65}, "total 0.65 of what came, which is 0.35 off"),
        ({"coverage": 0.6}, "interval covers 60.0%, not 80%"),
        ({"coverage": 0.99}, "interval covers 99.0%, not 80%"),
        ({"coverage": 0.7, "with0": 0.9}, "interval covers 70.0%, not 80%"),
        ({"coverage": 0.99, "with0": 0.9}, "interval covers 99.0%, not 90%"),
        (dict.fromkeys(GOOD, float("nan")) | {"coverage": 1.0}, "nobody bought"),
    ],
)
def test_a_shortfall_is_named_with_its_figure(changed, said):
    found = find_shortfalls(table(**changed), level=0.8, n_customers=2000)
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize("coverage", [0.8, 0.85, 0.92])
def test_where_most_spend_nothing_more_than_the_level_is_covered(coverage):
    assert (
        find_shortfalls(
            table(coverage=coverage, with0=0.9), level=0.8, n_customers=2000
        )
        == []
    )


def test_the_coverage_of_few_customers_may_be_off_by_chance():
    """Two standard errors of a share of .8 are 2 sqrt(.8 * .2 / 50) = .113."""
    off = table(coverage=0.63)
    assert len(find_shortfalls(off, level=0.8, n_customers=2000)) == 1
    assert find_shortfalls(off, level=0.8, n_customers=50) == []
    assert len(find_shortfalls(table(coverage=0.61), level=0.8, n_customers=50)) == 1


def test_the_champion_is_a_rival_too():
    rows = table()
    rows.loc["champion"] = pd.Series(GOOD | {"gini": 0.9})
    assert "champion has 0.900" in find_shortfalls(rows, level=0.8, n_customers=2000)[0]
