"""The fixtures of every format once more, counted by pandas: lines, and who spent what.

Each function gives how many lines a mapping must make of its fixture, and what every
customer's accepted lines add up to. Nothing here is taken from the mappings.
"""

import json
import re
from pathlib import Path

import pandas as pd

FIXTURES = Path(__file__).with_name("fixtures")

# what is declared of each format, beside its folder
DECLARED = {
    "cdnow": {},
    "dunnhumby": {},
    "fivetran_shopify": {"time_zone": "Europe/Berlin"},
    "generic": {
        "delimiter": ";",
        "encoding": "latin-1",
        "decimal_comma": True,
        "date_format": "%d.%m.%Y %H:%M",
        "currency": "EUR",
        "columns": {"customer_id": "Kunde", "ordered_at": "Datum", "amount": "Betrag"},
    },
    "olist": {},
    "online_retail": {"date_format": "%m/%d/%Y %H:%M"},
    "shopify": {},
    "square": {"time_zone": "America/New_York"},
    "stripe": {"time_zone": "Europe/Berlin"},
    "woocommerce": {},
}


def sources():
    """Every format as a source of its own, named like the format."""
    return [
        {"name": name, "format": name, "path": str(FIXTURES / name), **declared}
        for name, declared in DECLARED.items()
    ]


SETTINGS = {
    "delimiter": "csv_delimiter",
    "encoding": "csv_encoding",
    "currency": "source_currency",
    "columns": "generic_columns",
}


def settings(name):
    """One format alone, in the settings of a shop that has no other."""
    declared = {SETTINGS.get(key, key): value for key, value in DECLARED[name].items()}
    return {"source_format": name, "source_path": str(FIXTURES / name), **declared}


def read(name, **options):
    return pd.read_csv(FIXTURES / name, dtype=str, keep_default_na=False, **options)


def table(name, *key):
    """A table out of one file or several; of rows with one key the last one."""
    folder, _, stem = name.partition("/")
    files = sorted((FIXTURES / folder).glob(f"{stem}*.csv"))
    files = [file for file in files if re.fullmatch(rf"{stem}(_\d+)?", file.stem)]
    rows = pd.concat([read(file) for file in files])
    if "_fivetran_synced" in rows:
        rows = rows.sort_values("_fivetran_synced", kind="stable")
    is_whole = (rows[list(key)] != "").all(axis=1)
    return rows[~(is_whole & rows.duplicated(list(key), keep="last"))]


def spent(lines, customer="customer", amount="amount"):
    """Sum up lines per customer; one without a customer does not count."""
    lines = lines[lines[customer] != ""]
    return lines.assign(net=lines[amount].astype(float)).groupby(customer)["net"].sum()


def cdnow():
    text = (FIXTURES / "cdnow" / "CDNOW_master.txt").read_text()
    words = [line.split() for line in text.splitlines()[1:] if line.strip()]
    lines = pd.DataFrame(words, columns=["customer", "day", "pieces", "amount"])
    return len(lines), spent(lines[lines["day"].str.fullmatch(r"\d{8}")])


def dunnhumby():
    lines = read("dunnhumby/transaction_data.csv")
    sold = lines[lines["QUANTITY"] != "0"]
    return len(lines), spent(sold, "household_key", "SALES_VALUE")


def fivetran_shopify():
    orders = table("fivetran_shopify/order", "id").set_index("id")
    counts = (
        (orders["cancelled_at"] == "")
        & (orders["test"] == "false")
        & (orders["_fivetran_deleted"] == "false")
        & (orders["financial_status"] != "pending")
    )
    lines = table("fivetran_shopify/order_line", "id")
    refunded = table("fivetran_shopify/order_line_refund", "id")
    adjusted = table("fivetran_shopify/order_adjustment", "id")
    totals = dict.fromkeys(lines["id"], 0.0)
    for line in lines.itertuples():
        totals[line.id] += int(line.quantity) * float(line.price)
    discounts = table("fivetran_shopify/discount_allocation", "order_line_id", "index")
    for discount in discounts.itertuples():
        totals[discount.order_line_id] -= float(discount.amount)
    included = lines.set_index("id")["order_id"].map(orders["taxes_included"])
    taxes = table("fivetran_shopify/tax_line", "order_line_id", "index")
    for tax in taxes.itertuples():
        if included[tax.order_line_id] == "true":
            totals[tax.order_line_id] -= float(tax.price)
    for back in refunded.itertuples():
        tax = float(back.total_tax) if included[back.order_line_id] == "true" else 0
        totals[back.order_line_id] -= float(back.subtotal) - tax
    person = orders["customer_id"].where(
        orders["customer_id"] != "", orders["email"].str.lower()
    )
    lines["amount"] = lines["id"].map(totals)
    is_shipping = adjusted["kind"] == "shipping_refund"
    count = len(lines) + len(refunded) + len(adjusted)
    lines = pd.concat([lines[lines["amount"] < 1e7], adjusted[~is_shipping]])
    lines["customer"] = lines["order_id"].map(person[counts]).fillna("")
    return count, spent(lines)


def generic():
    lines = read("generic/kasse.csv", sep=";", encoding="latin-1")
    day = pd.to_datetime(lines["Datum"], format="%d.%m.%Y %H:%M", errors="coerce")
    lines["amount"] = lines["Betrag"].str.replace(".", "").str.replace(",", ".")
    has_comma = lines["Betrag"].str.contains(",")  # 12.34 is no German number
    return len(lines), spent(lines[day.notna() & has_comma], "Kunde")


def olist():
    items = table("olist/olist_order_items_dataset", "order_id", "order_item_id")
    orders = table("olist/olist_orders_dataset", "order_id")
    people = table("olist/olist_customers_dataset", "customer_id")
    paid = orders[~orders["order_status"].isin(["canceled", "unavailable"])]
    lines = items.merge(paid).merge(people)
    return len(items), spent(lines, "customer_unique_id", "price")


def online_retail():
    lines = read("online_retail/online_retail.csv", encoding="utf-8-sig")
    lines["customer"] = lines["CustomerID"].str.removesuffix(".0")
    lines["amount"] = lines["Quantity"].astype(int) * lines["UnitPrice"].astype(float)
    return len(lines), spent(lines[~lines.duplicated()])


def shopify():
    rows = read("shopify/orders_export_1.csv")
    orders = rows[rows["Total"] != ""].copy()
    for name in ("Subtotal", "Shipping", "Taxes", "Total", "Refunded Amount"):
        orders[name] = orders[name].astype(float)
    is_paid = (
        ~orders["Financial Status"].isin(["pending", "voided"])
        & (orders["Cancelled at"] == "")
        & ~orders["Payment Method"].str.contains("Bogus")
    )
    beside = (orders["Total"] - orders["Subtotal"] - orders["Shipping"]).round(2)
    holds_tax = (beside >= 0) & (beside < orders["Taxes"])
    net = orders["Subtotal"] - orders["Taxes"].where(holds_tax, 0)
    kept = 1 - (orders["Refunded Amount"] / orders["Total"]).fillna(0)
    orders = orders.assign(amount=net * kept, customer=orders["Email"].str.lower())
    refunds = (orders["Refunded Amount"] > 0).sum()
    return len(rows) + refunds, spent(orders[is_paid & (net < 1e7)])


def square():
    folder = FIXTURES / "square"
    texts = "".join(file.read_text() for file in folder.glob("*.jsonl")).splitlines()
    orders = sorted(map(json.loads, texts), key=lambda order: order.get("version", 0))
    orders = list({order["id"]: order for order in orders}.values())
    orders += json.loads((folder / "search_orders.json").read_text())["orders"]
    who = {order["id"]: order.get("customer_id", "") for order in orders}
    lines, count = [], 0
    for order in orders:
        sold = [(1, who[order["id"]], item) for item in order.get("line_items", [])]
        for back in order.get("returns", []):
            customer = who[back["source_order_id"]]
            sold += [(-1, customer, item) for item in back["return_line_items"]]
        count += max(len(sold), 1)
        for sign, customer, item in sold if order["state"] == "COMPLETED" else []:
            cents = item["total_money"]["amount"] - item["total_tax_money"]["amount"]
            whole = item["total_money"]["currency"] == "JPY"
            lines.append((customer, sign * cents / (1 if whole else 100)))
    return count, spent(pd.DataFrame(lines, columns=["customer", "amount"]))


def stripe():
    charges, refunds = table("stripe/charges", "id"), table("stripe/refunds", "id")
    unit = charges["currency"].map({"jpy": 1, "mga": 1, "kwd": 1000}).fillna(100)
    left = charges["amount"].astype(int) - charges["amount_refunded"].astype(int)
    charges = charges.assign(
        amount=left / unit,
        customer=charges["customer_id"].where(
            charges["customer_id"] != "", charges["receipt_email"].str.lower()
        ),
    )
    is_paid = (
        (charges["status"] == "succeeded")
        & (charges["captured"] == "true")
        & (charges["livemode"] == "true")
    )
    undated = (charges["amount_refunded"] != "0") & ~charges["id"].isin(
        refunds["charge_id"]
    )
    return len(charges) + len(refunds) + undated.sum(), spent(charges[is_paid])


def woocommerce():
    rows = read("woocommerce/orders-export.csv")
    rows["customer"] = rows["billing_email"].str.lower()
    amounts = ["item_total", "item_total_tax", "item_refunded"]
    amounts += ["order_total", "refunded_total"]
    rows[amounts] = rows[amounts].astype(float)
    rate = (rows["item_total_tax"] / rows["item_total"]).fillna(0)
    rows["with_tax"] = rows["item_refunded"] * (1 + rate)
    rows["amount"] = rows["item_total"] - rows["item_refunded"]
    rests = 0
    for _, order in rows.groupby("order_id"):
        first, told = order.iloc[0], order["with_tax"].sum()
        rest = first["refunded_total"] - told
        kept = 1 - rest / (first["order_total"] - told) if rest > 0.05 else 1
        kept = 0 if first["status"] == "refunded" else kept
        rows.loc[order.index, "amount"] *= kept
        rests += kept < 1
    unpaid = ["failed", "wc-on-hold", "cancelled"]
    count = len(rows) + (rows["item_refunded"] > 0).sum() + rests
    return count, spent(rows[~rows["status"].isin(unpaid)])


def has_foreign_lines(name, customer):
    """Whether some of a customer's lines are not in dollars."""
    if name == "stripe":
        charges = read("stripe/charges.csv")
        return customer in set(charges[charges["currency"] != "usd"]["customer_id"])
    return name == "square" and customer == "CU1"
