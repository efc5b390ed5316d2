"""Two runs at once: the second waits, or ends with the exit code that says so."""

import json
import subprocess
import sys
import time
from itertools import cycle

from tests.campaigns.readers import Readers
from tests.campaigns.workbench import (
    Build,
    Tally,
    build,
    command,
    correct,
    dice_of,
    different_marts,
    progress,
    rebuilt,
    workshop,
)

BUSY = 75
RUN, RUN_AT_ONCE, DBT = "python -m ml run", "python -m ml run --wait 0", "dbt build"
PAIRS = [(DBT, DBT), (RUN, DBT), (RUN, RUN), (RUN, RUN_AT_ONCE), (DBT, RUN)]
ALLOWED = {RUN: {0}, RUN_AT_ONCE: {0, BUSY}, DBT: {0}}


class Command:
    """A program under way, as Build is a build."""

    def __init__(self, shop, line):
        program, *arguments = line.split()
        self.process = subprocess.Popen(
            [workshop.BIN / program, *arguments, "--quiet"],
            cwd=shop.folder,
            env=shop.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait(self):
        words, _ = self.process.communicate()
        return workshop.Run(self.process.returncode, words)


def start(shop, line):
    return Build(shop) if line == DBT else Command(shop, line)


def overlaps(shop, runs, repairs, seed, readers=1):
    """Start `runs` pairs a moment apart; look at `repairs` of them afterwards."""
    tally = Tally(
        "undocumented exit codes",
        "results that are not one each",
        "wrong run_status.json",
        "damaged shops",
        "reader errors",
    )
    dice, pairs = dice_of(seed), cycle(PAIRS)
    with Readers(shop, readers) as found:
        for number in range(1, runs + 1):
            correct(shop, dice)
            overlap(shop, next(pairs), dice.uniform(0, 4), tally)
            if number * repairs // runs > (number - 1) * repairs // runs:
                look_for_damage(shop, tally)
            progress(number, runs)
    found.add_to(
        tally, errors="reader errors", mixed="damaged shops", backward="damaged shops"
    )
    return tally


def overlap(shop, lines, pause, tally):
    """Start two programs; each that ends well must have published once."""
    before = published(shop)
    first = start(shop, lines[0])
    time.sleep(pause)
    ended = [running.wait() for running in (start(shop, lines[1]), first)][::-1]
    tally.done["pairs"] += 1
    for line, run in zip(lines, ended, strict=True):
        tally.done[f"ended with {run.code}"] += 1
        tally.check(
            "undocumented exit codes",
            run.code in ALLOWED[line],
            f"{lines}, {line}: {run.code}\n{run.words[-2000:]}",
        )
    well = sum(run.code == 0 for run in ended)
    new = published(shop) - before
    tally.check("results that are not one each", len(new) == well, f"{lines}: {new}")
    status = json.loads((shop.home / "run_status.json").read_text())
    is_last = status["run_id"] == shop.info()["run_id"]
    tally.check(
        "wrong run_status.json", status["status"] == "published" and is_last, status
    )


def published(shop):
    """Names of the releases kept."""
    return {folder.name for folder in (shop.release / "history").iterdir()}


def look_for_damage(shop, tally):
    run = build(shop)
    if tally.check("damaged shops", run.code == 0, run.words[-2000:]):
        found = different_marts(shop, rebuilt(shop))
        tally.check("damaged shops", not found, found)


def main():
    return command(overlaps, runs=50, repairs=10)


if __name__ == "__main__":
    sys.exit(main())
