"""python -m tests.campaigns.bad_input: bad deliveries, and what becomes of them.

A shop has folded two years of orders and then gets one day's file. Each class of fault
spoils that file. The run must stop with a clear message, or set aside exactly the lines
that nobody should trust, or come to the truth. Anything else is silently wrong.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from ml.sample.shop import write_sample_shop
from tests.campaigns.classes import CLASSES

ROOT = Path(__file__).parents[2]
PARTS = ["dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "ml"]
PARTS += ["report"]
PARTS += ["tests/data"]
DAY = "2025-11-08"
BUILD = ["--quiet", "build", "--select", "+folded_deliveries"]
BUILD += ["--exclude-resource-type", "unit_test", "--indirect-selection", "cautious"]
CLEAR = ["Stop: ", "read_csv", "CSV Error", "Invalid Input", "Invalid unicode"]
CLEAR += ["one_currency_per_shop"]
SETTINGS = {"source_path": "orders", "last_day_is_complete": True}
FOLD = """
    select customer_id, order_date, sum(line_count)::bigint as line_count,
        sum(net_amount)::decimal(18, 2) as net_amount
    from {} group by all
"""


class Shop:
    """A project with two years of orders folded, and the next day's file to come."""

    def __init__(self, folder, customers, day):
        self.folder = folder
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            copy(ROOT / part, folder / part)
        self.orders = folder / "orders"
        self.orders.mkdir()
        self.working = folder / "working.duckdb"
        self.kept = folder / "kept.duckdb"
        self.next = self.orders / f"orders_{day}.csv"
        write_sample_shop(folder / "sample", customers=customers, seed=11)
        self.good = self._split(day)

    def _split(self, day):
        """Write everything before the day as one file; return the day's own lines."""
        with duckdb.connect() as session:
            session.execute(f"""
                create table lines as
                -- a shop that is open from eight to eight
                select * replace (
                    date_trunc('day', ordered_at)
                    + to_seconds(28800 + (epoch(ordered_at)::bigint % 86400) // 2)
                    as ordered_at
                )
                from '{self.folder}/sample/orders/*.parquet'
                where ordered_at < date '{day}' + 1
                    and coalesce(recorded_at, ordered_at) < date '{day}' + 1
                    and quantity != 0 and trim(customer_id) != ''
                    and (line_type != 'sale' or net_amount >= 0)
            """)
            rest = f"from lines where ordered_at {{}} date '{day}' order by ordered_at"
            past = self.orders / "orders_before.csv"
            session.execute(f"copy ({rest.format('<')}) to '{past}' (header)")
            good = self.folder / "good.csv"
            session.execute(f"copy ({rest.format('>=')}) to '{good}' (header)")
        return pd.read_csv(good, dtype=str, keep_default_na=False)

    def build(self):
        """Fold what is there; return whether it went well, and what was said."""
        done = self.runner.invoke([*BUILD, "--vars", json.dumps(SETTINGS)])
        DuckDBConnectionManager.close_all_connections()
        failed = [
            f"{result.node.name}: {result.message}"
            for result in getattr(done.result, "results", None) or []
            if result.status in ("error", "fail")
        ]
        return done.success, "\n".join([*failed, str(done.exception or "")])

    def start(self):
        """Fold the past."""
        os.chdir(self.folder)
        os.environ |= {"SCORING_HOME": ".", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        settings = json.dumps(SETTINGS)
        parsed = dbtRunner().invoke(["--quiet", "parse", "--vars", settings])
        self.runner = dbtRunner(manifest=parsed.result)
        ok, words = self.build()
        if not ok:
            sys.exit(words)
        shutil.copy(self.working, self.kept)

    def deliver(self, content):
        """Let the day's file come, on the shop as it was before."""
        shutil.copy(self.kept, self.working)
        self.working.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        self.next.write_bytes(content)
        try:
            return self.build()
        finally:
            self.next.unlink()

    def came_to(self, untrusted):
        """Is the fold the truth, and what was set aside what should be?"""
        trusted = self.good.drop(index=list(untrusted))
        trusted = trusted.assign(
            order_date=pd.to_datetime(trusted["ordered_at"]).dt.date,
            line_count=1,
            net_amount=trusted["net_amount"].astype(float),
        )
        with duckdb.connect(str(self.working), read_only=True) as session:
            session.execute(f"attach '{self.kept}' as kept (read_only)")
            session.register("trusted", trusted)
            truth = f"""
                select customer_id, order_date, sum(line_count), sum(net_amount)
                from ({FOLD.format("kept.customer_days")}
                    union all {FOLD.format("trusted")}) group by all
            """
            found = f"({FOLD.format('customer_days')})"
            wrong = session.execute(
                f"select count(*) from ((from ({truth}) except all from {found})"
                f" union all (from {found} except all from ({truth})))"
            ).fetchall()[0][0]
            aside = session.execute(
                f"select count(*) from rejected_lines where file_name like '%{DAY}%'"
            ).fetchall()[0][0]
        return wrong == 0 and aside == len(untrusted)


def judge(shop, name, seed):
    """Deliver one spoilt file; return what became of it, and the words said."""
    dice = np.random.default_rng(seed)
    content, untrusted = CLASSES[name](shop.good, dice)
    ok, words = shop.deliver(content)
    if not ok:
        return ("stopped" if any(word in words for word in CLEAR) else "unclear"), words
    if not shop.came_to(untrusted):
        return "silently wrong", words
    return ("set aside" if len(untrusted) else "the truth"), words


def main(arguments=None):
    """Run every class once, then mutations at random; returns 1 if one was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=500)
    parser.add_argument("--customers", type=int, default=15000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="these classes, once each")
    parser.add_argument("--words", action="store_true", help="show what was said")
    options = parser.parse_args(arguments)
    dice = np.random.default_rng(options.seed)
    drawn = list(dice.choice(list(CLASSES), options.mutations))
    cases = options.only or [*CLASSES, *drawn]
    outcomes = Counter()
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder), options.customers, DAY)
        shop.start()
        ok, words = shop.deliver(shop.good.to_csv(index=False).encode())
        if not (ok and shop.came_to([])):
            sys.exit(f"the good delivery does not pass:\n{words}")
        for number, name in enumerate(cases):
            outcome, words = judge(shop, name, options.seed + number)
            outcomes[outcome] += 1
            if outcome in ("silently wrong", "unclear") or options.words:
                say(f"{outcome}: {name} (seed {options.seed + number})")
                say("\n".join(words.splitlines()[-12:]) if options.words else "")
            if sys.stderr.isatty() or number % 50 == 49:
                say(f"{number + 1} of {len(cases)}: {dict(outcomes)}")
        os.chdir(ROOT)
    say(
        f"bad input: {len(CLASSES)} classes, {len(cases)} deliveries, "
        f"{outcomes['stopped']} stopped, {outcomes['set aside']} with exactly the bad "
        f"lines set aside, {outcomes['the truth']} came to the truth, "
        f"{outcomes['unclear']} stopped without a clear word, "
        f"{outcomes['silently wrong']} silently wrong"
    )
    return int(outcomes["silently wrong"] + outcomes["unclear"] > 0)


def say(words):
    if words:
        sys.stdout.write(words + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
