"""One pass over a delivery, through the pipeline's own staging models.

It keeps a few narrow columns of each line on disk, and everything else is asked of
those: memory stays small. No customer's id is kept, only its hash.
"""

import logging
import threading
from pathlib import Path
from typing import Any

import duckdb

from ml.doctor.figures import Figures, count
from ml.doctor.files import Delivery
from ml.doctor.sql import attached, literal
from ml.doctor.staging import MEMORY
from ml.doctor.tables import told

log = logging.getLogger("ml")
POLL_SECONDS = 0.2
SAY_EVERY = 50  # polls

LINES = """
create table lines as
select
    hash(customer_id) as customer,
    hash(lower(customer_id)) as spelling,
    customer_id is null or trim(customer_id) = '' as is_guest,
    hash(order_id, order_date) as order_key,
    order_date,
    cast(net_amount as decimal(18, 4)) as net_amount,
    line_type,
    currency,
    source_name,
    reject_reason,
    hash(
        order_id, customer_id, ordered_at, product_id, category, quantity,
        gross_amount, net_amount, line_type, currency, recorded_at, source_name
    ) as line
from working.main.stg_order_lines
"""
PURCHASES = """
create table purchases as
select
    customer,
    any_value(spelling) as spelling,
    order_date,
    order_key,
    bool_or(line_type = 'sale') as is_sale,
    sum(net_amount) as net_amount
from lines where reject_reason is null
group by customer, order_date, order_key
"""
CUSTOMERS = """
create table customers as
with days as (
    select
        customer,
        any_value(spelling) as spelling,
        order_date,
        count(*) filter (where is_sale) as order_count,
        sum(net_amount) as net_amount
    from purchases
    group by customer, order_date
)
select
    customer,
    any_value(spelling) as spelling,
    count(*) filter (where order_count > 0) as purchase_days,
    sum(order_count) as order_count,
    sum(net_amount) as net_amount
from days
group by customer
"""


def measure(database: Path, delivery: Delivery) -> Figures:
    """Read every line once, and count.

    Parameters
    ----------
    database : Path
        In which `make_views` made the views.
    delivery : Delivery
        What is read.

    Raises
    ------
    SourceError
        A line, or the file, cannot be read at all.
    """
    scratch = str(database.parent)
    settings: dict[str, Any] = {"memory_limit": MEMORY, "temp_directory": scratch}
    settings |= {"threads": 2, "preserve_insertion_order": False}
    store = str(database.with_name("lines.duckdb"))
    try:
        with duckdb.connect(store, config=settings) as session:
            session.execute("set TimeZone = 'UTC'")
            session.execute("set enable_progress_bar = true")
            session.execute("set enable_progress_bar_print = false")
            session.execute(f"attach '{database}' as working (read_only)")
            for file in delivery.files if delivery.kind == "duckdb" else ():
                session.execute(
                    f"attach {literal(file)} as {attached(file)} (read_only)"
                )
            with_progress(session, LINES)
            session.execute(PURCHASES)
            session.execute(CUSTOMERS)
            return count(session)
    except duckdb.Error as error:
        raise told(delivery.path, error) from error


def with_progress(session: duckdb.DuckDBPyConnection, query: str) -> None:
    """Run a query, and say how far it is where a person waits."""
    failed: list[duckdb.Error] = []

    def run() -> None:
        try:
            session.execute(query)
        except duckdb.Error as error:
            failed.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    polls = 0
    while worker.is_alive():
        worker.join(POLL_SECONDS)
        polls += 1
        share = session.query_progress()
        if polls % SAY_EVERY == 0:
            words = f"{share:.0f}% read" if share > 0 else "still reading"
            log.info("  %s, after %.0f s", words, polls * POLL_SECONDS)
    if failed:
        raise failed[0]
