"""Real orders: CDNOW (Fader & Hardie 2001), all rows, against pandas."""

import pandas as pd
import pytest
from workshop import NO_UNIT_TESTS, ROOT, story

FILE = ROOT.parent / "shared" / "data" / "cdnow.parquet"
AS_OF = "1997-09-30"

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason=f"{FILE.name} is not beside the project"
)


@story
def cdnow(project):
    settings = {"source_format": "cdnow", "source_path": str(FILE)}
    project.build(*NO_UNIT_TESTS, **settings, as_of_date=AS_OF)
    return project


@pytest.fixture(scope="module")
def raw():
    return pd.read_parquet(FILE).astype({"dollar_value": float})


@pytest.fixture(scope="module")
def known(raw):
    return raw[pd.to_datetime(raw["date"]) <= AS_OF]


def test_every_row_is_an_order_and_none_is_set_aside(cdnow, raw):
    run = cdnow.marts()["scoring_runs"].iloc[0]
    assert run["line_count"] == run["accepted_line_count"] == len(raw) == 69_659
    days = cdnow.table("customer_days")
    assert days["order_count"].sum() == 69_659  # also the equal rows of a day
    assert len(days) == 67_591
    assert days["net_amount"].astype(float).sum() == pytest.approx(
        raw["dollar_value"].sum()
    )


def test_the_23500_who_had_paid_anything_are_valued(cdnow, known):
    value = cdnow.marts()["customer_value"].set_index("customer_id")
    spent = known.groupby("customer_id")["dollar_value"].sum()
    spent = spent[spent > 0]
    assert sorted(value.index) == sorted(spent.index)
    assert len(value) == 23_500
    assert (value["historic_value"] - spent[value.index]).abs().max() < 1e-6
    assert set(value["currency"]) == {"USD"}


def test_scored_in_the_past_it_grades_itself_by_what_came(cdnow, raw):
    grade = cdnow.marts()["model_scorecard"].iloc[0]
    day = pd.to_datetime(raw["date"])
    start = pd.Timestamp(AS_OF)
    ahead = (day > start) & (day <= start + pd.Timedelta(days=90))
    eligible = cdnow.marts()["customer_value"]["customer_id"]
    came = raw[ahead & raw["customer_id"].isin(eligible)]["dollar_value"].sum()
    assert grade["realised_value"] == pytest.approx(came)
    assert grade["score_source"] == "baseline"
