"""Readers who never rest, as dashboards are: what they see must be whole."""

import random
import time
from collections import Counter
from contextlib import contextmanager
from queue import Empty

import duckdb

from tests.campaigns.workbench import FORKS, say

AS_DOCUMENTED = {"enable_external_access": False, "lock_configuration": True}
DATED = ["customer_value", "customer_segments", "segment_summary"]
# What one run's marts say of each other; each query finds what does not fit.
MIXED = {
    "another date": " union all ".join(
        f"select count(*) from {mart}, release_info as info"
        f" where {mart}.as_of_date <> info.as_of_date"
        for mart in DATED
    ),
    "another run's scores": "select count(*) from customer_value, release_info as info"
    " where scored_at <> started_at",
    "another run's log": "select (count(*) <> 1)::int from scoring_runs, release_info"
    " as info where scoring_runs.run_id = info.run_id"
    " and scoring_runs.as_of_date = info.as_of_date",
    "customers of one mart": "select count(*) from customer_value full join"
    " customer_segments using (customer_id) where customer_segments.as_of_date is null"
    " or (customer_value.as_of_date is null and order_count > 0)",
    "sums of another mart": "select ((select count(*) from customer_segments) <>"
    " (select sum(customer_count) from segment_summary))::int",
}


@contextmanager
def duckdb_file(release):
    """Open the released file as documented."""
    path = str(release / "current.duckdb")
    with duckdb.connect(path, read_only=True, config=AS_DOCUMENTED) as reader:
        yield reader


@contextmanager
def parquet_folder(release):
    """Follow the link once, then read the folder it led to, as documented."""
    folder = (release / "parquet").resolve()
    with duckdb.connect() as reader:
        for mart in [*DATED, "scoring_runs", "release_info"]:
            reader.execute(f"create view {mart} as from '{folder}/{mart}.parquet'")
        yield reader


WAYS = [duckdb_file, parquet_folder]


def look(reader):
    """What a release says of itself, and what in it does not fit."""
    info = reader.execute("select as_of_date, started_at, run_id from release_info")
    which = info.fetchall()[0]
    found = [
        name
        for name, query in MIXED.items()
        if any(row[0] for row in reader.execute(query).fetchall())
    ]
    return which, found


def read_on(release, way, seed, longest_hold, stop, results):
    """Open, look, perhaps hold it open and look again, close; until told to stop."""
    dice, counts, last = random.Random(seed), Counter(), None
    while not stop.is_set():
        try:
            with way(release) as reader:
                which, mixed = look(reader)
                time.sleep(dice.uniform(0, longest_hold))
                again, _ = look(reader) if longest_hold else (which, [])
        except Exception as error:
            results.put(("errors", f"{way.__name__}: {error!r}"[:500]))
            time.sleep(0.05)
            continue
        counts["reads"] += 1
        if mixed or again != which:
            results.put(("mixed", f"{way.__name__}: {which} {mixed} {again}"))
        if last is not None and which[:2] < last[:2]:
            results.put(("backward", f"{way.__name__}: {last}, then {which}"))
        counts["releases seen"] += last is None or which != last
        last = which
        time.sleep(dice.uniform(0, 0.05))
    results.put(("counts", dict(counts)))


class Readers:
    """Processes that read a shop's release all the time."""

    def __init__(self, shop, count, longest_hold=0.0):
        self.stop, self.results = FORKS.Event(), FORKS.Queue()
        self.processes = [
            FORKS.Process(
                target=read_on,
                args=(
                    shop.release,
                    WAYS[number % 2],
                    number,
                    longest_hold,
                    self.stop,
                    self.results,
                ),
            )
            for number in range(count)
        ]

    def __enter__(self):
        for process in self.processes:
            process.start()
        self.told, self.counts = Counter(), Counter()
        return self

    def __exit__(self, *_):
        """Let them end, and gather what they found."""
        self.stop.set()
        ended = 0
        while ended < len(self.processes):
            try:
                kind, what = self.results.get(timeout=60)
            except Empty:
                self.told["errors"] += 1
                say("a reader never came back")
                break
            if kind == "counts":
                ended += 1
                self.counts.update(what)
            else:
                self.told[kind] += 1
                say(f"{kind}: {what}")
        for process in self.processes:
            process.join(10)

    def add_to(self, tally, **names):
        """Put what they found into a tally, each kind under a name of its own."""
        for kind, name in names.items():
            tally.wrong[name] += self.told[kind]
        tally.done["reads"] += self.counts["reads"]
        tally.done["changes of release seen"] += self.counts["releases seen"]
