"""Erased customers are nowhere, do not come back, and leave no other row changed."""

import handmade
import pandas as pd
import pytest
from searching import places_with
from workshop import (
    CHANGES_EVERY_RUN,
    NO_TESTS,
    NO_UNIT_TESTS,
    OF_MOVEMENT,
    OF_TODAY,
    green,
    same,
    story,
)

ONE_TIME, ONLY_RETURNS, PADDED = "H-one-time", "H-only-returns", "H-padded"
ON_REQUEST = "erased on request"
# What a release says of the lines that were read, the erased ones included.
COUNTS_OF_LINES = ["line_count", "rejected_line_count"]


def biggest_customer(shop):
    """Who has the most lines, on the most days."""
    return shop.raw_lines()["customer_id"].str.strip().value_counts().index[0]


def erase(shop, *arguments):
    return shop.run("python", "-m", "ml", "erase", *arguments)


def redeliver(shop, ids):
    """Bring the customers again: in a new file, in a changed one, and out of spite."""
    lines = shop.raw_lines()
    theirs = lines[lines["customer_id"].str.strip().isin(ids)]
    again = theirs.assign(order_id="again-" + theirs["order_id"].astype(str))
    again["customer_id"] = "  " + again["customer_id"] + " "
    shop.deliver("orders_again.parquet", again)
    bad = handmade.line("bad-1", ids[0], "2025-03-03 10:00", quantity=0)
    shop.deliver("orders_bad.parquet", [bad])
    touched = shop.orders / "orders_2025-03.parquet"
    shop.deliver(touched.name, pd.read_parquet(touched))


def upgrade_duckdb(shop):
    """Let the list be one that another DuckDB made, whose quick hash is another."""
    file = shop.home / "suppression" / "customers.csv"
    rows = pd.read_csv(file).assign(bucket=7, duckdb_version="v1.4.0")
    rows.to_csv(file, index=False)


def take_out(shop, ids):
    """Do what the retailer does: write the files again without some customers."""
    for file in shop.files():
        lines = pd.read_parquet(file)
        shop.deliver(file.name, lines[~lines["customer_id"].str.strip().isin(ids)])


@story
def erased(shop):
    """Erase four customers of a shop with two releases; build, bring them again."""
    ids = [ONE_TIME, ONLY_RETURNS, PADDED, biggest_customer(shop)]
    shop.build(*NO_TESTS, as_of_date="2025-06-30")
    query = "select * from {{ ref('customer_value') }} where customer_id = '" + ids[-1]
    green(shop.run("dbt", "show", "--inline", query + "'", "--log-level-file", "debug"))
    told = {"ids": ids, "shop": shop, "before": places_with(shop, ids)}
    told["pointer"] = (shop.release / "parquet").readlink()
    told["info"] = shop.info()
    told["looked"] = erase(shop, *ids, "--dry-run")
    told["done"] = erase(shop, *ids)
    told["erased"] = places_with(shop, ids)
    told["pointer after"], told["info after"] = (
        (shop.release / "parquet").readlink(), shop.info()
    )  # fmt: skip
    told["built"] = shop.try_build(*NO_UNIT_TESTS)
    told["next"] = shop.copy()
    redeliver(shop, ids)
    told["redelivered"] = shop.try_build(*NO_UNIT_TESTS)
    told["back"] = places_with(shop, ids)
    told["again"] = shop.copy()
    upgrade_duckdb(shop)
    shop.build(*NO_TESTS, "--full-refresh")
    told["refreshed"] = places_with(shop, ids)
    return told


@story
def never_there(shop):
    """Take the same customers out of the files, and build in a fresh home."""
    ids = [ONE_TIME, ONLY_RETURNS, PADDED, biggest_customer(shop)]
    take_out(shop, ids)
    shop.forget_builds().build(*NO_TESTS)
    return shop


@story
def another_source(shop):
    """Erase a customer; then the shop becomes one of two sources, with longer ids."""
    green(erase(shop, ONE_TIME))
    store = shop.folder / "store"
    store.mkdir()
    pd.DataFrame([handmade.line("S1", "S-new", "2025-12-01 10:00")]).to_csv(
        store / "orders.csv", index=False
    )
    sources = [
        {"name": "web", "format": "canonical", "path": str(shop.orders)},
        {"name": "store", "format": "canonical", "path": str(store)},
    ]
    accepted = ["customers", "shares", "predicted_value", "drift"]
    settings = {"sources": sources, "source_moved": True, "accept_audit": accepted}
    shop.build(*NO_TESTS, **settings)
    return shop.table("customer_days", "distinct customer_id")["customer_id"]


@story
def unfinished(shop):
    """Stop an erasure where it has begun; build; run it again; build."""
    green(erase(shop, ONE_TIME))
    (shop.home / "suppression" / "unfinished").touch()
    stopped = shop.try_build(*NO_TESTS)
    green(erase(shop, ONE_TIME))
    return stopped, shop.try_build(*NO_TESTS)


@story
def without_a_salt(shop):
    """Lose the salt, then the list, and build."""
    green(erase(shop, ONE_TIME))
    runs = []
    for name in ("salt", "customers.csv"):
        file = shop.home / "suppression" / name
        content = file.read_text()
        file.unlink()
        runs.append(shop.try_build(*NO_TESTS))
        file.write_text(content)
    (shop.home / "suppression" / "salt").write_text("0" * 64)
    return [*runs, shop.try_build(*NO_TESTS)]


def test_they_were_everywhere(erased):
    places = " ".join(erased["before"])
    for place in (
        "current.duckdb",
        "history",
        "main.predictions",
        "dbt.log",
        "report.html",
    ):
        assert place in places


def test_the_command_says_where_they_stand_and_names_nobody(erased):
    words = green(erased["looked"]).words
    for place in ("main.predictions", "release", "dbt.log", "yours to clean: data"):
        assert place in words
    assert not any(one in words for one in erased["ids"])


def test_no_byte_and_no_value_is_left(erased):
    green(erased["done"])
    assert erased["erased"] == []


def test_the_current_release_stays_the_current_one(erased):
    assert erased["pointer after"] == erased["pointer"]
    pd.testing.assert_series_equal(erased["info after"], erased["info"])


def test_the_next_build_is_green_and_folds_only_what_it_must(erased):
    words = green(erased["built"]).words
    assert "incremental model main.customer_days" in words


def test_they_do_not_come_back(erased):
    green(erased["redelivered"])
    assert erased["back"] == []
    assert erased["refreshed"] == []


@pytest.mark.parametrize("state", ["next", "again", "shop"])
def test_their_lines_are_counted_and_say_nothing(erased, state):
    shop = erased[state]
    lines = shop.raw_lines()
    theirs = lines["customer_id"].str.strip().isin(erased["ids"]).sum()
    found = shop.table("rejected_lines", where=f"reason = '{ON_REQUEST}'")
    assert len(found) == theirs > 0
    said = ["file_name", "column_name", "reason", "order_date", "source_name"]
    assert found.drop(columns=said).isna().all(axis=None)


@pytest.mark.parametrize("mart", OF_TODAY)
@pytest.mark.parametrize("state", ["next", "again", "shop"])
def test_every_other_row_is_that_of_orders_without_them(
    erased, never_there, state, mart
):
    one, other = rows(erased[state], mart), rows(never_there, mart)
    same(one, other, [*CHANGES_EVERY_RUN, *COUNTS_OF_LINES, *OF_MOVEMENT])


@pytest.mark.parametrize("table", ["customer_days", "customer_features"])
def test_the_fold_is_that_of_orders_without_them(erased, never_there, table):
    for state in ("next", "again", "shop"):
        same(erased[state].table(table), never_there.table(table))


def test_a_lost_salt_or_list_stops_the_build(without_a_salt):
    for run, words in zip(
        without_a_salt, ["salt is lost", "csv is lost", "another salt"], strict=True
    ):
        assert run.code != 0
        assert words in run.words


def rows(shop, mart):
    """Rows of a mart that belong to the last run, but what it says of the erased."""
    found = shop.marts()[mart]
    if mart == "scoring_runs":
        found = found[found["as_of_date"] == shop.info()["as_of_date"]]
    if mart == "rejected_line_summary":
        return found[found["reason"] != ON_REQUEST]
    return found


def test_the_erased_stay_out_when_their_shop_becomes_one_of_several(another_source):
    ids = set(another_source)
    assert "store:S-new" in ids
    assert any(one.startswith("web:C") for one in ids)
    assert f"web:{ONE_TIME}" not in ids


def test_an_erasure_that_was_stopped_is_ended_before_anything_is_published(unfinished):
    stopped, after = unfinished
    assert stopped.code != 0
    assert "an erasure was stopped before its end" in stopped.words
    assert after.code == 0
