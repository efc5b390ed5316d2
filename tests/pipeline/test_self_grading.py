"""Scores whose horizon has passed grade themselves, against pandas on the raw lines."""

import handmade
import oracle
import pandas as pd
import pytest
from workshop import NO_TESTS, NO_UNIT_TESTS, green, rows_of, same, story

from ml.training import metrics

HORIZON = 90
EARLIER, LATER = "2025-03-31", "2025-06-30"
END_OF_LATER = "2025-09-28"  # the last day of its horizon
TODAY = "2025-12-30"
RULE = "annual run rate"
LATE = [  # in the horizon of the earlier date only
    handmade.line("G1", "H-one-time", "2025-05-05 10:00", "77.00"),
    handmade.line("G2", "C0000001", "2025-05-06 10:00", "11.00",
                  recorded_at="2025-12-31 09:00:00"),
]  # fmt: skip


def grades(shop):
    """What the working database holds of grades, and what the last build graded."""
    names = ("model_scorecard", "value_calibration", "slices_to_grade")
    return {name: shop.table(name) for name in names}


@story
def graded(shop):
    """Score two past days, then today again; then orders come late."""
    shop.build(*NO_TESTS, as_of_date=EARLIER)
    shop.build(*NO_TESTS, as_of_date=LATER)
    steps = {"after the backfill": grades(shop)}
    shop.build(*NO_UNIT_TESTS)
    steps["a day like any other"] = grades(shop)
    before = shop.copy()
    shop.deliver("orders_late.parquet", LATE)
    shop.build(*NO_TESTS)
    steps["after late orders"] = grades(shop)
    settings = f"{{as_of_date: {END_OF_LATER}}}"
    told = green(before.run("python", "-m", "ml", "evaluate", "--vars", settings))
    return shop, steps, before, told.words


@pytest.fixture(scope="module")
def steps(graded):
    return graded[1]


@pytest.fixture(scope="module")
def ledger(graded):
    """Ledger rows of the later past day, beside what came by pandas."""
    shop = graded[2]
    rows = shop.table("predictions", where=f"as_of_date = '{LATER}'")
    lines = oracle.accepted_lines(shop.raw_lines())
    known = oracle.known_lines(lines, TODAY)
    end = pd.Timestamp(LATER) + pd.Timedelta(days=HORIZON)
    came = known[(known["day"] > pd.Timestamp(LATER)) & (known["day"] <= end)]
    sold = came[came["line_type"] == "sale"]
    rows = rows.set_index("customer_id")
    # to the ten-thousandth: sums of floats would break ties
    net = came.groupby("customer_id")["net"].sum().round(4)
    net = net.reindex(rows.index).fillna(0)
    return rows.assign(came=net, active=rows.index.isin(sold["customer_id"]))


@pytest.fixture(scope="module")
def scorecard(steps):
    rows = steps["a day like any other"]["model_scorecard"]
    return rows[rows["as_of_date"] == pd.Timestamp(LATER)].iloc[0]


def test_before_any_horizon_has_passed_nothing_is_graded(shop):
    for name in ("model_scorecard", "value_calibration"):
        assert shop.table(name).empty
        assert shop.marts()[name].empty


def test_a_past_day_grades_itself_in_its_own_build(steps):
    rows = steps["after the backfill"]["model_scorecard"]
    assert rows["as_of_date"].astype(str).tolist() == [EARLIER, LATER]
    assert set(rows["known_until"].astype(str)) == {TODAY}


def test_a_graded_day_is_not_graded_again(steps):
    assert steps["a day like any other"]["slices_to_grade"].empty
    for name in ("model_scorecard", "value_calibration"):
        same(steps["after the backfill"][name], steps["a day like any other"][name])


def test_late_orders_grade_again_the_day_whose_horizon_they_fall_in(steps):
    step = steps["after late orders"]
    regraded = step["slices_to_grade"]["as_of_date"].astype(str)
    assert regraded.tolist() == [EARLIER]
    before, after = (
        steps[name]["model_scorecard"].set_index("as_of_date")["realised_value"]
        for name in ("a day like any other", "after late orders")
    )
    # what was recorded after the last complete day is not known yet
    assert (after - before).round(4).tolist() == [77, 0]


def test_totals_are_those_of_the_ledger_and_of_the_raw_lines(scorecard, ledger):
    assert scorecard["customer_count"] == len(ledger) > 400
    for name, expected in [
        ("realised_value", ledger["came"].sum()),
        ("predicted_value", ledger["predicted_value"].sum()),
        ("baseline_value", ledger["baseline_value"].sum()),
    ]:
        assert scorecard[name] == pytest.approx(expected, abs=1e-4 * len(ledger))


@pytest.mark.parametrize("prefix", ["", "baseline_"])
def test_figures_are_those_of_the_library(scorecard, ledger, prefix):
    value = ledger[prefix + "value" if prefix else "predicted_value"]
    chance, came = ledger[prefix + "probability_active"], ledger["came"]
    error = metrics.expected_calibration_error(chance, ledger["active"])
    expected = {
        "gini": metrics.gini(came.clip(lower=0), value),
        "spearman": metrics.spearman(came, value),
        "top_tenth_capture": metrics.top_capture(came, value),
        "wape": metrics.wape(came, value),
        "auc": metrics.auc(ledger["active"], chance),
        "expected_calibration_error": error,
    }
    found = {name: scorecard[prefix + name] for name in expected}
    assert found == pytest.approx(expected, abs=1e-4)
    exact = ("gini", "spearman", "top_tenth_capture", "auc")
    for name in exact:
        assert found[name] == pytest.approx(expected[name], abs=1e-9)


def test_coverage_is_that_of_the_library(scorecard, ledger):
    expected = metrics.interval_coverage(
        ledger["came"], ledger["predicted_value_lower"], ledger["predicted_value_upper"]
    )
    assert scorecard["interval_coverage"] == pytest.approx(expected)


def test_the_baseline_is_what_was_known_on_the_day(graded, ledger):
    shop = graded[0]
    lines = oracle.accepted_lines(shop.raw_lines())
    spent = oracle.features(lines, LATER)["spend_365d"].clip(lower=0) * HORIZON / 365
    pd.testing.assert_series_equal(
        ledger["baseline_value"].drop(["H-one-time", "C0000001"]),
        spent[ledger.index].drop(["H-one-time", "C0000001"]),
        check_names=False,
    )


SAID = {  # by evaluate, and the column of the scorecard
    "gini": "gini",
    "spearman": "spearman",
    "capture": "top_tenth_capture",
    "total": "predicted_to_realised",
    "wape": "wape",
    "auc": "auc",
    "ece": "expected_calibration_error",
}
INTERVALS = {"coverage": "interval_coverage", "least": "least_decile_coverage"}


def printed(words):
    """Figures of a printed table by the name of the model."""
    lines = words.splitlines()
    header = next(line.split() for line in lines if "gini spearman" in line)
    rows = [line.rsplit(maxsplit=len(header)) for line in lines]
    rows = [row for row in rows if len(row) == len(header) + 1]
    return {row[0].strip(): dict(zip(header, row[1:], strict=True)) for row in rows}


def test_the_scorecard_says_what_evaluate_says(graded, scorecard):
    table = printed(graded[3])
    champion = next(row for name, row in table.items() if name.startswith("champion"))
    for name, column in (SAID | INTERVALS).items():
        assert f"{scorecard[column]:.3f}" == champion[name], name
    for name, column in SAID.items():
        column = "baseline_" + column.removeprefix("predicted_")
        assert f"{scorecard[column]:.3f}" == table[RULE][name], name


def test_realised_values_are_the_outcomes_that_training_would_learn(graded, ledger):
    outcomes = graded[2].table("customer_outcomes", where=f"as_of_date = '{LATER}'")
    outcomes = outcomes.set_index("customer_id").loc[ledger.index]
    assert (outcomes["net_value"] - ledger["came"]).abs().max() < 1e-9
    assert outcomes["is_active"].tolist() == ledger["active"].tolist()


def test_a_model_that_has_seen_the_answer_is_called_so(scorecard):
    assert not scorecard["is_out_of_time"]


def test_deciles_agree_with_pandas(steps, ledger):
    rows = steps["a day like any other"]["value_calibration"]
    rows = rows[rows["as_of_date"] == pd.Timestamp(LATER)]
    rows = rows[rows["group_kind"] == "predicted_decile"].set_index("group_name")
    table = metrics.calibration_by_group(ledger["came"], ledger["predicted_value"])
    assert rows["customer_count"].tolist() == table["row_count"].tolist()
    for ours, theirs in [("predicted", "predicted_mean"), ("realised", "actual_mean")]:
        expected = (table[theirs] * table["row_count"]).tolist()
        assert rows[ours + "_value"].tolist() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("kind", ["value_tier", "rfm_segment"])
def test_groups_are_those_that_marketing_was_told(graded, steps, kind):
    shop = graded[0]
    rows = steps["a day like any other"]["value_calibration"]
    rows = rows[rows["as_of_date"] == pd.Timestamp(LATER)]
    rows = rows[rows["group_kind"] == kind].set_index("group_name")
    mart = "customer_value" if kind == "value_tier" else "customer_segments"
    release = shop.releases_of(LATER)[-1]
    listed = rows_of(release / "marts.duckdb", mart)
    if kind == "rfm_segment":  # who has not bought has a segment, but no prediction
        listed = listed[listed["order_count"] > 0]
    told = listed[kind].value_counts()
    assert rows["customer_count"].to_dict() == told.to_dict()


@story
def graded_baseline(shop):
    """Nothing is trained; the rule scores a past day and is graded like a model."""
    (shop.home / "bundles").rename(shop.home / "put away")
    shop.build(*NO_TESTS, as_of_date=LATER)
    return shop


def test_the_baseline_is_graded_beside_itself(graded_baseline):
    row = graded_baseline.table("model_scorecard").iloc[0]
    assert row["score_source"] == "baseline"
    assert row["is_out_of_time"]
    for name in ("gini", "spearman", "wape", "auc"):
        assert row[name] == row["baseline_" + name]
    assert pd.isna(row["interval_coverage"])


@story
def rebuilt_from_scratch(shop):
    """Two days scored, then everything built with --full-refresh."""
    shop.build(*NO_TESTS, as_of_date=LATER)
    before = grades(shop), shop.table("predictions")
    shop.build(*NO_TESTS, "--full-refresh")
    return before, (grades(shop), shop.table("predictions"))


def test_a_full_refresh_keeps_the_ledger_and_grades_it_to_the_same(
    rebuilt_from_scratch,
):
    (before, ledger), (after, kept) = rebuilt_from_scratch
    is_past = ledger["as_of_date"] == pd.Timestamp(LATER)
    same(ledger[is_past], kept[kept["as_of_date"] == pd.Timestamp(LATER)])
    for name in ("model_scorecard", "value_calibration"):
        same(before[name], after[name])
