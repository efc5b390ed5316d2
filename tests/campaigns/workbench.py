"""What campaigns share: a shop, builds that start fast, deliveries, and a tally.

A build of a campaign is dbt's own command line in a process of its own. The process is
forked from one that has imported dbt and scikit-learn already, so that a campaign
spends its time building and not importing; the project's own code it imports anew.
"""

import argparse
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pandas as pd
import workshop

ROOT = Path(__file__).parents[2]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["dbt.cli.main", "dbt.adapters.duckdb.impl", "skops.io", "sklearn.ensemble"]
)
# a killed build cannot give its semaphores back; the tracker does, and need not say so
sys.warnoptions.append("ignore:resource_tracker")
BUILD = workshop.NO_UNIT_TESTS  # what `python -m ml run` runs


class Tally:
    """What a campaign counts: what it did, and what must stay at 0."""

    def __init__(self, *must_stay_zero):
        self.done = Counter()
        self.wrong = dict.fromkeys(must_stay_zero, 0)

    def fault(self, kind, words):
        """Count something that must not be, and say at once what it was."""
        self.wrong[kind] += 1
        say(f"{kind}: {words}")

    def check(self, kind, holds, words):
        """Count a fault unless something holds; tells whether it does."""
        if not holds:
            self.fault(kind, words)
        return holds

    @property
    def is_clean(self):
        return not any(self.wrong.values())

    def __str__(self):
        counts = [f"{count:,} {what}" for what, count in self.done.items()]
        faults = [f"{count:,} {what}" for what, count in self.wrong.items()]
        return f"{', '.join(counts)}; {', '.join(faults)}"


def say(words):
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def progress(number, of):
    """One line in ten per cent of the way."""
    if number * 10 // of > (number - 1) * 10 // of:
        say(f"  {number} of {of}")


def command(campaign, **sizes):
    """Run a campaign from the command line; returns the exit code.

    Parameters
    ----------
    campaign : callable
        Takes a built shop, the sizes and a seed; returns a Tally.
    sizes : int
        Full sizes; each is an option.
    """
    name = campaign.__name__
    parser = argparse.ArgumentParser(f"python -m tests.campaigns.{name}")
    for size, default in {**sizes, "seed": 1}.items():
        parser.add_argument(f"--{size}", type=int, default=default)
    parser.add_argument("--shop", type=Path, help="folder of a built shop, to copy")
    options = vars(parser.parse_args())
    built = options.pop("shop")
    with tempfile.TemporaryDirectory() as folder:
        shop = workshop.new_project(Path(folder))
        if built:
            for part in ("home", "data"):
                there = shop.folder / part
                shutil.copytree(built / part, there, symlinks=True, dirs_exist_ok=True)
        else:
            say(f"{name}: making a shop …")
            workshop.sample_shop(shop)
        tally = campaign(shop, **options)
    say(f"{name}: {tally}")
    return int(not tally.is_clean)


class Build:
    """A `dbt build` under way."""

    def __init__(self, shop, *options, limits=(), environment=None, **settings):
        arguments = workshop.build_arguments(options or BUILD, settings)
        self.log = Path(tempfile.mkstemp(dir=shop.folder, suffix=".log")[1])
        environment = shop.environment | (environment or {})
        job = (shop.folder, environment, arguments, self.log, limits)
        self.process = FORKS.Process(target=_dbt, args=job)
        self.process.start()

    @property
    def words(self):
        return self.log.read_text(errors="replace")

    def kill(self):
        """Kill -9 its whole process group."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def wait(self, seconds=None):
        """Wait for its end; None if it goes on after so many seconds."""
        self.process.join(seconds)
        if self.process.exitcode is None:
            return None
        return workshop.Run(self.process.exitcode, self.words)


def _dbt(folder, environment, arguments, log, limits):
    """Be a `dbt` command: in a group of its own, with the code of the shop's folder."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != ROOT]
    own = ("ml", "report")
    for name in [name for name in sys.modules if name.split(".")[0] in own]:
        del sys.modules[name]
    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    for limit, value in limits:
        resource.setrlimit(limit, (value, value))
    from dbt.cli.main import cli

    cli(arguments)


def build(shop, *options, **settings):
    """Run a whole `dbt build`."""
    return Build(shop, *options, **settings).wait()


# --- deliveries


def day_of(lines):
    """The day on which each line can be delivered: when it is known."""
    return lines[["ordered_at", "recorded_at"]].max(axis=1).dt.normalize()


def hold_back(shop, days):
    """Take the last days out of the shop's files; returns a day's lines by its day."""
    held = {}
    last = shop.info()["as_of_date"] + pd.Timedelta(days=1)
    for file in shop.files():
        lines = pd.read_parquet(file)
        late = day_of(lines).between(last - pd.Timedelta(days=days - 1), last)
        if late.any():
            shop.deliver(file.name, lines[~late])
            for day, those in lines[late].groupby(day_of(lines[late])):
                held[day] = [*held.get(day, []), those]
    return {str(day.date()): pd.concat(held[day]) for day in sorted(held)}


def deliver_day(shop, day, lines):
    shop.deliver(f"orders_day_{day}.parquet", lines)


def correct(shop, dice):
    """Write some file again with a few lines gone and a few amounts changed."""
    file = dice.choice(sorted(shop.orders.glob("orders_20*.parquet")))
    lines = pd.read_parquet(file)
    lines = lines.iloc[dice.randrange(3) :].copy()
    sales = lines.index[lines["line_type"] == "sale"]
    lines.loc[sales[dice.randrange(2, 9) :: 50], "net_amount"] += 1
    shop.deliver(file.name, lines)
    return file.name


# --- comparing


def rebuilt(shop, **settings):
    """A copy of the shop, built at once in a fresh home."""
    other = shop.copy().forget_builds()
    workshop.green(build(other, *workshop.NO_TESTS, **settings))
    return other


def different_marts(one, other):
    """Names of the marts that differ in the rows of the current date."""
    found = []
    marts, others = one.marts(), other.marts()
    for mart in workshop.OF_TODAY:
        rows, wanted = (
            of_day(table[mart], shop.info()["as_of_date"])
            for table, shop in ((marts, one), (others, other))
        )
        if not alike(rows, wanted, workshop.CHANGES_EVERY_RUN):
            found.append(mart)
    return found


def of_day(rows, day):
    return rows[rows["as_of_date"] == day] if "as_of_date" in rows else rows


def alike(one, other, but=()):
    """Whether two tables are the same to the last digit, but for some columns."""
    try:
        workshop.same(one, other, but)
    except AssertionError:
        return False
    return True


def dice_of(seed):
    return random.Random(seed)
