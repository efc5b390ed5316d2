"""Marts in a real Postgres: one whole release, for one role, in one transaction."""

import shutil
import tempfile
from pathlib import Path

import duckdb
import pytest
from marts_by_hand import ODD, write_release
from postgres_server import programs, server

from ml.errors import PostgresError, SettingsError
from ml.publishing.postgres import DSN, publish_to_postgres

dbapi = pytest.importorskip("adbc_driver_postgresql.dbapi")
pytestmark = pytest.mark.skipif(programs() is None, reason="no Postgres to start here")

OWNER, READER = "publisher", "bi_reader"


@pytest.fixture(scope="module")
def address():
    """A server with a publisher who may make a schema, a reader, and a secret."""
    folder = Path(
        tempfile.mkdtemp(prefix="pg-", dir="/tmp")
    )  # a socket's path is short
    folder.chmod(0o755)
    try:
        with server(folder) as address:
            ask(address, f"create role {OWNER} login")
            ask(address, f"create role {READER} login")
            ask(address, "create role somebody login")
            ask(address, f"grant create on database postgres to {OWNER}")
            ask(address, "create table secrets (id int)")
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def shop(address, monkeypatch, tmp_path):
    """A release, and a server on which nothing was published."""
    ask(address, "drop schema if exists customer_scoring cascade")
    monkeypatch.setenv(DSN, as_role(address, OWNER))
    release_of(tmp_path, 300)
    return tmp_path


def release_of(folder, *arguments, **options):
    (folder / "current.duckdb").unlink(missing_ok=True)
    write_release(folder, *arguments, **options).rename(folder / "current.duckdb")


def ask(address, query):
    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall() if query.startswith("select") else []
        connection.commit()
    return rows


def as_role(address, role):
    return address.replace("admin@", f"{role}@")


def test_every_row_of_every_mart_arrives(shop, address):
    counts = publish_to_postgres(shop, reader=READER)
    with duckdb.connect(str(shop / "current.duckdb"), read_only=True) as marts:
        tables = [row[0] for row in marts.execute("show tables").fetchall()]
        assert sorted(counts) == sorted(tables)
        for table in tables:
            ours = marts.execute(f"from {table} order by all").fetchall()
            columns = ", ".join(f'"{c}"' for c in marts.table(table).columns)
            theirs = ask(address, f"select {columns} from customer_scoring.{table}")
            assert sorted(map(str, theirs)) == sorted(map(str, ours))
    found = ask(address, "select customer_id from customer_scoring.customer_value")
    assert (ODD,) in found


def test_publishing_again_replaces_and_keeps_what_others_built(shop, address):
    publish_to_postgres(shop)
    ask(address, "create view mine as select * from customer_scoring.customer_value")
    release_of(shop, 40)
    publish_to_postgres(shop)
    assert ask(address, "select count(*) from mine") == [(40,)]
    ask(address, "drop view mine")


def test_a_mart_with_a_new_column_is_made_anew(shop, address):
    publish_to_postgres(shop, reader=READER)
    release_of(shop, 40, change="alter table customer_value add column more int")
    publish_to_postgres(shop, reader=READER)
    query = "select count(*), count(more) from customer_scoring.customer_value"
    assert ask(as_role(address, READER), query) == [(40, 0)]


def test_a_mart_with_a_column_of_another_type_is_made_anew(shop, address):
    publish_to_postgres(shop)
    change = "alter table campaign_lift alter treated_count type double"
    release_of(shop, 40, change=change)  # bytes of a double fit a bigint
    publish_to_postgres(shop)
    query = "select max(treated_count)::text from customer_scoring.campaign_lift"
    assert ask(address, query) == [("800",)]


def test_a_reader_who_began_before_goes_on_reading_the_release_before(shop, address):
    publish_to_postgres(shop, reader=READER)
    count = "select count(*) from customer_scoring."
    with dbapi.connect(as_role(address, READER)) as reading, reading.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read")
        cursor.execute(f"{count}customer_value")
        assert cursor.fetchall() == [(300,)]
        release_of(shop, 40)
        publish_to_postgres(shop, reader=READER)
        for mart in ("customer_value", "customer_segments"):
            cursor.execute(count + mart)
            assert cursor.fetchall() == [(300,)]
        reading.commit()
        cursor.execute(f"{count}customer_segments")
        assert cursor.fetchall() == [(40,)]


def test_what_fails_half_way_changes_nothing(shop, address):
    publish_to_postgres(shop)
    release_of(shop, 40, change="create table zebra as select 1 as id")
    # a table of that name that the publisher may not replace
    ask(address, "create table customer_scoring.zebra (other int)")
    with pytest.raises(PostgresError, match="nothing was changed there"):
        publish_to_postgres(shop)
    query = "select count(*) from customer_scoring.customer_value"
    assert ask(address, query) == [(300,)]


def test_a_view_upon_a_mart_of_other_columns_stops_it(shop, address):
    publish_to_postgres(shop)
    ask(address, "create view mine as select * from customer_scoring.customer_value")
    release_of(shop, 40, change="alter table customer_value add column more int")
    with pytest.raises(PostgresError, match="view mine depends on table"):
        publish_to_postgres(shop)
    assert ask(address, "select count(*) from mine") == [(300,)]
    ask(address, "drop view mine")


def test_the_reader_may_read_and_nothing_else(shop, address):
    publish_to_postgres(shop, reader=READER)
    reader = as_role(address, READER)
    query = "select count(*) from customer_scoring.customer_value"
    assert ask(reader, query) == [(300,)]
    for forbidden in (
        "delete from customer_scoring.customer_value",
        "create table customer_scoring.mine (id int)",
        "drop table customer_scoring.customer_value",
        "select * from secrets",
    ):
        with pytest.raises(dbapi.Error, match=r"permission denied|must be owner"):
            ask(reader, forbidden)


def test_others_may_not_even_look(shop, address):
    publish_to_postgres(shop, reader=READER)
    query = "select * from customer_scoring.customer_value"
    with pytest.raises(dbapi.Error, match="permission denied"):
        ask(as_role(address, "somebody"), query)


def test_an_address_is_asked_for_and_never_told(shop, monkeypatch):
    monkeypatch.delenv(DSN)
    with pytest.raises(SettingsError, match=f"set {DSN}"):
        publish_to_postgres(shop)
    monkeypatch.setenv(DSN, "postgresql://me:hunter2@/nowhere?host=/nonexistent")
    with pytest.raises(PostgresError, match="Postgres refused") as told:
        publish_to_postgres(shop)
    assert "hunter2" not in str(told.value)


def test_a_name_that_is_more_than_a_name_is_refused(shop):
    with pytest.raises(SettingsError, match="no plain name"):
        publish_to_postgres(shop, "x; drop schema public")
    with pytest.raises(SettingsError, match="no plain name"):
        publish_to_postgres(shop, reader="public, postgres")


def test_without_a_release_there_is_nothing_to_publish(shop):
    (shop / "current.duckdb").unlink()
    with pytest.raises(PostgresError, match="no release"):
        publish_to_postgres(shop)
