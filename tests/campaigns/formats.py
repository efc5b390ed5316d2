"""Every format of its fixture to a release of its own, against a count by pandas.

Lines read are those that pandas counts, all are accepted or set aside, and the accepted
ones of every customer add up to what pandas adds up.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import mapped_by_hand

from tests.campaigns.workbench import Tally, progress, say, workshop


def formats(names, folder):
    """Build a release of each format in a home of its own."""
    tally = Tally("failed builds", "wrong counts", "wrong totals")
    for number, name in enumerate(names):
        project = workshop.new_project(folder)
        run = project.try_build(
            # a handful of lines, some of them years apart, is no usual delivery
            accept_delivery=["many_rejected", "dates_jump"],
            last_day_is_complete=True,
            **own_currency(name),
            **mapped_by_hand.settings(name),
        )
        tally.done["releases"] += 1
        if tally.check("failed builds", run.code == 0, f"{name}: {run.words[-2000:]}"):
            compare(name, project, tally)
        progress(number + 1, len(names))
    return tally


def own_currency(name):
    """Payments of the fixtures come in several; those without a rate are set aside."""
    return {"reporting_currency": "USD"} if name in ("stripe", "square") else {}


def compare(name, project, tally):
    count, totals = getattr(mapped_by_hand, name)()
    run = project.marts()["scoring_runs"].iloc[0]
    accepted = run["accepted_line_count"] + run["rejected_line_count"]
    is_whole = run["line_count"] == count == accepted
    tally.check("wrong counts", is_whole, f"{name}: {run['line_count']} of {count}")
    days = project.table("customer_days").astype({"net_amount": float})
    found = days.groupby("customer_id")["net_amount"].sum()
    for customer, total in totals.items():
        if own_currency(name) and mapped_by_hand.has_foreign_lines(name, customer):
            continue
        is_same = abs(found.get(customer, 0) - total) < 0.0005
        tally.done["customers compared"] += 1
        tally.check("wrong totals", is_same, f"{name} {customer}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(mapped_by_hand.DECLARED))
    with tempfile.TemporaryDirectory() as folder:
        tally = formats(parser.parse_args().only, Path(folder))
    say(f"formats: {tally}")
    return int(not tally.is_clean)


if __name__ == "__main__":
    sys.exit(main())
