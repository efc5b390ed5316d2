"""Publishing: readers see one whole, tested run or the one before, never a mixture."""

import os
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ml.bundle import champion_sha256, champion_version
from ml.errors import ScoringError
from ml.home import Home

CURRENT = "current.duckdb"
LOGS = ("scoring_runs", "feature_drift")  # marts that keep every date


class ReleaseError(ScoringError):
    """The marts do not fit together, so nothing was published."""


def publish(
    session: duckdb.DuckDBPyConnection,
    marts: Mapping[str, duckdb.DuckDBPyRelation],
    run: duckdb.DuckDBPyRelation,
    *,
    kept: int = 7,
) -> pa.Table:
    """Publish one run's marts in one atomic step.

    The marts and `release_info` are written to a folder of their own below
    `release/history`, as one DuckDB file and as Parquet, flushed to the disk, and only
    then made the current release by renaming. A newer as-of date stays current: an
    older one is only added to the history.

    Parameters
    ----------
    session : DuckDBPyConnection
        Connection of the build.
    marts : mapping of name to relation
        What to publish.
    run : relation of one row
        The table `this_run`.
    kept : int
        Releases to keep for a rollback, the current one included.

    Returns
    -------
    pyarrow.Table
        One row per mart: mart, row_count, path, is_current.

    Raises
    ------
    ReleaseError
        A mart is empty, or holds another as-of date than the run.
    """
    facts = dict(zip(run.columns, run.fetchall()[0], strict=True))
    release = Home.from_environment().release
    name = f"{facts['as_of_date']}_{facts['run_id']}"
    unfinished = release / f".unfinished-{facts['run_id']}"
    _clear_unfinished(release)
    unfinished.mkdir(parents=True)
    counts = _write(session, marts, facts, unfinished)
    history = release / "history" / name
    history.parent.mkdir(exist_ok=True)
    while history.exists():  # the same run publishes again
        history = history.with_name(f"{history.name}-again")
    unfinished.rename(history)
    _flush(history.parent)
    is_current = _current_date(release) <= facts["as_of_date"]
    if is_current:
        point_to(release, history)
    forget_old(release, kept)
    return pa.table(
        {
            "mart": list(counts),
            "row_count": list(counts.values()),
            "path": [str(release / CURRENT if is_current else history)] * len(counts),
            "is_current": [is_current] * len(counts),
        }
    )


def point_to(release: Path, history: Path) -> None:
    """Make a release of the history the current one, each pointer by one rename."""
    file, link = release / ".current.new", release / ".parquet.new"
    for leftover in (file, link):
        leftover.unlink(missing_ok=True)
    os.link(history / "marts.duckdb", file)
    link.symlink_to(Path("history") / history.name / "parquet")
    file.replace(release / CURRENT)
    link.replace(release / "parquet")
    _flush(release)


def forget_old(release: Path, kept: int) -> None:
    """Delete the oldest releases beyond the number kept; the current one stays."""
    current = (release / "parquet").resolve().parent
    history = sorted(
        (path for path in (release / "history").iterdir() if path != current),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for path in history[max(kept - 1, 0) :]:
        shutil.rmtree(path)


def _write(
    session: duckdb.DuckDBPyConnection,
    marts: Mapping[str, duckdb.DuckDBPyRelation],
    facts: Mapping[str, Any],
    folder: Path,
) -> dict[str, int]:
    """Write the marts into an empty folder; returns their row counts."""
    (folder / "parquet").mkdir()
    database = folder / "marts.duckdb"
    session.execute(f"attach '{_quoted(database)}' as released")
    try:
        for name, mart in marts.items():
            session.execute(f"create table released.main.{name} as {mart.sql_query()}")
        _write_info(session, facts)
        counts = {name: _checked_count(session, name, facts) for name in marts}
        for name in [*marts, "release_info"]:
            target = _quoted(folder / "parquet" / f"{name}.parquet")
            session.execute(f"copy released.main.{name} to '{target}' (format parquet)")
        session.execute("checkpoint released")
    finally:
        session.execute("detach released")
    for file in (database, *(folder / "parquet").iterdir()):
        _flush(file)
        file.chmod(0o444)
    _flush(folder / "parquet")
    _flush(folder)
    return counts


def _write_info(session: duckdb.DuckDBPyConnection, facts: Mapping[str, Any]) -> None:
    """One row that says which run, data and model this release holds."""
    bundles = Home.from_environment().bundles
    info = {
        **facts,
        "model_version": champion_version(bundles) or "baseline",
        "bundle_sha256": champion_sha256(bundles),
    }
    names = ", ".join(f"? as {name}" for name in info)
    session.execute(
        f"create table released.main.release_info as select {names}",
        list(info.values()),
    )


def _checked_count(
    session: duckdb.DuckDBPyConnection, name: str, facts: Mapping[str, Any]
) -> int:
    """Rows of a written mart, once it is sure that it belongs to this run."""
    table = f"released.main.{name}"
    columns = [row[0] for row in session.execute(f"describe {table}").fetchall()]
    count = int(session.execute(f"select count(*) from {table}").fetchall()[0][0])
    if name.startswith("customer_") and count == 0:
        message = f"{name} is empty, so the last release stays. Look at this_run."
        raise ReleaseError(message)
    if "as_of_date" in columns and name not in LOGS:
        query = f"select count(*) from {table} where as_of_date <> ?"
        if session.execute(query, [facts["as_of_date"]]).fetchall()[0][0]:
            message = (
                f"{name} holds another date than the run's {facts['as_of_date']}, so "
                "the last release stays. Run the whole `dbt build`."
            )
            raise ReleaseError(message)
    return count


def _current_date(release: Path) -> date:
    """As-of date of the current release; the earliest date where there is none."""
    if not (release / CURRENT).exists():
        return date.min
    with duckdb.connect(str(release / CURRENT), read_only=True) as reader:
        rows = reader.execute("select as_of_date from release_info").fetchall()
    found: date = rows[0][0]
    return found


def _clear_unfinished(release: Path) -> None:
    """Remove what a run left that was stopped while it wrote."""
    for path in release.glob(".unfinished-*"):
        shutil.rmtree(path)


def _flush(path: Path) -> None:
    """Have the disk keep a file or a folder before anything points to it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
