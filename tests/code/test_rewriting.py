"""A rewritten file holds everybody but the erased, and has the shape it had."""

import duckdb
import pytest

from ml.erasure.rewriting import (
    erasing_session,
    held_in_database,
    held_in_file,
    rewrite_database,
    rewrite_file,
)

ERASED = ["gone-7c1f9e55", "gone-b20d4417"]
SHAPE = [
    "select schema_name, view_name, sql from duckdb_views() where not internal",
    "select schema_name, table_name, index_name, sql from duckdb_indexes()",
    "select schema_name, table_name, constraint_text from duckdb_constraints()",
    "select schema_name, table_name, column_name, data_type from duckdb_columns() "
    "where not internal",
]


@pytest.fixture
def file(tmp_path):
    """A database that once held more of the erased customers than it does now."""
    file = tmp_path / "some.duckdb"
    with duckdb.connect(str(file)) as session:
        session.execute(
            "create table days as select 'kept-' || range as customer_id, range as n "
            "from range(5000) union all select unnest($1), 1 "
            "union all select null, 2 union all select ' gone-7c1f9e55', 3",
            [ERASED],
        )
        session.execute("create table said (words varchar check (len(words) > 2))")
        session.execute("insert into said values ('hello')")
        session.execute("create schema other")
        session.execute(
            "create table other.people (customer_id varchar not null, n integer)"
        )
        session.execute("insert into other.people values ($1, 1), ('kept-1', 2)",
                        [ERASED[0]])  # fmt: skip
        session.execute("create index by_n on other.people (n)")
        session.execute("create view many as select * from days where n > 1")
    return file


def asked(file, *queries):
    with duckdb.connect(str(file), read_only=True) as reader:
        return [reader.execute(f"{query} order by all").fetchall() for query in queries]


def rewritten(file):
    target = file.with_name("new.duckdb")
    with erasing_session(ERASED, file) as session:
        rewrite_database(session, "some", target)
    return target


def test_rows_of_the_erased_are_counted_by_table_and_customer(file):
    with erasing_session([*ERASED, "nobody"], file) as session:
        assert held_in_database(session, "some") == {
            '"some"."main"."days"': dict.fromkeys(ERASED, 1),
            '"some"."other"."people"': {ERASED[0]: 1},
        }
    with erasing_session([*ERASED, "nobody"]) as session:
        assert held_in_file(session, file) == {ERASED[0]: 2, ERASED[1]: 1}


def test_everybody_else_stays_and_so_does_nobody(file):
    queries = ["select * from days", "select * from said", "select * from other.people"]
    before = asked(file, *queries)
    after = asked(rewritten(file), *queries)
    assert after == [[row for row in rows if row[0] not in ERASED] for rows in before]
    assert (None, 2) in after[0]


def test_views_indexes_schemas_and_constraints_stay(file):
    assert asked(rewritten(file), *SHAPE) == asked(file, *SHAPE)


def test_no_byte_of_the_erased_is_left_where_deleting_leaves_them(file):
    with duckdb.connect(str(file)) as session:
        session.execute("insert into said values ($1)", [ERASED[1]])
        session.execute("checkpoint")
        session.execute("delete from said where words = $1", [ERASED[1]])
        session.execute("checkpoint")
    assert ERASED[1].encode() in file.read_bytes()
    content = rewritten(file).read_bytes().replace(b" gone-7c1f9e55", b"")
    assert [one for one in ERASED if one.encode() in content] == []


def test_what_a_stopped_run_left_is_not_read(file):
    file.with_name("new.duckdb").write_bytes(b"half of it")
    file.with_name("new.duckdb.wal").write_bytes(b"of another file")
    assert len(asked(rewritten(file), "select * from days")[0]) == 5002


@pytest.mark.parametrize("column", ["customer_id", "other"])
def test_a_parquet_file_loses_the_rows_of_its_customer_id(tmp_path, column):
    source, target = tmp_path / "it's.parquet", tmp_path / "new.parquet"
    duckdb.sql(
        f"select unnest(['{ERASED[0]}', 'kept', null]) as {column}, 1.5 as n"
    ).write_parquet(str(source))
    source.chmod(0o444)
    with erasing_session(ERASED) as session:
        held = held_in_file(session, source)
        rewrite_file(session, source, target)
    is_personal = column == "customer_id"
    assert held == ({ERASED[0]: 1} if is_personal else {})
    assert len(duckdb.read_parquet(str(target))) == (2 if is_personal else 3)
    assert target.stat().st_mode == source.stat().st_mode
