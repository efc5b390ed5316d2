"""What the columns of a file hold: numbers and how they are written, dates and how."""

from dataclasses import dataclass, field

import duckdb

from ml.doctor.dates import ENOUGH, date_format
from ml.doctor.sql import quoted

SAMPLE_ROWS = 20_000
LOOKS_LIKE_A_DATE = (
    r"^\s*(\d{1,4}[-/. ]\w{1,9}[-/. ]\d{2,4}|(19|20)\d{6}$|[A-Za-z]{3} \d)"
)
NUMBER = r"^\s*[-+]?\d+(\.\d+)?\s*$"
WITH_COMMA = r"^\s*[-+]?(\d{1,3}(\.\d{3})+|\d+),\d+\s*$"
WITH_THOUSANDS = r"^\s*[-+]?\d{1,3}(,\d{3})+\.\d+\s*$"
WITH_SIGN = r"^\s*[-+]?\s*(\p{Sc}|[A-Z]{3})\s*[-+]?[\d.,]+\s*$"


@dataclass(frozen=True)
class Column:
    """What a column holds, as far as a sample tells.

    Attributes
    ----------
    name : str
    filled : float
        Share of rows with a value.
    number : float
        Share of the values that are numbers, written with a point or a comma.
    decimals : str or None
        "." or "," where fractions are written so; None without fractions.
    date_format : str or None
        As of strptime; "" where a plain cast reads it; None where it is no date.
    other_format : str or None
        The twin that reads all of it too: day and month cannot be told apart.
    different : float
        Share of the values that are different ones.
    oddity : str or None
        Why its numbers cannot be read: thousands or currency signs.
    """

    name: str
    filled: float
    number: float
    decimals: str | None = None
    date_format: str | None = None
    other_format: str | None = None
    different: float = 0.0
    oddity: str | None = field(default=None)


def examine(session: duckdb.DuckDBPyConnection, table: str) -> list[Column]:
    """Look at every column of a table of text.

    Parameters
    ----------
    session : connection
    table : str
        Name of a table; all its columns are text, or of their own type in Parquet.
    """
    names = session.table(table).columns
    return [_column(session, table, name) for name in names]


def _column(session: duckdb.DuckDBPyConnection, table: str, name: str) -> Column:
    value = f"nullif(trim(cast({quoted(name)} as varchar)), '')"
    checks = [
        f"count(*) filter (where regexp_matches(value, '{pattern}'))"
        for pattern in (NUMBER, WITH_COMMA, WITH_THOUSANDS, WITH_SIGN)
    ]
    row = session.execute(
        f"with shown as (select {value} as value from {table}) "
        f"select count(*), count(value), count(distinct value), {', '.join(checks)}, "
        "count(*) filter (where regexp_matches(value, '\\.\\d')), "
        f"count(*) filter (where regexp_matches(value, '{LOOKS_LIKE_A_DATE}')) "
        "from shown"
    ).fetchone()
    rows, filled, different, plain, comma, thousands, signs, points, dates = row or ()
    if not filled:
        return Column(name, 0.0, 0.0)
    oddity = "thousands are set apart by commas" if thousands else None
    oddity = "they carry a currency sign" if signs > filled / 2 else oddity
    found: tuple[str | None, str | None] = (None, None)
    if dates >= ENOUGH * filled:
        found = date_format(session, table, name)
    return Column(
        name,
        filled / rows,
        (plain + comma) / filled,
        "," if comma > points else "." if points and plain else None,
        *found,
        different / filled,
        oddity,
    )
