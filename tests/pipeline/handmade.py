"""Order lines made by hand: customers and mistakes that a test wants to meet again."""

from datetime import datetime
from decimal import Decimal

import pyarrow as pa

AN_ORDINARY_LINE = {
    "order_id": "H1",
    "customer_id": "H-one-time",
    "ordered_at": "2025-03-03 10:00",
    "product_id": "P0001",
    "category": "garden",
    "quantity": 2,
    "gross_amount": "30.00",
    "net_amount": "25.50",
    "line_type": "sale",
    "currency": "EUR",
    "recorded_at": None,
    "source_name": "by hand",
}


def line(order_id, customer_id, ordered_at, net_amount="25.50", **others):
    """A line like the ordinary one, but for what is given."""
    given = {"order_id": order_id, "customer_id": customer_id}
    given |= {"ordered_at": ordered_at, "net_amount": net_amount}
    return AN_ORDINARY_LINE | given | others


def table(lines, schema):
    """Lines as an Arrow table."""
    return pa.Table.from_pylist([typed(values) for values in lines], schema)


def typed(values):
    kinds = {
        "ordered_at": datetime.fromisoformat,
        "recorded_at": datetime.fromisoformat,
    }
    kinds |= {"gross_amount": Decimal, "net_amount": Decimal}
    converted = {
        name: kind(values[name]) for name, kind in kinds.items() if values[name]
    }
    return values | converted


RETURN = {"line_type": "return", "quantity": -1}

# What a shop's customers can look like at the edges.
CUSTOMERS = [
    line("H1", "H-one-time", "2025-03-03 10:00"),
    line("H1", "H-one-time", "2025-03-03 10:00", product_id="P0002"),
    line("H2", " H-padded ", "2025-04-04 10:00"),
    line("H3", "H-padded", "2025-05-05 10:00", "10.00"),
    line("H4", "H-only-returns", "2025-05-05 10:00", "-10.00", **RETURN),
    line("H5", "H-gifts-only", "2025-05-05 10:00", "0.00"),
    line("H6", "H-all-sent-back", "2025-01-05 10:00", "70.00"),
    line("H7", "H-all-sent-back", "2025-01-25 10:00", "-70.00", **RETURN),
    # one order in three parts, the last two of them recorded late
    line("H8", "H-late-parts", "2025-06-20 10:00", "10.00"),
    line("H8", "H-late-parts", "2025-06-20 10:00", "20.00",
         recorded_at="2025-06-25 09:00"),
    line("H8", "H-late-parts", "2025-06-20 10:00", "40.00",
         recorded_at="2025-07-10 09:00"),
    line("H9", "H-late-parts", "2025-02-01 10:00", "5.00"),
    # known on the last second of a day that is scored, and on the first of the next
    line("H10", "H-last-second", "2025-06-30 23:59:59", "11.00"),
    line("H11", "H-last-second", "2025-07-01 00:00:00", "13.00"),
    line("H12", "H-last-second", "2025-06-29 12:00", "17.00",
         recorded_at="2025-07-01 00:00:00"),
    # on the edges of the windows that end on 30 June 2025
    *(
        line(f"H-edge-{day}", "H-edges", f"{day} 12:00", "1.00")
        for day in (
            "2024-06-30", "2024-07-01", "2024-09-28", "2024-09-29", "2025-01-01",
            "2025-01-02", "2025-04-01", "2025-04-02", "2025-05-31", "2025-06-01",
        )
    ),
]  # fmt: skip

# Lines that cannot be trusted, and why.
MISTAKES = {
    "ordered_at: missing or not a timestamp": line("B1", "H-bad", None),
    "ordered_at: before the setting earliest_order_date": line(
        "B2", "H-bad", "1970-01-01 00:00"
    ),
    "ordered_at or recorded_at: after the files were written": line(
        "B3", "H-bad", "2099-01-01 00:00"
    ),
    "customer_id: missing": line("B4", "  ", "2025-03-03 10:00"),
    "order_id: missing": line("", "H-bad", "2025-03-03 10:00"),
    "quantity: missing or not a whole number": line(
        "B6", "H-bad", "2025-03-03 10:00", quantity=None
    ),
    "quantity: zero": line("B7", "H-bad", "2025-03-03 10:00", quantity=0),
    "quantity: beyond 1000000000": line(
        "B16", "H-bad", "2025-03-03 10:00", quantity=-(2**63)
    ),
    "net_amount: missing or not a number": line(
        "B8", "H-bad", "2025-03-03 10:00", None
    ),
    "net_amount: beyond the setting largest_line_amount": line(
        "B9", "H-bad", "2025-03-03 10:00", "10000000.01"
    ),
    "line_type: not sale, return or adjustment": line(
        "B10", "H-bad", "2025-03-03 10:00", line_type="swap"
    ),
    "net_amount: a sale below zero": line("B11", "H-bad", "2025-03-03 10:00", "-1.00"),
    "quantity: a sale below zero": line(
        "B17", "H-bad", "2025-03-03 10:00", quantity=-2
    ),
    "net_amount: a return above zero": line(
        "B12", "H-bad", "2025-03-03 10:00", "1.00", **RETURN
    ),
    "currency: missing": line("B13", "H-bad", "2025-03-03 10:00", currency=None),
}

LINES = [*CUSTOMERS, *MISTAKES.values()]
