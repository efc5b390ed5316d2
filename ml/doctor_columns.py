"""What the columns of a file hold: numbers and how they are written, dates and how."""

from dataclasses import dataclass, field

import duckdb

SAMPLE_ROWS = 20_000
ENOUGH = 0.9  # share of a column's values that must be read for a guess to count
DAYS = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%b %d, %Y",
]
DAYS += ["%d.%m.%y", "%Y.%m.%d"]
# written alike, so that only a day above 12 tells them apart
TWINS = [("%d/%m/%Y", "%m/%d/%Y"), ("%d-%m-%Y", "%m-%d-%Y"), ("%d/%m/%y", "%m/%d/%y")]
TIMES = ["", " %H:%M:%S", " %H:%M", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S.%f"]
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


def date_format(
    session: duckdb.DuckDBPyConnection, table: str, name: str
) -> tuple[str | None, str | None]:
    """Find the format that reads most of a column, and its twin if that reads as much.

    Returns
    -------
    format, twin : str or None
        The format is "" where a plain cast reads the column, None where nothing does.
    """
    twins = [day for pair in TWINS for day in pair]
    formats = [day + time for day in DAYS + twins for time in TIMES]
    tries = [f"count(try_strptime(value, '{each}'))" for each in formats]
    value = f"nullif(trim(cast({quoted(name)} as varchar)), '')"
    row = session.execute(
        f"select count(*), count(try_cast(value as timestamp)), {', '.join(tries)} "
        f"from (select {value} as value from {table}) where value is not null"
    ).fetchone()
    count, cast, *counts = row or ()
    if cast >= ENOUGH * count:
        return "", None
    read = dict(zip(formats, counts, strict=True))
    best = max(formats, key=lambda each: read[each])
    if read[best] < ENOUGH * count:
        return None, None
    twin = _twin(best)
    return best, (twin if twin and read[twin] == read[best] else None)


def _twin(written: str) -> str | None:
    for one, other in TWINS:
        for this, that in ((one, other), (other, one)):
            if written.startswith(this):
                return that + written.removeprefix(this)
    return None


def quoted(name: str) -> str:
    """Write a column's name so that SQL takes it as it is."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
