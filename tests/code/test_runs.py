"""Past days, missed days, and what is said of a run that could not say it itself."""

import json
import sys
from datetime import date

import pytest

from ml import runs
from ml.errors import SettingsError
from ml.home import Home

LEAP = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]


def test_a_range_holds_both_its_ends_and_the_leap_day():
    assert runs.days_between(LEAP[0], LEAP[2]) == LEAP


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(SettingsError, match="2024-02-28 lies before --from 2024-03-01"):
        runs.days_between(LEAP[2], LEAP[0])


def test_the_days_between_two_runs_were_missed():
    assert runs.missed_days({LEAP[0]}, {LEAP[0], LEAP[2]}) == [LEAP[1]]


def test_what_an_earlier_run_did_not_catch_up_with_is_missed_still():
    """Of a gap of three days one was scored before a kill; then the next night came."""
    scored = {date(2024, 3, day) for day in (1, 2, 6)}
    missed = runs.missed_days(scored, {*scored, date(2024, 3, 7)})
    assert missed == [date(2024, 3, day) for day in (3, 4, 5)]


def test_days_longer_ago_than_a_month_are_not_asked_for():
    scored = {date(2024, 1, 1), *runs.days_between(date(2024, 2, 1), date(2024, 3, 7))}
    assert runs.missed_days(scored, scored) == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (set(), {LEAP[0]}),
        ({LEAP[0]}, {LEAP[1]}),
        ({LEAP[1]}, {LEAP[0]}),
        (set(), set()),
    ],
)
def test_nothing_was_missed(before, now):
    assert runs.missed_days(before, now) == []


def test_more_than_a_month_is_not_caught_up_unasked():
    with pytest.raises(SettingsError, match="--from 2024-01-02 --to 2024-02-28"):
        runs.missed_days({date(2024, 1, 1)}, {LEAP[1]})


def fake_dbt(folder, monkeypatch, script):
    """A dbt that does as the script says; the home it works in."""
    program = folder / "dbt"
    program.write_text(f"#!{sys.executable}\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    return Home(folder)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "12:00:00  Compilation Error\\n  Stop: no file here.\\n  > in macro",
            "no file",
        ),
        ("IO Error: Could not set lock on file", "Another program holds"),
        ("", "dbt said nothing"),
    ],
)
def test_a_run_that_falls_early_still_leaves_one_line(
    tmp_path, monkeypatch, said, reason
):
    home = fake_dbt(tmp_path, monkeypatch, f"print('{said}'); raise SystemExit(2)")
    with pytest.raises(runs.FailedRunError, match=reason):
        runs.build(home, {}, quiet=True)
    left = json.loads((tmp_path / "run_status.json").read_text())
    assert left["status"] == "failed"
    assert reason in left["message"]
    assert left["next_step"]


def test_a_run_believes_its_own_words_and_not_the_status_of_a_later_one(
    tmp_path, monkeypatch
):
    script = "print('04:00:00  Published: as of 2024-01-01: all, in here')"
    home = fake_dbt(tmp_path, monkeypatch, script)
    later = runs.RunStatus("unfinished", "It goes on.", "Wait.", "2", "2024-01-02")
    runs.write_status(home, later)
    status = runs.build(home, {}, quiet=True)
    assert (status.status, status.message) == (
        "published",
        "as of 2024-01-01: all, in here",
    )
    assert json.loads((tmp_path / "run_status.json").read_text())["run_id"] == "2"


def test_the_status_of_an_earlier_run_is_not_taken_for_this_one(tmp_path, monkeypatch):
    home = fake_dbt(tmp_path, monkeypatch, "print('killed')")
    old = runs.RunStatus("published", "all well", "Nothing to do.", "1", "2024-01-01")
    runs.write_status(home, old)
    with pytest.raises(runs.FailedRunError, match="killed"):
        runs.build(home, {}, quiet=True)
