"""A home that an older version of the project has built goes on."""

import duckdb
import pytest
from workshop import CHANGES_EVERY_RUN, NO_UNIT_TESTS, OF_TODAY, same, story

# columns that tables of a home did not always have
LATER = [
    ("told_dates", ["value_basis", "currency", "horizon_days"]),
    ("feature_drift", ["value_basis", "currency", "is_age"]),
    ("rfm_segments", ["naming"]),
]
LEFT_BEHIND = "predictions__dbt_tmp20250101"


def tables_of(shop):
    with duckdb.connect(str(shop.home / "working.duckdb"), read_only=True) as reader:
        names = reader.sql("select table_name from duckdb_tables()").fetchall()
    return {name for (name,) in names}


@story
def an_older_home(shop):
    """Take away what newer versions have brought, and build again."""
    with duckdb.connect(str(shop.home / "working.duckdb")) as session:
        for table, columns in LATER:
            for column in columns:
                session.execute(f"alter table {table} drop column {column}")
        session.execute(f"create table {LEFT_BEHIND} as from predictions")
    shop.build(*NO_UNIT_TESTS)
    return shop


@pytest.mark.parametrize(("table", "columns"), LATER)
def test_new_columns_are_there(an_older_home, table, columns):
    assert set(columns) <= set(an_older_home.table(table).columns)


def test_what_was_told_before_is_not_forgotten(shop, an_older_home):
    before, after = shop.table("told_dates"), an_older_home.table("told_dates")
    assert set(before["as_of_date"]) <= set(after["as_of_date"])


@pytest.mark.parametrize("mart", OF_TODAY)
def test_marts_are_those_of_a_newer_home(shop, an_older_home, mart):
    same(an_older_home.marts()[mart], shop.marts()[mart], CHANGES_EVERY_RUN)


def test_a_run_leaves_no_table_behind(shop, an_older_home):
    """A second scoring goes through a table of its own, also in older homes."""
    assert not [name for name in tables_of(an_older_home) if "__dbt_" in name]
    assert not [name for name in tables_of(shop) if "__dbt_" in name]
