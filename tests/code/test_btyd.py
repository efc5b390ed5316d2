"""BG/NBD and Gamma-Gamma against published figures, integrals and simulated shops."""
# ruff: noqa: N803, N806  X and T are the letters of scikit-learn and of the papers

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy import special, stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_non_negative, validate_data

from ml.buy_till_you_die import beta_geometric, gamma_gamma
from ml.buy_till_you_die import likelihood as beta_geometric_likelihood
from ml.buy_till_you_die.btyd import BetaGeometric, BuyTillYouDie, GammaGamma
from ml.buy_till_you_die.histories import distinct_histories
from ml.buy_till_you_die.likelihood import Parameters
from ml.buy_till_you_die.maximum_likelihood import maximise
from ml.errors import NotEnoughHistoryError, SettingsError

DATA = Path(__file__).parents[3] / "shared" / "data"
CDNOW = DATA / "cdnow_sample.parquet"
CDNOW_END = pd.Timestamp("1997-09-30")
PUBLISHED = Parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)


# --- oracles: nothing below knows a closed form -------------------------------------


def integrals(x, t_x, T, given, horizon=1.0):
    """Likelihood, P(alive), purchases to expect, P(any), by integrating over everybody.

    Starts from the story of one customer with known rate and leaving probability, and
    sums it over a grid of log(rate) and log-odds(leaving).
    """
    r, alpha, a, b = given
    u = np.linspace(-110, 8, 800)[:, None]
    v = np.linspace(-90, 90, 1200)[None, :]
    log_leave, log_stay = -np.logaddexp(0, -v), -np.logaddexp(0, v)
    rate, leave = np.exp(u), np.exp(log_leave)
    log_prior = stats.gamma.logpdf(rate, r, scale=1 / alpha) + u
    log_prior = log_prior + a * log_leave + b * log_stay - special.betaln(a, b)
    alive = x * (u + log_stay) - rate * T
    gone = np.full_like(alive, -np.inf)
    if x > 0:
        gone = x * u + log_leave + (x - 1) * log_stay - rate * t_x
    shift = max((log_prior + alive).max(), (log_prior + gone).max())
    weight_alive = np.exp(log_prior + alive - shift)
    weight = weight_alive + np.exp(log_prior + gone - shift)
    future = -np.expm1(-rate * leave * horizon) / leave
    cell = (u[1, 0] - u[0, 0]) * (v[0, 1] - v[0, 0])
    return (
        np.log(weight.sum() * cell) + shift,
        weight_alive.sum() / weight.sum(),
        (weight_alive * future).sum() / weight.sum(),
        (weight_alive * -np.expm1(-rate * horizon)).sum() / weight.sum(),
    )


def simulate(rng, customers, given, T, horizon):
    """Let customers buy and leave, one purchase after the other, as the paper tells it.

    Returns histories (n, 3), whether each is alive at T, purchases in (T, T + horizon].
    """
    rate = rng.gamma(given.r, 1 / given.alpha, customers)
    leave = rng.beta(given.a, given.b, customers)
    clock, x, t_x, later = np.zeros((4, customers))
    here = np.ones(customers, dtype=bool)
    alive = np.ones(customers, dtype=bool)
    while here.any():
        clock[here] += rng.exponential(1 / rate[here])
        here &= clock <= T + horizon
        past = here & (clock <= T)
        x[past] += 1
        t_x[past] = clock[past]
        later[here & ~past] += 1
        here &= rng.random(customers) >= leave
        alive[past & ~here] = False
    return np.column_stack([x, t_x, np.broadcast_to(T, customers)]), alive, later


def simulate_values(rng, x, p, q, v):
    """Draw every single order of a customer; return true means and observed ones."""
    scale = 1 / rng.gamma(q, 1 / v, len(x))
    observed = [rng.gamma(p, s, int(n)).mean() for n, s in zip(x, scale, strict=True)]
    return p * scale, np.array(observed)


# --- published figures --------------------------------------------------------------


@pytest.fixture(scope="module")
def cdnow_days():
    if not CDNOW.exists():
        pytest.skip(f"{CDNOW} (the CDNOW sample of 2,357 customers) is not there")
    orders = pd.read_parquet(CDNOW)
    orders["date"] = pd.to_datetime(orders["date"])
    orders["value"] = orders["dollar_value"].astype(float)
    days = orders.groupby(["customer_id", "date"], as_index=False)["value"].sum()
    days["first"] = days.groupby("customer_id")["date"].transform("min")
    return days[days["date"] <= CDNOW_END]


@pytest.fixture(scope="module")
def cdnow_weeks(cdnow_days):
    dates = cdnow_days.groupby("customer_id")["date"].agg(["min", "max", "count"])
    return np.column_stack(
        [
            dates["count"] - 1,
            (dates["max"] - dates["min"]).dt.days / 7,
            (CDNOW_END - dates["min"]).dt.days / 7,
        ]
    )


def test_cdnow_gives_the_parameters_of_the_paper(cdnow_weeks):
    # Fader, Hardie & Lee (2005), table 2
    model = BetaGeometric(horizon=39).fit(cdnow_weeks)

    assert model.r_ == pytest.approx(0.243, abs=5e-4)
    assert model.alpha_ == pytest.approx(4.414, abs=5e-4)
    assert model.a_ == pytest.approx(0.793, abs=5e-4)
    assert model.b_ == pytest.approx(2.426, abs=5e-4)
    assert model.log_likelihood_ == pytest.approx(-9582.4, abs=0.05)


def test_a_customer_of_the_papers_spreadsheet_is_expected_to_buy_as_often():
    # x = 2, t_x = 30.43, T = 38.86 weeks, 39 weeks ahead: 1.226
    x, t_x, T = np.array([2.0]), np.array([30.43]), np.array([38.86])
    alive = beta_geometric.probability_alive(x, t_x, T, PUBLISHED)
    active = beta_geometric.expected_if_alive(x, T, 39.0, PUBLISHED)

    assert alive * active == pytest.approx(1.226, abs=5e-4)


def test_cdnow_gives_the_order_values_of_the_note(cdnow_days):
    # Fader & Hardie (2013): p = 6.25, q = 3.74, gamma = 15.44 from 946 repeat buyers
    repeat = cdnow_days[cdnow_days["date"] > cdnow_days["first"]]
    X = repeat.groupby("customer_id")["value"].agg(["count", "mean"])
    model = GammaGamma().fit(X.to_numpy(float))

    assert len(X) == 946
    assert model.p_ == pytest.approx(6.25, abs=5e-3)
    assert model.q_ == pytest.approx(3.74, abs=5e-3)
    assert model.v_ == pytest.approx(15.44, abs=1e-2)


# --- BG/NBD against integrals -------------------------------------------------------

HISTORIES = [
    (0, 0, 30.0),
    (0, 0, 0.0),
    (1, 2.0, 38.9),
    (2, 30.4, 38.9),
    (12, 20.0, 25.0),
]
SHAPES = [
    PUBLISHED,
    Parameters(1.5, 20.0, 0.3, 0.4),  # a + b < 1: the formula passes through a pole
    Parameters(0.6, 8.0, 1.0, 2.0),  # a = 1: the printed formula is 0/0
    Parameters(0.6, 8.0, 1.0004, 2.0),
    Parameters(2.0, 9.0, 6.0, 3.0),
]


@pytest.mark.parametrize("given", SHAPES, ids=lambda p: f"a={p.a:g},b={p.b:g}")
@pytest.mark.parametrize("history", HISTORIES, ids=lambda h: f"x={h[0]:g},T={h[2]:g}")
def test_closed_forms_agree_with_integration(given, history):
    x, t_x, T = (np.array([float(number)]) for number in history)
    log_likelihood, alive, expected, any_purchase = integrals(*history, given, 20.0)
    ours = beta_geometric.probability_alive(x, t_x, T, given)

    value, _ = beta_geometric_likelihood.log_likelihood(
        np.log(given), distinct_histories(x, t_x, T)
    )
    assert value == pytest.approx(log_likelihood, abs=2e-5)
    assert ours == pytest.approx(alive, rel=2e-5)
    assert ours * beta_geometric.expected_if_alive(x, T, 20.0, given) == pytest.approx(
        expected, rel=2e-5
    )
    ours = beta_geometric.probability_active(x, t_x, T, 20.0, given)
    assert ours == pytest.approx(any_purchase, rel=2e-5)


def test_the_gradient_is_the_slope_of_the_likelihood():
    rng = np.random.default_rng(3)
    X, _, _ = simulate(rng, 300, PUBLISHED, 30.0, 1.0)
    data = distinct_histories(*X.T)
    theta = np.array([-0.4, 1.2, 0.3, 0.6])
    _, gradient = beta_geometric_likelihood.log_likelihood(theta, data)
    for k, step in enumerate(np.eye(4) * 1e-5):
        high, _ = beta_geometric_likelihood.log_likelihood(theta + step, data)
        low, _ = beta_geometric_likelihood.log_likelihood(theta - step, data)
        assert gradient[k] == pytest.approx((high - low) / 2e-5, rel=1e-5)


@pytest.mark.parametrize("x", [300.0, 1000.0])
def test_daily_buyers_do_not_overflow(x):
    # never leaving, next to no uncertainty: the rate is (r + x) / (alpha + T)
    given = Parameters(r=0.3, alpha=30.0, a=0.01, b=20.0)
    ours = beta_geometric.expected_if_alive(np.array([x]), np.array([x]), 90.0, given)
    assert ours == pytest.approx((0.3 + x) / (30 + x) * 90, rel=0.01)


def test_no_history_gives_nan():
    x = np.array([0, 0, 1, 1, 1e3, 1e5, 1e6, 2])
    t_x = np.array([0, 0, 0, 1, 999, 1e5, 0, 1])
    T = np.array([0, 1, 0, 1, 1e5, 1e5, 1, 1e9])
    low, high = zip(*beta_geometric_likelihood.BOUNDS.values(), strict=True)
    corners = np.array(np.meshgrid(*zip(low, [0.0] * 4, high, strict=True)))
    for log_parameters in corners.reshape(4, -1).T:
        r, alpha, a, b = np.exp(log_parameters)
        given = Parameters(r, alpha * 400, a, b)
        for horizon in (0.01, 90.0, 3650.0):
            active = beta_geometric.expected_if_alive(x, T, horizon, given)
            alive = beta_geometric.probability_alive(x, t_x, T, given)
            assert np.isfinite(active).all()
            assert ((alive >= 0) & (alive <= 1)).all()


# --- BG/NBD against simulated shops -------------------------------------------------


def test_predictions_come_true_in_a_simulated_shop():
    rng = np.random.default_rng(8)
    X, alive, later = simulate(rng, 100_000, PUBLISHED, 40.0, 39.0)
    model = BetaGeometric(horizon=39.0).fit(X)
    expected, still_here = model.predict(X), model.probability_alive(X)
    buys = model.probability_active(X)
    long_silent = X[:, 2] - X[:, 1] > 20
    for group in (
        X[:, 0] == 0,
        X[:, 0] == 1,
        (X[:, 0] >= 2) & long_silent,
        (X[:, 0] >= 2) & ~long_silent,
        X[:, 0] >= 8,
    ):
        for told, came in ((expected, later), (still_here, alive), (buys, later > 0)):
            error = came[group].astype(float).std() / np.sqrt(group.sum())
            assert abs(told[group].mean() - came[group].mean()) < 4 * error + 0.005


def test_planted_parameters_are_found_again():
    rng = np.random.default_rng(5)
    planted = Parameters(r=0.6, alpha=40.0, a=0.7, b=2.0)
    X, _, _ = simulate(rng, 40_000, planted, rng.integers(30, 700, 40_000), 1.0)
    model = BetaGeometric().fit(X)
    found = [model.r_, model.alpha_, model.a_, model.b_]

    assert found == pytest.approx(list(planted), rel=0.08)


@pytest.fixture(scope="module")
def shop():
    rng = np.random.default_rng(1)
    X, _, _ = simulate(rng, 3000, PUBLISHED, rng.uniform(5, 60, 3000), 1.0)
    return X


def test_weeks_or_days_make_no_difference(shop):
    weeks = BetaGeometric(horizon=10.0).fit(shop)
    in_days = shop * [1, 7, 7]
    days = BetaGeometric(horizon=70.0).fit(in_days)

    assert days.alpha_ == pytest.approx(7 * weeks.alpha_, rel=1e-4)
    assert days.predict(in_days) == pytest.approx(weeks.predict(shop), rel=1e-4)
    # a density per day is 7 times smaller than one per week, once per repeat purchase
    unit = shop[:, 0].sum() * np.log(7)
    assert days.log_likelihood_ == pytest.approx(weeks.log_likelihood_ - unit, abs=1e-3)


def test_the_order_of_customers_makes_no_difference(shop):
    shuffled = np.random.default_rng(0).permutation(shop)
    assert BetaGeometric().fit(shuffled).r_ == BetaGeometric().fit(shop).r_


def test_every_customer_twice_gives_the_same_estimates(shop):
    once, twice = BetaGeometric().fit(shop), BetaGeometric().fit(np.tile(shop, (2, 1)))

    assert twice.log_likelihood_ == pytest.approx(2 * once.log_likelihood_, rel=1e-8)
    assert twice.b_ == pytest.approx(once.b_, rel=1e-3)


def test_a_longer_silence_makes_a_customer_less_alive(shop):
    model = BetaGeometric().fit(shop)
    age = np.arange(10.0, 200.0)
    X = np.column_stack([np.full_like(age, 4), np.full_like(age, 10), age])

    assert (np.diff(model.probability_alive(X)) < 0).all()
    assert (np.diff(model.predict(X)) < 0).all()


AGES = np.arange(1.0, 301.0)
POPULATIONS = {
    "nobody repeats": np.column_stack([0 * AGES, 0 * AGES, AGES]),
    "everyone repeats daily": np.column_stack([AGES, AGES, AGES]),
    "everyone leaves after one repeat": np.column_stack([AGES**0, AGES**0, AGES]),
    "all of one age": np.column_stack([AGES % 3, AGES % 3 * 20, 0 * AGES + 90]),
    "one customer": np.array([[2.0, 30.0, 90.0]]),
    "one customer without a repeat": np.array([[0.0, 0.0, 90.0]]),
    "one new, one old": np.array([[0.0, 0.0, 0.0], [3.0, 50.0, 51.0]]),
}


@pytest.mark.parametrize("name", POPULATIONS)
def test_degenerate_populations_have_finite_parameters(name):
    X = POPULATIONS[name]
    model = BetaGeometric().fit(X)

    assert np.isfinite([model.r_, model.alpha_, model.a_, model.b_]).all()
    assert np.isfinite(model.predict(X)).all()


def test_degenerate_populations_are_predicted_sensibly():
    nobody = POPULATIONS["nobody repeats"]
    daily = POPULATIONS["everyone repeats daily"]
    leavers = POPULATIONS["everyone leaves after one repeat"]

    assert BetaGeometric().fit(nobody).predict(nobody).max() < 0.05
    assert BetaGeometric().fit(daily).predict(daily)[-1] == pytest.approx(90, rel=0.05)
    assert BetaGeometric().fit(leavers).predict(leavers)[-1] < 0.05


# --- BG/NBD: mistakes of the caller -------------------------------------------------


def test_customers_who_are_all_new_are_not_enough_history():
    with pytest.raises(NotEnoughHistoryError, match="later as-of date"):
        BetaGeometric().fit(np.zeros((5, 3)))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1, 50, 40], "Row 1 of X cannot have happened.*recency 50, age 40"),
        ([1.5, 5, 40], "whole numbers"),
        ([-1, 5, 40], "Negative values"),
        ([1, 5, np.inf], "infinity"),
    ],
)
def test_impossible_histories_are_refused(row, message):
    with pytest.raises(ValueError, match=message):
        BetaGeometric().fit([[0, 0, 10], row])


def test_wrong_columns_are_named():
    with pytest.raises(ValueError, match="give repeat purchase days, recency, age"):
        BetaGeometric().fit(np.zeros((5, 2)))


def test_a_horizon_must_lie_ahead():
    with pytest.raises(SettingsError, match="horizon is 0"):
        BetaGeometric(horizon=0).fit([[0, 0, 10]])


def test_a_missing_number_counts_as_no_history(shop):
    model = BetaGeometric().fit(shop)
    X = [[np.nan, 3, 10], [2, np.nan, 10], [2, 3, np.nan], [0, 0, 0]]

    assert len(set(model.predict(X))) == 1
    assert len(set(model.probability_alive(X))) == 1


def test_the_best_of_several_starts_counts():
    # two humps, at -1 and (higher) at 2; the slope is taken of that very function
    def humps(theta):
        low, high = np.exp(-((theta + 1) ** 2)), 3 * np.exp(-((theta - 2) ** 2))
        slope = -2 * (theta + 1) * low - 2 * (theta - 2) * high
        return float(low[0] + high[0]), slope

    for starts in ([[-1.2], [2.3]], [[2.3], [-1.2]]):
        best, n_iter = maximise(humps, starts, [(-9.0, 9.0)], 100)
        assert best == pytest.approx([2.0], abs=0.01)
        assert n_iter >= 1


def test_stopping_short_of_the_best_is_said(shop):
    with pytest.warns(ConvergenceWarning, match="Raise max_iter"):
        BetaGeometric(max_iter=2).fit(shop)


# --- Gamma-Gamma --------------------------------------------------------------------


def test_planted_order_values_are_found_again():
    rng = np.random.default_rng(2)
    x = 1 + rng.poisson(3, 20_000)
    true_mean, m = simulate_values(rng, x, p=4.0, q=3.5, v=20.0)
    model = GammaGamma().fit(np.column_stack([x, m]))
    expected = model.predict(np.column_stack([x, m]))

    assert [model.p_, model.q_, model.v_] == pytest.approx([4.0, 3.5, 20.0], rel=0.06)
    assert model.population_mean_ == pytest.approx(4.0 * 20.0 / 2.5, rel=0.02)
    for group in (x == 1, x >= 5, m > 60, m < 15):
        error = (true_mean - expected)[group].std() / np.sqrt(group.sum())
        assert abs((true_mean - expected)[group].mean()) < 4 * error + 0.1


def test_the_gradient_of_order_values_is_the_slope_of_their_likelihood():
    rng = np.random.default_rng(3)
    x = 1.0 + rng.poisson(2, 200)
    data = gamma_gamma.order_values(x, rng.lognormal(0, 1, 200))
    theta = np.array([0.4, 0.7, -0.2])
    _, gradient = gamma_gamma.log_likelihood(theta, data)
    for k, step in enumerate(np.eye(3) * 1e-5):
        high, _ = gamma_gamma.log_likelihood(theta + step, data)
        low, _ = gamma_gamma.log_likelihood(theta - step, data)
        assert gradient[k] == pytest.approx((high - low) / 2e-5, rel=1e-5)


def test_euros_or_cents_make_no_difference():
    rng = np.random.default_rng(4)
    x = 1 + rng.poisson(1, 500)
    X = np.column_stack([x, rng.lognormal(3, 1, 500)])
    euros, cents = GammaGamma().fit(X), GammaGamma().fit(X * [1, 100])

    assert cents.predict(X * [1, 100]) == pytest.approx(
        100 * euros.predict(X), rel=1e-4
    )
    # a density per cent is 100 times smaller than one per euro, once per customer
    in_cents = euros.log_likelihood_ - 500 * np.log(100)
    assert cents.log_likelihood_ == pytest.approx(in_cents, abs=1e-3)


def test_more_orders_pull_less_towards_the_population():
    rng = np.random.default_rng(4)
    x = 1 + rng.poisson(1, 500)
    _, m = simulate_values(rng, x, p=4.0, q=3.5, v=20.0)
    model = GammaGamma().fit(np.column_stack([x, m]))
    pulled = model.predict([[1, 500], [3, 500], [100, 500]])

    assert model.population_mean_ < pulled[0] < pulled[1] < pulled[2] < 500


@pytest.mark.parametrize("spread", [1.5, 2.0])
def test_wholesalers_do_not_carry_the_population_mean_away(spread):
    # p v / (q - 1) is 7 and 26 times the mean of these values
    rng = np.random.default_rng(6)
    X = np.column_stack([1 + rng.poisson(2, 4000), rng.lognormal(3, spread, 4000)])
    model = GammaGamma().fit(X)

    assert model.q_ > 1
    assert np.isfinite(model.predict(X)).all()
    assert model.population_mean_ == pytest.approx(X[:, 1].mean(), rel=0.4)


@pytest.mark.parametrize(("x", "m"), [(1.0, 8.0), (3.0, 30.0), (20.0, 5.0)])
def test_order_values_agree_with_integration_over_customers(x, m):
    # x orders have the mean m: gamma of shape p x and rate nu x; nu is gamma (q, v)
    p, q, v = 6.25, 3.74, 15.44
    nu = np.exp(np.linspace(-12, 6, 20_001))
    density = stats.gamma.pdf(m, p * x, scale=1 / (nu * x))
    weight = density * stats.gamma.pdf(nu, q, scale=1 / v) * nu
    step = 18 / 20_000
    data = gamma_gamma.order_values(np.array([x]), np.array([m]))
    value, _ = gamma_gamma.log_likelihood(np.log([p, q - 1, v]), data)
    given = gamma_gamma.Parameters(p, q, v)
    expected = gamma_gamma.expected_value(np.array([x]), np.array([m]), given)

    assert value == pytest.approx(np.log(weight.sum() * step), abs=1e-6)
    assert expected == pytest.approx((p / nu * weight).sum() / weight.sum(), rel=1e-6)


@pytest.mark.parametrize(
    "X",
    [[[1, 5.0]], [[3, 5.0]] * 50, [[1, 1e-9], [1, 1e9]], [[1e6, 2.0], [1, 3.0]]],
    ids=["one customer", "all equal", "eighteen orders of magnitude", "many orders"],
)
def test_degenerate_values_are_finite(X):
    predicted = GammaGamma().fit(X).predict(X)
    assert np.isfinite(predicted).all()
    assert (predicted > 0).all()


def test_rows_without_a_value_get_the_population_mean_and_change_nothing():
    known = [[1, 20.0], [4, 35.0], [2, 28.0], [1, 90.0]]
    without = [[0, 30.0], [3, np.nan], [np.nan, 12.0]]
    model, same = GammaGamma().fit(known + without), GammaGamma().fit(known)

    assert model.p_ == same.p_
    assert (model.predict(without) == model.population_mean_).all()


def test_orders_worth_nothing_are_left_out_of_the_fit_and_lower_what_is_expected():
    """Eq. 5 of Fader & Hardie (2013) with m = 0: p v / (p x + q - 1)."""
    known = [[1, 20.0], [4, 35.0], [2, 28.0], [1, 90.0]]
    returned = [[1, 0.0], [2, 0.0], [9, 0.0]]
    model, same = GammaGamma().fit(known + returned), GammaGamma().fit(known)
    p, q, v = same.p_, same.q_, same.v_

    assert model.p_ == p
    expected = [p * v / (p * x + q - 1) for x in (1, 2, 9)]
    assert model.predict(returned) == pytest.approx(expected)
    assert model.predict(returned)[0] < model.population_mean_


def test_orders_without_any_value_are_not_enough_history():
    with pytest.raises(NotEnoughHistoryError, match="load orders with values"):
        GammaGamma().fit([[2, 0.0], [3, np.nan]])


# --- both together ------------------------------------------------------------------


@pytest.fixture(scope="module")
def valued_shop(shop):
    rng = np.random.default_rng(9)
    _, m = simulate_values(rng, shop[:, 0] + 1, p=4.0, q=3.5, v=20.0)
    columns = ["repeat_days", "recency_days", "age_days", "mean_order_value"]
    return pd.DataFrame(np.column_stack([shop, m]), columns=columns)


def test_buy_till_you_die_is_the_product_of_its_parts(valued_shop):
    model = BuyTillYouDie(horizon=10.0).set_output(transform="pandas")
    future = model.fit(valued_shop).transform(valued_shop)
    timing, value = valued_shop.iloc[:, :3], valued_shop.iloc[:, [0, 3]] + [1, 0]
    alone = BetaGeometric(horizon=10.0).fit(timing)

    assert list(future.columns) == list(model.get_feature_names_out())
    assert future["expected_orders"].to_numpy() == pytest.approx(alone.predict(timing))
    assert future["probability_active"].to_numpy() == pytest.approx(
        alone.probability_active(timing)
    )
    assert future["expected_order_value"].to_numpy() == pytest.approx(
        GammaGamma().fit(value).predict(value)
    )
    product = future["expected_orders"] * future["expected_order_value"]
    assert future["expected_value"].to_numpy() == pytest.approx(product.to_numpy())


def test_one_time_buyers_have_a_value_of_their_own(valued_shop):
    model = BuyTillYouDie().fit(valued_shop)
    cheap, dear = model.transform(
        pd.DataFrame([[0, 0, 30, 5.0], [0, 0, 30, 500.0]], columns=valued_shop.columns)
    )
    assert cheap[2] < dear[2]
    assert cheap[0] == dear[0]


def test_missing_numbers_leave_no_gaps(valued_shop):
    X = valued_shop.copy()
    X.iloc[0] = np.nan
    X.iloc[1, 3] = np.nan
    model = BuyTillYouDie().fit(X)

    assert np.isfinite(model.transform(X)).all()
    assert model.transform(X)[1, 2] == model.gamma_gamma_.population_mean_


def test_a_saved_model_says_the_same(valued_shop):
    model = BuyTillYouDie().fit(valued_shop)
    saved = skops.io.dumps(model)
    unknown = skops.io.get_untrusted_types(data=saved)
    loaded = skops.io.loads(saved, trusted=unknown)

    assert all(name.startswith("ml.") for name in unknown)
    assert (loaded.transform(valued_shop) == model.transform(valued_shop)).all()


# --- scikit-learn's own checks ------------------------------------------------------


def folded(estimator, X, *, reset):
    """Bring any numbers, in any number of columns, into the form of the estimator.

    scikit-learn's checks fit tables of 1 to 10 columns of noise; these estimators want
    counts and times that can have happened. All else is left as it is.
    """
    X = validate_data(
        estimator, X, dtype=float, ensure_all_finite="allow-nan", reset=reset
    )
    check_non_negative(X, type(estimator).__name__)
    first, second, third, fourth = (X[:, k % X.shape[1]] for k in range(4))
    x = np.floor(10 * first) % 7
    if len(estimator._columns) == 2:
        return np.column_stack([1 + x, 1 + second])
    columns = [x, np.where(x > 0, second, 0.0), second + third + 1, 1 + fourth]
    return np.column_stack(columns[: len(estimator._columns)])


class AnyBetaGeometric(BetaGeometric):
    _history = folded


class AnyGammaGamma(GammaGamma):
    _history = folded


class AnyBuyTillYouDie(BuyTillYouDie):
    _history = folded


@parametrize_with_checks([AnyBetaGeometric(), AnyGammaGamma(), AnyBuyTillYouDie()])
def test_scikit_learn_accepts_the_estimators(estimator, check):
    check(estimator)
