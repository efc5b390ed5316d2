"""Builds killed at random moments, while others read the release all the time.

Half of the kills are aimed at the last node, which publishes: few moments of a build
are dangerous, and chance would miss them.
"""

import sys
import time

from tests.campaigns.readers import Readers
from tests.campaigns.workbench import (
    Build,
    Tally,
    build,
    command,
    correct,
    deliver_day,
    dice_of,
    different_marts,
    hold_back,
    progress,
    rebuilt,
    workshop,
)

PUBLISHING = "START python table model main.release"


def kills(shop, runs, repairs, days, seed, readers=4):
    """Kill `runs` builds; `repairs` times on the way, run plainly and compare."""
    tally = Tally(
        "lost releases",
        "mixed reads",
        "backward reads",
        "manual repairs",
        "rebuilds that differ",
    )
    dice, length = dice_of(seed), 6.0
    later = {}
    if days:
        later = hold_back(shop, days)
        shop.forget_builds()
        workshop.green(build(shop))
    coming = iter(later.items())
    repaired_at = {runs * (number + 1) // repairs for number in range(repairs)}
    with Readers(shop, readers) as found:
        while tally.done["builds killed"] < runs:
            day = next(coming, None) if dice.random() < days / (runs + 1) else None
            deliver_day(shop, *day) if day else correct(shop, dice)
            length = kill_one(shop, dice, length, tally)
            number = tally.done["builds killed"]
            if number in repaired_at:
                repaired_at.discard(number)
                repair(shop, tally)
                progress(number, runs)
    found.add_to(
        tally, errors="lost releases", mixed="mixed reads", backward="backward reads"
    )
    return tally


def kill_one(shop, dice, length, tally):
    """Start a build and kill it; returns how long a whole one takes about now."""
    is_aimed, began = dice.random() < 0.5, time.monotonic()
    running = Build(shop)
    if is_aimed:
        while running.wait(0.01) is None and PUBLISHING not in running.words:
            pass
        ended = running.wait(dice.uniform(0, 0.15) * length)
    else:
        ended = running.wait(dice.uniform(0, length))
    if ended is None:
        running.kill()
        tally.done["builds killed"] += running.wait().code == -9
        tally.done["of them while publishing"] += is_aimed
        return length
    tally.check("manual repairs", ended.code == 0, ended.words[-2000:])
    tally.done["builds that ended before"] += 1
    return time.monotonic() - began


def repair(shop, tally):
    """The next plain build must end well, and come to what a rebuild comes to."""
    run = build(shop)
    tally.done["plain builds after a kill"] += 1
    if tally.check("manual repairs", run.code == 0, run.words[-2000:]):
        found = different_marts(shop, rebuilt(shop))
        tally.check("rebuilds that differ", not found, found)


def main():
    return command(kills, runs=200, repairs=20, days=60)


if __name__ == "__main__":
    sys.exit(main())
