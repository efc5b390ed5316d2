"""Real orders: UCI Online Retail II (data set 502), all rows, against pandas."""

import re

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


# --- the report page, from the raw file ---------------------------------------


@pytest.fixture(scope="module")
def page(online_retail):
    """Text of the report page, one line per piece."""
    html = (online_retail.release / "report.html").read_text()
    html = re.sub(r"(?s)<(style|script|svg)\b.*?</\1>", "", html)
    return [
        " ".join(text.split()) for text in re.split("<[^>]*>", html) if text.strip()
    ]


@pytest.fixture(scope="module")
def rated(known):
    """What the annual run rate says of each customer, in pounds: a quarter's share."""
    customers = known[known["is_sale"]]["customer"].unique()
    year = known[known["InvoiceDate"] >= pd.Timestamp(AS_OF) - pd.Timedelta(days=364)]
    spent = year.groupby("customer")["net"].sum().reindex(customers, fill_value=0.0)
    return (spent * 90 / 365).clip(lower=0)


def beside(page, label, *, at=1):
    """What stands on the page after a label."""
    return page[page.index(label) + at]


def pounds(amount):
    return f"{amount:,.0f} GBP"


def test_ten_figures_of_the_page_are_those_of_the_raw_file(
    page, raw, accepted, known, rated
):
    sales = known[known["is_sale"]]
    customers = sales["customer"].nunique()
    spent = known[known["customer"].isin(sales["customer"])]
    aside = len(raw) - len(accepted)
    last = sales.groupby("customer")["InvoiceDate"].max().dt.normalize()
    best = rated.idxmax()
    row = page.index(best, page.index("Most valuable, worth keeping", 20))
    top = rated.nlargest(-(-customers // 10)).sum() / rated.sum()

    assert beside(page, "Customers") == f"{customers:,}"
    assert f"they have spent {pounds(spent['net'].sum())} so far" in " ".join(page)
    assert beside(page, "Expected in the next 90 days") == pounds(rated.sum())
    assert f"The top 10% of customers hold {top:.0%} of predicted value" in page
    assert beside(page, "Lines read") == f"{len(raw):,}"
    assert beside(page, "Lines set aside") == f"{aside:,}"
    assert f"{aside / len(raw):.0%} of all lines could not be trusted" in " ".join(page)
    # who is expected to spend most: so far, in the next quarter, and how long silent
    assert page[row + 1] == pounds(spent[spent["customer"] == best]["net"].sum())
    assert page[row + 2] == pounds(rated.max())
    assert page[row + 5] == f"{(pd.Timestamp(AS_OF) - last[best]).days:,}"
    # why lines were set aside
    copies = raw[raw["Customer ID"].notna()].duplicated().sum()
    unknown = raw["Customer ID"].isna().sum()
    assert beside(page, "customer id: missing") == f"{unknown:,}"
    assert beside(page, "line: exact duplicate of another line") == f"{copies:,}"
    most = f"{unknown / aside:.0%} of the lines set aside have one reason"
    assert any(text.startswith(most) for text in page)
