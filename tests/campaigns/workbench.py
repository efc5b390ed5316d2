"""What campaigns share: a shop, builds, deliveries, and a tally."""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pandas as pd
import workshop
from warm import Command

NOT_COMPARED = [*workshop.CHANGES_EVERY_RUN, *workshop.OF_MOVEMENT]
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
        tally = campaign(shop.answer_anew(), **options)
    say(f"{name}: {tally}")
    return int(not tally.is_clean)


class Build(Command):
    """A `dbt build` under way."""

    def __init__(self, shop, *options, limits=(), environment=None, **settings):
        words = ["dbt", *workshop.build_arguments(options or BUILD, settings)]
        environment = shop.environment | (environment or {})
        super().__init__(shop.folder, environment, words, limits)


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
        if late.all():
            file.unlink()  # an empty file would stop the build
        elif late.any():
            shop.deliver(file.name, lines[~late])
        if late.any():
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
        if not alike(rows, wanted, NOT_COMPARED):
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
