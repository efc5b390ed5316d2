"""Bundles that cannot be trusted: refused before any row, and nothing of them run.

Every forgery and every flipped byte meets the function that a build scores with, in a
process of its own; a few of the forgeries meet a whole build as well.
"""

import os
import shutil
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import duckdb
from warm import FORKS

from tests.campaigns.workbench import (
    Tally,
    build,
    command,
    dice_of,
    workshop,
)


def bundle_faults(shop, flips, builds, seed):
    """Try every forgery, `flips` flipped bytes, and `builds` forgeries in a build."""
    tally = Tally("accepted", "refused without a sentence", "code run")
    dice = dice_of(seed)
    with ProcessPoolExecutor(1, mp_context=FORKS) as trial:
        counts, told = trial.submit(try_all, shop.copy(), flips, seed).result()
    for kind, words in told:
        tally.fault(kind, words)
    tally.done.update(counts)
    from tests.campaigns.forgeries import FORGERIES, MARKER

    for name in dice.sample(sorted(FORGERIES), builds):
        spoilt = shop.copy()
        before, ledger = spoilt.fingerprint(), spoilt.table("predictions")
        FORGERIES[name](spoilt.home / "bundles")
        run = build(spoilt, *workshop.NO_TESTS, "--select", "predictions+")
        untouched = before == spoilt.fingerprint()
        untouched = untouched and ledger.equals(spoilt.table("predictions"))
        tally.check("accepted", run.code != 0 and untouched, f"{name} by a build")
        tally.check("code run", not list(spoilt.folder.rglob(MARKER)), name)
        tally.done["forgeries refused by a build"] += run.code != 0
        shutil.rmtree(spoilt.folder)
    return tally


def try_all(shop, flips, seed):
    """Meet every fault; returns counts, and what went wrong in words."""
    os.chdir(shop.folder)
    os.environ["SCORING_HOME"] = "home"
    from tests.campaigns.forgeries import FORGERIES, MARKER

    good, bundles = Path("good bundles"), Path("home") / "bundles"
    shutil.copytree(bundles, good)
    dice, counts, told = dice_of(seed), Counter(), []

    def meet(kind, name, spoil):
        shutil.rmtree(bundles)
        shutil.copytree(good, bundles)
        spoil(bundles)
        verdict = verdict_of_scoring()
        if verdict != "refused":
            told.append((verdict.split(":")[0], f"{name}: {verdict}"))
        for marker in Path().rglob(MARKER):
            told.append(("code run", name))
            marker.rename(marker.with_name(f"{name} ran"))
        counts[f"{kind} refused"] += verdict == "refused"

    assert verdict_of_scoring() == "accepted", "not even the good bundle is"
    for name, spoil in FORGERIES.items():
        meet("forgeries", name, spoil)
    for _ in range(flips):
        place = []
        meet("flipped bytes", place, lambda folder, to=place: flip(folder, dice, to))
    return counts, told


def flip(bundles, dice, place):
    """Change one byte of one of the champion's files to any other value."""
    files = [*bundles.glob("champion"), *bundles.glob("*/m*.json")]
    files = sorted([*files, *bundles.glob("*/model.skops")])
    file = dice.choice(files)
    content = bytearray(file.read_bytes())
    offset = dice.randrange(len(content))
    content[offset] ^= dice.randrange(1, 256)
    file.write_bytes(content)
    place.extend([str(file), offset, content[offset]])


def verdict_of_scoring():
    """What the function says that a build scores with; no row is asked of it yet."""
    from ml.errors import ScoringError
    from ml.scoring import score_customers

    with duckdb.connect("home/working.duckdb", read_only=True) as session:
        try:
            score_customers(
                session.table("customer_features"),
                session.table("this_run"),
                session.table("feature_themes"),
            )
        except ScoringError:
            return "refused"
        except Exception as error:
            return f"refused without a sentence: {error!r}"[:300]
    return "accepted"


def main():
    return command(bundle_faults, flips=200, builds=6)


if __name__ == "__main__":
    sys.exit(main())
