"""Orders in, marts out: what `make build` leaves, against pandas on the raw files."""

import json

import duckdb
import handmade
import oracle
import pandas as pd
import pytest
from workshop import BIN, CUSTOMERS, MAKE, MARTS, NO_UNIT_TESTS, green, rows_of, story

LAST_COMPLETE_DAY = "2025-12-30"  # orders reach to the 31st, whose evening may be open


@pytest.fixture(scope="module")
def marts(shop):
    return shop.marts()


@pytest.fixture(scope="module")
def lines(shop):
    return oracle.accepted_lines(shop.raw_lines())


def test_the_documented_commands_end_with_the_first_rows_of_each_mart(shop):
    words = (shop.folder / "building.txt").read_text()
    assert "Completed successfully" in words
    assert "Marts: home/release/current.duckdb" in words
    assert all(f"\n{mart} — " in words for mart in [*MARTS, "release_info"])
    assert "SCORING_HOME=home" in words.rsplit("From now on", 1)[1]


@story
def documented(project):
    """Ask for the documentation where nothing was built yet."""
    green(project.run(MAKE, "docs", f"BIN={BIN}", f"--old-file={BIN}/.runs"))
    return (project.folder / "target" / "static_index.html").read_text()


def test_the_documentation_needs_no_build(documented):
    assert "What each customer is expected to be worth in the horizon" in documented


def test_training_says_how_the_challenger_did(shop):
    words = (shop.folder / "training.txt").read_text()
    assert "Out of time" in words
    assert "annual run rate" in words


def test_the_release_opens_read_only_and_holds_every_mart(shop):
    with duckdb.connect(str(shop.release / "current.duckdb"), read_only=True) as reader:
        tables = {name for (name,) in reader.execute("show tables").fetchall()}
    assert tables == {*MARTS, "release_info"}


def test_the_parquet_files_hold_the_same_rows(shop):
    for name in [*MARTS, "release_info"]:
        file = shop.release / "parquet" / f"{name}.parquet"
        with duckdb.connect(str(shop.release / "current.duckdb")) as reader:
            query = f"(from {name} except all from '{file}')"
            other = f"(from '{file}' except all from {name})"
            assert reader.execute(f"{query} union all {other}").fetchall() == []
        rows = rows_of(shop.release / "current.duckdb", name)
        # no horizon has passed yet
        is_later = name in ("value_calibration", "model_scorecard", "campaign_lift")
        assert rows.empty == is_later


def test_the_release_says_which_run_data_and_model_it_holds(shop, lines):
    info = shop.info()
    manifest = json.loads((shop.bundle / "manifest.json").read_text())
    assert info["bundle_sha256"] == manifest["sha256"]
    assert info["learnt_customer_count"] == manifest["training"]["customers"]
    assert info["test_capture"] == manifest["metrics"]["challenger"]["capture"]
    assert (
        (shop.bundle / "model_card.md")
        .read_text()
        .startswith(f"# Model card: {shop.bundle.name}\n")
    )
    assert info["model_version"] == shop.bundle.name
    assert str(info["as_of_date"].date()) == LAST_COMPLETE_DAY
    assert info["currency"] == "EUR"
    last_known = lines[["ordered_at", "recorded_at"]].max().max()
    assert str(last_known.date() - pd.Timedelta(days=1)) == LAST_COMPLETE_DAY


def test_every_eligible_customer_is_in_each_customer_mart_exactly_once(marts, lines):
    eligible = oracle.eligible_customers(lines, LAST_COMPLETE_DAY)
    assert len(eligible) > 0.9 * CUSTOMERS
    segments = marts["customer_segments"]
    buyers = segments[segments["order_count"] > 0]
    for mart in (marts["customer_value"], buyers):
        assert sorted(mart["customer_id"]) == eligible
    others = segments[segments["order_count"] == 0]["customer_id"]
    assert {"H-only-returns", "H-gifts-only"} <= set(others)


def test_every_line_read_is_accepted_or_rejected(shop, marts, lines):
    run = marts["scoring_runs"].iloc[0]
    assert run["line_count"] == len(shop.raw_lines())
    assert run["accepted_line_count"] == len(lines)
    assert run["rejected_line_count"] == len(shop.raw_lines()) - len(lines)
    rejected = marts["rejected_line_summary"]["line_count"].sum()
    assert rejected == run["rejected_line_count"]
    assert shop.table("customer_days")["line_count"].sum() == len(lines)


@pytest.mark.parametrize("reason", handmade.MISTAKES)
def test_a_line_that_cannot_be_trusted_is_set_aside_with_its_reason(marts, reason):
    summary = marts["rejected_line_summary"]
    by_hand = summary[summary["file_name"].str.endswith("orders_by_hand.parquet")]
    found = by_hand["column_name"] + ": " + by_hand["reason"]
    assert by_hand[found == reason]["line_count"].tolist() == [1]


@story
def blank_currency(shop):
    """Deliver a line whose currency is blank, not null, beside a good one."""
    blank = handmade.line("B14", "H-bad", "2025-03-03 11:00", currency=" ")
    good = handmade.line("B15", "H-good", "2025-03-03 11:00")
    shop.deliver("orders_blank.parquet", [blank, good])
    return shop.try_build(*NO_UNIT_TESTS), shop


def test_a_line_with_a_blank_currency_is_set_aside_and_stops_nobody(blank_currency):
    run, shop = blank_currency
    assert run.code == 0, run.words[-2000:]
    rejected = shop.table("rejected_lines", where="order_id = 'B14'")
    assert rejected["column_name"].tolist() == ["currency"]
    assert shop.info()["currency"] == "EUR"


def test_customers_at_the_edges_are_told_apart(marts):
    value = marts["customer_value"].set_index("customer_id")
    assert not {"H-only-returns", "H-gifts-only", "H-bad"} & set(value.index)
    assert value.loc["H-one-time", "is_one_time_buyer"]
    assert value.loc["H-one-time", "historic_value"] == 51
    assert not value.loc["H-padded", "is_one_time_buyer"]
    assert value.loc["H-all-sent-back", "historic_value"] == 0
    assert value.loc["H-late-parts", "historic_value"] == 75


def test_historic_value_is_the_net_amount_of_the_known_lines(marts, lines):
    known = oracle.known_lines(lines, LAST_COMPLETE_DAY)
    spent = known.groupby("customer_id")["net"].sum()
    value = marts["customer_value"].set_index("customer_id")["historic_value"]
    pd.testing.assert_series_equal(
        value, spent[value.index], check_names=False, check_index_type=False
    )


def test_segments_add_up_to_the_customers_behind_them(marts):
    summary = marts["segment_summary"].set_index("rfm_segment")
    both = marts["customer_segments"].merge(
        marts["customer_value"], on="customer_id", how="left"
    )
    segments = both.groupby("rfm_segment")
    assert summary["customer_count"].to_dict() == segments.size().to_dict()
    for ours, theirs in [("spend", "spend"), ("predicted_value", "predicted_value")]:
        found = summary[ours] - segments[theirs].sum()
        assert found.abs().max() <= 0.005 * summary["customer_count"].max()
    for share in ("customer_share", "spend_share", "predicted_value_share"):
        assert summary[share].sum() == pytest.approx(1)


def test_describe_says_what_is_champion(shop):
    told = shop.run("python", "-m", "ml", "describe")
    assert told.code == 0
    assert f"Champion   {shop.bundle.name}" in told.words
    assert "net_of_returns in EUR, 90 days ahead" in told.words


@pytest.fixture(scope="module")
def truth(shop, marts):
    """Scores of the champion beside what the generator knows."""
    known = pd.read_parquet(shop.folder / "data" / "sample" / "truth.parquet")
    known["lifetime_end_date"] = pd.to_datetime(known["lifetime_end_date"])
    return marts["customer_value"].merge(known, on="customer_id")


def test_predicted_values_rank_customers_as_the_truth_does(truth):
    assert set(truth["score_source"]) == {"champion"}
    ranks = truth[["predicted_value", "expected_sale_value_next_90d"]].rank()
    assert ranks.corr().iloc[0, 1] > 0.3


def test_who_seems_to_be_gone_is_gone_and_most_who_are_seem_so(truth, marts):
    told = truth.merge(marts["customer_segments"], on="customer_id")
    gone = ~told["is_alive_at_end"]
    dormant = told["rfm_segment"].isin(["dormant", "previously_loyal"])
    lapsed = told["lifecycle_stage"] == "lapsed"
    # precision, and recall; nobody told at random would do better than the share
    assert gone[dormant].mean() > max(0.6, 1.3 * gone.mean())
    assert lapsed[gone].mean() > max(0.7, 1.3 * lapsed.mean())


def test_customers_long_gone_are_less_likely_active_than_living_ones(truth):
    as_of = pd.Timestamp(LAST_COMPLETE_DAY)
    gone = truth["lifetime_end_date"] < as_of - pd.Timedelta(days=270)
    living = truth["is_alive_at_end"]
    assert gone.sum() > 30
    assert living.sum() > 30
    chance = truth["probability_active"]
    assert chance[gone].mean() < 0.5 * chance[living].mean()
    assert chance[gone].median() < chance[living].median()
