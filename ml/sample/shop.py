"""A made-up shop with known truth: order lines in the canonical layout, as Parquet.

It is drawn in blocks of customers, each with dice of its own: memory stays flat, and
the rows do not depend on how they are written.
"""

import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ml.errors import SettingsError
from ml.sample.catalogue import category_popularity, draw_catalogue
from ml.sample.customers import (
    SECONDS_PER_DAY,
    draw_customers,
    draw_orders,
    season_clock,
)
from ml.sample.orders import LONGEST_USUAL_DELAY, draw_lines
from ml.sample.tables import (
    HORIZON_DAYS,
    MADE_BY,
    ORDERS_PER_BLOCK,
    MonthlyFiles,
    customer_ids_of,
    lines_table,
    truth_table,
)

ORDERS_FOLDER = "orders"
TRUTH_FILE = "truth.parquet"
PARTIAL_FOLDER = ".sample_shop_partial"  # what a killed run leaves; the next removes it

CUSTOMERS_PER_BLOCK = 5_000
LONGEST_PERIOD_DAYS = 20 * 366  # one open file per month

Progress = Callable[[int, int], None]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SampleShop:
    """What was written, and where."""

    orders_folder: Path
    truth_path: Path
    first_day: date
    last_day: date
    customer_count: int
    line_count: int


@dataclass(frozen=True)
class Plan:
    """The arguments of a shop; see `write_sample_shop`."""

    customers: int
    last_day: date
    days: int
    seed: int
    lines_per_order: float

    @property
    def first_day(self) -> date:
        """The first day of the shop."""
        return self.last_day - timedelta(days=self.days - 1)

    @property
    def end(self) -> int:
        """Seconds from the start of the first to the end of the last day."""
        return self.days * SECONDS_PER_DAY


def write_sample_shop(
    folder: Path,
    *,
    customers: int = 5000,
    last_day: date = date(2025, 12, 31),
    days: int = 913,
    seed: int = 7,
    lines_per_order: float = 4.0,
    progress: Progress | None = None,
) -> SampleShop:
    """Write a made-up shop and the truth about its customers.

    `folder/orders/orders_YYYY-MM.parquet` has one row per order line;
    `folder/truth.parquet` one row per customer. Both appear when all is written, and
    replace an earlier sample shop. The same arguments give the same rows.

    Parameters
    ----------
    folder
        Where to write; made if it is absent.
    customers
        Customers who place at least one order.
    last_day
        Last day of orders; nothing is dated or recorded after it.
    days
        Length of the period that ends with `last_day`, in days.
    seed
        Of the dice.
    lines_per_order
        Mean number of lines of an order, above 1 and below 10.
    progress
        Called after each block with customers done and customers in all.

    Returns
    -------
    SampleShop
        Paths and counts.

    Raises
    ------
    SettingsError
        If an argument is out of range, or `folder` holds orders or a truth that did
        not come from here.
    """
    plan = Plan(customers, last_day, days, seed, lines_per_order)
    _check(plan)
    _refuse_to_replace_others(folder)
    partial = folder / PARTIAL_FOLDER
    shutil.rmtree(partial, ignore_errors=True)
    (partial / ORDERS_FOLDER).mkdir(parents=True)
    try:
        line_count = _write_blocks(partial, plan, progress)
        _move_into_place(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    logger.info("wrote %s lines of %s customers to %s", line_count, customers, folder)
    return SampleShop(
        orders_folder=folder / ORDERS_FOLDER,
        truth_path=folder / TRUTH_FILE,
        first_day=plan.first_day,
        last_day=last_day,
        customer_count=customers,
        line_count=line_count,
    )


def _check(plan: Plan) -> None:
    """Raise if an argument is out of range."""
    rules = (
        (plan.customers >= 1, "customers must be 1 or more"),
        (1 <= plan.days <= LONGEST_PERIOD_DAYS, "days must be 1 to 7320 (20 years)"),
        (1970 <= plan.last_day.year <= 2200, "last_day must lie in 1970 to 2200"),
        (plan.seed >= 0, "seed must be 0 or more"),
        (1 < plan.lines_per_order < 10, "lines_per_order must be above 1, below 10"),
    )
    broken = [rule for is_kept, rule in rules if not is_kept]
    if broken:
        msg = f"No sample shop was written: {'; '.join(broken)}. Got {plan}."
        raise SettingsError(msg)


def _refuse_to_replace_others(folder: Path) -> None:
    """Raise if `folder` is a file, or holds orders or a truth made by others."""
    if folder.exists() and not folder.is_dir():
        msg = f"{folder} is a file. Name a folder for the sample shop."
        raise SettingsError(msg)
    found = [
        *folder.glob(TRUTH_FILE),
        *folder.glob(f"{ORDERS_FOLDER}/*"),
        *(path for path in folder.glob(ORDERS_FOLDER) if not path.is_dir()),
    ]
    others = sorted(path for path in found if not _is_ours(path))
    if others:
        msg = (
            f"{others[0]} was not made by the sample shop, so nothing was replaced. "
            "Name another folder, or move that file away first."
        )
        raise SettingsError(msg)


def _is_ours(path: Path) -> bool:
    """Tell whether `path` is a Parquet file that bears the sample shop's mark."""
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException):
        return False
    return MADE_BY.items() <= metadata.items()


def _write_blocks(folder: Path, plan: Plan, progress: Progress | None) -> int:
    """Write orders and truth into `folder`; return the number of lines."""
    truths: list[pa.Table] = []
    customers_done = 0
    with MonthlyFiles(folder / ORDERS_FOLDER, plan.first_day, plan.last_day) as orders:
        for lines, truth in _draw_blocks(plan):
            orders.append(lines)
            truths.append(truth)
            customers_done += truth.num_rows
            if progress is not None:
                progress(customers_done, plan.customers)
    pq.write_table(pa.concat_tables(truths), folder / TRUTH_FILE, compression="zstd")
    return orders.line_count


def _draw_blocks(plan: Plan) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield the lines, in order of time, and the truth of each block of customers."""
    starts = range(0, plan.customers, CUSTOMERS_PER_BLOCK)
    dice = np.random.SeedSequence(plan.seed).spawn(1 + len(starts))
    catalogue = draw_catalogue(np.random.default_rng(dice[0]))
    clock = season_clock(plan.first_day, plan.days + HORIZON_DAYS)
    for block, start in enumerate(starts):
        rng = np.random.default_rng(dice[1 + block])
        customers = draw_customers(
            rng,
            clock,
            count=min(CUSTOMERS_PER_BLOCK, plan.customers - start),
            arrive_before=plan.end - 2 * LONGEST_USUAL_DELAY,
            categories=category_popularity(),
        )
        orders = draw_orders(rng, clock, customers, plan.end)
        lines = draw_lines(rng, customers, orders, catalogue, plan.lines_per_order)
        lines = lines.take(np.flatnonzero(lines.recorded_at < plan.end))
        lines = lines.take(np.argsort(lines.ordered_at, kind="stable"))
        ids = customer_ids_of(customers, first_customer=start + 1)
        yield (
            lines_table(
                lines,
                ids,
                catalogue,
                first_day=plan.first_day,
                first_order=block * ORDERS_PER_BLOCK + 1,
            ),
            truth_table(customers, ids, clock, first_day=plan.first_day, end=plan.end),
        )


def _move_into_place(partial: Path, folder: Path) -> None:
    """Put the finished shop where it belongs.

    The old orders go first and the new ones come last, so a run killed in between
    leaves no orders rather than orders beside the truth of another shop.
    """
    orders = folder / ORDERS_FOLDER
    if orders.exists():
        orders.rename(partial / "replaced")
    (partial / TRUTH_FILE).replace(folder / TRUTH_FILE)
    (partial / ORDERS_FOLDER).rename(orders)
