"""Publishing the released marts to Postgres: readers see one whole release.

Rows are replaced within one transaction, and tables stay: views and grants that people
made upon them stay too, and a reader who began before the commit goes on reading the
release before. Dropping or truncating would empty the tables of such a reader.
"""

import os
import re
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal

import duckdb
import pyarrow as pa

from ml.errors import PostgresError, SettingsError
from ml.publishing.release_history import CURRENT

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

DSN = "SCORING_POSTGRES"
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
ROWS_AT_A_TIME = 100_000
Mode = Literal["append", "create"]
ONE_AT_A_TIME = 7_310_001  # any number, the same for all who publish


def publish_to_postgres(
    release: Path, schema: str = "customer_scoring", reader: str | None = None
) -> dict[str, int]:
    """Replace the marts in a Postgres schema by those of the current release.

    Parameters
    ----------
    release : Path
        Folder with `current.duckdb`.
    schema : str
        Made if it is not there.
    reader : str, default=None
        Role that may read the marts and nothing else; it must exist.

    Returns
    -------
    dict of str
        Rows per mart.

    Raises
    ------
    SettingsError
        SCORING_POSTGRES is not set, or a name is not a plain one.
    PostgresError
        There is no release, or the server refuses.
    """
    for name in (schema, reader or schema):
        if not NAME.fullmatch(name):
            message = f"{name!r} is no plain name: small letters, digits and _ only."
            raise SettingsError(message)
    dbapi = _driver()
    try:
        with (
            duckdb.connect(str(_current(release)), read_only=True) as marts,
            dbapi.connect(_address()) as connection,
        ):
            marts.execute("set enable_progress_bar = false")  # schedulers log it
            counts = _replace_all(marts, connection, schema)
            if reader is not None:
                _grant(connection, schema, reader)
            connection.commit()
            with suppress(dbapi.Error):  # published all the same; Postgres tidies later
                _vacuum(connection, schema, counts)
    except dbapi.Error as error:
        raise PostgresError(_told(error)) from None
    return counts


def _driver() -> ModuleType:
    """Give the driver, which is an optional group."""
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        message = (
            "publishing to Postgres needs adbc-driver-postgresql: "
            ".venv/bin/pip install adbc-driver-postgresql"
        )
        raise SettingsError(message) from error
    driver: ModuleType = dbapi
    return driver


def _address() -> str:
    """Read where the server is; only from the environment, it may hold a secret."""
    address = os.environ.get(DSN, "")
    if not address:
        message = f"set {DSN} to the server, like postgresql://user@host:5432/database"
        raise SettingsError(message)
    return address


def _current(release: Path) -> Path:
    file = release / CURRENT
    if not file.exists():
        message = f"there is no release at {file} yet. Run: make build"
        raise PostgresError(message)
    return file


def _replace_all(
    marts: duckdb.DuckDBPyConnection, connection: "Connection", schema: str
) -> dict[str, int]:
    """Replace every mart, in one transaction that is not committed yet."""
    with connection.cursor() as cursor:
        cursor.execute(f"select pg_advisory_xact_lock({ONE_AT_A_TIME})")
        cursor.execute(
            "select 1 from pg_namespace where nspname = $1",
            parameters=[schema],
        )
        if cursor.fetchone() is None:  # asked, for "if not exists" needs the right too
            cursor.execute(f"create schema {schema}")
        counts = {}
        for (mart,) in marts.execute("show tables").fetchall():
            rows = marts.table(mart).to_arrow_reader(ROWS_AT_A_TIME)
            mode = _made_ready(connection, schema, mart, rows.schema)
            counts[mart] = cursor.adbc_ingest(
                mart, rows, mode=mode, db_schema_name=schema
            )
    return counts


def _made_ready(
    connection: "Connection", schema: str, mart: str, wanted: pa.Schema
) -> Mode:
    """Empty a mart's table, or remove one of other columns; says what is to be done."""
    with connection.cursor() as cursor:
        cursor.execute(  # sees own tables only: nobody else's is emptied or removed
            "select 1 from information_schema.tables "
            "where table_schema = $1 and table_name = $2",
            parameters=[schema, mart],
        )
        if cursor.fetchone() is None:
            return "create"
        # types as well: rows are copied as bytes, and a double's fit into a bigint
        found = connection.adbc_get_table_schema(mart, db_schema_filter=schema)
        if (found.names, found.types) == (wanted.names, wanted.types):
            cursor.execute(f"delete from {schema}.{mart}")
            return "append"
        cursor.execute(f"drop table {schema}.{mart}")
        return "create"


def _grant(connection: "Connection", schema: str, reader: str) -> None:
    """Let a role read the marts, and nothing else of this schema."""
    with connection.cursor() as cursor:
        cursor.execute(f"revoke all on schema {schema} from public")
        cursor.execute(f"revoke all on all tables in schema {schema} from {reader}")
        cursor.execute(f"grant usage on schema {schema} to {reader}")
        cursor.execute(f"grant select on all tables in schema {schema} to {reader}")


def _vacuum(connection: "Connection", schema: str, counts: dict[str, int]) -> None:
    """Free the rows of the release before, and count anew for the planner."""
    connection.adbc_connection.set_autocommit(enabled=True)
    with connection.cursor() as cursor:
        for mart in counts:
            cursor.execute(f"vacuum analyze {schema}.{mart}")


def _told(error: Exception) -> str:
    """Say what the server said, without the address it was reached by."""
    said = " ".join(str(error).replace(os.environ.get(DSN, "") or "\0", "…").split())
    return (
        f"Postgres refused, and nothing was changed there: {said} "
        "Mend that and publish again; docs/bi.md says which rights are needed."
    )
