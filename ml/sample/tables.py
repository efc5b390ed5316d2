"""The sample shop's lines and truth as Arrow tables, and the files of the lines."""

from datetime import date
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ml.sample.catalogue import CATEGORIES, Catalogue
from ml.sample.customers import (
    GUEST,
    KINDS,
    SECONDS_PER_DAY,
    Customers,
    Ints,
    SeasonClock,
    expected_sales,
)
from ml.sample.orders import Lines

MADE_BY = {b"made_by": b"customer-scoring sample shop"}  # in every file's metadata
HORIZON_DAYS = 90
ORDERS_PER_BLOCK = 1_000_000  # order numbers set aside for a block
LINE_TYPES = ("sale", "return", "adjustment")
ORDER_PREFIXES = ("O", "R", "A")
LINES_IN_MEMORY = 1_500_000  # about 200 MB
FEW_VALUES = ["category", "line_type", "currency", "source_name", "product_id"]

DATE = pa.date32()
MONEY = pa.decimal128(18, 2)
LINE_SCHEMA = pa.schema(
    {
        "order_id": pa.string(),
        "customer_id": pa.string(),
        "ordered_at": pa.timestamp("us"),
        "product_id": pa.string(),
        "category": pa.string(),
        "quantity": pa.int64(),
        "gross_amount": MONEY,
        "net_amount": MONEY,
        "line_type": pa.string(),
        "currency": pa.string(),
        "recorded_at": pa.timestamp("us"),
        "source_name": pa.string(),
    },
    metadata=MADE_BY,
)
TRUTH_SCHEMA = pa.schema(
    {
        "customer_id": pa.string(),
        "kind": pa.string(),
        "first_ordered_at": pa.timestamp("us"),
        "purchase_rate_per_day": pa.float64(),
        "lifetime_end_date": DATE,
        "is_alive_at_end": pa.bool_(),
        "mean_order_value": pa.float64(),
        "expected_sale_value_next_90d": pa.float64(),
    },
    metadata=MADE_BY,
)


def lines_table(
    lines: Lines,
    customer_ids: pa.Array,
    catalogue: Catalogue,
    *,
    first_day: date,
    first_order: int,
) -> pa.Table:
    """Return `lines` as a table of `LINE_SCHEMA`, one row per line, in their order.

    Parameters
    ----------
    lines
        What to convert.
    customer_ids
        Of the block's customers, null for guests; see `customer_ids_of`.
    catalogue
        What `lines.product` points to.
    first_day
        Start of the shop's seconds.
    first_order
        Number of the block's first order.
    """
    names = pa.array(CATEGORIES)
    prefix = pa.array(ORDER_PREFIXES).take(pa.array(lines.line_type))
    product = pa.array(lines.product)
    columns = {
        "order_id": _numbered(prefix, first_order + lines.order, width=10),
        "customer_id": customer_ids.take(pa.array(lines.owner)),
        "ordered_at": _timestamps(lines.ordered_at, first_day),
        "product_id": _numbered("P", catalogue.number, width=4).take(product),
        "category": names.take(pa.array(catalogue.category)).take(product),
        "quantity": pa.array(lines.quantity),
        "gross_amount": _money(lines.gross_cents),
        "net_amount": _money(lines.net_cents),
        "line_type": pa.array(LINE_TYPES).take(pa.array(lines.line_type)),
        "currency": pa.repeat("EUR", lines.order.size),
        "recorded_at": _timestamps(lines.recorded_at, first_day),
        "source_name": pa.repeat("sample", lines.order.size),
    }
    return pa.table(columns, schema=LINE_SCHEMA)


def customer_ids_of(customers: Customers, first_customer: int) -> pa.Array:
    """Return the customers' ids, null for guests; shape (customers and guests,)."""
    number = first_customer + np.arange(customers.kind.size)
    ids = _numbered("C", number, width=7)
    return pc.if_else(pa.array(customers.kind == GUEST), None, ids)


def truth_table(
    customers: Customers,
    customer_ids: pa.Array,
    clock: SeasonClock,
    *,
    first_day: date,
    end: int,
) -> pa.Table:
    """Return the truth as a table of `TRUTH_SCHEMA`, one row per customer, no guests.

    `purchase_rate_per_day` holds while the customer is there and on the average of a
    calendar year; `mean_order_value` is net of discounts, before returns and credits;
    `expected_sale_value_next_90d` is explained at `expected_sales`. `end` is in
    seconds since `first_day`.
    """
    kinds = pa.array([kind.name for kind in KINDS])
    leaves_at = _timestamps(customers.leaves_at, first_day)
    later = end + HORIZON_DAYS * SECONDS_PER_DAY
    columns = {
        "customer_id": customer_ids,
        "kind": kinds.take(pa.array(customers.kind)),
        "first_ordered_at": _timestamps(customers.first_at, first_day),
        "purchase_rate_per_day": customers.orders_per_day,
        "lifetime_end_date": pc.cast(pc.floor_temporal(leaves_at, unit="day"), DATE),
        "is_alive_at_end": customers.leaves_at >= end,
        "mean_order_value": customers.mean_order_value,
        "expected_sale_value_next_90d": expected_sales(clock, customers, end, later),
    }
    table = pa.table(columns, schema=TRUTH_SCHEMA)
    return table.filter(pa.array(customers.kind != GUEST))


def _numbered(prefix: pa.Array | str, number: Ints, width: int) -> pa.Array:
    """Return ids: the prefix and the number, filled with zeros to `width`."""
    digits = pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def _timestamps(seconds: Ints, first_day: date) -> pa.Array:
    """Return seconds since the first day as timestamps, UTC without a zone."""
    start = np.datetime64(first_day, "us")
    return pa.array(start + seconds.astype("timedelta64[s]"))


def _money(cents: Ints) -> pa.Array:
    """Return cents as decimals: 128-bit integers, low half first, sign extended."""
    halves = np.stack([cents, cents >> 63], axis=1)
    return pa.Array.from_buffers(MONEY, cents.size, [None, pa.py_buffer(halves)])


class MonthlyFiles:
    """Open Parquet files, one per calendar month, that lines are appended to."""

    def __init__(self, folder: Path, first_day: date, last_day: date) -> None:
        last = np.datetime64(last_day, "M")
        months = np.arange(np.datetime64(first_day, "M"), last + 1)
        self.line_count = 0
        self._edges = np.append(months, last + 1).astype("datetime64[us]")
        self._waiting: list[pa.Table] = []
        self._files = [
            pq.ParquetWriter(
                folder / f"orders_{month}.parquet",
                LINE_SCHEMA,
                compression="zstd",
                use_dictionary=FEW_VALUES,
            )
            for month in months
        ]

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write what is waiting, unless something failed, and close the files."""
        if kind is None and self._waiting:
            self._write_waiting()
        for file in self._files:
            file.close()

    def append(self, lines: pa.Table) -> None:
        """Take `lines`, in order of time; they are written when enough are there."""
        self._waiting.append(lines)
        self.line_count += lines.num_rows
        if sum(table.num_rows for table in self._waiting) >= LINES_IN_MEMORY:
            self._write_waiting()

    def _write_waiting(self) -> None:
        """Write what is waiting, each line to the file of its month."""
        cuts = [
            np.searchsorted(table["ordered_at"].to_numpy(), self._edges)
            for table in self._waiting
        ]
        for month, file in enumerate(self._files):
            parts = [
                table.slice(cut[month], cut[month + 1] - cut[month])
                for table, cut in zip(self._waiting, cuts, strict=True)
            ]
            file.write_table(pa.concat_tables(parts))
        self._waiting.clear()
