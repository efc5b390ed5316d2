"""The pandas way: the same features, estimator and marts in data frames."""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow.dataset import dataset

from ml.bundles.bundle import load_champion

KEY = "customer_id"


def main(orders: str, as_of_date: str) -> None:
    """Score the shop in a folder of Parquet files; the results go to SCORING_HOME."""
    home, day = Path(os.environ["SCORING_HOME"]), pd.Timestamp(as_of_date)
    lines = read_lines(orders)
    rejected = lines[KEY].isna() | (lines["quantity"] == 0)
    lines[rejected].groupby(lines[rejected][KEY].isna()).size()
    known = (lines["ordered_at"] < day + pd.Timedelta(days=1)) & (
        lines["recorded_at"] < day + pd.Timedelta(days=1)
    )
    lines = lines[~rejected & known]
    features = make_features(fold(lines), day)
    features["product_count_365d"] = count_products(lines, day)
    bundle = load_champion(home / "bundles")
    if bundle is None:
        sys.exit("no champion")
    scores = bundle.model.predict(features[list(bundle.features)].astype(float))
    write_marts(features, scores, home)


def read_lines(orders: str) -> pd.DataFrame:
    """Read the columns needed; amounts as floats, for decimals are slow objects."""
    names = ["order_id", KEY, "ordered_at", "recorded_at", "product_id",
             "category", "quantity", "net_amount", "line_type"]  # fmt: skip
    table = dataset(orders).to_table(columns=names)
    amounts = table["net_amount"].cast("float64")
    table = table.set_column(names.index("net_amount"), "net_amount", amounts)
    lines: pd.DataFrame = table.to_pandas(self_destruct=True)
    few = ["product_id", "category", "line_type"]
    return lines.astype(dict.fromkeys(few, "category"))


def count_products(lines: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Different products of the last 365 days, per customer."""
    since = as_of.normalize() - pd.Timedelta(days=364)
    sold = lines[(lines["line_type"] == "sale") & (lines["ordered_at"] >= since)]
    return sold[[KEY, "product_id"]].drop_duplicates()[KEY].value_counts()


def fold(lines: pd.DataFrame) -> pd.DataFrame:
    """Sum lines up per customer and day."""
    sale, back = lines["line_type"] == "sale", lines["line_type"] == "return"
    amount = lines["net_amount"]
    lines = lines.assign(
        day=lines["ordered_at"].dt.normalize(),
        sale_lines=sale.astype("int32"),
        items=lines["quantity"].where(sale, 0),
        sale_amount=amount.where(sale, 0.0),
        return_amount=-amount.where(back, 0.0),
        net_amount=amount,
    )
    sums = ["sale_lines", "items", "sale_amount", "return_amount", "net_amount"]
    by_order = lines.groupby([KEY, "order_id", "day"], sort=False)[sums].sum()
    dearest = (
        lines[sale].sort_values("net_amount").drop_duplicates("order_id", keep="last")
    )
    category = dearest.set_index("order_id")["category"]
    by_order = by_order.reset_index()
    by_order["category"] = by_order["order_id"].map(category)
    by_order["order_count"] = (by_order["sale_lines"] > 0).astype(int)
    by_order["squared"] = by_order["sale_amount"] ** 2
    sums += ["order_count", "squared"]
    days = by_order.groupby([KEY, "day"], sort=False)[sums].sum()
    days["category"] = by_order.groupby([KEY, "day"], sort=False)["category"].first()
    return days.reset_index()


def make_features(days: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """One row of features per customer."""
    days = days.assign(age=(as_of - days["day"]).dt.days)
    bought = days[days["sale_lines"] > 0].sort_values([KEY, "day"])
    bought = bought.assign(gap=bought.groupby(KEY)["day"].diff().dt.days)
    groups = bought.groupby(KEY)
    out = pd.DataFrame(
        {
            "recency_days": groups["age"].min(),
            "tenure_days": groups["age"].max(),
            "repeat_purchase_days": groups["gap"].count(),
            "order_count": groups["order_count"].sum(),
            "gap_spread_days": groups["gap"].std(),
        }
    )
    out["active_span_days"] = out["tenure_days"] - out["recency_days"]
    out["average_gap_days"] = out["active_span_days"] / out["repeat_purchase_days"]
    out["recency_to_usual_gap"] = out["recency_days"] / out["average_gap_days"]
    for window in (30, 90, 180, 365):
        inside = bought[bought["age"] < window]
        count = inside.groupby(KEY)["order_count"].sum()
        out[f"order_count_{window}d"] = count.reindex(out.index).fillna(0)
        spend = days[days["age"] < window].groupby(KEY)["net_amount"].sum()
        out[f"spend_{window}d"] = spend.reindex(out.index).fillna(0)
    totals = days.groupby(KEY)[
        ["net_amount", "sale_amount", "return_amount", "squared"]
    ]
    totals = totals.sum().reindex(out.index)
    out["spend_total"] = totals["net_amount"]
    out["average_order_value"] = totals["sale_amount"] / out["order_count"]
    spread = totals["squared"] - out["order_count"] * out["average_order_value"] ** 2
    out["order_value_spread"] = np.sqrt(spread.clip(lower=0) / (out["order_count"] - 1))
    before = out["spend_180d"] - out["spend_90d"]
    out["spend_trend_180d"] = (out["spend_90d"] - before) / (
        out["spend_90d"].abs() + before.abs()
    )
    out = _season(_baskets(_returns(out, days, totals), bought), bought, as_of)
    return out.replace([np.inf, -np.inf], np.nan)


def _returns(
    out: pd.DataFrame, days: pd.DataFrame, totals: pd.DataFrame
) -> pd.DataFrame:
    year = days[days["age"] < 365].groupby(KEY)[["return_amount", "sale_amount"]].sum()
    year = year.reindex(out.index)
    back = days[days["return_amount"] > 0].groupby(KEY)["age"].min()
    return out.assign(
        return_amount_365d=year["return_amount"].fillna(0),
        return_share_365d=year["return_amount"] / year["sale_amount"],
        return_share_total=totals["return_amount"] / totals["sale_amount"],
        return_recency_days=back.reindex(out.index),
    )


def _baskets(out: pd.DataFrame, bought: pd.DataFrame) -> pd.DataFrame:
    year = bought[bought["age"] < 365]
    sums = year.groupby(KEY)[
        ["order_count", "sale_lines", "items", "sale_amount"]
    ].sum()
    by_category = year.groupby([KEY, "category"])["order_count"].sum().groupby(KEY)
    weekend = (
        bought[bought["day"].dt.day_of_week >= 5].groupby(KEY)["order_count"].sum()
    )
    ahead = bought[bought["age"].between(275, 364)].groupby(KEY)
    return out.assign(
        items_per_order_365d=sums["items"] / sums["order_count"],
        lines_per_order_365d=sums["sale_lines"] / sums["order_count"],
        average_item_price_365d=sums["sale_amount"] / sums["items"],
        category_count_365d=by_category.size(),
        top_category_share_365d=by_category.max() / sums["order_count"],
        weekend_order_share=weekend.reindex(out.index).fillna(0) / out["order_count"],
        season_ahead_order_count=ahead["order_count"]
        .sum()
        .reindex(out.index)
        .fillna(0),
        season_ahead_spend=ahead["sale_amount"].sum().reindex(out.index).fillna(0),
    )


def _season(
    out: pd.DataFrame, bought: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    established = out[out["tenure_days"] >= 365]
    year = bought[(bought["age"] < 365) & bought[KEY].isin(established.index)]
    orders, spend = year["order_count"].sum(), year["sale_amount"].sum()
    return out.assign(
        shop_day_of_year=as_of.day_of_year,
        shop_established_customer_count=len(established),
        shop_season_ahead_order_share=established["season_ahead_order_count"].sum()
        / orders,
        shop_season_ahead_spend_share=established["season_ahead_spend"].sum() / spend,
    )


def write_marts(features: pd.DataFrame, scores: pd.DataFrame, home: Path) -> None:
    """Tiers, segments and their summary, as Parquet."""
    value = scores.assign(historic_value=features["spend_total"])
    value["value_percentile"] = value["predicted_value"].rank(pct=True)
    tiers = [-0.1, 0.5, 0.8, 0.95, 1.01]
    names = ["low_touch", "nurture", "grow", "protect"]
    value["value_tier"] = pd.cut(value["value_percentile"], tiers, labels=names)
    segments = pd.DataFrame(index=features.index)
    measures = {"r": -features["recency_days"], "f": features["order_count"],
                "m": features["spend_total"]}  # fmt: skip
    for name, measure in measures.items():
        rank = (measure.rank(method="min") - 1) / max(len(measure) - 1, 1)
        segments[name] = np.minimum(1 + np.floor(5 * rank), 5).astype(int)
    segments["fm"] = (segments["f"] + segments["m"] + 1) // 2
    grid = pd.read_csv("seeds/rfm_segments.csv").query("naming == 'shopify'")
    grid = grid.rename(columns={"recency_score": "r", "frequency_monetary_score": "fm"})
    segments = segments.reset_index().merge(grid, on=["r", "fm"])
    value.reset_index().to_parquet(home / "customer_value.parquet")
    segments.to_parquet(home / "customer_segments.parquet")
    summary = segments.merge(value.reset_index(), on=KEY).groupby("rfm_segment")
    summary["predicted_value"].agg(["size", "sum"]).to_parquet(home / "summary.parquet")


if __name__ == "__main__":
    main(*sys.argv[1:])
