"""Readers see one whole release or the one before; a newer date stays current."""

import os
import stat
from datetime import date

import duckdb
import pytest

from ml.errors import ReleaseError
from ml.publishing.release import publish
from ml.publishing.release_history import CURRENT, PAGE, roll_back, show_page


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setenv("SCORING_HOME", str(tmp_path))
    with duckdb.connect() as session:
        yield session, tmp_path / "release"


def release(session, day, run_id, *, rows=3, other_day=None, kept=7):
    session.execute(
        "create or replace table value as select 'c' || range as customer_id, "
        f"date '{other_day or day}' as as_of_date, 'baseline' as model_version "
        f"from range({rows})"
    )
    run = session.sql(f"select '{run_id}' as run_id, date '{day}' as as_of_date")
    return publish(session, {"customer_value": session.table("value")}, run, kept=kept)


def current(folder):
    with duckdb.connect(str(folder / CURRENT), read_only=True) as reader:
        query = "select run_id, as_of_date from release_info"
        return reader.execute(query).fetchall()[0]


def test_what_is_published_can_be_read_as_file_and_as_parquet(shop):
    session, folder = shop
    made = release(session, "2024-01-31", "first").to_pylist()
    assert made[0]["row_count"] == 3
    assert made[0]["is_current"]
    assert current(folder) == ("first", date(2024, 1, 31))
    parquet = folder / "parquet" / "customer_value.parquet"
    assert duckdb.sql(f"select count(*) from '{parquet}'").fetchall() == [(3,)]
    assert not os.access(folder / CURRENT, os.W_OK) or os.geteuid() == 0


def test_what_the_baseline_does_not_know_has_the_type_of_what_a_model_knows(shop):
    session, folder = shop
    release(session, "2024-01-31", "before any training")
    with duckdb.connect(str(folder / CURRENT), read_only=True) as reader:
        rows = reader.execute("describe release_info").fetchall()
        known = reader.execute("select bundle_sha256, test_total from release_info")
        assert known.fetchall() == [(None, None)]
    types = {name: kind for name, kind, *_ in rows}
    assert types["bundle_sha256"] == "VARCHAR"
    assert types["learnt_until"] == "DATE"
    assert types["test_total"] == "DOUBLE"


@pytest.mark.parametrize(
    ("mode", "kept"), [(0o644, 0o640), (0o666, 0o660), (0o600, 0o600)]
)
def test_strangers_read_the_release_and_not_the_working_database(shop, mode, kept):
    session, folder = shop
    working = folder.parent / "working.duckdb"
    working.touch()
    working.chmod(mode)
    release(session, "2024-01-31", "first")
    assert stat.S_IMODE(working.stat().st_mode) == kept
    assert stat.S_IMODE((folder / CURRENT).stat().st_mode) == 0o444


def test_an_older_date_never_replaces_a_newer_release(shop):
    session, folder = shop
    release(session, "2024-01-31", "newer")
    made = release(session, "2024-01-30", "older").to_pylist()
    assert not made[0]["is_current"]
    assert current(folder)[0] == "newer"
    assert len(list((folder / "history").iterdir())) == 2
    release(session, "2024-01-31", "again")
    assert current(folder)[0] == "again"


def test_an_empty_mart_is_not_published(shop):
    session, folder = shop
    release(session, "2024-01-31", "good")
    before = (folder / CURRENT).read_bytes()
    with pytest.raises(ReleaseError, match="customer_value is empty"):
        release(session, "2024-02-01", "empty", rows=0)
    assert (folder / CURRENT).read_bytes() == before


def test_a_mart_of_another_date_is_not_published(shop):
    session, folder = shop
    with pytest.raises(ReleaseError, match="holds another date"):
        release(session, "2024-02-01", "mixed", other_day="2024-01-31")
    assert not (folder / CURRENT).exists()


def test_what_a_killed_run_left_is_cleared_away(shop):
    session, folder = shop
    left = folder / ".unfinished-killed"
    left.mkdir(parents=True)
    (left / "marts.duckdb").write_bytes(b"half a file")
    release(session, "2024-01-31", "next")
    assert not left.exists()
    assert current(folder)[0] == "next"


def test_old_releases_are_forgotten_but_never_the_current_one(shop):
    session, folder = shop
    release(session, "2024-06-30", "current", kept=2)
    for day in range(1, 5):
        release(session, f"2024-01-0{day}", f"run {day}", kept=2)
    names = {path.name for path in (folder / "history").iterdir()}
    assert len(names) == 2
    assert "2024-06-30_current" in names
    assert current(folder)[0] == "current"


def test_the_same_run_can_publish_again(shop):
    session, folder = shop
    release(session, "2024-01-31", "same")
    release(session, "2024-01-31", "same", rows=4)
    with duckdb.connect(str(folder / CURRENT), read_only=True) as reader:
        found = reader.execute("select count(*) from customer_value").fetchall()
    assert found == [(4,)]


def test_rolling_back_brings_the_release_before(shop):
    session, folder = shop
    release(session, "2024-01-30", "good")
    release(session, "2024-01-31", "bad")
    assert roll_back(folder).name == "2024-01-30_good"
    assert current(folder) == ("good", date(2024, 1, 30))
    parquet = folder / "parquet" / "release_info.parquet"
    assert duckdb.sql(f"select run_id from '{parquet}'").fetchall() == [("good",)]
    release(session, "2024-01-31", "mended")
    assert current(folder)[0] == "mended"


def test_there_is_nothing_before_the_first_release(shop):
    session, folder = shop
    release(session, "2024-01-31", "first")
    with pytest.raises(ReleaseError, match="no older release"):
        roll_back(folder)
    assert current(folder)[0] == "first"


def test_a_damaged_release_is_not_rolled_back_to(shop):
    session, folder = shop
    release(session, "2024-01-30", "damaged")
    release(session, "2024-01-31", "good")
    file = folder / "history" / "2024-01-30_damaged" / "marts.duckdb"
    file.chmod(0o644)
    file.write_bytes(b"not a database")
    with pytest.raises(ReleaseError, match="choose another"):
        roll_back(folder, "2024-01-30_damaged")
    assert current(folder)[0] == "good"


def test_a_backfill_never_pushes_newer_releases_out_of_the_history(shop):
    session, folder = shop
    for day in range(26, 32):
        release(session, f"2024-01-{day}", "scheduled", kept=3)
    for day in range(1, 9):
        release(session, f"2024-01-0{day}", "backfilled", kept=3)
    kept = sorted(path.name for path in (folder / "history").iterdir())
    # the last one made is there for its page, until the next
    scheduled = [f"2024-01-{day}_scheduled" for day in (29, 30, 31)]
    assert kept == ["2024-01-08_backfilled", *scheduled]


def write_page(folder, name, text):
    file = folder / "history" / name / PAGE
    file.write_text(text)
    show_page(folder, file.parent)


def test_a_release_has_its_own_page_also_after_rolling_back(shop):
    session, folder = shop
    release(session, "2024-01-30", "good")
    write_page(folder, "2024-01-30_good", "the good page")
    release(session, "2024-01-31", "bad")
    assert (folder / PAGE).read_text() == "the good page"  # until there is a new one
    write_page(folder, "2024-01-31_bad", "the bad page")
    assert (folder / PAGE).read_text() == "the bad page"
    roll_back(folder)
    assert (folder / PAGE).read_text() == "the good page"


def test_a_release_without_a_page_shows_none_of_another(shop):
    session, folder = shop
    release(session, "2024-01-30", "of an older version")
    release(session, "2024-01-31", "bad")
    write_page(folder, "2024-01-31_bad", "the bad page")
    roll_back(folder)
    assert not (folder / PAGE).exists()
