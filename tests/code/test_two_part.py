"""The two-part model against shops whose true chances and means are known."""
# ruff: noqa: N806  X is the letter of scikit-learn

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

from ml.estimators.mean_factor import MeanFactor, fit_mean_factor, to_mean
from ml.estimators.two_part import TwoPartRegressor


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """OpenMP threads on a busy machine wait for each other."""
    with threadpool_limits(1):
        yield


def shop(customers, seed, spread=0.9):
    """Features, values, true chances of spending and true mean amounts if so."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(customers, 4))
    chance = 1 / (1 + np.exp(-(X[:, 0] - 0.5)))
    median = np.exp(4 + 0.8 * X[:, 1])
    y = rng.binomial(1, chance) * median * np.exp(spread * rng.normal(size=customers))
    return X, y, chance, median * np.exp(spread**2 / 2)


@pytest.fixture(scope="module")
def fitted():
    X, y, _, _ = shop(6000, seed=1)
    return TwoPartRegressor().fit(X, y)


def by_tenth(order, *columns):
    """Means of columns in ten groups of equal size."""
    group = np.argsort(np.argsort(order)) * 10 // len(order)
    return [np.bincount(group, column) / np.bincount(group) for column in columns]


def test_planted_chances_and_amounts_are_found_again(fitted):
    X, _, chance, amount = shop(8000, seed=2)
    told, true = by_tenth(chance, fitted.predict_proba_active(X), chance)
    told_amount, true_amount = by_tenth(amount, fitted.predict_amount(X), amount)

    assert told == pytest.approx(true, abs=0.06)
    assert told_amount == pytest.approx(true_amount, rel=0.2)
    assert fitted.predict(X).sum() == pytest.approx((chance * amount).sum(), rel=0.07)


def test_a_log_normal_line_gets_its_textbook_mean():
    # E[exp(N(m, s))] = exp(m + s^2 / 2)
    X, y, _, amount = shop(30_000, seed=3, spread=0.6)
    model = TwoPartRegressor(LogisticRegression(), LinearRegression(), trim=0.0)
    told = model.fit(X, y).predict_amount(X)
    ordinary = np.abs(X[:, 1]) < 1.5

    assert told[ordinary] == pytest.approx(amount[ordinary], rel=0.1)
    assert told.sum() == pytest.approx(amount.sum(), rel=0.02)


def test_the_prediction_is_the_product_of_its_parts(fitted):
    X, _, _, _ = shop(100, seed=4)
    parts = fitted.predict_proba_active(X) * fitted.predict_amount(X)
    assert fitted.predict(X) == pytest.approx(parts)


def test_a_few_wholesalers_do_not_raise_everybody():
    X, y, _, _ = shop(4000, seed=5)
    with_wholesalers = y.copy()
    with_wholesalers[np.flatnonzero(y)[:3]] *= 20_000
    calm = TwoPartRegressor(LogisticRegression(), LinearRegression())
    calm_told = calm.fit(X, y).predict(X)
    told = clone(calm).fit(X, with_wholesalers).predict(X)
    untrimmed = clone(calm).set_params(trim=0.0).fit(X, with_wholesalers)

    assert told.sum() == pytest.approx(calm_told.sum(), rel=0.15)
    assert untrimmed.predict(X).sum() > 3 * calm_told.sum()  # what it protects from


def test_nobody_spends():
    X, y, _, _ = shop(200, seed=6)
    model = TwoPartRegressor().fit(X, 0 * y)

    assert (model.predict_proba_active(X) == 0).all()
    assert (model.predict_amount(X) == 0).all()
    assert (model.predict(X) == 0).all()


def test_everybody_spends():
    X, _, _, amount = shop(2000, seed=7)
    model = TwoPartRegressor().fit(X, amount)

    assert (model.predict_proba_active(X) == 1).all()
    assert model.predict(X).sum() == pytest.approx(amount.sum(), rel=0.03)


def test_one_customer_spends():
    X, y, _, _ = shop(100, seed=8)
    y = np.where(np.arange(100) == 5, 70.0, 0.0)
    assert TwoPartRegressor().fit(X, y).predict_amount(X) == pytest.approx(70)


def test_more_returned_than_bought_counts_as_nothing():
    X, y, _, _ = shop(500, seed=9)
    returned = np.where(y == 0, -50.0, y)
    clean, signed = TwoPartRegressor().fit(X, y), TwoPartRegressor().fit(X, returned)
    assert (clean.predict(X) == signed.predict(X)).all()


def test_frames_with_gaps_and_categories_are_taken_as_they_are():
    X, y, _, _ = shop(3000, seed=10)
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    frame.loc[::7, "a"] = np.nan
    frame["country"] = pd.Categorical(np.where(y > 0, "FR", "GB"))
    model = TwoPartRegressor().fit(frame, pd.Series(y))

    assert list(model.feature_names_in_) == ["a", "b", "c", "d", "country"]
    assert model.predict_proba_active(frame)[y > 0].min() > 0.9
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[["b", "a", "c", "d", "country"]])


def test_given_estimators_stay_as_they_are():
    X, y, _, _ = shop(300, seed=11)
    classifier = LogisticRegression()
    TwoPartRegressor(classifier, LinearRegression()).fit(X, y)
    with pytest.raises(NotFittedError):
        classifier.predict(X)


@pytest.mark.parametrize("y", [[1.0, 2.0], [1.0, np.nan, 3.0], None])
def test_values_that_do_not_fit_are_refused(y):
    with pytest.raises(ValueError, match=r"inconsistent|NaN|None"):
        TwoPartRegressor().fit([[1.0], [2.0], [3.0]], y)


def test_a_saved_model_says_the_same(fitted):
    X, _, _, _ = shop(100, seed=12)
    saved = skops.io.dumps(fitted)
    unknown = skops.io.get_untrusted_types(data=saved)
    loaded = skops.io.loads(saved, trusted=unknown)

    assert all(name.startswith(("ml.", "sklearn.")) for name in unknown)
    assert (loaded.predict(X) == fitted.predict(X)).all()


# --- the factor from a typical to a mean amount -------------------------------------


def test_one_group_gets_total_over_total():
    typical, y = np.array([10.0, 20.0, 30.0]), np.array([30.0, 20.0, 70.0])
    factor = fit_mean_factor(typical, y, n_groups=1, prior_rows=0, trim=0)

    assert to_mean(typical, factor) == pytest.approx(2 * typical)


def test_groups_have_their_own_factor_and_lines_between():
    typical = np.repeat([1.0, 100.0], 50)
    factor = fit_mean_factor(typical, typical * np.repeat([2.0, 4.0], 50), 2, 0, 0)
    amounts = np.array([0.5, 1.0, 50.5, 100.0, 1000.0])

    assert to_mean(amounts, factor) / amounts == pytest.approx([2, 2, 3, 4, 4])


def test_small_groups_are_drawn_to_the_common_factor():
    typical = np.repeat([1.0, 100.0], 50)
    y = typical * np.repeat([2.0, 4.0], 50)
    common = y.sum() / typical.sum()
    half_way = fit_mean_factor(typical, y, 2, prior_rows=50, trim=0)

    assert half_way.factors == pytest.approx([(2 + common) / 2, (4 + common) / 2])


def test_trimming_cuts_to_the_largest_of_the_rest():
    typical = np.ones(100)
    y = np.arange(1.0, 101.0)
    y[-1] = 1e9
    factor = fit_mean_factor(typical, y, n_groups=1, prior_rows=0, trim=0.01)

    assert factor.factors == pytest.approx([(99 * 100 / 2 + 99) / 100])


def test_nothing_typical_is_no_division_by_zero():
    factor = fit_mean_factor(np.zeros(5), np.zeros(5), 10, 50.0, 0.005)
    assert (to_mean(np.zeros(5), factor) == 0).all()


def test_no_amount_at_all_stays_none():
    factor = MeanFactor(np.array([1.0]), np.array([3.0]))
    assert (to_mean(np.zeros(3), factor) == 0).all()


# --- scikit-learn's own checks ------------------------------------------------------


@parametrize_with_checks(
    [
        TwoPartRegressor(LogisticRegression(), LinearRegression()),
        TwoPartRegressor(HistGradientBoostingClassifier(max_iter=3)),
    ]
)
def test_scikit_learn_accepts_the_estimator(estimator, check):
    check(estimator)
