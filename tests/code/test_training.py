"""A challenger must earn its place; a refusal says by which figure and how much."""

import pandas as pd
import pytest
from test_customer_model import (  # noqa: F401
    FIRST,
    HORIZON,
    features,
    one_thread,
    orders,
    past,
)

from ml.bundles.bundle import champion_version
from ml.estimators import blended_value
from ml.reasons.effects import Reasons
from ml.training import train as training
from ml.training.train import find_shortfalls, train
from ml.training.warehouse import TrainingRows

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


@pytest.fixture(scope="module")
def rows(orders):  # noqa: F811
    """Training rows of a shop of 700 customers."""
    today = 2 * 365 + 265
    X, y, dates = past(orders, today, cutoffs=5)  # noqa: N806
    keys = pd.DataFrame({"customer_id": X.index.astype(str), "as_of_date": dates})

    def with_windows(known):
        windows = {f"spend_{days}d": known["spend_365d"] for days in (30, 90, 180)}
        known = known.assign(order_count_365d=known["order_count"], **windows)
        return known.reset_index(drop=True)

    run = {"horizon_days": HORIZON, "value_basis": "net_of_returns", "currency": "EUR"}
    run |= {"as_of_date": (FIRST + pd.Timedelta(days=today)).date()}
    run |= {"line_count": 9, "accepted_line_count": 9}
    return TrainingRows(
        X=with_windows(X), y=y.reset_index(drop=True), keys=keys,
        features=dict.fromkeys(with_windows(X), "DOUBLE"), run=run,
        present=with_windows(features(orders, today)),
    )  # fmt: skip


def test_a_challenger_that_cannot_be_explained_leaves_the_champion_in_place(
    rows, tmp_path, monkeypatch
):
    monkeypatch.setattr(training, "find_shortfalls", lambda *_given: [])
    champion = train(rows, tmp_path).bundle.version
    assert champion_version(tmp_path) == champion
    few = blended_value.TREES
    monkeypatch.setattr(blended_value, "TREES", few | {"max_leaf_nodes": 12})
    (why,) = train(rows, tmp_path, dry_run=True).shortfalls
    assert "its reasons cannot be told: a tree has" in why
    assert "set max_leaf_nodes to it in ml/estimators/blended_value.py" in why
    refused = train(rows, tmp_path)
    assert (refused.bundle, refused.shortfalls) == (None, [why])
    assert why in refused.card.read_text()
    assert champion_version(tmp_path) == champion


@pytest.mark.parametrize(
    ("explain", "said"),
    [
        (lambda found: found._replace(effects=found.effects * 1.01), "do not add up"),
        (lambda found: found.no_such_thing, "cannot be told (AttributeError"),
    ],
)
def test_reasons_of_the_model_to_be_in_force_are_tried_too(
    rows, explain, said, tmp_path, monkeypatch
):
    """The judged model may be explained while the one fitted on all cut-offs is not."""
    monkeypatch.setattr(training, "find_shortfalls", lambda *_given: [])
    right, calls = Reasons.explain, []

    def wrong_at_last(self, X):  # noqa: N803
        calls.append(len(X))
        found = right(self, X)
        return found if len(calls) == 1 else explain(found)

    monkeypatch.setattr(Reasons, "explain", wrong_at_last)
    outcome = train(rows, tmp_path)
    assert calls == [500, 500]
    assert said in outcome.shortfalls[0]
    assert "ml/reasons must learn to explain this model first" in outcome.shortfalls[0]
    assert champion_version(tmp_path) is None
