"""How a column writes its days, and whether day or month comes first."""

import duckdb

from ml.doctor.sql import quoted

ENOUGH = 0.7  # share of a column's values that must be read for a guess to count
DIFFERENT_DAYS = 2000  # values of a sample that are tried with every format
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
        f"from (select distinct {value} as value from {table} limit {DIFFERENT_DAYS}) "
        "where value is not null"
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


def decide_day_first(
    session: duckdb.DuckDBPyConnection, source: str, name: str, formats: tuple[str, str]
) -> tuple[str, str | None]:
    """Look at a whole column: a number above 12 is a day.

    Parameters
    ----------
    session : connection
    source : str
        SQL that reads the table.
    name : str
        Of the column.
    formats : tuple of str
        Two that a sample could not tell apart.

    Returns
    -------
    format : str
        The right one, or the likelier.
    question : str or None
        What a person must decide, if there is no such number.
    """
    value = f"trim(cast({quoted(name)} as varchar))"
    read = [f"try_strptime({value}, '{each}')" for each in formats]
    found = ", ".join(f"count({each}), min({each}), max({each})" for each in read)
    row = session.execute(f"select {found} from {source}").fetchone()
    count, first, last, other_count, other_first, other_last = row or ()
    if count != other_count:
        return formats[0] if count > other_count else formats[1], None
    # orders of a few days lie close together only if read rightly
    is_narrow = last - first <= other_last - other_first
    words = ["day", "month"] if formats[0].startswith("%d") else ["month", "day"]
    question = (
        f"Day or month first? No number above 12 stands in {name!r}, so nothing tells. "
        f"With the {words[0]} first, orders are of {first.date()} to "
        f"{last.date()} (date_format {formats[0]!r}); with the {words[1]} first, of "
        f"{other_first.date()} to {other_last.date()} ({formats[1]!r}). Look at one "
        "order that you know, and say which with --vars."
    )
    return formats[0] if is_narrow else formats[1], question
