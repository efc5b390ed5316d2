"""Deliveries in any order and rhythm come to what one full rebuild comes to.

Each story begins some days back, on copies of one shop: days are delivered in pieces,
late, twice, corrected or taken away again; runs are repeated, missed, caught up with
and done for the past; clocks stand in other zones. In the end nothing may differ.
"""

import sys

import handmade
import pandas as pd

from tests.campaigns.workbench import (
    Tally,
    alike,
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

FOLDED = ["customer_days", "rejected_lines", "customer_features"]
ZONES = ["UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"]
ZONES += ["Europe/Berlin", "Asia/Kathmandu"]
# Nights on which clocks jump, a leap day, and the edges of days.
NIGHTS = ["2024-02-29 00:00:00", "2024-02-29 23:59:59", "2024-03-01 00:00:00"]
NIGHTS += ["2024-03-10 02:30:00", "2024-03-31 02:30:00", "2024-04-07 02:15:00"]
NIGHTS += ["2024-10-06 02:15:00", "2024-10-27 02:30:00", "2024-11-03 01:30:00"]
NIGHTS += ["2024-12-31 23:59:59", "2025-01-01 00:00:00", "2025-03-30 02:59:59"]
DAYS = 6  # held back, and delivered by and by


def increments(shop, runs, steps, rhythms, seed):
    """Tell `runs` random stories of `steps` builds, and `rhythms` times the others."""
    tally = Tally("different tables", "failed builds")
    start, later = beginning(shop)
    for number in range(runs):
        at_random(start.copy(), later, steps, dice_of(f"{seed} {number}"), tally)
        progress(number + 1, runs)
    for _ in range(rhythms):
        whole = day_by_day(start.copy(), later, tally)
        missed(start.copy(), later, whole, tally)
        past(start.copy(), later, whole, tally)
        again(whole, tally)
    return tally


def beginning(shop):
    """The shop as it was some days ago, built; and what came since, by its day."""
    # equal lines of an order that came in two files would stop the run: repeated_lines
    later = {
        day: those.drop_duplicates() for day, those in hold_back(shop, DAYS).items()
    }
    shop.deliver(
        "orders_nights.parquet",
        [
            handmade.line(f"N{number}", f"H-night-{number % 3}", night)
            for number, night in enumerate(NIGHTS)
        ],
    )
    shop.forget_builds()
    workshop.green(build(shop))
    return shop, later


# --- what can happen to deliveries


def deliver_some(shop, days, dice):
    """A day or two, in pieces or whole."""
    for _ in range(min(len(days), dice.randint(1, 2))):
        day, lines = days.pop(dice.randrange(len(days)))
        if len(lines) > 1 and dice.random() < 0.5:
            cut = dice.randrange((len(lines) + 1) // 2, len(lines))  # else: few_lines
            days.append((f"{day}-rest", lines[cut:]))
            lines = lines[:cut]
        deliver_day(shop, day, lines)


def deliver_late(shop, days, dice):
    """Lines of long ago, known at once or only lately; a refund among them."""
    del days
    name, when = f"X{dice.randrange(10**6)}", dice.choice(NIGHTS)
    known = dice.choice([None, "2025-12-01 08:00:00", "2025-12-24 23:59:59"])
    lines = [
        handmade.line(name, "H-padded", when, "12.34", recorded_at=known),
        handmade.line(name, "C0000002", when, "-3.21", **handmade.RETURN),
        handmade.line(name, "H-came-late", when, "5.00", quantity=dice.randrange(2)),
    ]
    shop.deliver(f"orders_late_{name}.parquet", lines)


def correct_some(shop, days, dice):
    """A file comes again, with other lines and amounts."""
    del days
    correct(shop, dice)


def take_away(shop, days, dice):
    """A file that came lately was a mistake: it goes, and may come again as it was."""
    files = sorted(shop.orders.glob("orders_day_*"))
    if files:
        file = dice.choice(files)
        days.append((f"{file.stem[11:]}-again", pd.read_parquet(file)))
        file.unlink()


HAPPENINGS = [deliver_some, deliver_some, deliver_late, correct_some, take_away]


# --- stories


def at_random(shop, later, steps, dice, tally):
    """Anything happens between builds in any zone; then all that is left comes."""
    days = list(later.items())
    for _ in range(steps - 1):
        for happens in dice.sample(HAPPENINGS, dice.randint(1, 3)):
            happens(shop, days, dice)
        run(shop, tally, dice.choice(ZONES), *workshop.NO_TESTS)
    for day, lines in days:
        deliver_day(shop, day, lines)
    run(shop, tally, dice.choice(ZONES))
    tally.done["random stories"] += 1
    whole = rebuilt(shop)
    differ = [
        name for name in FOLDED if not alike(shop.table(name), whole.table(name))
    ] + different_marts(shop, whole)
    tally.done["tables compared"] += len(FOLDED) + len(workshop.OF_TODAY)
    for name in differ:
        tally.fault("different tables", f"{name} after a random story")


def run(shop, tally, zone, *options, **settings):
    """Build with the machine's clock in some zone."""
    done = build(shop, *options, environment={"TZ": zone}, **settings)
    tally.done["builds"] += 1
    tally.check("failed builds", done.code == 0, done.words[-2000:])


def day_by_day(shop, later, tally):
    """Each day is delivered and scored on the next."""
    for day, lines in later.items():
        deliver_day(shop, day, lines)
        run(shop, tally, "UTC")
    return shop


def missed(shop, later, whole, tally):
    """Nobody runs for three days; one command catches up."""
    for number, (day, lines) in enumerate(later.items()):
        deliver_day(shop, day, lines)
        if number in (0, 4):
            command_of(shop, tally, "--catch-up")
    run(shop, tally, "UTC")
    compare_ledgers("after a gap of three days", shop, whole, tally)


def past(shop, later, whole, tally):
    """Everything comes at once; the past days are scored afterwards."""
    for day, lines in later.items():
        deliver_day(shop, day, lines)
    run(shop, tally, "UTC")
    first, *_, last = sorted(set(whole.table("predictions")["as_of_date"]))[1:]
    days = [f"--from={first.date()}", f"--to={last.date()}"]
    command_of(shop, tally, *days)
    compare_ledgers("after a backfill", shop, whole, tally)


def again(shop, tally):
    """The same day is scored five times more."""
    ledger, marts = shop.table("predictions"), shop.marts()
    for zone in ZONES[:5]:
        run(shop, tally, zone)
        compare("scored again", shop.table("predictions"), ledger, tally)
        for name, rows in shop.marts().items():
            compare(f"{name}, scored again", rows, marts[name], tally)


def command_of(shop, tally, *options):
    done = shop.run("python", "-m", "ml", "run", "--quiet", *options)
    tally.done["commands"] += 1
    tally.check("failed builds", done.code == 0, done.words)


def compare_ledgers(story, shop, whole, tally):
    compare(story, shop.table("predictions"), whole.table("predictions"), tally)
    for name in different_marts(shop, whole):
        tally.fault("different tables", f"{name} {story}")
    tally.done["tables compared"] += len(workshop.OF_TODAY)


def compare(story, one, other, tally):
    same = alike(one, other, workshop.CHANGES_EVERY_RUN)
    tally.check("different tables", same, story)
    tally.done["tables compared"] += 1


def main():
    return command(increments, runs=12, steps=6, rhythms=1)


if __name__ == "__main__":
    sys.exit(main())
