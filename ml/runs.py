"""Running the pipeline: tonight's build, days that were missed, days of the past."""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from ml.errors import ScoringError, SettingsError
from ml.home import Home

log = logging.getLogger("ml")
MOST_MISSED_DAYS = 31
AGAIN = "Mend the cause and run the same command again; nothing else needs repair."
COLOURS = re.compile(r"\x1b\[\d+m")
ENDINGS = {  # the words of macros/run_status.sql
    "Published": "published",
    "Added to the history": "kept",
    "Published, but what came after the release failed": "incomplete",
    "Nothing was published; the last release stays": "failed",
}
CLOCK = re.compile(r"^\d\d:\d\d:\d\d\s*")


@dataclass(frozen=True)
class RunStatus:
    """What a run came to, as it stands in run_status.json.

    Attributes
    ----------
    status : str
        published; kept (a newer release stays current); incomplete (published, but
        without its report page); failed; unfinished (killed).
    message : str
        What was published, or why nothing was.
    next_step : str
        What a person should do now.
    run_id : str
        The run's id, as in every mart's row; empty where dbt did not begin.
    started_at : str
        UTC, ISO 8601.
    """

    status: str
    message: str
    next_step: str
    run_id: str
    started_at: str

    @property
    def ended_well(self) -> bool:
        """Whether something was published."""
        return self.status in ("published", "kept")


class FailedRunError(ScoringError):
    """A run published nothing; its reason stands in run_status.json."""


def build(home: Home, variables: Mapping[str, Any], *, quiet: bool) -> RunStatus:
    """Run `dbt build` once, and say what came of it.

    Parameters
    ----------
    home : Home
    variables : mapping
        Settings for dbt, as in --vars.
    quiet : bool
        Show nothing of dbt's own words.

    Raises
    ------
    FailedRunError
        Something failed; says what, why and what to do.
    """
    lines = _run_dbt(variables, quiet=quiet)
    status = _told(lines)
    if status is None:
        status = _failed_early(lines)
        write_status(home, status)
    if not status.ended_well:
        words = {status: words for words, status in ENDINGS.items()}
        said = words.get(status.status, words["failed"])
        message = f"{said[:1].lower()}{said[1:]}. {status.message} "
        message += f"Next: {status.next_step}"
        raise FailedRunError(message)
    return status


def build_days(
    home: Home, variables: Mapping[str, Any], days: Iterable[date], *, quiet: bool
) -> None:
    """Score past days, the earliest first, each with what was known on it.

    The current release never moves to an older day; the ledger gets every one of them.

    Raises
    ------
    FailedRunError
        A day could not be scored; those before it are kept.
    """
    wanted = list(days)
    for number, day in enumerate(wanted, start=1):
        settings = {**variables, "as_of_date": day.isoformat()}
        status = build(home, settings, quiet=quiet)
        log.info("%s of %s · %s", number, len(wanted), status.message)


def days_between(first: date, last: date) -> list[date]:
    """List the days from one to another, both included.

    Raises
    ------
    SettingsError
        The last lies before the first.
    """
    if last < first:
        message = f"--to {last} lies before --from {first}."
        raise SettingsError(message)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def scored_days(home: Home) -> set[date]:
    """As-of dates in the ledger, as the current release knows them."""
    current = home.release / "current.duckdb"
    if not current.exists():
        return set()
    query = "select distinct as_of_date from scoring_runs"
    try:
        with duckdb.connect(str(current), read_only=True) as reader:
            return {row[0] for row in reader.execute(query).fetchall()}
    except duckdb.Error as error:
        log.warning("%s cannot be read; no missed days are known. (%s)", current, error)
        return set()


def missed_days(before: set[date], now: set[date]) -> list[date]:
    """Days of the last month that nobody scored, since the first that somebody did.

    Also those that an earlier run was stopped before it had caught up.

    Raises
    ------
    SettingsError
        There are more than a month of them: a range says better what is meant.
    """
    if not before or not now:
        return []
    gap = days_between(max(before), max(now))[1:-1] if max(now) > max(before) else []
    if len(gap) > MOST_MISSED_DAYS:
        message = (
            f"{len(gap)} days were missed, from {gap[0]} to {gap[-1]}. If they are all "
            f"wanted, say so: --from {gap[0]} --to {gap[-1]}."
        )
        raise SettingsError(message)
    scored, last = before | now, max(now)
    first = max(min(scored), last - timedelta(days=MOST_MISSED_DAYS + 1))
    return sorted(set(days_between(min(first, last), last)) - scored)


def write_status(home: Home, status: RunStatus) -> None:
    """Replace run_status.json in one step."""
    new = home.folder / ".run_status.new"
    new.write_text(json.dumps(asdict(status)) + "\n")
    new.replace(home.folder / "run_status.json")


def _run_dbt(variables: Mapping[str, Any], *, quiet: bool) -> list[str]:
    """Run `dbt build`, showing its lines as they come; returns them."""
    command = [
        str(Path(sys.executable).with_name("dbt")),
        # what it says is read, whatever the environment asks of dbt
        *("--no-quiet", "--log-level", "info", "--log-format", "text"),
        *("build", "--exclude-resource-type", "unit_test"),
        *("--vars", json.dumps(dict(variables))),
    ]
    lines = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            lines.append(CLOCK.sub("", COLOURS.sub("", line)).strip())
            if not quiet:
                sys.stderr.write(line)
    return lines


def _told(lines: list[str]) -> RunStatus | None:
    """Take what the run said of itself at its end; None if it fell before.

    Not what run_status.json says: by now it may be of a `dbt build` that came after.
    """
    for line in lines:
        said, _, message = line.partition(": ")
        if said in ENDINGS:
            return _status(ENDINGS[said], message)
    return None


def _status(status: str, message: str) -> RunStatus:
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return RunStatus(status, message, AGAIN, "", started)


def _failed_early(lines: list[str]) -> RunStatus:
    """Tell why dbt fell before it could say so itself, from its last words."""
    stops = [line.split("Stop: ", 1)[1] for line in lines if "Stop: " in line]
    said = [line for line in lines if line]
    if any("Conflicting lock" in line or "Could not set lock" in line for line in said):
        reason = "Another program holds the working database open; close it."
    else:
        reason = (stops or said or ["dbt said nothing."])[-1]
    return _status("failed", reason)
