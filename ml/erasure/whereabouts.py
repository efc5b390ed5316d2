"""Where some customers stand, in a shop's home and in the files delivered to it."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ml.erasure.rewriting import (
    ERASED,
    Counts,
    Held,
    held_in_database,
    held_in_file,
    tables_with,
)
from ml.erasure.traces import trace_files, traces_in
from ml.errors import ErasureError
from ml.home import Home
from ml.publishing.release_history import releases

TABLES = (".duckdb", ".parquet")
OWN = {"bundles", "suppression", "release", "logs", "target", "run_status.json"}


@dataclass
class Whereabouts:
    """How many rows, or words, are whose; by place, then by customer.

    Attributes
    ----------
    tables : dict of str
        In the working database.
    releases, traces : dict of Path
        Releases of the history; logs and what dbt compiled.
    raw : dict of str
        Delivered files: the retailer's to clean.
    others : dict of Path
        Files in the home that nobody here wrote.
    notes : list of str
        Where nobody could look, and why.
    """

    tables: Held
    releases: dict[Path, Counts] = field(default_factory=dict)
    traces: dict[Path, Counts] = field(default_factory=dict)
    raw: Held = field(default_factory=dict)
    others: dict[Path, Counts] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def customers(self) -> set[str]:
        """Who stands in a table, a release or a delivery: not merely in some text."""
        places = (self.tables, self.releases, self.raw)
        return {one for place in places for held in place.values() for one in held}

    def lines(self) -> list[str]:
        """One line per place, without naming anybody."""
        kinds: dict[str, Mapping[Any, Counts]] = {
            "working database": self.tables,
            "release": self.releases,
            "log or target": self.traces,
            "delivered file, yours to clean": self.raw,
            "other file, yours to clean": self.others,
        }
        found = [
            f"{kind}: {_shown(place)} ({sum(held.values())} times, of {len(held)})"
            for kind, places in kinds.items()
            for place, held in places.items()
        ]
        return [*found, *self.notes]


def _shown(place: str | Path) -> str:
    """Give a place as people call it: a table without quotes, a release by its name."""
    if isinstance(place, Path):
        return place.name if place.parent.name == "history" else str(place)
    return place.replace('"', "")


def find(
    home: Home, session: duckdb.DuckDBPyConnection, customers: Collection[str]
) -> Whereabouts:
    """Look for customers everywhere.

    Parameters
    ----------
    home : Home
    session : DuckDBPyConnection
        Of `erasing_session`, on the working database if there is one.
    customers : collection of str

    Raises
    ------
    ErasureError
        A release or another file cannot be read, so nobody knows whom it holds.
    """
    catalog = session.sql("select current_database()").fetchall()[0][0]
    found = Whereabouts(tables=held_in_database(session, catalog))
    _find_delivered(found, session)
    for release in releases(home.release):
        files = [release / "marts.duckdb", *(release / "parquet").glob("*.parquet")]
        held: Counter[str] = Counter()
        for file in files:
            held.update(_held(session, file))
        _note(found.releases, release, held)
    for file in _other_files(home, session):
        if file.suffix in TABLES:
            _note(found.others, file, _held(session, file))
        else:
            _note(found.others, file, _words_in(file, customers))
    for file in trace_files(home):
        _note(found.traces, file, traces_in(file, customers))
    return found


def _note(places: dict[Path, Counts], place: Path, held: Counts) -> None:
    if held:
        places[place] = held


def _held(session: duckdb.DuckDBPyConnection, file: Path) -> Counts:
    try:
        return held_in_file(session, file)
    except duckdb.Error as error:
        message = (
            f"{file} cannot be read, so nobody knows whom it holds. Delete it, or "
            f"restore it, and run the same command again. ({error})"
        )
        raise ErasureError(message) from error


def _find_delivered(found: Whereabouts, session: duckdb.DuckDBPyConnection) -> None:
    """Look into the delivered files, through the mapping the last run has left."""
    mappings = session.execute(
        "select views.schema_name || '.' || views.view_name "
        "from duckdb_views() as views inner join duckdb_columns() as columns "
        "on views.view_oid = columns.table_oid and columns.column_name in "
        "('customer_id', 'file_name') where not views.internal "
        "and views.view_name = 'stg_mapped_lines' group by all having count(*) = 2"
    ).fetchall()
    for (mapping,) in mappings:
        try:
            rows = session.execute(
                f"select file_name, customer_id, count(*) from {mapping} "
                f"inner join {ERASED} using (customer_id) group by all order by all"
            ).fetchall()
        except duckdb.Error as error:
            found.notes.append(f"The delivered files cannot be searched: {error}")
            continue
        for file, customer, count in rows:
            found.raw.setdefault(file, {})[customer] = count
    if not mappings:
        found.notes.append("The delivered files were not searched: no run read them.")


def _other_files(home: Home, session: duckdb.DuckDBPyConnection) -> Iterator[Path]:
    """Files of the home that have no place of their own, like an export.

    Where the home is the project's own folder, only the files at its top: below are the
    project, other shops and the delivered files.
    """
    delivered: set[Path] = set()
    if tables := tables_with(session, "working", "file_name", "modified_at"):
        query = " union ".join(f"select file_name from {table}" for table in tables)
        delivered = {Path(row[0]).resolve() for row in session.sql(query).fetchall()}
    is_project = (home.folder / "dbt_project.yml").exists()
    for path in sorted(home.folder.glob("*" if is_project else "**/*")):
        parts = path.relative_to(home.folder).parts
        hidden = any(part.startswith(".") for part in parts)
        own = parts[0] in OWN or parts[0].startswith(home.working_database.name)
        if path.is_file() and not (hidden or own or path.resolve() in delivered):
            yield path


def _words_in(file: Path, customers: Collection[str]) -> Counts:
    """How often each id stands in a file as a word of its own."""
    content = file.read_bytes()
    counts = {
        one: len(re.findall(rb"(?<!\w)%s(?!\w)" % re.escape(one.encode()), content))
        for one in customers
    }
    return {one: count for one, count in counts.items() if count}
