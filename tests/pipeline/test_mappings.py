"""Every format by its fixture: lines and totals as pandas counts them, every trap."""

import shutil

import mapped_by_hand
import pytest
from workshop import same, story

FORMATS = list(mapped_by_hand.DECLARED)
ONLY_STAGING = ("--select", "+stg_order_lines", "--indirect-selection", "cautious")


@story
def all_formats(project):
    """All of them at once, as channels of one shop."""
    project.build(*ONLY_STAGING, sources=mapped_by_hand.sources())
    lines = project.table("stg_order_lines")
    found = {name: lines[lines["source_name"] == name] for name in FORMATS}
    return found | {"with_tax_and_shipping": project.table("stg_mapped_lines")}


# Ada of the web shop is customer cus_1 of the payments, and household 2375.
PEOPLE = """source_name,customer_id,person_id
shopify,ada@example.com,Ada
stripe,cus_1,Ada
dunnhumby,2375,Ada
"""
# none for the Brazilian real, and none for the yen in July
RATES = """month,currency,reporting_currency,rate
{dollars}
2025-06-01,JPY,EUR,0.006
2025-06-01,KWD,EUR,3
2025-06-01,ISK,EUR,0.007
2025-06-01,MGA,EUR,0.0002
2025-05-01,GBP,EUR,1.2
2010-12-01,GBP,EUR,1.25
2011-12-01,GBP,EUR,1.25
"""
DOLLAR_MONTHS = [
    *("1997-01", "1997-03", "2000-01", "2001-05"),
    *("2025-03", "2025-06", "2025-07"),
]
DOLLAR = 0.5


@story
def one_release_of_all(project):
    """The same channels to a release: one currency, and one person in three of them."""
    (project.home / "people.csv").write_text(PEOPLE)
    dollars = "\n".join(f"{month}-01,USD,EUR,{DOLLAR}" for month in DOLLAR_MONTHS)
    rates = project.folder / "seeds" / "exchange_rates.csv"
    rates.write_text(RATES.format(dollars=dollars))
    project.build(
        sources=mapped_by_hand.sources(),
        identity_path="home/people.csv",
        reporting_currency="EUR",
        last_day_is_complete=True,
        # what has no rate, and two huge lines among few
        accept_delivery=["many_rejected", "large_amounts"],
    )
    return project


def accepted(lines):
    return lines[lines["reject_reason"].isna()]


@pytest.mark.parametrize("name", FORMATS)
def test_lines_and_totals_are_those_that_pandas_counts(all_formats, name):
    count, totals = getattr(mapped_by_hand, name)()
    lines = all_formats[name]
    assert len(lines) == count
    found = accepted(lines).astype({"net_amount": float})
    found = found.groupby("customer_id")["net_amount"].sum()
    assert sorted(found.index) == sorted(f"{name}:{one}" for one in totals.index)
    for customer, total in totals.items():
        assert found[f"{name}:{customer}"] == pytest.approx(total, abs=0.0005)


# what is set aside of each fixture, and how often
REASONS = {
    "cdnow": {"ordered_at: missing or not a timestamp": 1},
    "dunnhumby": {"quantity: zero": 1},
    "fivetran_shopify": {
        "test: a test order": 1,
        "cancelled_at: cancelled": 2,
        "financial_status: not paid": 1,
        "order: deleted": 1,
        "customer_id: missing": 1,
        "ordered_at: missing or not a timestamp": 1,
        "net_amount: beyond the setting largest_line_amount": 1,
    },
    "generic": {
        "customer_id: missing": 1,
        "net_amount: missing or not a number": 1,
        "ordered_at: missing or not a timestamp": 1,
    },
    "olist": {
        "order_status: not paid, or cancelled": 1,
        "ordered_at: missing or not a timestamp": 1,
    },
    "online_retail": {
        "line: exact duplicate of another line": 1,
        "customer_id: missing": 2,
    },
    "shopify": {
        "customer_id: missing": 1,
        "Cancelled at: cancelled": 1,
        "Financial Status: not paid": 1,
        "Payment Method: a test order": 1,
        "net_amount: beyond the setting largest_line_amount": 1,
    },
    "square": {
        "customer_id: missing": 1,
        "state: not COMPLETED": 2,
        "line_items: none": 1,
    },
    "stripe": {
        "status: refund failed": 1,
        "customer_id: missing": 1,
        "status: not succeeded": 1,
        "captured: not captured": 1,
        "livemode: a test charge": 1,
    },
    "woocommerce": {
        "status: not paid": 2,
        "status: cancelled, or never an order": 1,
        "customer_id: missing": 1,
    },
}


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_set_aside_is_told_why(all_formats, name):
    assert dict(all_formats[name]["reject_reason"].value_counts()) == REASONS[name]


@pytest.mark.parametrize(
    ("name", "order", "time"),
    [
        ("shopify", "#1001", "2025-03-03 23:50"),  # the shop's own, not UTC's next day
        ("fivetran_shopify", "9001", "2025-04-02 00:30"),
        ("stripe", "ch_2", "2025-06-03 02:00"),  # seconds since 1970
        ("square", "SQ1", "2025-06-30 23:30"),
        ("online_retail", "A563185", "2011-08-12 14:50"),  # month first
        ("dunnhumby", "26984851516", "2000-01-01 00:05"),
    ],
)
def test_times_are_those_of_the_shop_s_clock(all_formats, name, order, time):
    lines = all_formats[name]
    found = lines[lines["order_id"] == f"{name}:{order}"]["ordered_at"]
    assert set(found.astype(str).str[:16]) == {time}


def test_an_order_s_discount_is_shared_out_to_the_last_cent(all_formats):
    lines = all_formats["shopify"].astype({"net_amount": float})
    order = lines[lines["order_id"] == "shopify:#1009"]
    assert round(order["net_amount"].sum(), 4) == 29.99
    assert (order["net_amount"] > 9.99).all()


def test_what_is_sold_by_weight_is_a_piece(all_formats):
    cheese = all_formats["square"].query("product_id == 'Cheese'").iloc[0]
    assert (cheese["quantity"], float(cheese["net_amount"])) == (1, 8.99)


@pytest.mark.parametrize(
    ("order", "tax", "shipping"),
    [
        ("fivetran_shopify:9001", 3.5 + 1, 4.5),
        ("fivetran_shopify:9003", -0.7, 0),  # the shipping was given back
        ("fivetran_shopify:9002", 0.38, 0),
        ("woocommerce:701", 7.2 + 2.63, 5),
        ("woocommerce:702", 2, 0),
        ("woocommerce:709", 15, 0),  # a quarter given back
        ("woocommerce:710", 0, 0),
    ],
)
def test_tax_and_shipping_come_back_with_a_refund(all_formats, order, tax, shipping):
    lines = all_formats["with_tax_and_shipping"]
    lines = lines[lines["order_id"] == order]
    found = lines[["tax_amount", "shipping_amount"]].astype(float).sum()
    assert list(found) == pytest.approx([tax, shipping])


def test_a_refund_of_an_amount_is_of_its_own_day(all_formats):
    lines = all_formats["fivetran_shopify"].astype({"net_amount": float})
    lines = lines[lines["net_amount"].isin([-7, 2])]
    found = lines[["order_date", "line_type"]].astype(str).apply(tuple, axis=1)
    assert sorted(found) == [("2025-04-20", "return"), ("2025-05-03", "adjustment")]


def test_channels_become_one_release_in_one_currency(one_release_of_all):
    marts = one_release_of_all.marts()
    value = marts["customer_value"]
    assert set(value["currency"]) == {"EUR"}
    run = marts["scoring_runs"].iloc[0]
    assert run["line_count"] == sum(
        getattr(mapped_by_hand, name)()[0] for name in FORMATS
    )
    assert run["line_count"] == run["accepted_line_count"] + run["rejected_line_count"]


def test_a_person_known_in_several_channels_is_one_customer(one_release_of_all):
    value = one_release_of_all.marts()["customer_value"].set_index("customer_id")
    shop, payments, household = (
        getattr(mapped_by_hand, name)()[1]
        for name in ("shopify", "stripe", "dunnhumby")
    )
    yen = 5000
    dollars = shop["ada@example.com"] + payments["cus_1"] - yen + household["2375"]
    spent = value.loc["Ada", "historic_value"]
    assert spent == pytest.approx(dollars * DOLLAR + yen * 0.006, abs=0.001)
    assert "shopify:ada@example.com" not in value.index
    assert "shopify:bo@example.com" in value.index  # known in one channel only


def test_what_has_no_rate_is_set_aside(one_release_of_all):
    reasons = one_release_of_all.table("rejected_lines", "source_name, reason")
    without = reasons[reasons["reason"] == "without a rate in its month"]
    assert dict(without["source_name"].value_counts()) == {"olist": 4, "square": 1}


FOLD = ("--select", "+folded_deliveries", "--indirect-selection", "cautious")
MIXED = ("generic", "square", "stripe")


@story
def corrected_and_removed(project):
    """A CSV file, a folder of tables and JSON: corrected, added to, taken away.

    The returns of an order come before the order itself.
    """
    folder = project.folder / "data"
    shutil.copytree(mapped_by_hand.FIXTURES, folder)
    chosen = [one for one in mapped_by_hand.sources() if one["name"] in MIXED]
    settings = {
        "sources": [one | {"path": str(folder / one["name"])} for one in chosen],
        "reporting_currency": "USD",
        "accept_delivery": ["many_rejected", "empty"],
    }
    orders = folder / "square" / "orders.jsonl"
    not_yet = orders.rename(folder / "not_yet.jsonl")
    project.build(*FOLD, **settings)
    first = project.table("customer_days")
    not_yet.rename(orders)
    change(folder / "generic" / "kasse.csv", "12.34", "12,34", "latin-1")
    change(folder / "stripe" / "refunds.csv", "600,usd", "650,usd")
    (folder / "square" / "search_orders.json").unlink()
    project.build(*FOLD, **settings)
    second = project.table("customer_days"), project.table("rejected_lines")
    project.forget_builds().build(*FOLD, **settings)
    return first, second, project


def change(file, old, new, encoding="utf-8"):
    text = file.read_text(encoding)
    assert old in text
    file.write_text(text.replace(old, new), encoding)


def test_corrected_and_removed_files_come_to_what_a_rebuild_comes_to(
    corrected_and_removed,
):
    first, (days, rejected), rebuilt = corrected_and_removed
    assert not first.equals(days)
    same(days, rebuilt.table("customer_days"))
    same(rejected, rebuilt.table("rejected_lines"))
    kim = days[days["customer_id"] == "stripe:kim@example.com"]
    assert float(kim["net_amount"].sum()) == 25 - 6.5 - 4
