"""Copies of the project, each with orders and a home of its own, to build and break.

A build takes seconds, so each story (a function that builds) runs once, on a copy of
its own, and two stories run at a time; the tests then look at what the stories left.
"""

import hashlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import handmade
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from warm import ROOT, Command, Run

BIN = Path(sys.executable).parent
PARTS = ["dbt_project.yml", "profiles.yml", "Makefile", "requirements.txt"]
PARTS += ["models", "macros", "seeds", "ml", "report", "tests/data"]

CUSTOMERS = 600  # of the sample shop; the truth is clear enough, a build quick enough
STORIES_AT_A_TIME = 2
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
NO_TESTS = ("--resource-type", "model", "--resource-type", "seed")
MARTS = [
    "customer_value",
    "customer_segments",
    "segment_summary",
    "segment_migration",
    "segment_history",
    "cluster_profile",
    "audiences",
    "campaign_lift",
    "value_calibration",
    "model_scorecard",
    "scoring_runs",
    "rejected_line_summary",
    "feature_drift",
]
# what earlier runs said stands in these too
OF_HISTORY = ["segment_migration", "segment_history", "audiences", "campaign_lift"]
OF_THE_PAST = ["value_calibration", "model_scorecard", "feature_drift", *OF_HISTORY]
OF_TODAY = [mart for mart in MARTS if mart not in OF_THE_PAST]
# what depends on the run itself, or on which run came before it
CHANGES_EVERY_RUN = ["run_id", "scored_at", "compared_with_date"]
CHANGES_EVERY_RUN += ["customer_count_before", "predicted_value_before"]
CHANGES_EVERY_RUN += ["stability_index", "largest_share_change", "is_breach"]
CHANGES_EVERY_RUN += ["null_share_before", "mean_before"]
# what a customer was told on the dates before, and so what changed since
OF_MOVEMENT = ["segment_entered_date", "days_in_segment", "previous_segment"]
OF_MOVEMENT += ["segment_direction", "entered_count", "left_count"]


@dataclass(frozen=True)
class Shop:
    """A project folder with raw orders and a home in it."""

    folder: Path

    @property
    def home(self):
        return self.folder / "home"

    @property
    def orders(self):
        return self.folder / "data" / "sample" / "orders"

    @property
    def release(self):
        return self.home / "release"

    @property
    def bundle(self):
        """Folder of the champion."""
        bundles = self.home / "bundles"
        return bundles / (bundles / "champion").read_text().strip()

    # --- copies

    def copy(self):
        """The same project, orders and home once more, in a folder of its own."""
        folder = Path(tempfile.mkdtemp(dir=self.folder.parent))
        shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)
        return Shop(folder)

    def forget_builds(self):
        """Make the home fresh: only the trained bundles stay."""
        # what a run that was cut off has spilled lies in a folder beside its database
        for folder in (self.release, self.home / "working.duckdb.tmp"):
            shutil.rmtree(folder, ignore_errors=True)
        for file in self.home.glob("working.duckdb*"):
            file.unlink()
        return self

    def answer_anew(self):
        """Let no answer go by an earlier one, so that marts are those of a rebuild."""
        settings = self.folder / "dbt_project.yml"
        words = settings.read_text()
        for name, value in (("cut_point_period", "day"), ("hysteresis_margin", 0)):
            words = re.sub(rf"(?m)^(  {name}:) \S+", rf"\1 {value}", words)
        settings.write_text(words)
        return self

    # --- commands

    @property
    def environment(self):
        own = {"SCORING_HOME": "home", "PYTHONPATH": ".", "PYTHONUNBUFFERED": "1"}
        # OpenMP threads that wait for a core which another story uses only burn time
        own |= {"OMP_NUM_THREADS": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        return os.environ | own

    def run(self, program, *arguments):
        """Run a program of the environment in the project's folder."""
        if program == "dbt" or arguments[:2] == ("-m", "ml"):
            command = Command(self.folder, self.environment, [program, *arguments])
            return command.wait()
        done = subprocess.run(
            [BIN / program, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def try_build(self, *options, **settings):
        """Run `dbt build`, which may fail."""
        return self.run("dbt", *build_arguments(options, settings))

    def build(self, *options, **settings):
        """Run `dbt build`, which must be green."""
        return green(self.try_build(*options, **settings))

    def kill_build(self, at):
        """Run `dbt build` and kill it as soon as it says something."""
        with subprocess.Popen(
            [BIN / "dbt", *build_arguments(NO_TESTS, {})],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            words = ""
            for line in process.stdout:
                words += line
                if at in line:
                    process.kill()
        return Run(process.returncode, words)

    # --- what is there

    def raw_lines(self):
        """Every delivered line, read by pandas."""
        return pd.concat([pd.read_parquet(file) for file in sorted(self.files())])

    def files(self):
        return [path for path in self.orders.rglob("*") if path.is_file()]

    def deliver(self, name, lines):
        """Write lines in the canonical layout as one more file."""
        some_file = next(path for path in self.files() if path.suffix == ".parquet")
        schema = pq.read_schema(some_file)
        if isinstance(lines, pd.DataFrame):
            table = pa.Table.from_pandas(lines, schema, preserve_index=False)
        else:
            table = handmade.table(lines, schema)
        pq.write_table(table, self.orders / name)

    def table(self, name, columns="*", where="true"):
        """Rows of a table in the working database, sorted."""
        return rows_of(self.home / "working.duckdb", name, columns, where)

    def marts(self, release=None):
        """The marts of a release by name, the current one by default."""
        file = (release or self.release) / "current.duckdb"
        file = file if file.exists() else release / "marts.duckdb"
        return {mart: rows_of(file, mart) for mart in MARTS}

    def info(self):
        """What the current release says of itself."""
        return rows_of(self.release / "current.duckdb", "release_info").iloc[0]

    def releases_of(self, day):
        """Folders of the releases of a date, in the order of their publishing."""
        found = (self.release / "history").glob(f"{day}_*")
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    def fingerprint(self):
        """Every file and link of the release folder with its content."""
        return {
            str(path.relative_to(self.release)): (
                str(path.readlink())
                if path.is_symlink()
                else hashlib.sha256(path.read_bytes()).hexdigest()
            )
            for path in self.release.rglob("*")
            if path.is_symlink() or path.is_file()
        }


def build_arguments(options, settings):
    arguments = ["--no-use-colors", "build", *options]
    return [*arguments, "--vars", json.dumps(settings)] if settings else arguments


def green(run):
    """Make sure that a command ended well."""
    if run.code:
        pytest.fail(f"exit code {run.code}:\n{run.words[-4000:]}", pytrace=False)
    return run


def rows_of(file, table, columns="*", where="true"):
    """Rows of a table in a DuckDB file, sorted by all columns."""
    query = f"select {columns} from {table} where {where} order by all"
    with duckdb.connect(str(file), read_only=True) as reader:
        return reader.execute(query).df()


def same(one, other, but=()):
    """Compare two tables to the last digit, but for some columns."""
    one, other = (
        table.drop(columns=list(but), errors="ignore") for table in (one, other)
    )
    one, other = (
        table.sort_values(list(table.columns), ignore_index=True)
        for table in (one, other)
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)


# --- stories: a function registered here runs once; its fixture gives what it returned

STORIES = {}


def story(function):
    """Make a function that builds a story, and a fixture of the same name.

    An argument `shop` is a copy of the built sample shop, `project` one without orders
    and home.
    """
    STORIES[function.__name__] = function

    def told(stories):
        return stories[function.__name__].result()

    return pytest.fixture(scope="session", name=function.__name__)(told)


def tell(names, folder, pool):
    """Start stories; those that need no built shop run while it is being built."""
    futures = {}

    def run(name):
        function = STORIES[name]
        if "shop" in inspect.signature(function).parameters:
            return function(futures["shop"].result().copy())
        return function(new_project(folder))

    for name in dict.fromkeys(["shop", *sorted(names, key=needs_shop)]):
        futures[name] = pool.submit(run, name)
    return futures


def needs_shop(name):
    return "shop" in inspect.signature(STORIES[name]).parameters


def wanted(items):
    """Names of the stories that the collected tests ask for, in their order."""
    asked = {}
    for item in items:
        parameters = getattr(item, "callspec", None)
        values = parameters.params.values() if parameters else ()
        asked |= dict.fromkeys([*item.fixturenames, *map(str, values)])
    return [name for name in asked if name in STORIES]


def new_project(folder):
    """The project's files in a folder of their own, without orders and home."""
    shop = Shop(Path(tempfile.mkdtemp(dir=folder)))
    for part in PARTS:
        target = shop.folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target)
        else:
            shutil.copy(ROOT / part, target)
    shop.home.mkdir()
    return shop


def sample_shop(project):
    """Walk the documented way: sample, train if there is no champion, build, show.

    A challenger that has not earned promotion on so small a shop is put in force all
    the same: the tests need a champion, not a good one.
    """
    green(project.run("python", "-m", "ml", "sample", f"--customers={CUSTOMERS}"))
    project.deliver("orders_by_hand.parquet", handmade.LINES)
    training = green(project.run("python", "-m", "ml", "train", "--if-no-champion"))
    if not (project.home / "bundles" / "champion").exists():
        green(project.run("python", Path(__file__).with_name("make_champion.py")))
    ready = f"{BIN}/.runs"  # what make would install first
    building = green(project.run(MAKE, "build", f"BIN={BIN}", f"--old-file={ready}"))
    (project.folder / "training.txt").write_text(training.words)
    (project.folder / "building.txt").write_text(building.words)
    return project


MAKE = Path(shutil.which("make") or "make")
STORIES["shop"] = sample_shop
