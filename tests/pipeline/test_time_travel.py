"""A past day is scored as it was known then, again and again, beside newer days."""

import handmade
import numpy as np
import oracle
import pandas as pd
import pytest
from workshop import CHANGES_EVERY_RUN, MARTS, NO_TESTS, rows_of, same, story

TODAY = "2025-12-30"
PAST = "2025-06-30"
JUDGED = ["customer_value", "customer_segments", "segment_summary"]
EXACT_TO = 1e-9  # relative; amounts are added up in another order
CATEGORIES = ["category_count_365d", "top_category_share_365d"]
PRODUCT_BITS = 127
SPREADS = ["gap_spread_days", "order_value_spread"]  # roots of differences

# Nobody could see these on the past day.
FUTURE = [
    handmade.line("F1", "H-one-time", "2025-07-01 00:00", "5000.00"),
    handmade.line("F2", "H-one-time", "2025-06-10 10:00", "6000.00",
                  recorded_at="2025-07-01 00:00:00"),
    handmade.line("H1", "H-one-time", "2025-03-03 10:00", "7000.00",
                  recorded_at="2025-08-01 12:00"),
    handmade.line("F3", "H-one-time", "2025-06-29 10:00", "-20.00",
                  recorded_at="2025-07-02 12:00", **handmade.RETURN),
    handmade.line("F4", "H-unheard-of", "2025-06-01 10:00", "900.00",
                  recorded_at="2025-07-05 12:00"),
    handmade.line("F5", "C0000001", "2025-01-02 10:00", "-1.00",
                  recorded_at="2025-07-05 12:00", line_type="adjustment"),
]  # fmt: skip


@story
def past_seen_from_today(shop):
    """Score the past with everything delivered that came later, twice."""
    shop.deliver("orders_of_the_future.parquet", FUTURE)
    before, ledger = shop.fingerprint(), shop.table("predictions")
    shop.build(*NO_TESTS, as_of_date=PAST)
    first = shop.table("predictions")
    shop.build(*NO_TESTS, as_of_date=PAST)
    return shop, before, ledger, first


@story
def past_seen_from_the_past(shop):
    """Score the past on the day itself: what was not known is not there at all."""
    for file in shop.files():
        lines = pd.read_parquet(file)
        known_at = lines[["ordered_at", "recorded_at"]].max(axis=1)
        known = lines[~(known_at.dt.normalize() > pd.Timestamp(PAST))]
        file.unlink() if known.empty else shop.deliver(file.name, known)
    shop.forget_builds().build(*NO_TESTS, as_of_date=PAST)
    return shop


def assert_features_agree(shop, as_of):
    ours = shop.table("customer_features", where=f"as_of_date = '{as_of}'")
    ours = ours.set_index("customer_id").sort_index()
    lines = oracle.accepted_lines(shop.raw_lines())
    theirs = oracle.features(lines, as_of)
    assert ours.index.tolist() == theirs.index.tolist()
    exact = theirs.pop("product_count_365d")
    estimated = ours["product_count_365d"].astype(float)
    assert_estimates_agree(estimated, exact)
    decided = ~theirs.index.isin(oracle.undecided_customers(lines))
    assert decided.mean() > 0.5
    for name in theirs:
        tolerance = 1e-5 if name in SPREADS else 1e-8
        compared = decided if name in CATEGORIES else slice(None)
        pd.testing.assert_series_equal(
            ours[name].astype(float)[compared],
            theirs[name][compared],
            rtol=EXACT_TO,
            atol=tolerance,
        )
    return estimated.dropna(), exact.dropna()


def assert_estimates_agree(estimated, exact):
    """Within the error of linear counting (Whang et al. 1990, eq. 8)."""
    assert estimated.isna().tolist() == exact.isna().tolist()
    estimated, exact = estimated.dropna(), exact.dropna()
    assert ((estimated - exact).abs() <= 5 * counting_error(exact) + 1).all()


def counting_error(exact):
    load = exact / PRODUCT_BITS
    return np.sqrt(PRODUCT_BITS * (np.exp(load) - load - 1))


def test_features_of_today_agree_with_pandas_for_every_customer(shop):
    estimated, exact = assert_features_agree(shop, TODAY)
    by_chance = 5 * np.sqrt((counting_error(exact) ** 2).sum())
    assert abs(estimated.sum() - exact.sum()) <= by_chance
    few = exact <= 4  # a bit that two of them share is rare
    assert few.sum() > 50
    assert (estimated[few] == exact[few]).mean() > 0.9


def test_features_of_the_past_agree_with_pandas_for_every_customer(
    past_seen_from_today,
):
    assert_features_agree(past_seen_from_today[0], PAST)


def test_what_came_later_changes_no_feature_of_the_past(
    past_seen_from_today, past_seen_from_the_past
):
    one, other = past_seen_from_today[0], past_seen_from_the_past
    same(one.table("customer_features"), other.table("customer_features"))


@pytest.mark.parametrize("mart", JUDGED)
def test_what_came_later_changes_no_mart_of_the_past(
    past_seen_from_today, past_seen_from_the_past, mart
):
    shop = past_seen_from_today[0]
    one = shop.marts(shop.releases_of(PAST)[-1])[mart]
    same(one, past_seen_from_the_past.marts()[mart], CHANGES_EVERY_RUN)


@pytest.mark.parametrize("mart", MARTS)
def test_the_same_day_built_twice_gives_the_same_mart(past_seen_from_today, mart):
    shop = past_seen_from_today[0]
    one, other = shop.releases_of(PAST)
    same(shop.marts(one)[mart], shop.marts(other)[mart], CHANGES_EVERY_RUN)


def test_an_older_day_never_replaces_a_newer_release(past_seen_from_today):
    shop, before, _, _ = past_seen_from_today
    after = shop.fingerprint()
    assert {name: after[name] for name in before} == before
    assert str(shop.info()["as_of_date"].date()) == TODAY
    told = shop.table("release")
    assert not told["is_current"].any()
    for release in shop.releases_of(PAST):
        info = rows_of(release / "marts.duckdb", "release_info")
        assert str(info["as_of_date"].iloc[0].date()) == PAST


def test_the_ledger_keeps_two_days_side_by_side(past_seen_from_today):
    _, _, before, after = past_seen_from_today
    days = after["as_of_date"].astype(str)
    assert set(days) == {TODAY, PAST}
    same(after[days == TODAY], before)
    assert not after.duplicated(["customer_id", "as_of_date", "model_version"]).any()


def test_a_second_run_replaces_only_its_own_slice_of_the_ledger(past_seen_from_today):
    shop, _, _, first = past_seen_from_today
    second = shop.table("predictions")
    is_past = first["as_of_date"].astype(str) == PAST
    is_past_again = second["as_of_date"].astype(str) == PAST
    same(first[~is_past], second[~is_past_again])
    same(first[is_past], second[is_past_again], CHANGES_EVERY_RUN)
    assert not set(first[is_past]["run_id"]) & set(second["run_id"])


def test_the_log_of_runs_has_a_row_per_scored_day(past_seen_from_today):
    shop = past_seen_from_today[0]
    runs = shop.marts(shop.releases_of(PAST)[-1])["scoring_runs"]
    assert sorted(runs["as_of_date"].astype(str)) == [PAST, TODAY]


@story
def without_champion(shop):
    """Score today once more with nothing trained."""
    (shop.home / "bundles").rename(shop.home / "put away")
    shop.build(*NO_TESTS)
    return shop


def test_before_anything_was_trained_the_annual_run_rate_scores_everybody(
    shop, without_champion
):
    value = without_champion.marts()["customer_value"].set_index("customer_id")
    everybody = shop.marts()["customer_value"]["customer_id"]
    assert value.index.tolist() == everybody.tolist()
    assert set(value["score_source"]) == {"baseline"}
    assert without_champion.info()["model_version"] == "baseline"
    features = shop.table("customer_features").set_index("customer_id")
    expected = (features["spend_365d"] * 90 / 365).clip(lower=0)
    pd.testing.assert_series_equal(
        value["predicted_value"], expected[value.index], check_names=False
    )


def test_the_ledger_keeps_two_models_of_a_day_side_by_side(shop, without_champion):
    ledger = without_champion.table("predictions")
    by_champion = ledger[ledger["score_source"] == "champion"]
    same(by_champion, shop.table("predictions"))
    assert len(ledger) == 2 * len(by_champion)
