"""Segments against planted groups, wholesalers and gaps."""
# ruff: noqa: N806  X is the letter of scikit-learn

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from ml.clusters import segmenter
from ml.clusters.segmenter import BehaviourSegmenter
from ml.errors import SettingsError


def shop(seed=0, sizes=(900, 600, 300)):
    """Orders, spend and recency of three kinds of customers, and their kind."""
    rng = np.random.default_rng(seed)
    kind = np.repeat([0, 1, 2], sizes)
    orders = rng.poisson(np.array([1, 8, 40])[kind])
    spend = np.exp(np.array([2.5, 5.0, 8.0])[kind] + 0.3 * rng.normal(size=len(kind)))
    recency = np.exp(np.array([5.5, 3.5, 1.5])[kind] + 0.3 * rng.normal(size=len(kind)))
    order = rng.permutation(len(kind))
    X = pd.DataFrame({"orders": orders, "spend": spend, "recency": recency})
    return X.iloc[order].reset_index(drop=True), kind[order]


def test_planted_groups_are_found_again():
    X, kind = shop()
    labels = BehaviourSegmenter(n_clusters=3).fit_predict(X)
    assert adjusted_rand_score(kind, labels) > 0.95


@pytest.mark.parametrize("factor", [1e3, 1e9])
@pytest.mark.parametrize("n_clusters", [3, 6])
def test_a_wholesaler_is_no_group_of_one(factor, n_clusters):
    X, _ = shop()
    X.loc[0, ["orders", "spend"]] = X[["orders", "spend"]].max() * factor
    labels = BehaviourSegmenter(n_clusters=n_clusters).fit_predict(X)

    assert np.bincount(labels).min() > 50


@pytest.mark.parametrize("unit", [1, 100, 1e-6])
def test_a_tenfold_counts_among_the_small_as_among_the_large(unit):
    # 10, 100 and 1000 are three groups; on a plain scale the first two are one
    rng = np.random.default_rng(3)
    kind = np.repeat([1, 2, 3], [300, 300, 400])
    spend = unit * 10.0**kind * np.exp(0.4 * rng.normal(size=1000))
    labels = BehaviourSegmenter(n_clusters=3).fit_predict(spend[:, None])
    assert adjusted_rand_score(kind, labels) > 0.9


def test_gaps_are_taken_for_medians():
    X, _ = shop()
    model = BehaviourSegmenter(n_clusters=3).fit(X)
    gaps = X.assign(recency=np.nan)
    filled = X.assign(recency=X["recency"].median())

    assert (model.predict(gaps) == model.predict(filled)).all()
    assert (model.transform(gaps) == model.transform(filled)).all()


@pytest.mark.parametrize("order_by", ["spend", 1])
def test_labels_rise_with_the_column_they_are_ordered_by(order_by):
    X, _ = shop()
    labels = BehaviourSegmenter(n_clusters=4, order_by=order_by).fit_predict(X)
    assert X["spend"].groupby(labels).mean().is_monotonic_increasing


def test_without_a_column_the_largest_group_comes_first():
    X, _ = shop(sizes=(300, 900, 600))
    labels = BehaviourSegmenter(n_clusters=3).fit_predict(X)
    assert (np.diff(np.bincount(labels)) < 0).all()


def test_labels_of_a_refit_mean_the_same():
    X, _ = shop(seed=0)
    other_customers, _ = shop(seed=1)
    for order_by in (None, "spend"):
        one = BehaviourSegmenter(3, order_by=order_by, random_state=0).fit(X)
        two = BehaviourSegmenter(3, order_by=order_by, random_state=7)
        two.fit(other_customers)
        assert (one.predict(X) == two.predict(X)).mean() > 0.97


@pytest.mark.parametrize("unit", [100, 1e-6])
def test_the_unit_of_money_makes_no_difference(unit):
    X, _ = shop()
    converted = X.assign(spend=unit * X["spend"])
    labels = BehaviourSegmenter(n_clusters=3).fit_predict(X)
    same = BehaviourSegmenter(n_clusters=3).fit_predict(converted)
    assert (same == labels).mean() > 0.999


def test_fitting_on_a_part_finds_the_same_groups():
    X, kind = shop()
    model = BehaviourSegmenter(n_clusters=3, max_rows=150).fit(X)
    assert adjusted_rand_score(kind, model.predict(X)) > 0.9


def test_predicting_in_batches_changes_nothing(monkeypatch):
    X, _ = shop()
    model = BehaviourSegmenter().fit(X)
    at_once = model.predict(X)
    monkeypatch.setattr(segmenter, "BATCH_ROWS", 7)
    assert (model.predict(X) == at_once).all()


def test_the_label_is_the_nearest_centre():
    X, _ = shop()
    model = BehaviourSegmenter().fit(X)
    assert (model.transform(X).argmin(axis=1) == model.predict(X)).all()
    assert list(model.get_feature_names_out()) == [
        f"behavioursegmenter{k}" for k in range(6)
    ]


def test_fewer_kinds_of_customers_make_fewer_groups():
    X = np.repeat([[0.0, 1.0], [5.0, 9.0]], 30, axis=0)
    assert set(BehaviourSegmenter(n_clusters=6).fit_predict(X)) == {0, 1}


@pytest.mark.parametrize("column", [np.nan, 0.0, 7.0])
def test_a_column_that_says_nothing_changes_nothing(column):
    X, _ = shop()
    labels = BehaviourSegmenter(n_clusters=3).fit_predict(X)
    padded = BehaviourSegmenter(n_clusters=3).fit_predict(X.assign(more=column))
    assert (labels == padded).all()


def test_a_column_that_is_mostly_zero_still_counts():
    X, _ = shop()
    returns = np.zeros(len(X))
    returns[:90] = 50.0
    X = X.assign(returns=returns)
    labels = BehaviourSegmenter(n_clusters=4).fit_predict(X)
    assert adjusted_rand_score(returns > 0, labels == labels[0]) > 0.8


@pytest.mark.parametrize("order_by", ["revenue", 3, -1])
def test_an_unknown_column_is_named_with_those_there_are(order_by):
    X, _ = shop()
    with pytest.raises(SettingsError, match="orders, spend, recency"):
        BehaviourSegmenter(order_by=order_by).fit(X)


def test_a_saved_model_says_the_same_and_holds_no_customers():
    X, _ = shop()
    model = BehaviourSegmenter().fit(X)
    saved = skops.io.dumps(model)
    unknown = skops.io.get_untrusted_types(data=saved)
    loaded = skops.io.loads(saved, trusted=unknown)

    assert unknown == ["ml.clusters.segmenter.BehaviourSegmenter"]
    assert (loaded.predict(X) == model.predict(X)).all()
    assert max(np.size(value) for value in vars(model).values()) <= 6 * 3


NO_LABELS = "there is no labels_: a saved model carries no line per customer"


@parametrize_with_checks(
    [BehaviourSegmenter(n_clusters=3)],
    expected_failed_checks=lambda _: {"check_clustering": NO_LABELS},
)
def test_scikit_learn_accepts_the_estimator(estimator, check):
    check(estimator)
