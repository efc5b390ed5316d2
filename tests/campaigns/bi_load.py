"""Builds under continuous load: readers hold the release open while it is replaced."""

import sys

from tests.campaigns.readers import Readers
from tests.campaigns.workbench import (
    Tally,
    build,
    command,
    correct,
    dice_of,
    progress,
)


def bi_load(shop, runs, seed, readers=4, longest_hold=3.0):
    """Build `runs` times, with something new to fold each time."""
    tally = Tally(
        "builds that failed", "reader errors", "mixed reads", "backward reads"
    )
    dice = dice_of(seed)
    with Readers(shop, readers, longest_hold) as found:
        for number in range(1, runs + 1):
            correct(shop, dice)
            run = build(shop)
            tally.done["builds with exit code 0"] += run.code == 0
            tally.check("builds that failed", run.code == 0, run.words[-2000:])
            progress(number, runs)
    found.add_to(
        tally, errors="reader errors", mixed="mixed reads", backward="backward reads"
    )
    return tally


def main():
    return command(bi_load, runs=100)


if __name__ == "__main__":
    sys.exit(main())
