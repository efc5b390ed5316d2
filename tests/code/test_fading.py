"""Fading interest in shops whose customers were drawn one purchase after the other."""

import numpy as np
import pandas as pd
import pytest

from ml.buy_till_you_die.btyd import BetaGeometric
from ml.buy_till_you_die.fading import share_without_season, unknown_fading

CUSTOMERS = 30_000
TODAY = 500.0
SPRING = 84  # days in which all customers come


@pytest.fixture(scope="module")
def model():
    """The model of the CDNOW paper, in days."""
    found = BetaGeometric()
    found.r_, found.alpha_, found.a_, found.b_ = 0.243, 7 * 4.414, 0.793, 2.426
    return found


@pytest.fixture(scope="module")
def purchases(model):
    """Customer and day of every purchase, as BG/NBD tells the story."""
    rng = np.random.default_rng(4)
    rate = rng.gamma(model.r_, 1 / model.alpha_, CUSTOMERS)
    leave = rng.beta(model.a_, model.b_, CUSTOMERS)
    clock, who, drawn = rng.uniform(0, SPRING, CUSTOMERS), np.arange(CUSTOMERS), []
    while who.size:
        drawn.append(pd.DataFrame({"customer": who, "day": clock[who]}))
        repeats = len(drawn) > 1  # nobody leaves after the first
        who = who[rng.random(who.size) >= leave[who] * repeats]
        clock[who] += rng.exponential(1 / rate[who])
        who = who[clock[who] < TODAY]
    return pd.concat(drawn, ignore_index=True)


def seen(purchases, today):
    """Tenure, and orders of the last 30 days, of who had bought by a day."""
    known = purchases[purchases["day"] <= today]
    by = known.groupby("customer")["day"]
    lately = known["day"] > today - 30
    orders = lately.groupby(known["customer"]).sum()
    return pd.DataFrame({"tenure": today - by.min(), "orders": orders})


def thinned(purchases, begin, end, share):
    """Purchases with a share of those in a window left out."""
    there = (purchases["day"] > begin) & (purchases["day"] <= end)
    first = ~purchases.duplicated("customer")
    dropped = np.random.default_rng(1).random(len(purchases)) >= share
    return purchases[~there | first | ~dropped]


def fading(model, purchases):
    now, then = seen(purchases, TODAY), seen(purchases, TODAY - 365)
    return unknown_fading(model, now, then, 365.0)


@pytest.mark.parametrize("horizon", [90, 180, 400])
def test_a_shop_whose_customers_fade_is_not_taken_for_one_with_a_season(
    model, purchases, horizon
):
    now = seen(purchases, TODAY)
    old = now.index[now["tenure"] >= 365]
    day = purchases["day"][purchases["customer"].isin(old)]
    year = day[day > TODAY - 365]
    share = (year <= TODAY - 365 + horizon).mean()
    told = share_without_season(model, now["tenure"], horizon)
    assert told == pytest.approx(share, abs=0.01)
    assert share > 1.1 * horizon / 365 or horizon > 365


def test_without_a_year_of_customers_there_is_no_share(model):
    assert np.isnan(share_without_season(model, [30.0, 40.0, 50.0], 90))


def test_what_the_model_knows_is_no_unknown_fading(model, purchases):
    assert fading(model, purchases) == pytest.approx(1.0, abs=0.03)


def test_half_of_a_years_unknown_fading_is_found(model, purchases):
    # 0.6 of what the model expects: the root of it, nearly fully believed
    faded = thinned(purchases, TODAY - 200, TODAY, 0.6)
    assert fading(model, faded) == pytest.approx(0.6**0.5, abs=0.03)


def test_a_season_is_no_fading(model, purchases):
    quiet = thinned(purchases, TODAY - 30, TODAY, 0.5)
    quiet = thinned(quiet, TODAY - 365 - 30, TODAY - 365, 0.5)
    assert fading(model, quiet) == pytest.approx(1.0, abs=0.04)


def test_few_customers_are_hardly_believed(model, purchases):
    few = purchases[purchases["customer"] < 50]
    gone = few[few["day"] <= TODAY - 60]
    some = pd.concat([gone, few[few["day"] > TODAY - 60].head(1)])
    assert 0.8 < fading(model, some) <= 1.05


@pytest.mark.parametrize("days", [300.0, 420.0])
def test_other_times_of_the_year_are_not_compared(model, purchases, days):
    now, then = seen(purchases, TODAY), seen(purchases, TODAY - days)
    assert unknown_fading(model, now, then, days) == 1.0
