"""A campaign that works is found, one that never was is not: planted in the orders."""

import oracle
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workshop import NO_TESTS, story

SENT, DAYS = "2025-11-15", 45  # judged on the last complete day of the sample shop
TIMES = 3  # what a letter makes of every later order
RULES = f"""\
audience,purpose,from_date,until_date,rfm_segment,value_tier,churn_risk_band,lifecycle_stage,largest_size,control_share,outcome_days
letter,Works,,{SENT},,grow|nurture,,,10000,0.3,{DAYS}
placebo,Was never sent,,{SENT},,grow|nurture,,,10000,0.3,{DAYS}
"""


@story
def written_to(shop):
    """Draw audiences; whoever is to get the letter spends more; look at the lift."""
    shop.forget_builds()
    (shop.folder / "seeds" / "audience_rules.csv").write_text(RULES)
    shop.build(*NO_TESTS, as_of_date=SENT)
    members = shop.table("audience_members")
    lists = shop.table("audiences", "audience, customer_id, may_be_written_to")
    letter = lists[lists["audience"].eq("letter") & lists["may_be_written_to"]]
    for file in shop.files():
        raise_later_orders(file, set(letter["customer_id"]))
    shop.build(*NO_TESTS)
    return shop, members


def raise_later_orders(file, customers):
    """Multiply what customers order after the letter."""
    table = pq.read_table(file)
    lines = table.to_pandas()
    later = lines["ordered_at"].dt.normalize() > pd.Timestamp(SENT)
    raised = later & lines["customer_id"].str.strip().isin(customers)
    if raised.any():
        for name in ("gross_amount", "net_amount"):
            lines[name] = lines[name].mask(raised, lines[name] * TIMES)
        new = pa.Table.from_pandas(lines, table.schema, preserve_index=False)
        pq.write_table(new, file)


@pytest.fixture(scope="module")
def lift(written_to):
    return written_to[0].table("campaign_lift").set_index("audience")


def test_means_are_those_of_the_raw_lines(written_to, lift):
    shop, members = written_to
    lines = oracle.known_lines(oracle.accepted_lines(shop.raw_lines()), "2025-12-30")
    came = lines[lines["day"] > pd.Timestamp(SENT)]
    assert came["day"].max() == pd.Timestamp(SENT) + pd.Timedelta(days=DAYS)
    members["realised"] = members["customer_id"].map(
        came.groupby("customer_id")["net"].sum()
    )
    means = members.fillna({"realised": 0.0}).groupby(["audience", "is_control"])
    for (audience, is_control), mean in means["realised"].mean().items():
        column = "control_value" if is_control else "treated_value"
        assert lift.loc[audience, column] == pytest.approx(mean)


def test_the_letter_is_found_within_its_interval(lift):
    letter = lift.loc["letter"]
    assert letter["verdict"] == "more than without"
    assert letter["lift_lower"] < TIMES - 1 < letter["lift_upper"]


def test_nothing_is_found_where_nothing_was_sent(lift):
    assert lift.loc["placebo", "verdict"] == "no difference shown"
    assert lift.loc["placebo", "lift_lower"] < 0 < lift.loc["placebo", "lift_upper"]
