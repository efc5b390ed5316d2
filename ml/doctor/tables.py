"""The tables of a delivery: its files by their columns, and a sample of each."""

import csv
import gzip
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ml.doctor.columns import SAMPLE_ROWS, Column, examine
from ml.doctor.files import Delivery
from ml.doctor.sql import literal, quoted
from ml.errors import SourceError

DELIMITERS = ",;\t|"
ENDING = r"\.(parquet|jsonl?|(csv|tsv|txt)(\.gz)?)$"
MEMORY_IS_SHORT = (duckdb.OutOfMemoryException, duckdb.IOException)
LONGEST_LINE = 1 << 20
# CDNOW's text file: blanks between customer, perhaps a second id, day, pieces, dollars
FIXED_COLUMNS = re.compile(r"\s*\d+\s+(\d+\s+)?(19|20)\d{6}\s+\d+\s+\d+(\.\d+)?\s*")
NO_NAME = re.compile(r"[-+]?\d+([.,]\d+)*|\d{1,4}([-/.]\d{1,4}){2}.*")


@dataclass(frozen=True)
class Table:
    """Files with the same columns, or a table of a database.

    Attributes
    ----------
    name : str
        Of the first file, without its ending, or of the table with its schema.
    columns : list of Column
    source : str
        SQL that reads all of it, columns as delivered.
    aliases : set of str
        Names by which a format of several tables knows it: of the files without a
        number at their end, of the folder, or of the table without its schema.
    """

    name: str
    columns: list[Column]
    source: str
    aliases: set[str]

    @property
    def names(self) -> set[str]:
        """Names of the columns, in lower case."""
        return {column.name.lower() for column in self.columns}

    def column(self, name: str) -> Column | None:
        """Find a column by its name, in any case."""
        wanted = name.lower()
        return next(
            (each for each in self.columns if each.name.lower() == wanted), None
        )


@dataclass(frozen=True)
class Contents:
    """What a delivery holds: tables, and how they are written.

    Attributes
    ----------
    tables : list of Table
    delimiter : str
        Of CSV; a comma elsewhere.
    is_fixed : bool
        Text in fixed columns without a delimiter, as CDNOW's.
    """

    tables: list[Table]
    delimiter: str = ","
    is_fixed: bool = False


def read_contents(session: duckdb.DuckDBPyConnection, delivery: Delivery) -> Contents:
    """Find the tables, and look at a sample of each.

    Raises
    ------
    SourceError
        The files are no tables.
    """
    try:
        if delivery.kind == "csv":
            return _of_csv(session, delivery)
        if delivery.kind == "duckdb":
            return Contents(_of_database(session, delivery))
        reader = "read_parquet" if delivery.kind == "parquet" else "read_json_auto"
        groups = _by_columns(session, reader, delivery.files)
        tables = [
            _table(session, files, f"{reader}({_listed(files)}, union_by_name = true)")
            for files in groups
        ]
        return Contents(tables)
    except duckdb.Error as error:
        raise told(delivery.path, error) from error


def told(path: str, error: Exception) -> SourceError:
    """Say in one sentence what DuckDB says in many lines, without any row's content."""
    text = str(error).removeprefix("Invalid Input Error: ")
    lines = [line.strip() for line in text.splitlines()]
    said = [line for line in lines if line and not line.startswith("Original Line")][:2]
    if said and "sniffing" in said[0]:
        said = ["its lines do not hold together as columns; look for an open quote"]
    is_csv = said and "CSV Error" in said[0]
    reason = ": ".join(said if is_csv else said[:1]) or type(error).__name__
    if path.lower().endswith(".parquet") and not isinstance(error, MEMORY_IS_SHORT):
        message = f"{path} is cut off or damaged ({reason.rstrip('.')}). Copy it again."
        return SourceError(message)
    return SourceError(f"{path} cannot be read: {reason.rstrip('.: ')}.")


def _of_csv(session: duckdb.DuckDBPyConnection, delivery: Delivery) -> Contents:
    first = delivery.files[0]
    lines = _first_lines(first, delivery.encoding)
    if any(FIXED_COLUMNS.fullmatch(line) for line in lines[1:4]):
        return Contents([], is_fixed=True)
    delimiter = _delimiter(session, first, delivery.encoding)
    groups: dict[tuple[str, ...], list[str]] = {}
    for file in delivery.files:
        header = _header(file, delivery.encoding, delimiter)
        groups.setdefault(tuple(sorted(name.lower() for name in header)), []).append(
            file
        )
    options = (
        f"union_by_name = true, header = true, all_varchar = true, "
        f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', "
        f"encoding = {literal(delivery.encoding)}"
    )
    tables = [
        _table(session, files, f"read_csv({_listed(files)}, {options})")
        for files in groups.values()
    ]
    return Contents(tables, delimiter)


def _delimiter(session: duckdb.DuckDBPyConnection, file: str, encoding: str) -> str:
    """Ask DuckDB; of a file that it cannot make out, the header tells."""
    header = _first_lines(file, encoding)[:1] or [""]
    likely = max(DELIMITERS, key=header[0].count)
    try:
        sniffed = session.execute(
            f"select delimiter from sniff_csv({literal(file)}, quote = '\"', "
            f"escape = '\"', encoding = {literal(encoding)})"
        ).fetchone()
    except duckdb.Error:
        return likely
    delimiter: str = sniffed[0] if sniffed else likely
    return delimiter if delimiter in DELIMITERS and delimiter in header[0] else likely


def _header(file: str, encoding: str, delimiter: str) -> list[str]:
    """Read the names of a file's columns; a file without any is refused."""
    lines = _first_lines(file, encoding)
    try:
        header = next(csv.reader(lines, delimiter=delimiter), [])
    except csv.Error as error:
        message = f"{file} has no header line that can be read ({error})."
        raise SourceError(message) from error
    header = [name.strip() for name in header]
    if len(header) < 2:
        message = (
            f"{file} has one column only ({header[0][:40] if header else ''!r}): it is "
            "no table, or its columns are parted by something unusual. Save it as CSV."
        )
        raise SourceError(message)
    if any(NO_NAME.fullmatch(name) for name in header):
        message = (
            f"{file} does not begin with a header line: a number or a day stands where "
            "a column's name should. Write the columns' names above."
        )
        raise SourceError(message)
    return header


def _first_lines(file: str, encoding: str) -> list[str]:
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    is_zipped = file.lower().endswith(".gz")
    with gzip.open(file) if is_zipped else Path(file).open("rb") as opened:
        head: bytes = opened.read(LONGEST_LINE)
    return head.decode(codec, errors="replace").splitlines()[:10]


def _by_columns(
    session: duckdb.DuckDBPyConnection, reader: str, files: list[str]
) -> list[list[str]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        columns = session.sql(f"from {reader}({literal(file)})").columns
        groups.setdefault(tuple(sorted(map(str.lower, columns))), []).append(file)
    return list(groups.values())


def _of_database(session: duckdb.DuckDBPyConnection, delivery: Delivery) -> list[Table]:
    session.execute(f"attach {literal(delivery.files[0])} as source (read_only)")
    rows = session.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = 'source' union all "
        "select schema_name, view_name from duckdb_views() "
        "where database_name = 'source' and not internal order by all"
    ).fetchall()
    if not rows:
        message = f"{delivery.path} is a DuckDB database without a table."
        raise SourceError(message)
    names = [(schema, name) for schema, name in rows]
    return [
        _table(
            session,
            [name if schema == "main" else f"{schema}.{name}"],
            f"source.{quoted(schema)}.{quoted(name)}",
        )
        for schema, name in names
    ]


def _table(session: duckdb.DuckDBPyConnection, files: list[str], source: str) -> Table:
    session.execute(
        f"create or replace temp table sample as from {source} limit {SAMPLE_ROWS}"
    )
    names = [re.sub(ENDING, "", Path(file).name, flags=re.I) for file in files]
    aliases = {re.sub(r"([_-][0-9]+)*$", "", name.split(".")[-1]) for name in names}
    aliases |= {Path(file).parent.name for file in files}
    return Table(names[0], examine(session, "sample"), source, aliases)


def _listed(files: list[str]) -> str:
    return f"[{', '.join(literal(file) for file in files)}]"
