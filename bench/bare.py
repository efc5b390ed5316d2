"""The floor: the same work in plain DuckDB, without dbt, tests or increments.

Customer days are made by `bare.sql`; features and marts are the project's own SQL, run
as it is. The estimator and its streaming are those of the build.
"""

import os
import sys
from pathlib import Path
from string import Template

import duckdb

from ml.scoring import score_customers

COMPILED = Path("target/compiled/customer_scoring/models")
VIEWS = ("known_days", "rhythm_features", "spend_features", "basket_features",
         "return_features", "calendar_features", "feature_themes")  # fmt: skip
SEEDS = ("rfm_segments", "segment_names", "action_rules", "churn_risk_bands")
TABLES = ("features/contacts", "features/non_buyers",
          "marts/segments/told_before", "marts/segments/value_tiers",
          "marts/segments/score_cut_points", "marts/segments/cut_points_in_force",
          "marts/segments/rfm_scores", "marts/customer_value",
          "marts/segments/customer_history", "marts/segments/told_dates",
          "marts/segments/segment_steps", "marts/segments/segment_moves",
          "marts/segments/segment_history", "marts/segments/segment_migration",
          "marts/segments/chosen_actions", "marts/segments/customer_segments",
          "marts/segments/segment_summary",
          "marts/rejected_line_summary")  # fmt: skip
MARTS = ("customer_value", "customer_segments", "segment_summary",
         "rejected_line_summary")  # fmt: skip


def main(orders: str, as_of_date: str) -> None:
    """Score the shop whose orders match a pattern; the results go to SCORING_HOME."""
    home = Path(os.environ["SCORING_HOME"])
    con = duckdb.connect(
        home / "working.duckdb",
        config={"memory_limit": "2GB", "preserve_insertion_order": "false"},
    )
    script = Template(Path("bench/bare.sql").read_text(encoding="utf-8"))
    con.execute(script.substitute(orders=orders, as_of_date=as_of_date))
    con.execute(
        "create table this_run as select 'bare' as run_id, now()::timestamp as "
        "started_at, as_of_date, 90 as horizon_days, 'net_of_returns' as value_basis, "
        "'EUR' as currency from as_of_dates"
    )
    for name in SEEDS:
        con.execute(f"create table {name} as from 'seeds/{name}.csv'")
    for name in VIEWS:
        con.execute(f"create view {name} as {_sql('features', name)}")
    con.execute(
        f"create table customer_features as {_sql('features', 'customer_features')}"
    )
    reader = con.cursor()  # one connection cannot read a stream that it is writing
    needed = ("customer_features", "this_run", "feature_themes")
    ledger = score_customers(*(reader.table(name) for name in needed))
    con.register("ledger", ledger)
    con.execute("create table predictions as from ledger")
    con.execute(f"create view stg_contacts as {_sql('staging', 'stg_contacts')}")
    for table in TABLES:
        folder, _, name = table.rpartition("/")
        con.execute(f"create table {name} as {_sql(folder, name)}")
    con.execute(f"attach '{home / 'marts.duckdb'}' as released")
    for name in MARTS:
        con.execute(f"create table released.{name} as from {name}")
        con.execute(f"copy {name} to '{home / name}.parquet'")


def _sql(folder: str, name: str) -> str:
    """One of the project's models, as dbt compiled it."""
    text = (COMPILED / folder / f"{name}.sql").read_text(encoding="utf-8")
    return text.replace('"working"."main".', "")


if __name__ == "__main__":
    main(*sys.argv[1:])
