"""Effects add up to the score, and point at what makes a customer differ."""
# ruff: noqa: N806  X is the letter of scikit-learn

from itertools import permutations

import duckdb
import numpy as np
import pandas as pd
import pytest
from test_customer_model import features, orders, past  # noqa: F401
from threadpoolctl import threadpool_limits

from ml.estimators.baseline import AnnualRunRate
from ml.estimators.customer_model import CustomerModel
from ml.reasons.effects import GENERAL, Explained, Reasons, _shared_product
from ml.reasons.run_rate import RunRateReasons, typical_rates

TODAY = 2 * 365 + 265
THEMES = {
    "recency_days": "recency",
    "tenure_days": "loyalty",
    "repeat_purchase_days": "frequency",
    "average_order_value": "order_value",
    "spend_total": "spend",
    "spend_365d": "spend",
}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def model(orders):  # noqa: F811
    X, y, dates = past(orders, TODAY, cutoffs=5)
    return CustomerModel(60).fit(X, y, dates, features(orders, TODAY))


@pytest.fixture(scope="module")
def now(orders):  # noqa: F811
    return features(orders, TODAY)


@pytest.fixture(scope="module")
def explained(model, now):
    return Reasons(model, THEMES).explain(now)


def test_effects_add_up_to_the_predicted_value(model, now, explained):
    predicted = model.predict(now)["predicted_value"].to_numpy()
    total = explained.typical_value + explained.effects.sum(axis=1)
    np.testing.assert_allclose(total, predicted, rtol=1e-9, atol=1e-9)
    assert np.ptp(explained.typical_value) == 0


def test_effects_add_up_where_everybody_was_active(orders, now):  # noqa: F811
    X, y, dates = past(orders, TODAY, cutoffs=3)
    y = y.assign(is_active=True, net_value=y["net_value"] + 1.0)
    model = CustomerModel(60).fit(X, y, dates, now)
    found = Reasons(model, THEMES).explain(now)
    predicted = model.predict(now)["predicted_value"]
    total = found.typical_value + found.effects.sum(axis=1)
    np.testing.assert_allclose(total, predicted, rtol=1e-9, atol=1e-9)


def test_a_feature_without_a_theme_counts_in_general(model, now, explained):
    assert GENERAL in explained.themes  # active_span_days and others
    plain = Reasons(model, {}).explain(now)
    assert set(plain.themes) == {"recency", "frequency", "order_value", GENERAL}
    np.testing.assert_allclose(plain.effects.sum(1), explained.effects.sum(1))
    general = plain.effects[:, plain.themes.index(GENERAL)]
    assert np.abs(general).max() > 1


def test_an_effect_depends_on_the_customer_alone(model, now, explained):
    alone = Reasons(model, THEMES).explain(now.iloc[[5]])
    np.testing.assert_allclose(alone.effects[0], explained.effects[5], rtol=1e-12)


def effect(model, customers, theme):
    found = Reasons(model, THEMES).explain(customers)
    return found.effects[:, found.themes.index(theme)]


def test_who_stays_away_is_told_by_recency(model, now):
    regular = now[now["repeat_purchase_days"] >= 4]
    away = regular.assign(
        recency_days=regular["recency_days"] + 300,
        tenure_days=regular["tenure_days"] + 300,
    )
    assert (effect(model, away, "recency") < 0).mean() > 0.95
    first = Reasons(model, THEMES).explain(away).strongest(1)["reason_1_theme"]
    assert first.isin(["recency", "frequency"]).mean() > 0.8


def test_who_pays_more_is_told_by_order_value(model, now):
    dear = now.assign(spend_total=now["spend_total"] * 4)
    change = effect(model, dear, "order_value") - effect(model, now, "order_value")
    assert (change > 0).all()


def test_the_chance_of_a_one_time_buyer_is_no_reason(model, now):
    """The model says nobody leaves before a second order; that praises nobody."""
    once = now[(now["repeat_purchase_days"] == 0) & (now["recency_days"] > 300)]
    assert len(once) > 10
    assert effect(model, once, "recency").max() <= 1e-9


def test_a_product_is_shared_by_the_mean_over_all_orders_of_change():
    rng = np.random.default_rng(1)
    factors, typical = rng.random((4, 3)), np.array([0.5, 2.0, 3.0])
    expected = np.zeros_like(factors)
    for order in permutations(range(3)):
        now = np.tile(typical, (4, 1))
        for k in order:
            before = now.prod(axis=1)
            now[:, k] = factors[:, k]
            expected[:, k] += (now.prod(axis=1) - before) / 6
    np.testing.assert_allclose(_shared_product(factors, typical), expected)


def test_the_strongest_come_first_whatever_their_sign():
    effects = np.array([[1.0, -5.0, 2.0, -3.0], [0.0, 0.0, 4.0, 0.0]])
    found = Explained(("a", "b", "c", "d"), effects, np.zeros(2)).strongest()
    assert found.iloc[0].tolist() == ["b", -5.0, "d", -3.0, "c", 2.0]
    assert found.iloc[1].tolist()[:2] == ["c", 4.0]
    assert found.iloc[1, 2:].isna().all()


def test_the_run_rate_is_orders_times_money_by_hand():
    """Typical: 4 orders of 10. 8 of 25 are 160 more: 70 by orders, 90 by money."""
    columns = {"spend_365d": [200.0, 0, -5, 7], "order_count_365d": [8.0, 0, 1, 0]}
    X = pd.DataFrame({**columns, "average_order_value": [25.0, 30, 3, 7]})
    found = RunRateReasons(AnnualRunRate(365), 4.0, 10.0).explain(X)
    assert found.themes == ("frequency", "order_value", "general")
    np.testing.assert_allclose(found.effects[0], [70, 90, 0])
    np.testing.assert_allclose(found.effects[1], [-40, 0, 0])
    np.testing.assert_allclose(found.effects[3], [-40, 0, 7])
    values = AnnualRunRate(365).predict(X)["predicted_value"]
    np.testing.assert_allclose(found.typical_value + found.effects.sum(axis=1), values)


def test_typical_rates_are_those_of_the_mean_customer():
    with duckdb.connect() as con:
        rows = con.sql(
            "select * from (values (2, 30.0), (4, 60.0), (0, 0.0)) "
            "as customers (order_count_365d, spend_365d)"
        )
        assert typical_rates(rows) == (2.0, 15.0)
        assert typical_rates(rows.filter("order_count_365d = 0")) == (0.0, 0.0)
