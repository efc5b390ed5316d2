"""Runs as a schedule starts them: one line at the end, and a file saying the same."""

import json
import subprocess
from dataclasses import replace
from datetime import date

from workshop import BIN, Run, green, rows_of, story

BACKFILLED = ["2025-10-01", "2025-10-02"]


def status(shop):
    return json.loads((shop.home / "run_status.json").read_text())


@story
def backfilled(shop):
    """Two past days in one command, beside the release of today."""
    days = [f"--from={BACKFILLED[0]}", f"--to={BACKFILLED[1]}"]
    return (
        shop,
        shop.fingerprint(),
        shop.run("python", "-m", "ml", "run", *days, "--quiet"),
    )


@story
def refused(shop):
    """A run that never gets to its first model."""
    before = shop.fingerprint()
    wrong = "{horizon: 30}"
    run = shop.run("python", "-m", "ml", "run", "--quiet", "--vars", wrong)
    return shop, before, run


@story
def moved_house(shop):
    """The project's folder gets another name between two runs."""
    green(shop.run("dbt", "parse", "--no-partial-parse"))
    there = shop.folder.rename(f"{shop.folder}-moved")
    return replace(shop, folder=there).run("dbt", "seed")


@story
def called_from_elsewhere(shop):
    """The schedule starts dbt in a folder that is not the project's."""
    there = ["--project-dir", shop.folder, "--profiles-dir", shop.folder]
    own = {"SCORING_HOME": str(shop.home), "PYTHONPATH": ""}
    done = subprocess.run(
        [BIN / "dbt", "run", "--select", "predictions", *there],
        cwd=shop.home,
        env=shop.environment | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Run(done.returncode, done.stdout)


def test_dbt_may_be_called_from_elsewhere(called_from_elsewhere):
    assert called_from_elsewhere.code == 0, called_from_elsewhere.words


def test_a_project_that_moved_goes_on(moved_house):
    assert moved_house.code == 0, moved_house.words


def test_a_built_shop_says_so(shop):
    said = status(shop)
    assert said["status"] == "published"
    assert "customers scored" in said["message"]
    assert said["run_id"] == shop.info()["run_id"]


def test_a_range_of_past_days_goes_to_the_ledger(shop, backfilled):
    now, before, run = backfilled
    assert run.code == 0
    assert len(run.words.strip().splitlines()) == len(BACKFILLED)
    asked = {date.fromisoformat(day) for day in BACKFILLED}
    scored = set(now.table("predictions")["as_of_date"].dt.date)
    assert scored == asked | {shop.info()["as_of_date"].date()}
    assert status(now)["status"] == "kept"
    after = now.fingerprint()
    assert {name: after[name] for name in before} == before


def test_the_page_of_a_past_day_goes_to_the_history(backfilled):
    shop, before, _ = backfilled
    assert "report.html" in before  # and it is the same after, as the others
    for day in BACKFILLED:
        (release,) = shop.releases_of(day)
        page = (release / "report.html").read_text()
        assert f'data-as-of="{day}"' in page


def test_a_refused_run_is_one_line_and_leaves_the_release(refused):
    shop, before, run = refused
    assert run.code == 1
    assert run.words.startswith("Stop: nothing was published; the last release stays.")
    assert "'horizon' is no setting" in run.words
    assert len(run.words.strip().splitlines()) == 1
    assert status(shop)["status"] == "failed"
    assert shop.fingerprint() == before


def test_a_release_says_what_it_was_made_of(shop):
    info = shop.info()
    assert info["valid_until"] > info["as_of_date"]
    assert len(info["input_fingerprint"]) == 32
    version, digest = info["code_version"].split("+")
    assert version.count(".") == 2
    assert len(digest) == 12
    parquet = shop.release / "parquet" / "release_info.parquet"
    assert rows_of(shop.release / "current.duckdb", "release_info").shape[0] == 1
    assert parquet.exists()
