"""Customers' ids in logs and in what dbt compiled: found and removed, byte by byte."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ml.code_version import PROJECT
from ml.home import Home


def trace_files(home: Home) -> Iterator[Path]:
    """Files that programs wrote about runs: logs, target/ and the run's status."""
    for folder in (*_logs(home), *_targets(home)):
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())
    status = home.folder / "run_status.json"
    if status.exists():
        yield status


def traces_in(file: Path, customers: Iterable[str]) -> dict[str, int]:
    """How often each id stands in a file, be it within a longer word."""
    content = file.read_bytes()
    counts = {one: content.count(one.encode()) for one in customers}
    return {one: count for one, count in counts.items() if count}


def remove_traces(home: Home, file: Path, customers: Iterable[str]) -> None:
    """Drop the lines of a log that hold an id; delete any other file.

    What is deleted here the next run makes anew, so a short id that stands in a file by
    chance does no harm.
    """
    if not any(folder in file.parents for folder in _logs(home)):
        file.unlink()
        return
    found = re.compile(b"|".join(re.escape(one.encode()) for one in customers))
    lines = file.read_bytes().splitlines(keepends=True)
    new = file.with_name(f".{file.name}.new")
    new.write_bytes(b"".join(line for line in lines if not found.search(line)))
    new.chmod(file.stat().st_mode)
    new.replace(file)


def _logs(home: Home) -> list[Path]:
    return _folders(home, os.environ.get("DBT_LOG_PATH", "logs"))


def _targets(home: Home) -> list[Path]:
    return _folders(home, os.environ.get("DBT_TARGET_PATH", "target"))


def _folders(home: Home, name: str) -> list[Path]:
    """Give a folder of the project and of the home; one, if that is the same."""
    return sorted({(place / name).resolve() for place in (PROJECT, home.folder)})
