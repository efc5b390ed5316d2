"""python -m bench: the full build beside a bare script and the pandas way, in one run.

Prints ratios and writes them to docs/benchmarks.md. Absolute times are those of the
machine; the ratios are what to look at.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import duckdb
from threadpoolctl import threadpool_limits

from ml.bundles.bundle import load_champion, promote, save_bundle
from ml.estimators.customer_model import CustomerModel
from ml.home import Home
from ml.reasons.effects import Reasons
from ml.sample.shop import write_sample_shop
from ml.scoring import BATCH_ROWS
from ml.training.train import describe
from ml.training.warehouse import build_training_rows, read_training_rows

DBT = Path(sys.executable).with_name("dbt")
LAST_DAY = date(2025, 12, 31)
INTRODUCTION = """\
# Benchmarks

Made by `make bench`: each size is run three ways, one after the other, on one machine.
Read the ratios; the seconds are those of the machine it ran on.

* **dbt build**: the whole scheduled command on a fresh home: reading, folding,
  features, scoring, marts, tests, release.
* **bare script**: `bench/bare.py`, the same features, estimator and marts in plain
  DuckDB, without increments, contracts, tests or a ledger.
* **pandas**: `bench/pandas_way.py`, the same in data frames.
* **daily run**: a day later one more file is there, and `dbt build` runs again in the
  home of the first build; everybody is scored again.
"""
WAYS = ("dbt build", "bare script", "pandas")
DAILY = "daily run"


class Cost(NamedTuple):
    """What a process took: CPU seconds, wall seconds, and peak memory in GB."""

    cpu: float
    wall: float
    memory: float


def main() -> None:
    """Run the benchmark and write its page."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--customers", type=int, nargs="+", default=[100_000, 1_000_000]
    )
    parser.add_argument("--folder", type=Path, help="keep shops and homes here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        bundles = make_champion(folder)
        rows = [measure(folder, bundles, size) for size in options.customers]
    page = report(rows)
    Path("docs/benchmarks.md").write_text(page, encoding="utf-8")
    sys.stdout.write(page)


def make_champion(folder: Path) -> Path:
    """Train one bundle on the sample shop; every size is scored with it."""
    os.environ["SCORING_HOME"] = str(folder / "champion")
    home = Home.from_environment()
    if not (home.bundles / "champion").exists():
        home.folder.mkdir(parents=True, exist_ok=True)
        write_sample_shop(folder / "sample", last_day=LAST_DAY)
        build_training_rows({"source_path": str(folder / "sample/orders")})
        rows = read_training_rows()
        model = CustomerModel(horizon_days=rows.run["horizon_days"])
        model.fit(rows.X, rows.y, rows.keys["as_of_date"], rows.present)
        facts = describe(rows, rows.X.head(0))
        promote(home.bundles, save_bundle(home.bundles, model, facts, rows.X).version)
    return home.bundles


def measure(folder: Path, bundles: Path, customers: int) -> dict[str, object]:
    """Run the three ways on one shop, one after the other."""
    shop = folder / f"shop_{customers}"
    if not (shop / "truth.parquet").exists():
        write_sample_shop(shop, customers=customers, last_day=LAST_DAY)
    orders, day = shop / "orders", str(LAST_DAY - timedelta(days=2))
    held = hold_back_last_day(shop)
    settings = json.dumps({"source_path": str(orders)})
    costs, values, features = {}, {}, {}
    for way in WAYS:
        home = folder / way.split()[0]
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        shutil.copytree(bundles, home / "bundles")
        environment = {**os.environ, "SCORING_HOME": str(home)}
        if way == "dbt build":  # as on any day but the first: the project is parsed
            run([DBT, "--quiet", "parse", "--vars", settings], environment)
        command = {
            "dbt build": [DBT, "--quiet", "build", "--vars", settings],
            "bare script": [
                sys.executable,
                "-m",
                "bench.bare",
                f"{orders}/*.parquet",
                day,
            ],
            "pandas": [sys.executable, "-m", "bench.pandas_way", str(orders), day],
        }[way]
        costs[way] = run(command, environment)
        found = home / ("release/parquet" if way == "dbt build" else "")
        values[way] = total(found / "customer_value.parquet")
        if way == "dbt build":
            features[way] = seconds_in_features()
        sys.stderr.write(f"{customers:,} {way}: {costs[way]} {values[way]}\n")
    rates = scoring_rates(folder / "dbt")
    shutil.copy(held, orders)
    environment = {**os.environ, "SCORING_HOME": str(folder / "dbt")}
    command = [DBT, "--quiet", "build", "--vars", settings]
    costs[DAILY], features[DAILY] = run(command, environment), seconds_in_features()
    values[DAILY] = total(folder / "dbt/release/parquet/customer_value.parquet")
    sys.stderr.write(f"{customers:,} {DAILY}: {costs[DAILY]} {values[DAILY]}\n")
    lines = duckdb.sql(f"select count(*) from '{orders}/*.parquet'").fetchall()[0][0]
    return {
        "customers": customers,
        "lines": lines,
        "costs": costs,
        "values": values,
        "features": features,
        "rates": rates,
    }


def hold_back_last_day(shop: Path) -> Path:
    """Take what became known on the last day out of the orders, into a file beside."""
    held = shop / f"orders_{LAST_DAY}.parquet"
    (shop / "orders" / held.name).unlink(missing_ok=True)  # of a benchmark before
    if held.exists():
        return held
    late = f"cast(greatest(ordered_at, recorded_at) as date) >= date '{LAST_DAY}'"
    duckdb.sql(f"from '{shop}/orders/*.parquet' where {late}").write_parquet(str(held))
    for file in sorted((shop / "orders").iterdir()):
        if duckdb.sql(f"from '{file}' where {late}").fetchone():
            rest = duckdb.sql(f"from '{file}' where ({late}) is not true")
            rest.write_parquet(f"{shop}/rest.parquet")
            (shop / "rest.parquet").replace(file)
    return held


def seconds_in_features() -> float:
    """Seconds that dbt's last run spent in the nodes up to the features."""
    results = json.loads(Path("target/run_results.json").read_text())["results"]
    manifest = json.loads(Path("target/manifest.json").read_text())["nodes"]
    rooms = ("models/staging", "models/features")
    return sum(
        result["execution_time"]
        for result in results
        if result["unique_id"].startswith("model.")
        and manifest[result["unique_id"]]["original_file_path"].startswith(rooms)
    )


def run(command: list[object], environment: dict[str, str]) -> Cost:
    """Run a command to its end and say what it took."""
    started = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    wall = time.perf_counter() - started
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1e6)


def scoring_rates(home: Path, rows: int = 100_000) -> tuple[float, float]:
    """Score customers of a built home on one thread, then explain the scores.

    Customers per CPU second, of scores and of reasons.
    """
    bundle = load_champion(home / "bundles")
    with duckdb.connect(str(home / "working.duckdb"), read_only=True) as reader:
        features = reader.table("customer_features").limit(rows).df()
        themes = dict(
            reader.table("feature_themes").project("feature_name, theme").fetchall()
        )
    reasons = Reasons(bundle.model, themes)
    batches = [
        features[i : i + BATCH_ROWS][list(bundle.features)]
        for i in range(0, len(features), BATCH_ROWS)
    ]
    with threadpool_limits(1):
        times = [time.process_time()]
        for batch in batches:
            bundle.model.predict(batch)
        times.append(time.process_time())
        for batch in batches:
            reasons.explain(batch).strongest()
        times.append(time.process_time())
    scored, explained = (len(features) / (b - a) for a, b in pairwise(times))
    return scored, explained


def total(parquet: Path) -> tuple[int, float]:
    """Count customers and their predicted value: all ways must give one answer."""
    query = f"select count(*), round(sum(predicted_value)) from '{parquet}'"
    customers, value = duckdb.sql(query).fetchall()[0]
    return customers, value


def report(rows: list[dict[str, object]]) -> str:
    """Write the page: a table per size."""
    text = INTRODUCTION
    for row in rows:
        costs, values = row["costs"], row["values"]
        floor = costs["bare script"].cpu
        text += (
            f"\n## {row['customers']:,} customers, {row['lines']:,} lines\n\n"
            "| way | CPU s | wall s | peak GB | CPU against bare script | customers | "
            "predicted value |\n|---|---|---|---|---|---|---|\n"
        )
        for way in (*WAYS, DAILY):
            cost, (count, value) = costs[way], values[way]
            text += (
                f"| {way} | {cost.cpu:.1f} | {cost.wall:.1f} | {cost.memory:.2f} | "
                f"{cost.cpu / floor:.2f} | {count:,} | {value:,.0f} |\n"
            )
        features, whole = row["features"], costs["dbt build"]
        text += (
            f"\nThe daily run takes {costs[DAILY].cpu / whole.cpu:.2f} times the CPU "
            f"of the full build, its features {features[DAILY]:.1f} s instead of "
            f"{features['dbt build']:.1f} s "
            f"({features[DAILY] / features['dbt build']:.2f}).\n"
        )
        scored, explained = row["rates"]
        text += (
            f"\nThe estimator alone, on one thread: {scored:,.0f} customers per CPU "
            f"second, {1e6 / scored:.1f} µs each; their reasons take "
            f"{1e6 / explained:.1f} µs more.\n"
        )
    return text


if __name__ == "__main__":
    main()
