"""A mistake ends the run with words that help, and leaves the last release alone."""

import functools
import gzip
import shutil

import handmade
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from workshop import NO_TESTS, NO_UNIT_TESTS, STORIES

MISTAKES = {}


def mistake(*words, options=NO_TESTS, **settings):
    """Register a function that spoils a shop, with the words the build must say."""

    def register(spoil):
        name = spoil.__name__
        MISTAKES[name] = words
        STORIES[name] = functools.partial(build_spoilt, spoil, options, settings)
        return spoil

    return register


def build_spoilt(spoil, options, settings, shop):
    spoil(shop)
    before = shop.fingerprint()
    run = shop.try_build(*options, **settings)
    return run, before == shop.fingerprint()


@mistake("source_format is 'ebay'", "known are canonical", source_format="ebay")
def unknown_source_format(_):
    pass


@mistake("no file at source_path 'data/sample/orders'", "Point it to a file")
def missing_path(shop):
    shutil.rmtree(shop.orders)


@mistake(
    "setting source_path is 's3://shop/orders', but must be a path",
    "python -m ml land s3://shop/orders",
    source_path="s3://shop/orders",
)
def an_address_as_path(_):
    pass


@mistake("as_of_date is '2025-13-01'", "must be a date", as_of_date="2025-13-01")
def misspelt_date(_):
    pass


@mistake(
    "as_of_date 2026-01-01 lies after the last order in the data (2025-12-31)",
    "Choose a day",
    as_of_date="2026-01-01",
)
def date_in_the_future(_):
    pass


@mistake("'horizon_day' is no setting", "horizon_days", horizon_day=30)
def unknown_setting(_):
    pass


@mistake(
    "horizon_days is 'ninety'",
    "number of days up to 3650",
    "dbt_project.yml",
    horizon_days="ninety",
)
def setting_of_another_kind(_):
    pass


@mistake(
    "must be a date",
    "dbt_project.yml",
    earliest_order_date="1990-01-01' or true; drop table shop; --",
)
def setting_that_is_code(_):
    pass


@mistake("lack the column(s) net_amount, line_type", "they hold", "order_id")
def csv_with_missing_columns(shop):
    for path in shop.files():
        table = pq.read_table(path).drop_columns(["net_amount", "line_type"])
        pc.write_csv(table, path.with_suffix(".csv"))
        path.unlink()


@mistake("hold two columns called net_amount", "which of them counts?")
def csv_with_a_column_twice(shop):
    for path in shop.files():
        lines = pq.read_table(path)
        path.unlink()
        target = path.with_suffix(".csv")
        pc.write_csv(lines.append_column("amount_too", lines["net_amount"]), target)
        target.write_text(target.read_text().replace("amount_too", "net_amount", 1))


@mistake("cannot be read with these settings", "python -m ml doctor PATH")
def a_csv_that_is_none(shop):
    for path in shop.files():
        path.unlink()
    twice = gzip.compress(gzip.compress(b"order_id,customer_id"))
    (shop.orders / "orders_new.csv.gz").write_bytes(twice)


@mistake("data/sample/orders' hold a column called filename", "Rename it")
def a_column_called_like_one_that_is_added(shop):
    for path in shop.files():
        table = pq.read_table(path)
        named = table.append_column("Filename", [[path.name] * len(table)])
        pq.write_table(named, path)


@mistake(
    "holds the orders of canonical at data/sample/orders",
    "asks for canonical at data/other",
    "SCORING_HOME",
    source_path="data/other",
)
def another_shop_in_the_same_home(shop):
    shutil.copytree(shop.orders, shop.folder / "data" / "other")


@mistake("Stop: home/working.duckdb cannot be opened", "not a valid DuckDB database")
def a_damaged_working_database(shop):
    (shop.home / "working.duckdb").write_text("damaged")


@mistake("Stop: SCORING_HOME is 'home', and there is no such folder", "Make it, or set")
def a_home_that_is_not_there(shop):
    shop.home.rename(shop.folder / "elsewhere")


@mistake("one_currency_per_shop", options=NO_UNIT_TESTS)
def two_currencies(shop):
    dollars = handmade.line("U1", "H-padded", "2025-05-05 10:00", currency="USD")
    shop.deliver("orders_dollars.parquet", [dollars])


@mistake(
    "repeated_lines: orders/orders_2025-02-copy.parquet: lines that stand in "
    "orders/orders_2025-02.parquet as well: "
)
def the_same_delivery_under_two_names(shop):
    month = shop.orders / "orders_2025-02.parquet"
    shutil.copy(month, month.with_name("orders_2025-02-copy.parquet"))


@mistake(
    "every_word_of_a_rule_is_known",
    "Found: rule_name action 40, word groww, kind value_tier.",
    options=NO_UNIT_TESTS,
)
def a_misspelt_word_in_a_rule(shop):
    rules = shop.folder / "seeds" / "action_rules.csv"
    rules.write_text(rules.read_text().replace("40,,grow,", "40,,groww,"))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_ends_the_run_with_words_that_help(stories, name):
    run, _ = stories[name].result()
    assert run.code != 0
    said = " ".join(run.words.split())
    assert [word for word in MISTAKES[name] if word not in said] == []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_leaves_the_last_release_as_it_was(stories, name):
    assert stories[name].result()[1]


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_no_traceback(stories, name):
    assert "Traceback" not in stories[name].result()[0].words
