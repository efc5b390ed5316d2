"""The same orders give the same marts, however they are packed."""

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from workshop import CHANGES_EVERY_RUN, MARTS, NO_TESTS, same, story


def take_all(shop):
    """Take the delivered files away; return their lines as Arrow tables by name."""
    tables = {path.stem: pq.read_table(path) for path in sorted(shop.files())}
    for path in shop.files():
        path.unlink()
    return tables


def write_csv(table, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = "gzip" if path.suffix == ".gz" else None
    with pa.output_stream(path, compression=kind) as file:
        pc.write_csv(table, file)


@story
def folder_of_csv(shop):
    """Every other month zipped, the years in folders of their own."""
    for number, (name, table) in enumerate(take_all(shop).items()):
        ending = ".csv.gz" if number % 2 else ".csv"
        write_csv(table, shop.orders / name[7:11] / f"{name}{ending}")
    shop.forget_builds().build(*NO_TESTS)
    return shop


@story
def one_parquet_file(shop):
    all_lines = pa.concat_tables(take_all(shop).values())
    pq.write_table(all_lines, shop.folder / "data" / "all.parquet")
    shop.forget_builds().build(*NO_TESTS, source_path="data/all.parquet")
    return shop


@pytest.mark.parametrize("mart", MARTS)
@pytest.mark.parametrize("packing", ["folder_of_csv", "one_parquet_file"])
def test_the_packing_of_the_orders_changes_no_mart(shop, stories, packing, mart):
    other = stories[packing].result()
    one, other = (by_reason(made.marts()[mart]) for made in (shop, other))
    same(one, other, CHANGES_EVERY_RUN)


def by_reason(rows):
    """Lines set aside are told per file; here only the reasons count."""
    if "reason" not in rows:
        return rows
    groups = rows.groupby(["column_name", "reason"], as_index=False)
    found = groups.agg(
        line_count=("line_count", "sum"),
        first=("first_order_date", "min"),
        last=("last_order_date", "max"),
    )
    return pd.DataFrame(found)
