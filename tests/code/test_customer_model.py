"""The whole model against a shop whose season and rates are known."""
# ruff: noqa: N806  X is the letter of scikit-learn

import numpy as np
import pandas as pd
import pytest
import skops.io
from threadpoolctl import threadpool_limits

from ml.estimators.customer_model import SCORES, CustomerModel
from ml.estimators.embargo import EmbargoError

HORIZON = 60
FIRST = pd.Timestamp("2021-01-01")
PEAK = range(274, 366)  # days of the year in which everybody buys three times as often


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """OpenMP threads on a busy machine wait for each other."""
    with threadpool_limits(1):
        yield


def season(days):
    """How often people buy on a day, counted from FIRST."""
    of_year = (FIRST + pd.to_timedelta(days, unit="D")).day_of_year
    return np.where(np.isin(of_year, PEAK), 3.0, 1.0)


@pytest.fixture(scope="module")
def orders():
    """A line per order: customer, day since FIRST, amount."""
    rng = np.random.default_rng(11)
    days = np.arange(3 * 365)
    busy, drawn = season(days), []
    for customer in range(700):
        rate = rng.gamma(1.2, 1 / 90) * busy
        there = (days >= rng.integers(0, 700)) & (days < rng.exponential(1500) + 200)
        when = days[there & (rng.random(days.size) < rate)]
        typical = np.exp(rng.normal(3, 0.6))
        amounts = typical * np.exp(0.4 * rng.normal(size=when.size))
        drawn.append(
            pd.DataFrame({"customer": customer, "day": when, "amount": amounts})
        )
    return pd.concat(drawn, ignore_index=True)


def features(orders, today):
    """What is known of each customer at the end of a day, the slow way."""
    known = orders[orders["day"] <= today]
    first = known.groupby("customer")["day"].min()
    year = known[known["day"] > today - 365]
    early = first.index[first <= today - 365]
    regular = year[year["customer"].isin(early)]
    ahead = regular["day"] <= today - 365 + HORIZON
    shared = {
        "shop_day_of_year": float((FIRST + pd.Timedelta(days=today)).day_of_year),
        "shop_established_customer_count": float(len(early)),
        "shop_season_ahead_order_share": ahead.mean(),
        "shop_season_ahead_spend_share": np.divide(
            regular["amount"][ahead].sum(), regular["amount"].sum() or np.nan
        ),
    }
    by = known.groupby("customer")
    last, count = by["day"].max(), by["day"].nunique()
    X = pd.DataFrame(
        {
            "recency_days": today - last,
            "tenure_days": today - first,
            "active_span_days": last - first,
            "repeat_purchase_days": count - 1,
            "order_count": count,
            "order_count_30d": (known["day"] > today - 30)
            .groupby(known["customer"])
            .sum(),
            "average_order_value": by["amount"].mean(),
            "spend_total": by["amount"].sum(),
            "spend_365d": year.groupby("customer")["amount"].sum(),
            "never_known": np.nan,
        }
    ).fillna({"spend_365d": 0.0})
    return X.astype(float).assign(**shared)


def outcome(orders, today, customers):
    """What they did in the horizon."""
    ahead = orders[(orders["day"] > today) & (orders["day"] <= today + HORIZON)]
    value = ahead.groupby("customer")["amount"].sum().reindex(customers).fillna(0.0)
    return pd.DataFrame({"net_value": value, "is_active": value > 0})


def past(orders, until, cutoffs=12):
    """Features, outcomes and dates of the cut-offs whose outcome is known on a day."""
    parts = []
    for step in range(cutoffs):
        today = until - HORIZON - 30 * step
        X = features(orders, today)
        y = outcome(orders, today, X.index)
        parts.append((X, y, [FIRST + pd.Timedelta(days=today)] * len(X)))
    X, y, dates = zip(*parts, strict=True)
    return pd.concat(X), pd.concat(y), np.concatenate(dates).astype("datetime64[ns]")


@pytest.fixture(scope="module", params=[2 * 365 + 265, 2 * 365 + 190])
def fitted(request, orders):
    """A model, today's customers and what they did: before the peak, and in summer."""
    today = request.param
    X, y, dates = past(orders, today)
    now = features(orders, today)
    known_until = FIRST + pd.Timedelta(days=today)
    model = CustomerModel(HORIZON).fit(X, y, dates, now, known_until)
    return model, now, outcome(orders, today, now.index)


def test_the_total_follows_the_season(fitted):
    model, now, y = fitted
    predicted = model.predict(now)["predicted_value"].sum()
    assert predicted / y["net_value"].sum() == pytest.approx(1.0, abs=0.2)


def test_a_model_that_is_not_told_the_season_misses_the_peak(orders):
    today = 2 * 365 + 265
    X, y, dates = past(
        orders, today, cutoffs=4
    )  # none of them at this time of the year
    blind = {name: np.nan for name in X if "share" in name}
    now = features(orders, today).assign(**blind)
    model = CustomerModel(HORIZON).fit(X.assign(**blind), y, dates, now)
    came = outcome(orders, today, now.index)["net_value"].sum()
    assert model.predict(now)["predicted_value"].sum() / came < 0.75


def test_probabilities_are_those_that_come_true(fitted):
    model, now, y = fitted
    active = model.predict(now)["probability_active"]
    assert active.mean() == pytest.approx(y["is_active"].mean(), abs=0.06)
    halves = active > active.median()
    assert y["is_active"][halves].mean() > y["is_active"][~halves].mean()


def test_intervals_hold_and_are_in_order(fitted):
    model, now, y = fitted
    scores = model.predict(now)
    assert tuple(scores) == SCORES
    assert scores.notna().all().all()
    lower, upper = scores["predicted_value_lower"], scores["predicted_value_upper"]
    assert (lower >= 0).all()
    assert (lower <= scores["predicted_value"] + 1e-9).all()
    assert (scores["predicted_value"] <= upper + 1e-9).all()
    inside = (lower <= y["net_value"]) & (y["net_value"] <= upper)
    assert 0.7 < inside.mean() < 0.92


def test_a_score_depends_on_the_customer_alone(fitted):
    model, now, _ = fitted
    together = model.predict(now)
    alone = model.predict(now.iloc[[7]][list(reversed(now.columns))])
    pd.testing.assert_frame_equal(alone, together.iloc[[7]])


def test_who_brings_a_loss_is_expected_to_bring_nothing(orders):
    """Margins: a fifth of the customers cost more than they pay, always."""
    costly = orders["customer"] % 5 == 0
    margins = orders.assign(amount=orders["amount"].where(~costly, -orders["amount"]))
    today = 2 * 365 + 190
    X, y, dates = past(margins, today)
    now = features(margins, today)
    known_until = FIRST + pd.Timedelta(days=today)
    scores = CustomerModel(HORIZON).fit(X, y, dates, now, known_until).predict(now)
    value = scores["predicted_value"].groupby(now.index % 5 == 0).mean()
    assert 0 <= value[True] < value[False] / 10


def test_what_is_saved_and_read_back_scores_the_same(fitted):
    model, now, _ = fitted
    content = skops.io.dumps(model)
    unknown = skops.io.get_untrusted_types(data=content)
    assert all(name.startswith(("ml.", "sklearn.")) for name in unknown)
    again = skops.io.loads(content, trusted=unknown)
    pd.testing.assert_frame_equal(again.predict(now), model.predict(now))


def test_two_trainings_on_the_same_rows_are_the_same(orders):
    X, y, dates = past(orders, 800, cutoffs=3)
    now = features(orders, 800)
    first, second = (CustomerModel(HORIZON).fit(X, y, dates, now) for _ in range(2))
    pd.testing.assert_frame_equal(first.predict(now), second.predict(now))


def test_a_label_window_that_reaches_into_the_future_stops_the_training(orders):
    X, y, dates = past(orders, 800, cutoffs=2)
    a_day_too_early = FIRST + pd.Timedelta(days=799)
    with pytest.raises(EmbargoError, match="what it is to predict"):
        CustomerModel(HORIZON).fit(X, y, dates, None, a_day_too_early)


def test_rehearsals_never_fit_on_the_window_they_predict(orders, monkeypatch):
    """An outcome planted into the last cut-off must not change its rehearsal."""
    from ml.estimators import rehearsal
    from ml.estimators.blended_value import BlendedValue

    X, y, dates = past(orders, 800, cutoffs=4)
    X = X.drop(columns=[name for name in X if name.startswith("shop_")])
    model = BlendedValue(HORIZON)
    expected = model.expect_at_cutoffs(X, dates)
    rows = rehearsal.PastRows(X, y, dates, expected)
    honest = rehearsal.rehearse(rows, model, 1)
    planted = y.copy()
    latest = dates == dates.max()
    planted.loc[latest, "net_value"] = np.random.default_rng(1).random(latest.sum())
    cheated = rehearsal.rehearse(rows._replace(y=planted), model, 1)
    # only the level of the whole cut-off follows what came
    np.testing.assert_allclose(
        *(r.predicted / r.predicted.sum() for r in (cheated, honest))
    )
    np.testing.assert_array_equal(cheated.probability, honest.probability)
