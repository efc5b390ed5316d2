"""Orders in tables, of a DuckDB file and a real Postgres; and in an object storage."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import mapped_by_hand
import pandas as pd
import pyarrow.parquet as pq
import pytest
from workshop import CHANGES_EVERY_RUN, NO_TESTS, green, same, story

from ml.deliveries.landing import land
from ml.doctor.sql import attached
from ml.errors import LandingError, SettingsError
from tests.code import s3_server

ONLY_STAGING = ("--select", "+stg_order_lines", "--indirect-selection", "cautious")
FIVETRAN = mapped_by_hand.FIXTURES / "fivetran_shopify"
FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SERVER = shutil.which("pg_ctl") or next(
    (str(folder / "pg_ctl") for folder in FOLDERS), None
)
needs_server = pytest.mark.skipif(SERVER is None, reason="no Postgres server (pg_ctl)")


def totals(project):
    with duckdb.connect(str(project.home / "working.duckdb"), read_only=True) as reader:
        for file in map(str, project.folder.glob("*.duckdb")):
            reader.execute(f"attach '{file}' as {attached(file)} (read_only)")
        lines = reader.sql("from stg_order_lines").df().astype({"net_amount": float})
    lines = lines[lines["reject_reason"].isna()]
    return lines.groupby("customer_id")["net_amount"].sum()


def check_totals(project):
    found, (_, wanted) = totals(project), mapped_by_hand.fivetran_shopify()
    pd.testing.assert_series_equal(found, wanted, check_names=False, check_exact=False)


@story
def tables_of_a_duckdb_file(project):
    file = project.folder / "warehouse.duckdb"
    with duckdb.connect(str(file)) as session:
        session.execute("create schema shopify")
        for table in FIVETRAN.glob("*.csv"):
            session.execute(
                f'create table shopify."{table.stem}" as '
                f"from read_csv('{table}', header = true)"
            )
    project.build(
        *ONLY_STAGING,
        source_format="fivetran_shopify",
        source_path=str(file),
        source_table="shopify",
        time_zone="Europe/Berlin",
    )
    return project


def test_the_tables_of_a_duckdb_file_are_read_like_files(tables_of_a_duckdb_file):
    check_totals(tables_of_a_duckdb_file)
    files = tables_of_a_duckdb_file.table("stg_files")["file_name"]
    assert [Path(name).name for name in files] == ["warehouse.duckdb"]


@story
def one_table_of_a_duckdb_file(project):
    file = project.folder / "warehouse.duckdb"
    with duckdb.connect(str(file)) as session:
        session.execute("create table sales as select 'c' || i % 3 as who, "
                        "date '2025-01-01' + i::int as day, 1.25 as paid "
                        "from range(30) as t(i)")  # fmt: skip
    settings = {"source_format": "generic", "source_path": str(file)}
    columns = {"customer_id": "who", "ordered_at": "day", "amount": "paid"}
    settings |= {"generic_columns": columns, "source_currency": "EUR"}
    refused = project.try_build(*ONLY_STAGING, **settings)
    settings["source_table"] = "sales"
    project.build(*ONLY_STAGING, **settings)
    # a run of one model reads through the views of the last one
    project.build("--select", "stg_order_lines", *ONLY_STAGING[2:], **settings)
    return project, refused


def test_one_table_is_named_in_a_setting(one_table_of_a_duckdb_file):
    project, refused = one_table_of_a_duckdb_file
    assert refused.code != 0
    assert "source_table" in refused.words
    assert "Traceback" not in refused.words
    assert dict(totals(project)) == {"c0": 12.5, "c1": 12.5, "c2": 12.5}


# --- Postgres


class Server:
    """A Postgres of its own, in a folder, without a port."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        # a server refuses to run as root
        self.user = {"user": "nobody"} if os.getuid() == 0 else {}
        if self.user:
            shutil.chown(self.folder, "nobody")
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        self.call("init", "-s", "-o", "-A trust -U shop -E utf8")
        self.call("start", "-w", "-l", str(self.folder / "log"), "-o", options)
        self.address = f"postgresql://shop@/postgres?host={self.folder}"

    def call(self, command, *arguments):
        subprocess.run(
            [SERVER, command, "-D", str(self.folder / "data"), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **self.user,
        )

    def execute(self, *statements):
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(self.address) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def stop(self):
        self.call("stop", "-m", "immediate")
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("adbc_driver_postgresql")
    server = Server()
    yield server
    server.stop()


TYPES = {"id": "bigint", "created_at": "timestamptz", "test": "boolean"}
TYPES |= {"taxes_included": "boolean", "quantity": "integer", "price": "numeric(12,2)"}
TYPES |= {"subtotal": "numeric(12,2)", "amount": "numeric", "order_id": "bigint"}


def fill(server, schema="public"):
    """Put the tables of the fixture into the server, in types of a warehouse."""
    for file in FIVETRAN.glob("*.csv"):
        rows = pd.read_csv(file, dtype=str, keep_default_na=False)
        columns = ", ".join(f'"{name}" {TYPES.get(name, "text")}' for name in rows)
        values = [
            "(" + ", ".join(f"'{value}'" if value else "null" for value in row) + ")"
            for row in rows.itertuples(index=False)
        ]
        server.execute(
            "set timezone = 'UTC'",
            f"create schema if not exists {schema}",
            f'drop table if exists {schema}."{file.stem}"',
            f'create table {schema}."{file.stem}" ({columns})',
            f'insert into {schema}."{file.stem}" values {", ".join(values)}',
        )


@needs_server
def test_a_landed_table_says_what_the_table_says(server, tmp_path):
    server.execute(
        "drop table if exists everything",
        "create table everything (n numeric(20,4), i bigint, t timestamptz, d date, "
        "b boolean, x text, j jsonb, f double precision)",
        "insert into everything values (12345678901.2345, 7, "
        "'2025-03-30 01:30+01', '2025-01-01', true, 'ä', '{\"a\": 1}', 0.1), "
        "(null, null, null, null, null, null, null, null)",
    )
    assert land(server.address, ["everything"], tmp_path) == {"everything": True}
    found = duckdb.sql(
        "select cast(n as decimal(20,4))::varchar, i, epoch(t), d::varchar, b, x, f "
        f"from '{tmp_path}/everything.parquet' order by i nulls last"
    ).fetchall()
    row = ("12345678901.2345", 7, 1743294600.0, "2025-01-01", True, "ä", 0.1)
    assert found == [row, (None,) * 7]


@needs_server
def test_a_table_that_says_the_same_leaves_its_file_alone(server, tmp_path):
    server.execute(
        "drop table if exists sales",
        "create table sales as select t, t * 1.5 as paid from generate_series(1, 9) t",
    )
    land(server.address, ["public.sales"], tmp_path)
    before = (tmp_path / "sales.parquet").stat().st_mtime_ns
    server.execute("create table other as select * from sales order by t desc",
                   "drop table sales", "alter table other rename to sales")  # fmt: skip
    assert land(server.address, ["sales"], tmp_path) == {"sales": False}
    assert (tmp_path / "sales.parquet").stat().st_mtime_ns == before
    server.execute("update sales set paid = 2 where t = 1")
    assert land(server.address, ["sales"], tmp_path) == {"sales": True}


@needs_server
def test_a_mistake_lands_nothing_and_says_what_is_wrong(server, tmp_path):
    with pytest.raises(LandingError, match="no_such_table"):
        land(server.address, ["no_such_table"], tmp_path)
    with pytest.raises(SettingsError, match="no name of a table"):
        land(server.address, ['sales"; drop table sales; --'], tmp_path)
    with pytest.raises(LandingError, match="nothing was landed"):
        land(f"postgresql://shop@/postgres?host={tmp_path}", ["sales"], tmp_path)
    assert list(tmp_path.iterdir()) == []


@story
def tables_of_a_postgres(project):
    """By the command, as a schedule would; nothing where there is no server."""
    if SERVER is None:
        return None
    server = Server()
    try:
        fill(server, "shopify")
        tables = sorted(f"shopify.{file.stem}" for file in FIVETRAN.glob("*.csv"))
        address = f"--database={server.address}"
        command = ("python", "-m", "ml", "land", *tables, address, "--out=data/shop")
        green(project.run(*command))
        again = green(project.run(*command))
    finally:
        server.stop()
    project.build(
        *ONLY_STAGING,
        source_format="fivetran_shopify",
        source_path=str(project.folder / "data" / "shop"),
        time_zone="Europe/Berlin",
    )
    return project, again


@needs_server
def test_the_tables_of_a_postgres_are_read_like_files(tables_of_a_postgres):
    project, again = tables_of_a_postgres
    check_totals(project)
    assert again.words.count("as it was") == len(list(FIVETRAN.glob("*.csv")))


# --- object storage


@story
def files_of_an_object_storage(shop):
    """Partitions landed by the command and built; then one more, to a release."""
    of_files, files = shop.marts(), sorted(shop.orders.glob("*.parquet"))
    landed = shop.folder / "data" / "landed"
    command = [sys.executable, "-m", "ml", "land", "s3://shop/orders", "--out", landed]
    reads = []
    shop.forget_builds()
    with s3_server.server() as storage:
        bucket = s3_server.bucket_of(storage, "shop")
        for options, delivered in ((ONLY_STAGING, files[:-1]), (NO_TESTS, files[-1:])):
            for file in delivered:
                bucket.upload_file(str(file), f"orders/part={file.stem}/{file.name}")
            subprocess.run(
                command, check=True, cwd=shop.folder, env=os.environ | storage
            )
            shop.build(*options, source_path=str(landed))
            reads.append(shop.table("stg_files", "file_name, modified_at"))
    return shop, files, reads, of_files


def test_the_files_of_an_object_storage_are_read_like_files(files_of_an_object_storage):
    shop, files, (first, second), _ = files_of_an_object_storage
    landed = shop.folder / "data" / "landed"
    names = [str(landed / f"part={file.stem}" / file.name) for file in files]
    assert sorted(second["file_name"]) == names
    (lines,) = shop.table("stg_order_lines", "count(*) as line_count")["line_count"]
    assert lines == sum(pq.read_metadata(file).num_rows for file in files)
    kept = first.merge(second)  # what was landed before has kept its time
    assert sorted(kept["file_name"]) == names[:-1]


def test_a_release_of_an_object_storage_is_that_of_its_files(
    files_of_an_object_storage,
):
    shop, _, _, of_files = files_of_an_object_storage
    released = shop.marts()
    assert len(released["customer_value"]) > 0
    for mart in ("customer_value", "segment_summary", "cluster_profile"):
        same(released[mart], of_files[mart], CHANGES_EVERY_RUN)
