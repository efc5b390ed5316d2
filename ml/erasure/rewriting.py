"""Writing a DuckDB or Parquet file anew without some customers.

Deleting leaves the bytes in the file, so what stays is copied into a fresh one.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ml.publishing.release_history import flush

ERASED = "temp.erased_customers"
Counts = dict[str, int]  # by customer
Held = dict[str, Counts]  # by place


def erasing_session(
    customers: Iterable[str], database: Path | str = ":memory:"
) -> duckdb.DuckDBPyConnection:
    """Open a database, with a temporary table of the customers to erase beside it."""
    memory = os.environ.get("SCORING_MEMORY", "2GB")  # as in profiles.yml
    session = duckdb.connect(str(database), config={"memory_limit": memory})
    session.execute(
        f"create temp table {ERASED} as select unnest($1) as customer_id",
        [list(customers)],
    )
    return session


def held_in_database(session: duckdb.DuckDBPyConnection, catalog: str) -> Held:
    """Rows of the customers to erase in an open database, by table and customer."""
    tables = tables_with(session, catalog, "customer_id")
    held = {table: _held(session, table) for table in tables}
    return {table: counts for table, counts in held.items() if counts}


def held_in_file(session: duckdb.DuckDBPyConnection, file: Path) -> Counts:
    """Rows of the customers to erase in a DuckDB or Parquet file, by customer."""
    if file.suffix == ".parquet":
        return _held(session, _parquet(file)) if _is_personal(session, file) else {}
    with _attached(session, file) as catalog:
        tables = held_in_database(session, catalog).values()
    total: Counter[str] = Counter()
    for counts in tables:
        total.update(counts)
    return dict(total)


def tables_with(
    session: duckdb.DuckDBPyConnection, catalog: str, *columns: str
) -> list[str]:
    """Tables of a database, whatever their schema, that have all of some columns."""
    rows = session.execute(
        "select tables.schema_name, tables.table_name from duckdb_tables() as tables "
        "where tables.database_name = $1 and not tables.internal and len($2) = ("
        "select count(*) from duckdb_columns() as columns "
        "where columns.table_oid = tables.table_oid "
        "and columns.database_name = $1 and columns.column_name in $2) order by all",
        [catalog, list(columns)],
    ).fetchall()
    return [f'"{catalog}"."{schema}"."{table}"' for schema, table in rows]


def rewrite_database(
    session: duckdb.DuckDBPyConnection, catalog: str, target: Path
) -> None:
    """Copy a database into a new file without the erased customers' rows.

    Schemas, constraints, indexes and views come along. The source is only read. The new
    file is complete and on the disk when this returns.

    Parameters
    ----------
    session : DuckDBPyConnection
        Of `erasing_session`.
    catalog : str
        Name under which the source is attached.
    target : Path
        Deleted first, should a run that was stopped have left it.
    """
    for leftover in (target, target.with_name(f"{target.name}.wal")):
        leftover.unlink(missing_ok=True)
    session.execute(f"attach '{_quoted(target)}' as fresh")
    try:
        session.execute(f'copy from database "{catalog}" to fresh (schema)')
        personal = tables_with(session, catalog, "customer_id")
        for table in tables_with(session, catalog):
            fresh = table.replace(f'"{catalog}"', "fresh", 1)
            source = _kept(table) if table in personal else table
            session.execute(f"insert into {fresh} select kept.* from {source} as kept")
        session.execute("checkpoint fresh")
    finally:
        session.execute("detach fresh")
    flush(target)


def rewrite_file(
    session: duckdb.DuckDBPyConnection, source: Path, target: Path
) -> None:
    """Copy a DuckDB or Parquet file without the erased customers' rows."""
    target.unlink(missing_ok=True)
    if source.suffix != ".parquet":
        with _attached(session, source) as catalog:
            rewrite_database(session, catalog, target)
    elif _is_personal(session, source):
        query = f"select kept.* from {_kept(_parquet(source))} as kept"
        session.execute(f"copy ({query}) to '{_quoted(target)}' (format parquet)")
    else:
        shutil.copyfile(source, target)
    target.chmod(source.stat().st_mode)
    flush(target)


@contextmanager
def _attached(session: duckdb.DuckDBPyConnection, file: Path) -> Iterator[str]:
    """Attach a file to be read; gives its name in queries."""
    session.execute(f"attach '{_quoted(file)}' as looked_at (read_only)")
    try:
        yield "looked_at"
    finally:
        session.execute("detach looked_at")


def _is_personal(session: duckdb.DuckDBPyConnection, file: Path) -> bool:
    """Whether a Parquet file has a customer_id."""
    columns = session.execute(f"describe from {_parquet(file)}").fetchall()
    return "customer_id" in {row[0] for row in columns}


def _parquet(file: Path) -> str:
    return f"read_parquet('{_quoted(file)}')"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _kept(source: str) -> str:
    """Rows of a table but those of the erased customers; rows of nobody stay."""
    return (
        f"(select * from {source} as rows anti join {ERASED} as erased "
        "on cast(rows.customer_id as varchar) = erased.customer_id)"
    )


def _held(session: duckdb.DuckDBPyConnection, source: str) -> Counts:
    query = (
        f"select erased.customer_id, count(*) from {source} as rows "
        f"inner join {ERASED} as erased "
        "on cast(rows.customer_id as varchar) = erased.customer_id group by all"
    )
    return dict(session.execute(query).fetchall())
