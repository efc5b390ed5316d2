"""Metrics by name: what MetricFlow answers of a release is what its marts hold."""

import io
from itertools import chain

import duckdb
import pandas as pd
import pytest
import yaml
from workshop import BIN, ROOT, Shop, green, story

from report.worth import LEAST_CHANCE, MOST_CHANCE

MF = BIN / "mf"
pytestmark = pytest.mark.skipif(not MF.exists(), reason="dbt-metricflow is not there")

ASKED = {
    "of segments": "customers,predicted_value,historic_value,value_at_risk,"
    "active_probability --group-by customer__rfm_segment",
    "shares": "segment_share --group-by segment__rfm_segment",
    "of tiers": "customers --group-by customer__value_tier",
    "of all": "customers,predicted_value",
    "of grades": "realised_value,graded_predicted_value,calibration_ratio "
    "--group-by metric_time",
}
# two graded dates; a tier holds the same customers as the tenths, and a second model
# scored them too: neither may count them again
GRADES = """
    insert into value_calibration by name
    select *, as_of_date || '/' || model_version as slice_id
    from (values
        (date '2025-03-31', 'a', true, 'predicted_decile', '01', 120.0, 100.0),
        (date '2025-03-31', 'a', true, 'predicted_decile', '02', 30.0, 50.0),
        (date '2025-03-31', 'a', true, 'value_tier', 'grow', 150.0, 150.0),
        (date '2025-03-31', 'b', false, 'predicted_decile', '01', 99.0, 110.0),
        (date '2025-03-31', 'b', false, 'predicted_decile', '03', 50.0, 40.0),
        (date '2025-06-30', 'a', true, 'predicted_decile', '01', 80.0, 60.0),
        (date '2025-06-30', 'b', true, 'predicted_decile', '02', 90.0, 60.0)
    ) as rows (
        as_of_date, model_version, is_out_of_time, group_kind, group_name,
        predicted_value, realised_value
    )
"""
GRADED = pd.DataFrame(
    {
        "realised_value": [150.0, 60.0],
        "graded_predicted_value": [150.0, 90.0],
        "calibration_ratio": [1.0, 1.5],
    },
    index=["2025-03-31", "2025-06-30"],
)


class Reading(Shop):
    """A shop of whose release, and of nothing else, metrics are asked."""

    @property
    def environment(self):
        asked = {"SCORING_TARGET": "release", "DBT_PROFILES_DIR": "."}
        return super().environment | asked


@story
def answered(shop):
    """Ask metrics of a release that somebody reads, without a working database."""
    (shop.home / "working.duckdb").unlink()
    file = shop.release / "current.duckdb"
    file.chmod(0o644)
    with duckdb.connect(str(file)) as release:
        release.execute("delete from value_calibration")
        release.execute(GRADES)
    asking = Reading(shop.folder)
    green(asking.run("dbt", "parse"))
    answers = {}
    with duckdb.connect(str(file), read_only=True):  # who writes would have to wait
        for name, asked in ASKED.items():
            out = shop.folder / f"{name}.csv"
            metrics, *group = asked.split(" ")
            green(asking.run("mf", "query", "--metrics", metrics, *group, "--csv", out))
            answers[name] = pd.read_csv(io.StringIO(out.read_text()))
    return shop, answers


@pytest.fixture
def answers(answered):
    return answered[1]


@pytest.fixture
def customers(answered):
    marts = answered[0].marts()
    found = marts["customer_value"].merge(
        marts["customer_segments"][["customer_id", "rfm_segment"]], on="customer_id"
    )
    chance = found["probability_active"]
    slipping = (chance >= LEAST_CHANCE) & (chance < MOST_CHANCE)
    return found.assign(
        at_risk=(found["predicted_value"] * (1 - chance) / chance).where(slipping, 0)
    )


def test_figures_of_segments_are_those_of_their_customers(answers, customers):
    ours = customers.groupby("rfm_segment").agg(
        customers=("customer_id", "count"),
        predicted_value=("predicted_value", "sum"),
        historic_value=("historic_value", "sum"),
        value_at_risk=("at_risk", "sum"),
        active_probability=("probability_active", "mean"),
    )
    theirs = answers["of segments"].set_index("customer__rfm_segment").sort_index()
    pd.testing.assert_frame_equal(
        ours, theirs[ours.columns], check_names=False, check_dtype=False
    )


def test_shares_of_segments_add_up(answered):
    shop, answers = answered
    theirs = answers["shares"].set_index("segment__rfm_segment")["segment_share"]
    everybody = shop.marts()["customer_segments"]  # also who has never bought
    ours = everybody["rfm_segment"].value_counts(normalize=True)
    pd.testing.assert_series_equal(
        ours.sort_index(), theirs.sort_index(), check_names=False
    )


def test_a_metric_without_a_group_is_that_of_everybody(answers, customers):
    assert answers["of all"]["customers"].tolist() == [len(customers)]
    assert answers["of tiers"]["customers"].sum() == len(customers)


def test_what_came_and_how_right_it_was_are_those_of_the_graded_tenths(answers):
    theirs = answers["of grades"].set_index("metric_time__day").sort_index()
    theirs.index = theirs.index.str[:10]
    pd.testing.assert_frame_equal(GRADED, theirs[GRADED.columns], check_names=False)


def test_every_metric_is_asked_for():
    queries = [query.split(" ")[0].split(",") for query in ASKED.values()]
    text = (ROOT / "models" / "metrics" / "_metrics.yml").read_text()
    known = {metric["name"] for metric in yaml.safe_load(text)["metrics"]}
    assert set(chain.from_iterable(queries)) == known
