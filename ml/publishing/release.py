"""Publishing: readers see one whole, tested run or the one before, never a mixture."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ml.bundles.bundle import manifest_of
from ml.code_version import code_version
from ml.errors import ReleaseError, told_plainly
from ml.home import Home
from ml.publishing.release_history import (
    CURRENT,
    clear_unfinished,
    current_date,
    flush,
    forget_old,
    point_to,
)

MODEL_FACTS = {  # of the bundle that scored; null for the baseline, which has none
    "bundle_sha256": "varchar",
    "learnt_until": "date",
    "learnt_customer_count": "bigint",
    "tested_after": "date",
    "test_total": "double",
    "test_capture": "double",
    "test_baseline_capture": "double",
}
STORAGE_VERSION = "v1.3.0"  # the oldest DuckDB that reads a release
OF_MANY_DATES = (
    "scoring_runs",
    "value_calibration",
    "model_scorecard",
    "feature_drift",
    "segment_migration",
)


@told_plainly()
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
    home = Home.from_environment()
    _keep_from_strangers(home.working_database)
    release = home.release
    name = f"{facts['as_of_date']}_{facts['run_id']}"
    unfinished = release / f".unfinished-{facts['run_id']}"
    clear_unfinished(release)
    unfinished.mkdir(parents=True)
    try:
        counts = _write(session, marts, facts, unfinished)
    except BaseException:  # half a release must not fill a disk that is full already
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    history = release / "history" / name
    history.parent.mkdir(exist_ok=True)
    while history.exists():  # the same run publishes again
        history = history.with_name(f"{history.name}-again")
    unfinished.rename(history)
    flush(history.parent)
    is_current = current_date(release) <= facts["as_of_date"]
    if is_current:
        point_to(release, history)
    forget_old(release, kept, history)
    return pa.table(
        {
            "mart": list(counts),
            "row_count": list(counts.values()),
            "path": [str(release / CURRENT if is_current else history)] * len(counts),
            "is_current": [is_current] * len(counts),
        }
    )


def _keep_from_strangers(file: Path) -> None:
    """Take a file from users outside its group: it is not for readers."""
    mode = file.stat().st_mode if file.exists() else 0
    if mode & 0o007:
        file.chmod(mode & ~0o007)


def _write(
    session: duckdb.DuckDBPyConnection,
    marts: Mapping[str, duckdb.DuckDBPyRelation],
    facts: Mapping[str, Any],
    folder: Path,
) -> dict[str, int]:
    """Write the marts into an empty folder; returns their row counts."""
    (folder / "parquet").mkdir()
    database = folder / "marts.duckdb"
    stored = f"storage_version '{STORAGE_VERSION}'"
    session.execute(f"attach '{_quoted(database)}' as released ({stored})")
    try:
        for name, mart in marts.items():
            session.execute(f"create table released.main.{name} as {mart.sql_query()}")
        counts = {name: _checked_count(session, name, facts) for name in marts}
        _write_info(session, facts)
        for name in [*marts, "release_info"]:
            target = _quoted(folder / "parquet" / f"{name}.parquet")
            session.execute(f"copy released.main.{name} to '{target}' (format parquet)")
        session.execute("checkpoint released")
    finally:
        session.execute("detach released")
    for file in (database, *(folder / "parquet").iterdir()):
        flush(file)
        file.chmod(0o444)
    flush(folder / "parquet")
    flush(folder)
    return counts


def _write_info(session: duckdb.DuckDBPyConnection, facts: Mapping[str, Any]) -> None:
    """One row that says which run, data and model this release holds."""
    # what has scored, not what is champion by now: somebody may train meanwhile
    scored = "select any_value(model_version) from released.main.customer_value"
    version = session.execute(scored).fetchall()[0][0]
    info = {
        **facts,
        "model_version": version,
        **_model_facts(manifest_of(Home.from_environment().bundles, version)),
        "code_version": code_version(),
    }
    names = ", ".join(
        f"cast(? as {MODEL_FACTS[name]}) as {name}"  # a null alone has no type
        if name in MODEL_FACTS
        else f"? as {name}"
        for name in info
    )
    session.execute(
        f"create table released.main.release_info as select {names}",
        list(info.values()),
    )


def _model_facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a model learnt from, and how it did on days it had not seen."""
    training, tests = manifest.get("training", {}), manifest.get("metrics", {})
    own, rule = tests.get("challenger", {}), tests.get("annual run rate", {})
    found = (
        manifest.get("sha256"),
        training.get("labels_until"),
        training.get("customers"),
        manifest.get("tested_at"),
        own.get("total"),
        own.get("capture"),
        rule.get("capture"),
    )
    return dict(zip(MODEL_FACTS, found, strict=True))


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
    if "as_of_date" in columns and name not in OF_MANY_DATES:
        query = f"select count(*) from {table} where as_of_date <> ?"
        if session.execute(query, [facts["as_of_date"]]).fetchall()[0][0]:
            message = (
                f"{name} holds another date than the run's {facts['as_of_date']}, so "
                "the last release stays. Run the whole `dbt build`."
            )
            raise ReleaseError(message)
    return count


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
