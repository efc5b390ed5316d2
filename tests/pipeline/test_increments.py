"""Deliveries in pieces, and runs that were killed, end like one full rebuild."""

import random
import shutil
import signal

import handmade
import pandas as pd
import pytest
from workshop import (
    CHANGES_EVERY_RUN,
    MARTS,
    NO_TESTS,
    NO_UNIT_TESTS,
    OF_HISTORY,
    OF_MOVEMENT,
    same,
    story,
)

CORRECTED = "orders_2025-03.parquet"
KILLED_AT = [
    "START sql incremental model main.customer_days",
    "OK created sql incremental model main.customer_days",
    "START python table model main.release",
]
COMPARED = [mart for mart in MARTS if mart not in OF_HISTORY]
NOT_COMPARED = [*CHANGES_EVERY_RUN, *OF_MOVEMENT]
FOLDED = ["customer_days", "rejected_lines", "customer_features"]

# Lines for old days, in a file that comes last.
LATE = [
    handmade.line("L1", "C0000002", "2024-02-29 10:00", "44.00",
                  recorded_at="2025-12-20 08:00"),
    handmade.line("H1", "H-one-time", "2025-03-03 10:00", "9.00",
                  recorded_at="2025-12-20 08:00"),
    handmade.line("H3", "H-padded", "2025-05-05 10:00", "3.00"),
    handmade.line("L2", "H-came-late", "2025-05-05 10:00", "8.00"),
    handmade.line("L3", "H-came-late", "2025-05-06 10:00", quantity=0),
]  # fmt: skip

# A delivery by mistake: gone before the last run.
WRONG = [
    handmade.line("W1", "C0000003", "2025-05-07 10:00", "99999.00"),
    handmade.line("W2", "H-of-another-shop", "2023-08-08 10:00", "50.00"),
    handmade.line("W3", "H-of-another-shop", "2025-05-07 10:00", quantity=0),
]


def correct(shop):
    """Write a month again: lines gone, amounts changed, a customer mended."""
    lines = pd.read_parquet(shop.orders / CORRECTED)
    lines = lines.iloc[5:].copy()
    sales = lines.index[lines["line_type"] == "sale"]
    lines.loc[sales[:10], "net_amount"] += 1
    lines.loc[sales[10:20], "customer_id"] = "H-mended"
    lines.loc[sales[20:25], "quantity"] = 0
    shop.deliver(CORRECTED, lines)


@story
def delivered_in_pieces(shop):
    """Deliver the monthly files in random order, with mistakes that are put right."""
    shop.answer_anew().forget_builds()
    later = shop.folder / "later"
    shop.orders.rename(later)
    shop.orders.mkdir()
    names = sorted(path.name for path in later.iterdir())
    names.remove(CORRECTED)
    random.Random(5).shuffle(names)
    third = len(names) // 3
    move(later, shop.orders, [*names[:third], CORRECTED])
    shop.deliver("orders_wrong.parquet", WRONG)
    shop.build(*NO_TESTS)
    move(later, shop.orders, names[third : 2 * third])
    shop.build(*NO_TESTS)
    move(later, shop.orders, names[2 * third :])
    shop.deliver("orders_late.parquet", LATE)
    (shop.orders / "orders_wrong.parquet").unlink()
    correct(shop)
    shop.build(*NO_UNIT_TESTS)
    return shop


def move(source, target, names):
    for name in names:
        shutil.move(source / name, target / name)


@story
def killed_and_run_again(shop):
    """Kill runs half-way, each further on, then run plainly."""
    shop.answer_anew()
    correct(shop)
    shop.deliver("orders_late.parquet", LATE)
    before = shop.fingerprint()
    killed = [(shop.kill_build(at), shop.fingerprint()) for at in KILLED_AT]
    shop.build(*NO_UNIT_TESTS)
    return shop, killed, before


@story
def rebuilt(shop):
    """Read everything at once in a fresh home."""
    correct(shop)
    shop.deliver("orders_late.parquet", LATE)
    shop.forget_builds().build(*NO_TESTS)
    return shop


@pytest.mark.parametrize("table", FOLDED)
def test_deliveries_in_pieces_end_like_a_full_rebuild(
    delivered_in_pieces, rebuilt, table
):
    same(delivered_in_pieces.table(table), rebuilt.table(table))


@pytest.mark.parametrize("mart", COMPARED)
def test_marts_of_deliveries_in_pieces_are_those_of_a_full_rebuild(
    delivered_in_pieces, rebuilt, mart
):
    shop = delivered_in_pieces
    same(last_run(shop, mart), last_run(rebuilt, mart), NOT_COMPARED)


def test_the_corrections_are_seen(delivered_in_pieces):
    days = delivered_in_pieces.table("customer_days").set_index("customer_id")
    assert {"H-mended", "H-came-late"} <= set(days.index)
    assert "H-of-another-shop" not in days.index
    assert days["sale_amount"].max() < 99999


@pytest.mark.parametrize("table", FOLDED)
def test_a_killed_run_is_made_good_by_the_next(killed_and_run_again, rebuilt, table):
    same(killed_and_run_again[0].table(table), rebuilt.table(table))


@pytest.mark.parametrize("mart", COMPARED)
def test_marts_after_a_killed_run_are_those_of_a_full_rebuild(
    killed_and_run_again, rebuilt, mart
):
    shop = killed_and_run_again[0]
    same(last_run(shop, mart), last_run(rebuilt, mart), NOT_COMPARED)


def test_a_killed_run_leaves_the_last_release_as_it_was(killed_and_run_again):
    _, killed, before = killed_and_run_again
    assert [run.code for run, _ in killed] == [-signal.SIGKILL] * len(KILLED_AT)
    for _, after in killed:
        for name in ("current.duckdb", "parquet"):
            assert after[name] == before[name]


def last_run(shop, mart):
    """Rows of a mart that belong to the current release's date."""
    rows = shop.marts()[mart]
    if mart in ("scoring_runs", "feature_drift"):
        rows = rows[rows["as_of_date"] == shop.info()["as_of_date"]]
    return rows
