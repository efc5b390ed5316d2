"""python -m tests.campaigns.erasure: twenty customers are erased, and stay away.

A shop with three releases and a trained model erases twenty customers of every kind.
Then they are looked for in every byte and every value, their orders are delivered
again, and everybody else's marts are compared with a shop that never knew them. The
command is also killed at random moments, and run again. Exit code 1 if a figure is not
what it must be.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "pipeline"))

import workshop  # noqa: E402
from searching import places_with  # noqa: E402
from test_erasure import COUNTS_OF_LINES, redeliver, rows, take_out  # noqa: E402

CUSTOMERS = 20
FROM_HAND = ["H-one-time", "H-only-returns", "H-all-sent-back", "H-gifts-only"]
PAST = ["2025-06-30", "2025-09-30"]
BUT = [*workshop.CHANGES_EVERY_RUN, *COUNTS_OF_LINES]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(%(default)s)")
    options = parser.parse_args(arguments)
    dice = random.Random(options.seed)
    folder = Path(tempfile.mkdtemp(prefix="erasure-"))
    figures = Figures()
    shop = workshop.sample_shop(workshop.new_project(folder))
    for day in PAST:
        shop.build(*workshop.NO_TESTS, as_of_date=day)
    ids = chosen(shop, dice)
    figures.say("customers to erase", len(ids), len(ids) == CUSTOMERS)
    found = len(places_with(shop, ids))
    figures.say("places they stand in before", found, found > 0)
    killed(shop, ids, options.kills, dice, figures)
    erased(shop, ids, figures)
    delivered_again(shop, ids, figures)
    shutil.rmtree(folder)
    return 1 if figures.wrong else 0


class Figures:
    """Figures as they are printed, and which of them are wrong."""

    def __init__(self):
        self.wrong = []

    def say(self, name, value, is_right):
        sys.stdout.write(f"{name:66} {value:>6}{'' if is_right else '   WRONG'}\n")
        sys.stdout.flush()
        if not is_right:
            self.wrong.append(name)

    def none(self, name, found):
        """Print a count that must be zero, and what was counted."""
        self.say(name, len(found), not found)
        for one in found[:5]:
            sys.stdout.write(f"    {one}\n")


def chosen(shop, dice):
    """Twenty customers: the edges made by hand, the biggest one, and some by chance."""
    counts = shop.raw_lines()["customer_id"].str.strip().value_counts()
    sample = [one for one in counts.index if one.startswith("C")]
    few = dice.sample(sample[1:], CUSTOMERS - len(FROM_HAND) - 1)
    return [*FROM_HAND, sample[0], *few]


def erase(shop, ids):
    file = shop.folder.parent / "ids.txt"
    file.write_text("\n".join(ids))
    return shop.run("python", "-m", "ml", "erase", "--file", str(file))


def killed(shop, ids, kills, dice, figures):
    """Kill the command at random moments; read, run it again, and look."""
    whole = shop.copy()
    begun = time.monotonic()
    workshop.green(erase(whole, ids))
    seconds = time.monotonic() - begun
    unreadable, left = [], []
    for number in range(kills):
        victim = shop.copy()
        with subprocess.Popen(
            [workshop.BIN / "python", "-m", "ml", "erase", *ids],
            cwd=victim.folder,
            env=victim.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            time.sleep(dice.uniform(0.2, 1.0) * seconds)
            process.kill()
        unreadable += [f"kill {number}: {why}" for why in faults(victim, shop)]
        workshop.green(erase(victim, ids))
        left += [f"kill {number}: {place}" for place in places_with(victim, ids)]
        unreadable += [f"again {number}: {why}" for why in faults(victim, shop)]
        shutil.rmtree(victim.folder)
    figures.say("commands killed", kills, kills > 0)
    figures.none("  releases half written or changed after a kill", unreadable)
    figures.none("  places found after the same command again", left)


def faults(shop, before):
    """What a reader of the current release would stumble over."""
    parquet = shop.release / "parquet"
    try:
        names = {file.name for file in parquet.iterdir()}
        with duckdb.connect(
            str(shop.release / "current.duckdb"), read_only=True
        ) as one:
            run = one.execute("select run_id from release_info").fetchall()[0][0]
        file = parquet / "release_info.parquet"
        other = duckdb.sql(f"select run_id from '{file}'").fetchall()[0][0]
        shop.table("customer_days", "count(*)")
    except (OSError, duckdb.Error) as error:
        return [str(error)]
    expected = {file.name for file in (before.release / "parquet").iterdir()}
    wrong = [] if names == expected else [f"files {sorted(names ^ expected)}"]
    return wrong + ([] if {run, other} == {before.info()["run_id"]} else ["run"])


def erased(shop, ids, figures):
    """Erase, look for every byte, and build."""
    workshop.green(erase(shop, ids))
    figures.none("places they stand in after it", places_with(shop, ids))
    code = shop.try_build(*workshop.NO_UNIT_TESTS).code
    figures.say("exit code of the next plain build", code, code == 0)
    figures.none("places after it", places_with(shop, ids))


def delivered_again(shop, ids, figures):
    """Bring them again; build, refresh, and compare with orders without them."""
    other = shop.copy()
    take_out(other, ids)
    other.forget_builds().build(*workshop.NO_TESTS)
    redeliver(shop, ids)
    for name, options in {
        "their files delivered again": workshop.NO_UNIT_TESTS,
        "a full refresh": (*workshop.NO_UNIT_TESTS, "--full-refresh"),
    }.items():
        code = shop.try_build(*options).code
        figures.say(f"exit code after {name}", code, code == 0)
        figures.none(f"places after {name}", places_with(shop, ids))
        unlike = [mart for mart in workshop.OF_TODAY if differs(shop, other, mart)]
        figures.none(f"marts unlike those without them, after {name}", unlike)


def differs(shop, other, mart):
    try:
        workshop.same(rows(shop, mart), rows(other, mart), BUT)
    except AssertionError:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
