"""Real orders: UCI Online Retail II (data set 502), all rows, against pandas."""

import pandas as pd
import pytest
from workshop import NO_UNIT_TESTS, ROOT, story

FILE = ROOT.parent / "shared" / "data" / "online_retail_II.parquet"
AS_OF = "2011-05-31"

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason=f"{FILE.name} is not beside the project"
)


@story
def online_retail(project):
    project.build(
        *NO_UNIT_TESTS,
        source_format="online_retail",
        source_path=str(FILE),
        as_of_date=AS_OF,
    )
    return project


@pytest.fixture(scope="module")
def raw():
    return pd.read_parquet(FILE).drop(columns="source_sheet")


@pytest.fixture(scope="module")
def accepted(raw):
    """Lines that count: known customer, first of its copies, a price and a quantity."""
    lines = raw[~raw.duplicated()]
    adjustment = lines["Invoice"].str.startswith("A")
    cancelled = lines["Invoice"].str.startswith("C") | (lines["Quantity"] < 0)
    lines = lines.assign(
        net=lines["Quantity"] * lines["Price"], is_sale=~cancelled & ~adjustment
    )
    return lines[
        lines["Customer ID"].notna()
        & (lines["Quantity"] != 0)
        & ((lines["Price"] > 0) | adjustment)
        & ~(cancelled & ~adjustment & (lines["net"] > 0))
    ]


@pytest.fixture(scope="module")
def known(accepted):
    day_after = pd.Timestamp(AS_OF) + pd.Timedelta(days=1)
    lines = accepted[accepted["InvoiceDate"] < day_after]
    return lines.assign(customer=lines["Customer ID"].astype(int).astype(str))


def test_each_of_the_4933_eligible_customers_is_valued_exactly_once(
    online_retail, known
):
    value = online_retail.marts()["customer_value"]
    assert len(value) == 4933
    assert value["customer_id"].nunique() == 4933
    assert set(value["as_of_date"].astype(str)) == {AS_OF}
    sales = known[known["is_sale"]]
    assert sorted(value["customer_id"]) == sorted(sales["customer"].unique())


def test_every_line_is_accepted_or_set_aside(online_retail, raw, accepted):
    run = online_retail.marts()["scoring_runs"].iloc[0]
    assert run["line_count"] == len(raw) == 1_067_370
    assert run["accepted_line_count"] == len(accepted)
    assert run["rejected_line_count"] == len(raw) - len(accepted)
    summary = online_retail.marts()["rejected_line_summary"]
    assert summary["line_count"].sum() == len(raw) - len(accepted)


def test_cancellations_are_netted(online_retail, known):
    value = online_retail.marts()["customer_value"].set_index("customer_id")
    spent = known.groupby("customer")["net"].sum()[value.index]
    assert (value["historic_value"] - spent).abs().max() < 0.01


def test_postage_and_the_like_are_recognisable_by_their_kind(online_retail):
    kinds = online_retail.table("stg_order_lines", "distinct category")["category"]
    assert {"goods", "postage", "test", "fee"} <= set(kinds)
