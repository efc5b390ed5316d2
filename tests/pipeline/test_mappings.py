"""Every format by its fixture: lines and totals as pandas counts them, every trap."""

import mapped_by_hand
import pytest
from workshop import story

FORMATS = list(mapped_by_hand.DECLARED)
ONLY_STAGING = ("--select", "+stg_order_lines", "--indirect-selection", "cautious")


@story
def all_formats(project):
    """All of them at once, as channels of one shop."""
    project.build(*ONLY_STAGING, sources=mapped_by_hand.sources())
    lines = project.table("stg_order_lines")
    return {name: lines[lines["source_name"] == name] for name in FORMATS}


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
