"""Reading a release: its marts as rows, whatever version of the project wrote it."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb

Row = SimpleNamespace
MEMORY = "1GB"  # the page needs groups and top lists only


class Marts:
    """The marts of one release, opened to be read.

    Parameters
    ----------
    file : Path
        `marts.duckdb` of a release.
    """

    def __init__(self, file: Path) -> None:
        # the path may differ from the one under which a build has the file attached
        self._reader = duckdb.connect(
            str(file), read_only=True, config={"memory_limit": MEMORY}
        )
        self.info = self.rows("select * from release_info")[0]

    def __enter__(self) -> "Marts":
        """Open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self._reader.close()

    def has(self, mart: str, *columns: str) -> bool:
        """Say whether a mart has these columns and a row; old releases lack some."""
        found = self._reader.execute(
            "select list(column_name) from duckdb_columns() where table_name = $1",
            [mart],
        ).fetchall()[0][0]
        if found is None or not set(columns) <= set(found):
            return False
        query = f"select exists(from {mart})"
        return bool(self._reader.execute(query).fetchall()[0][0])

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        """Read the rows of a query, each with its columns as attributes."""
        result = self._reader.execute(query, list(values))
        names = [column[0] for column in result.description or ()]
        return [Row(**dict(zip(names, row, strict=True))) for row in result.fetchall()]
