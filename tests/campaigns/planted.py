"""What was planted in a sample shop is found: who is gone, and what a letter did.

The shop is scored sixty days before its end by a model that knows nothing later. Who
was gone by then is known truth. Campaigns are then drawn from its customers, with
nothing planted or a tenth more bought by the treated, and judged by the mart's own SQL.
"""

import shutil
import sys

import numpy as np
import pandas as pd

from tests.campaigns.workbench import Tally, command, say, workshop
from tests.code.test_campaign_lift import TELLS, judged, outcomes_of

DAY, OUTCOME_DAYS = "2025-10-31", 60
PLANTED = 0.10
FALSE_ALARMS = 0.05  # of campaigns that did nothing, at most
AT_A_TIME = 20  # campaigns judged at once, for the memory's sake
GONE = {  # words for who seems to be gone
    "rfm_segment": ["dormant", "previously_loyal"],
    "lifecycle_stage": ["lapsed"],
    "churn_risk_band": ["very_high"],
}


def planted(shop, customers, runs, members, seed):
    """Judge `runs` campaigns of each kind, with a fifth and a half left alone."""
    tally = Tally("shares of false alarms above one in twenty")
    scored = scored_shop(shop, customers)
    say(f"{scored['is_gone'].mean():.0%} of {len(scored):,} customers are gone")
    for column, words in GONE.items():
        told = scored[column].isin(words)
        say(
            f"  {' or '.join(words)}: {told.mean():.0%} of all, "
            f"precision {scored['is_gone'][told].mean():.0%}, "
            f"recall {told[scored['is_gone']].mean():.0%}"
        )
    dice = np.random.default_rng(seed)
    for size in (members // 20, members // 4, members):
        for share in (0.2, 0.5):
            found, alarms = (
                campaigns(scored, runs, size, share, lift, dice)
                for lift in (PLANTED, 0.0)
            )
            tally.done["campaigns"] += 2 * runs
            words = f"{size:,} members, {share:.0%} left alone"
            say(f"  {words}: {found[0]:.0%} found; {alarms.sum():.1%} false alarms")
            kind = "shares of false alarms above one in twenty"
            tally.check(kind, alarms.sum() <= FALSE_ALARMS, words)
    return tally


def scored_shop(shop, customers):
    """Customers of a new sample shop, what was said of them, and what came."""
    shutil.rmtree(shop.orders.parent)
    shutil.rmtree(shop.home / "bundles")
    sample = ("-m", "ml", "sample", f"--customers={customers}")
    workshop.green(shop.run("python", *sample))
    day = f"{{as_of_date: '{DAY}'}}"
    workshop.green(shop.run("python", "-m", "ml", "train", "--vars", day))
    shop.forget_builds().build(*workshop.NO_TESTS, as_of_date=DAY)
    told = "customer_value inner join customer_segments using (customer_id)"
    scored = shop.table(told, f"customer_id, predicted_value, {', '.join(GONE)}")
    scored = scored.merge(pd.read_parquet(shop.orders.parent / "truth.parquet"))
    ahead = f"order_date > '{DAY}' and order_date <= date '{DAY}' + {OUTCOME_DAYS}"
    lines = shop.table("customer_days", "customer_id, net_amount::double as net", ahead)
    bought = lines.groupby("customer_id")["net"].sum()
    scored["bought"] = scored["customer_id"].map(bought).fillna(0.0)
    scored["is_gone"] = pd.to_datetime(scored["lifetime_end_date"]) <= DAY
    return scored


def campaigns(scored, runs, members, share, lift, dice):
    """Shares of campaigns that are said to bring more, and less; shape (2,)."""
    verdicts = []
    for first in range(0, runs, AT_A_TIME):
        number = min(AT_A_TIME, runs - first)
        drawn = scored.iloc[dice.integers(len(scored), size=number * members)]
        is_control = dice.random(len(drawn)) < share
        outcomes = outcomes_of(
            np.repeat(np.arange(number), members).astype(str),
            is_control,
            drawn["predicted_value"].to_numpy(),
            drawn["bought"].to_numpy() * np.where(is_control, 1, 1 + lift),
        )
        verdicts += judged(outcomes)["verdict"].tolist()
    return np.array([np.mean(np.equal(verdicts, word)) for word in TELLS])


def main():
    return command(planted, customers=60_000, runs=1000, members=20_000)


if __name__ == "__main__":
    sys.exit(main())
