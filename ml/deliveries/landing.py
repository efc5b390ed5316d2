"""Tables of a Postgres, brought to Parquet files that the build reads."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ml.errors import LandingError, SettingsError

NAME = re.compile(r"(?:(\w+)\.)?(\w+)")
SNAPSHOT = "set transaction isolation level repeatable read, read only"


def land(database: str, tables: Sequence[str], folder: Path) -> dict[str, bool]:
    """Write tables as `<table>.parquet`, all as they were at one moment.

    A table that says the same as its file, in whatever order of rows, leaves the file
    alone: the build takes it as read, and folds nothing again.

    Parameters
    ----------
    database : str
        Address for libpq, `postgresql://user@host/name`; a password that it leaves out
        comes from PGPASSWORD, PGSERVICE or the password file.
    tables : sequence of str
        Names, with or without their schema: `order_line`, `shop.order_line`.
    folder : Path
        Where the files are written; made if it is not there.

    Returns
    -------
    dict of str to bool
        By table: is its content new?

    Raises
    ------
    SettingsError
        A name is no name of a table.
    LandingError
        The database cannot be reached, or has no such table; no file was replaced.
    """
    queries = {_file_name(table): _query(table) for table in tables}
    if len(queries) != len(tables):
        message = f"two of {', '.join(tables)} would be one file. Land them apart."
        raise SettingsError(message)
    folder.mkdir(parents=True, exist_ok=True)
    written = {name: folder / f".{name}.landing" for name in queries}
    try:
        with _connected(database) as cursor:
            for name, query in queries.items():
                cursor.execute(query)
                _write(cursor.fetch_record_batch(), written[name])
        return {
            name: _replace(folder / f"{name}.parquet", new)
            for name, new in written.items()
        }
    finally:
        for new in written.values():
            new.unlink(missing_ok=True)


def _file_name(table: str) -> str:
    return table.rpartition(".")[2]


def _query(table: str) -> str:
    """Read a whole table; a name that is none never reaches the database."""
    match = NAME.fullmatch(table)
    if match is None:
        message = f"{table!r} is no name of a table; write table or schema.table."
        raise SettingsError(message)
    quoted = '"."'.join(part for part in match.groups() if part)
    return f'select * from "{quoted}"'


@contextmanager
def _connected(database: str) -> Iterator[Any]:
    """Open a cursor that sees every table at the same moment."""
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        message = "install adbc-driver-postgresql to read tables of a Postgres."
        raise LandingError(message) from error
    try:
        with dbapi.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(SNAPSHOT)
            yield cursor
    except dbapi.Error as error:
        said = str(error).strip().splitlines()[0]
        message = f"nothing was landed, the database says: {said}"
        raise LandingError(message) from error


def _write(batches: pa.RecordBatchReader, path: Path) -> None:
    """Write a stream of batches; what Arrow has no type for is written as its text."""
    plain = pa.schema([pa.field(field.name, _plain(field)) for field in batches.schema])
    with pq.ParquetWriter(path, plain) as writer:
        for batch in batches:
            columns = [
                column.storage if isinstance(column, pa.ExtensionArray) else column
                for column in batch.columns
            ]
            writer.write_batch(pa.record_batch(columns, schema=plain))


def _plain(field: pa.Field) -> pa.DataType:
    kind = field.type
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _replace(path: Path, new: Path) -> bool:
    """Put a new file in place of the old one, unless both say the same."""
    if path.exists() and _content(path) == _content(new):
        return False
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(path)
    return True


def _content(path: Path) -> tuple[Any, ...]:
    """Columns, number of rows, and a sum over rows that does not know their order."""
    with duckdb.connect() as session:
        rows = session.read_parquet(str(path))
        row = ", ".join('"' + name.replace('"', '""') + '"' for name in rows.columns)
        said = rows.aggregate(f"count(*), sum(cast(hash({row}) as hugeint))").fetchall()
        return (rows.columns, [str(kind) for kind in rows.types], said)
