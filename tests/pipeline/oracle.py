"""A second opinion by pandas: which lines count, and what is known of a customer.

Slow on purpose: one customer at a time, from the raw lines, by the words of the
descriptions and not by the SQL. An order is an order number on one day; a line is known
from the later of its order day and the day it was recorded.
"""

import numpy as np
import pandas as pd

WINDOWS = (30, 90, 180, 365)
HORIZON_DAYS = 90


def accepted_lines(raw):
    """Lines in the canonical layout that can be trusted, with the days they need."""
    lines = raw.copy()
    for name in ("order_id", "customer_id", "currency"):
        lines[name] = lines[name].str.strip().replace("", None)
    lines["net"] = lines["net_amount"].astype(float)
    known_at = lines[["ordered_at", "recorded_at"]].max(axis=1)
    lines["day"] = lines["ordered_at"].dt.normalize()
    lines["known_day"] = known_at.dt.normalize()
    present = lines[["order_id", "customer_id", "currency", "day", "quantity", "net"]]
    tomorrow = pd.Timestamp.now().normalize() + pd.Timedelta(days=1)
    kind, net = lines["line_type"], lines["net"]
    trusted = (
        present.notna().all(axis=1)
        & lines["day"].ge("1990-01-01")
        & lines["known_day"].le(tomorrow)
        & lines["quantity"].ne(0)
        & lines["quantity"].between(-1e9, 1e9)
        & net.abs().le(10_000_000)
        & kind.isin(["sale", "return", "adjustment"])
        & ~(kind.eq("sale") & (net.lt(0) | lines["quantity"].lt(0)))
        & ~(kind.eq("return") & net.gt(0))
    )
    return lines[trusted]


def known_lines(lines, as_of):
    """Lines that could be seen on a day."""
    return lines[lines["known_day"] <= pd.Timestamp(as_of)]


def eligible_customers(lines, as_of):
    """Who has bought something for more than nothing by a day."""
    known = known_lines(lines, as_of)
    sales = known[known["line_type"] == "sale"]
    spent = sales.groupby("customer_id")["net"].sum()
    return sorted(spent.index[spent > 0])


def features(lines, as_of):
    """Features of every eligible customer, by customer."""
    as_of = pd.Timestamp(as_of)
    known = known_lines(lines, as_of)
    chosen = known[known["customer_id"].isin(eligible_customers(lines, as_of))]
    orders = dict(iter(orders_of(chosen).groupby("customer_id")))
    rows = {
        customer: {
            **rhythm(orders[customer], as_of),
            **spend(own, orders[customer], as_of),
            **basket(own, orders[customer], as_of),
            **categories(own, orders[customer], as_of),
            **returns(own, orders[customer], as_of),
            **calendar(orders[customer], as_of),
        }
        for customer, own in chosen.groupby("customer_id")
    }
    table = pd.DataFrame.from_dict(rows, orient="index").astype(float)
    return table.rename_axis("customer_id").sort_index()


def orders_of(lines):
    """One row per order: its day, and what its sale lines add up to."""
    sales = lines[lines["line_type"] == "sale"]
    orders = sales.groupby(["customer_id", "order_id", "day"]).agg(
        value=("net", "sum"),
        pieces=("quantity", "sum"),
        lines=("net", "size"),
        known_day=("known_day", "min"),
    )
    return orders.reset_index()


def since(rows, as_of, days):
    """Rows of the last days: as many as named, the as-of date included."""
    return rows[rows["day"] > as_of - pd.Timedelta(days=days)]


def rhythm(orders, as_of):
    days = np.sort(orders["day"].unique())
    gaps = np.diff(days) / np.timedelta64(1, "D")
    recency = (as_of - days[-1]).days
    counts = {
        f"order_count_{window}d": len(since(orders, as_of, window))
        for window in WINDOWS
    }
    return counts | {
        "recency_days": recency,
        "tenure_days": (as_of - days[0]).days,
        "active_span_days": (days[-1] - days[0]) / np.timedelta64(1, "D"),
        "repeat_purchase_days": len(gaps),
        "order_count": len(orders),
        "average_gap_days": gaps.mean() if len(gaps) else None,
        "gap_spread_days": gaps.std(ddof=1) if len(gaps) > 1 else None,
        "recency_to_usual_gap": recency / gaps.mean() if len(gaps) else None,
    }


def spend(own, orders, as_of):
    windows = {
        f"spend_{window}d": since(own, as_of, window)["net"].sum() for window in WINDOWS
    }
    late = windows["spend_90d"]
    early = windows["spend_180d"] - late
    movement = abs(late) + abs(early)
    return windows | {
        "spend_total": own["net"].sum(),
        "average_order_value": orders["value"].mean(),
        "order_value_spread": orders["value"].std(ddof=1),
        "spend_trend_180d": (late - early) / movement if movement > 1e-9 else None,
    }


def basket(own, orders, as_of):
    sales = since(own[own["line_type"] == "sale"], as_of, 365)
    orders = since(orders, as_of, 365)
    pieces = orders["pieces"].sum()
    return {
        "product_count_365d": sales["product_id"].nunique() if len(sales) else None,
        "items_per_order_365d": orders["pieces"].mean(),
        "lines_per_order_365d": orders["lines"].mean(),
        "average_item_price_365d": orders["value"].sum() / pieces if pieces else None,
    }


def categories(own, orders, as_of):
    """Of a day, as far as it was known at a time: the dearest line names an order, and
    the last name in the alphabet the day."""
    sales = since(own[own["line_type"] == "sale"], as_of, 365)
    dearest = sales.sort_values("net").groupby(["order_id", "day", "known_day"]).tail(1)
    names = dearest.groupby(["day", "known_day"])["category"].max().rename("named")
    named = since(orders, as_of, 365).join(names, on=["day", "known_day"])
    counts = named["named"].value_counts()
    return {
        "category_count_365d": names.nunique() if len(sales) else None,
        "top_category_share_365d": counts.max() / len(named) if len(named) else None,
    }


def undecided_customers(lines):
    """Who has an order with two dearest lines, of different categories."""
    sales = lines[lines["line_type"] == "sale"]
    orders = sales.groupby(["customer_id", "order_id", "day", "known_day"])
    dearest = sales[sales["net"] == orders["net"].transform("max")]
    names = dearest.groupby(["customer_id", "order_id", "day", "known_day"])["category"]
    several = names.nunique().loc[lambda count: count > 1]
    return set(several.index.get_level_values("customer_id"))


def returns(own, orders, as_of):
    sent_back = own[own["line_type"] == "return"]
    lately = -since(sent_back, as_of, 365)["net"].sum()
    sold = since(orders, as_of, 365)["value"].sum()
    ever = -sent_back["net"].sum()
    last = sent_back["day"].max()
    return {
        "return_amount_365d": lately,
        "return_share_365d": lately / sold if sold else None,
        "return_share_total": ever / orders["value"].sum(),
        "return_recency_days": (as_of - last).days if len(sent_back) else None,
    }


def calendar(orders, as_of):
    a_year_ago = as_of - pd.Timedelta(days=365)
    ahead = orders[
        (orders["day"] > a_year_ago)
        & (orders["day"] <= a_year_ago + pd.Timedelta(days=HORIZON_DAYS))
    ]
    return {
        "weekend_order_share": (orders["day"].dt.day_of_week >= 5).mean(),
        "season_ahead_order_count": len(ahead),
        "season_ahead_spend": ahead["value"].sum(),
    }
