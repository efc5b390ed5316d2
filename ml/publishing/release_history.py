"""The releases that are kept, and which of them is the current one."""

import os
import shutil
from datetime import date
from pathlib import Path

import duckdb

from ml.errors import ReleaseError

CURRENT = "current.duckdb"
PAGE = "report.html"
REWRITTEN = ".rewritten-"


def point_to(release: Path, history: Path) -> None:
    """Make a release of the history the current one, each pointer by one rename."""
    file, link = release / ".current.new", release / ".parquet.new"
    for leftover in (file, link):
        leftover.unlink(missing_ok=True)
    os.link(history / "marts.duckdb", file)
    link.symlink_to(history.relative_to(release) / "parquet")
    file.replace(release / CURRENT)
    file.unlink(missing_ok=True)  # two names of one file stay two when renamed
    link.replace(release / "parquet")
    flush(release)


def show_page(release: Path, history: Path) -> None:
    """Make a release's page the current one, by one rename; without one do nothing."""
    if (history / PAGE).exists():
        new = release / ".report.new"
        new.unlink(missing_ok=True)
        os.link(history / PAGE, new)
        new.replace(release / PAGE)
        new.unlink(missing_ok=True)
        flush(release)


def show_own_page(release: Path) -> None:
    """Show the current release's page; rather none than one of another release."""
    current = current_release(release)
    show_page(release, current)
    if not (current / PAGE).exists():
        (release / PAGE).unlink(missing_ok=True)


def current_release(release: Path) -> Path:
    """Folder of the current release in the history."""
    return (release / "parquet").resolve().parent


def forget_old(release: Path, kept: int, made: Path) -> None:
    """Delete the oldest releases beyond the number kept.

    The current one stays; what was just made stays until the next, for its page.
    """
    current = current_release(release)
    others = [path for path in releases(release) if path != current]
    for path in others[max(kept - 1, 0) :]:
        if path != made:
            shutil.rmtree(path)


def releases(release: Path) -> list[Path]:
    """Folders of the releases, the newest as-of date first, then the latest run."""
    return sorted(
        (release / "history").glob("*_*"),
        key=lambda path: (path.name.split("_")[0], path.stat().st_mtime),
        reverse=True,
    )


def roll_back(release: Path, name: str | None = None) -> Path:
    """Make an older release of the history the current one.

    The next run publishes again, unless it scores an older day.

    Parameters
    ----------
    release : Path
        Folder that people and BI tools read.
    name : str, default=None
        Folder in the history; None is the one before the current one.

    Returns
    -------
    Path
        Folder of the release that is now current.

    Raises
    ------
    ReleaseError
        There is no such release, or it cannot be read.
    """
    known = releases(release)
    current = current_release(release)
    older = known[known.index(current) + 1 :] if current in known else known
    wanted = [path for path in known if path.name == name] if name else older[:1]
    if not wanted:
        message = (
            f"there is no release '{name}'" if name else "there is no older release"
        )
        names = ", ".join(path.name for path in known) or "none"
        message = f"{message} in {release / 'history'}. There are: {names}."
        raise ReleaseError(message)
    try:
        with duckdb.connect(str(wanted[0] / "marts.duckdb"), read_only=True) as reader:
            reader.execute("from release_info").fetchall()
    except duckdb.Error as error:
        message = f"release {wanted[0].name} cannot be read ({error}); choose another."
        raise ReleaseError(message) from error
    point_to(release, wanted[0])
    show_own_page(release)
    return wanted[0]


def put_in_place(release: Path, new: Path) -> None:
    """Exchange a release of the history for another folder of the same name.

    Whoever reads through the pointers sees the old one or the new, whole. The new
    folder lies beside the history, complete and on the disk, until the exchange is
    done: after a crash, calling this again ends it.

    Parameters
    ----------
    release : Path
        Folder that people and BI tools read.
    new : Path
        `release/.rewritten-<name>`.
    """
    history = release / "history" / new.name.removeprefix(REWRITTEN)
    is_current = bool({history.resolve(), new.resolve()} & _current(release))
    if is_current:
        point_to(release, new)
    if history.exists():
        shutil.rmtree(history)
    twin = release / f".unfinished-{history.name}"
    shutil.copytree(new, twin, copy_function=os.link)
    twin.rename(history)
    flush(history.parent)
    if is_current:
        point_to(release, history)
    new.rename(twin)  # from here on it is no longer complete
    shutil.rmtree(twin)


def _current(release: Path) -> set[Path]:
    """Folders that the current file is of; where it is a copy, the link tells."""
    linked = {current_release(release)}
    if not (release / CURRENT).exists():
        return linked
    files = [*release.glob("history/*/marts.duckdb")]
    files += release.glob(f"{REWRITTEN}*/marts.duckdb")
    same = {f.resolve().parent for f in files if f.samefile(release / CURRENT)}
    return same or linked


def clear_unfinished(release: Path) -> None:
    """Remove what a run left that was stopped while it wrote."""
    for name in (".current.new", ".report.new"):
        (release / name).unlink(missing_ok=True)
    for path in release.glob(".unfinished-*"):
        shutil.rmtree(path)


def current_date(release: Path) -> date:
    """As-of date of the current release; the earliest where there is none to read."""
    if not (release / CURRENT).exists():
        return date.min
    try:
        with duckdb.connect(str(release / CURRENT), read_only=True) as reader:
            rows = reader.execute("select as_of_date from release_info").fetchall()
    except duckdb.Error:  # damaged: the next release takes its place
        return date.min
    found: date = rows[0][0]
    return found


def flush(path: Path) -> None:
    """Have the disk keep a file or a folder before anything points to it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
