"""Erasing customers from everything in a shop's home, and keeping them out for good.

The suppression list comes first and the working database last. A crash at any moment
leaves every file whole, and the same command once more ends the work.
"""

import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ml.erasure.rewriting import (
    ERASED,
    erasing_session,
    held_in_file,
    rewrite_database,
    rewrite_file,
    tables_with,
)
from ml.erasure.suppression import (
    begin_erasing,
    end_erasing,
    suppress,
    suppressed_among,
)
from ml.erasure.traces import remove_traces
from ml.erasure.whereabouts import Whereabouts, find
from ml.errors import ErasureError, SettingsError
from ml.home import Home
from ml.lock import BusyError
from ml.publishing.release_history import (
    CURRENT,
    PAGE,
    REWRITTEN,
    clear_unfinished,
    flush,
    put_in_place,
    show_own_page,
)
from report import write_page


def ids_of(given: Iterable[str], file: Path | None) -> list[str]:
    """Ids from the command line and from the lines of a file, each once.

    They are written as staging compares them (the macro `customer_key`): without blanks
    around them, an e-mail address in lower case but for a source's name before it.

    Raises
    ------
    SettingsError
        The file cannot be read, or there is no id at all.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines() if file else []
    except (OSError, ValueError) as error:
        message = f"--file {file} cannot be read ({error})."
        raise SettingsError(message) from error
    ids = list(dict.fromkeys(_key(one) for one in (*given, *lines) if one.strip()))
    if not ids:
        message = "say whom: python -m ml erase CUSTOMER_ID …, or --file ids.txt"
        raise SettingsError(message)
    return ids


def _key(written: str) -> str:
    text = written.strip()
    if "@" not in text:
        return text
    start = text.find(":") + 1
    return text[:start] + text[start:].lower()


def check_all_is_done(found: Whereabouts, unknown: Collection[str]) -> None:
    """Make sure that nothing is left for a person to do in this home.

    Raises
    ------
    ErasureError
        Somebody stands nowhere, or in a file that this project did not write.
    """
    if unknown:
        message = (
            f"nobody is called {', '.join(unknown)} here, in no table, no release and "
            "no delivered file; nothing was done for them. Ids are compared letter by "
            "letter. To keep out somebody who is not here yet: --even-if-unknown."
        )
        raise ErasureError(message)
    if found.others:
        names = ", ".join(str(file) for file in found.others)
        message = (
            f"these files were not written by this project and hold an id: {names}. "
            "Delete them, or what they say of the customer."
        )
        raise ErasureError(message)


@contextmanager
def opened(
    home: Home, customers: Collection[str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the working database for an erasure; meanwhile nobody else can.

    Raises
    ------
    BusyError
        Another program has it open.
    ErasureError
        It cannot be read.
    """
    database = home.working_database
    try:
        session = erasing_session(
            customers, database if database.exists() else ":memory:"
        )
    except duckdb.Error as error:
        if "set lock" in str(error):
            message = f"another program has {database} open. Nothing was touched."
            raise BusyError(message) from error
        message = (
            f"{database} cannot be read. Delete it, run `dbt build`, which makes it "
            f"anew, and then this command again. ({error})"
        )
        raise ErasureError(message) from error
    with session:
        yield session


def search(
    home: Home, customers: Collection[str]
) -> tuple[Whereabouts, Collection[str]]:
    """Say where customers stand, and who of them stands nowhere; changes nothing."""
    with opened(home, customers) as session:
        return _search(home, session, customers)


def erase(
    home: Home, customers: Collection[str], *, even_if_unknown: bool = False
) -> tuple[Whereabouts, Collection[str]]:
    """Erase customers, and keep them out; the home's lock must be held.

    Parameters
    ----------
    home : Home
    customers : collection of str
        Their ids, as staging trims them.
    even_if_unknown : bool, default=False
        Keep out also who stands nowhere yet.

    Returns
    -------
    Whereabouts
        Where they stood.
    collection of str
        Who stands nowhere and was not erased before: nothing was done for them.
    """
    with opened(home, customers) as session:
        clear_unfinished(home.release)
        for half_way in home.release.glob(f"{REWRITTEN}*"):
            put_in_place(home.release, half_way)
        found, unknown = _search(home, session, customers)
        if even_if_unknown:
            unknown = []
        if chosen := [one for one in customers if one not in unknown]:
            suppress(home, chosen)
            begin_erasing(home)
            _remove(home, session, chosen, found)
            end_erasing(home)
    return found, unknown


def _search(
    home: Home, session: duckdb.DuckDBPyConnection, customers: Collection[str]
) -> tuple[Whereabouts, Collection[str]]:
    found = find(home, session, customers)
    known = found.customers | suppressed_among(home, customers)
    return found, [one for one in customers if one not in known]


def _remove(
    home: Home,
    session: duckdb.DuckDBPyConnection,
    customers: Collection[str],
    found: Whereabouts,
) -> None:
    for release in found.releases:
        _rewrite_release(home.release, release, session)
    current = home.release / CURRENT
    show_own_page(home.release)  # the page before, if this release has none, goes
    copies = [current] if current.exists() and held_in_file(session, current) else []
    for file in copies:
        new = file.with_name(f".{file.stem}.new{file.suffix}")
        rewrite_file(session, file, new)
        new.replace(file)
    for file in found.traces:
        remove_traces(home, file, customers)
    if home.working_database.exists():
        _rewrite_working_database(home, session)


def _rewrite_release(
    release: Path, history: Path, session: duckdb.DuckDBPyConnection
) -> None:
    """Exchange a release for one without the customers, under the same name."""
    unfinished = release / f".unfinished-{history.name}"
    (unfinished / "parquet").mkdir(parents=True)
    for file in (history / "marts.duckdb", *(history / "parquet").iterdir()):
        rewrite_file(session, file, unfinished / file.relative_to(history))
    if (history / PAGE).exists():
        write_page(unfinished)
    shutil.copystat(history, unfinished)  # releases are sorted by their time
    flush(unfinished / "parquet")
    flush(unfinished)
    complete = release / f"{REWRITTEN}{history.name}"
    unfinished.rename(complete)
    flush(release)
    put_in_place(release, complete)


def _rewrite_working_database(home: Home, session: duckdb.DuckDBPyConnection) -> None:
    """Exchange the working database for one without the customers.

    Their days are forgotten, so that the next run folds them again and counts the lines
    of the erased; so is the view of all lines, which may be older than the list.
    """
    database = home.working_database
    days = " union ".join(
        f"select order_date from {table} inner join {ERASED} using (customer_id)"
        for table in tables_with(session, "working", "customer_id", "order_date")
    )
    for table in tables_with(session, "working", "reading_rules", "order_date"):
        session.execute(
            f"delete from {table} as folded where exists (select 1 from ({days}) as "
            "erased where erased.order_date is not distinct from folded.order_date)"
        )
    session.execute("drop view if exists stg_order_lines")
    session.execute("checkpoint")  # a write-ahead log would be replayed on the new file
    new = database.with_name(f"{database.name}.new")
    rewrite_database(session, "working", new)
    shutil.copymode(database, new)
    new.replace(database)
    flush(home.folder)
    shutil.rmtree(f"{database}.tmp", ignore_errors=True)
