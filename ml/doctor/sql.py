"""Names and texts written so that SQL takes them as they are."""

import hashlib


def quoted(name: str) -> str:
    """Write a column's name so that SQL takes it as it is."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def attached(file: str) -> str:
    """Name under which macros/reading/source_tables.sql attaches a DuckDB file."""
    return f"delivered_{hashlib.md5(file.encode()).hexdigest()}"
