"""Audiences as files: what a spreadsheet would make of the ids in them is said."""

import logging

import duckdb
import pytest
from marts_by_hand import write_release

from ml.home import Home
from ml.publishing.exports import export_audience


@pytest.fixture
def home(tmp_path):
    """A shop of which some ids look like a formula, and some like a number."""
    write_release(tmp_path / "release", change=IDS).rename(
        tmp_path / "release" / "current.duckdb"
    )
    return Home(tmp_path)


ODD_IDS = ["=1+1", "00123", "+49170", "@sum(1)", "-5", "1e5"]
IDS = f"""
    insert into audiences by name
    select any_value(columns(* exclude (audience, customer_id, may_be_written_to))),
        'odd' as audience, unnest({ODD_IDS}) as customer_id, true as may_be_written_to
    from audiences;
"""


def test_ids_arrive_as_they_are(home, tmp_path):
    assert export_audience(home, "odd", tmp_path / "odd.csv") == len(ODD_IDS)
    rows = duckdb.sql(f"from read_csv('{tmp_path}/odd.csv', all_varchar = true)")
    assert sorted(row[0] for row in rows.fetchall()) == sorted(ODD_IDS)


def test_ids_that_a_spreadsheet_would_compute_are_told(home, tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        export_audience(home, "odd", tmp_path / "odd.csv")
    assert "4 customer ids begin with =, +, - or @" in caplog.text
    assert "docs/bi.md" in caplog.text


@pytest.mark.parametrize(
    ("audience", "name"), [("odd", "odd.parquet"), ("win_back", "list.csv")]
)
def test_nothing_is_told_where_nothing_is_computed(
    home, tmp_path, caplog, audience, name
):
    with caplog.at_level(logging.WARNING):
        export_audience(home, audience, tmp_path / name)
    assert caplog.text == ""
