"""Features of random small histories, at several dates, beside an oracle in pandas.

Hypothesis draws the histories: each is one customer of one shop, so that a build per
date judges all of them, point in time: what was known on the day, and nothing else.
"""

import sys
import traceback
from datetime import datetime, timedelta

import handmade
import oracle
import test_time_travel as judge
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.campaigns.workbench import Tally, build, command, workshop

FIRST = datetime.fromisoformat("2024-01-25")
DATES = ["2024-02-28", "2024-02-29", "2024-03-31", "2024-06-30", "2025-02-28"]
LAST = "2025-04-10"  # a line of this day makes every date one of the past
LINES = st.builds(
    dict,
    day=st.integers(0, 400) | st.integers(30, 40) | st.integers(60, 70),
    time=st.sampled_from([0, 1, 43_200, 86_398, 86_399]),  # seconds of the day
    known_after=st.sampled_from([None, None, 0, 1, 3_600, 86_400, 30 * 86_400]),
    order=st.integers(1, 4),
    kind=st.sampled_from(["sale"] * 5 + ["return", "adjustment"]),
    cents=st.integers(0, 20_000) | st.sampled_from([0, 1, 1_000_000]),
    quantity=st.integers(0, 3),
    product=st.integers(1, 3000),
    category=st.sampled_from(["garden", "kitchen", "toys"]),
)
HISTORIES = st.lists(LINES, min_size=1, max_size=12)
# as deliveries, random histories are not plausible
ODD = ["dates_jump", "few_lines", "hours", "little_revenue", "long_orders"]
ODD += ["much_revenue", "repeated_orders", "short_orders", "whole_amounts", "amounts"]
ODD += ["double_day", "many_rejected", "empty", "repeated_lines"]
SIGNS = {"sale": 1, "return": -1, "adjustment": -1}


def histories(shop, runs, dates, seed):
    """Judge at least `runs` distinct histories at so many dates."""
    tally = Tally("differences")
    drawn = distinct(runs, seed)
    lines = [line for number, drawn_lines in enumerate(drawn)
             for line in of_customer(number, drawn_lines)]  # fmt: skip
    lines.append(handmade.line("Z", "H-last", f"{LAST} 12:00"))
    deliver_only(shop, lines)
    shop.forget_builds()
    tally.done["histories"] = len(drawn)
    tally.done["lines"] = len(lines)
    known = oracle.accepted_lines(shop.raw_lines())
    for date in DATES[-dates:]:
        select = ("--select", "+customer_features", *workshop.NO_TESTS)
        workshop.green(build(shop, *select, as_of_date=date, accept_delivery=ODD))
        tally.done["dates"] += 1
        tally.done["customers compared"] += len(oracle.eligible_customers(known, date))
        try:
            judge.assert_features_agree(shop, date)
        except AssertionError:
            tally.fault("differences", f"{date}: {traceback.format_exc()[-2000:]}")
    return tally


def distinct(count, first_seed):
    """Draw until there are so many histories of which no two are alike."""
    drawn = {}

    @seed(first_seed)
    @settings(
        max_examples=2 * count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(HISTORIES)
    def draw(history):
        if len(drawn) < count:
            drawn[repr(history)] = history

    draw()
    return list(drawn.values())


def of_customer(number, history):
    """The lines of one customer, as they are delivered."""
    for line in history:
        ordered = FIRST + timedelta(days=line["day"], seconds=line["time"])
        after = line["known_after"]
        amount = SIGNS[line["kind"]] * line["cents"] / 100
        yield handmade.line(
            f"{number}-{line['order']}",
            f"H{number:06d}",
            ordered.isoformat(),
            f"{amount:.2f}",
            recorded_at=None
            if after is None
            else (ordered + timedelta(seconds=after)).isoformat(),
            line_type=line["kind"],
            quantity=line["quantity"] * SIGNS[line["kind"]],
            product_id=f"P{line['product']:04d}",
            category=line["category"],
        )


def deliver_only(shop, lines):
    """Have the shop hold these lines and no others, in files that mix the days."""
    shop.deliver("orders_0.parquet", lines[::2])
    shop.deliver("orders_1.parquet", lines[1::2])
    for file in shop.files():
        if file.name not in ("orders_0.parquet", "orders_1.parquet"):
            file.unlink()


def main():
    return command(histories, runs=1200, dates=5)


if __name__ == "__main__":
    sys.exit(main())
