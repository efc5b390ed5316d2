"""An erasure stopped at any moment leaves whole files, and is ended by the next.

The home is made by hand: a working database, three releases and a log.
"""

import shutil
import subprocess
import sys
from contextlib import contextmanager, suppress
from threading import get_ident

import duckdb
import pytest

from ml.erasure import traces
from ml.erasure.erasing import check_all_is_done, erase, ids_of, search
from ml.erasure.suppression import suppressed_among
from ml.errors import ErasureError, SettingsError, SuppressionError
from ml.home import Home
from ml.lock import BusyError
from ml.publishing.release import publish
from ml.publishing.release_history import CURRENT

GONE = ["gone-7c1f9e55", "gone-b20d4417"]
CURRENT_RUN = "2024-01-31_third"
CHANGES = {"os.rename", "os.remove", "os.link", "os.symlink", "os.mkdir", "os.chmod"}
CHANGES |= {"os.rmdir", "shutil.rmtree"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A shop whose last release is the current one."""
    monkeypatch.setattr(traces, "PROJECT", tmp_path / "all" / "project")
    home = Home(tmp_path / "all" / "shop")
    monkeypatch.setenv("SCORING_HOME", str(home.folder))
    home.folder.mkdir(parents=True)
    with duckdb.connect(str(home.working_database)) as session:
        session.execute(
            "create table customer_days as select 'kept-' || range as customer_id, "
            "date '2024-01-01' + cast(range % 20 as integer) as order_date "
            "from range(100) union all values ($1, date '2024-01-01'), ($2, null)",
            GONE,
        )
        session.execute(
            "create table folded_deliveries as select distinct order_date, 'f.csv' as "
            "file_name, 'rules' as reading_rules from customer_days"
        )
        session.execute("create view stg_order_lines as select 1 as n")
        columns = "'baseline' as model_version, date '2024-01-{}' as as_of_date"
        marts = {"customer_value": f"customer_id, {columns}"}
        for day, run_id in ((29, "first"), (30, "second"), (31, "third")):
            run = f"select '{run_id}' as run_id, date '2024-01-{day}' as as_of_date"
            publish(session, {
                name: session.sql(f"select {columns.format(day)} from customer_days")
                for name, columns in marts.items()
            }, session.sql(run))  # fmt: skip
    (home.folder / "logs").mkdir()
    (home.folder / "logs" / "dbt.log").write_text(f"one\ntwo ({GONE[0]})\nthree\n")
    target = tmp_path / "all" / "project" / "target"
    target.mkdir(parents=True)
    (target / "run.sql").write_text(f"select '{GONE[1]}'")
    return home


def people(file):
    source = f"'{file}'" if file.suffix == ".parquet" else "customer_value"
    database = ":memory:" if file.suffix == ".parquet" else str(file)
    with duckdb.connect(database, read_only=database != ":memory:") as reader:
        query = f"select customer_id from {source}"
        return {row[0] for row in reader.execute(query).fetchall()}


def read_through_pointers(home):
    """Who stands in the current release, by both ways to read it."""
    parquet = home.release / "parquet"
    assert sorted(path.name for path in parquet.iterdir()) == [
        "customer_value.parquet",
        "release_info.parquet",
    ]
    info = parquet / "release_info.parquet"
    assert duckdb.sql(f"select run_id from '{info}'").fetchall() == [("third",)]
    return people(home.release / CURRENT), people(parquet / "customer_value.parquet")


def files_with(home, ids):
    """Files of the home and the project that hold one of the ids, in any way."""
    found = []
    for file in home.folder.parent.rglob("*"):
        if file.is_file() and any(one.encode() in file.read_bytes() for one in ids):
            found.append(file)
        elif file.name in ("marts.duckdb", CURRENT, "customer_value.parquet"):
            found += [file] if people(file) & set(ids) else []
    return found


def assert_erased(home, *, current=CURRENT_RUN):
    assert files_with(home, GONE) == []
    assert suppressed_among(home, GONE) == set(GONE)
    assert (home.release / "parquet").readlink().parts == (
        "history",
        current,
        "parquet",
    )
    names = sorted(path.name for path in (home.release / "history").iterdir())
    assert names == ["2024-01-29_first", "2024-01-30_second", CURRENT_RUN]
    left = {path.name for path in home.release.iterdir()}
    assert left == {CURRENT, "history", "parquet"}
    for name in names:
        assert len(people(home.release / "history" / name / "marts.duckdb")) == 100


@contextmanager
def stopped_before(change):
    """Stop at the n-th change of a file or folder's name, as a kill would."""
    seen = [0]
    active = [True]
    here = get_ident()  # a hook hears all threads, and there are stories in others

    def hook(event, _):
        if active[0] and event in CHANGES and get_ident() == here:
            seen[0] += 1
            if seen[0] == change:
                raise KeyboardInterrupt(event)

    sys.addaudithook(hook)
    try:
        yield seen
    finally:
        active[0] = False


def test_an_erasure_leaves_nothing_but_salted_hashes(home):
    release_time = (home.release / "history" / CURRENT_RUN).stat().st_mtime_ns
    found, unknown = erase(home, GONE)
    check_all_is_done(found, unknown)
    assert_erased(home)
    assert (home.folder / "logs" / "dbt.log").read_text() == "one\nthree\n"
    assert (home.release / CURRENT).stat().st_mode & 0o777 == 0o444
    assert (
        home.release / "history" / CURRENT_RUN
    ).stat().st_mtime_ns == release_time  # by which releases are sorted
    with duckdb.connect(str(home.working_database), read_only=True) as reader:
        days = reader.execute("select order_date from folded_deliveries").fetchall()
        assert reader.execute("select count(*) from customer_days").fetchone() == (100,)
    assert len(days) == 19  # the days of the erased, and lines without a day, come anew
    assert (None,) not in days


def test_a_stop_at_any_moment_is_made_good_by_the_same_command(home, tmp_path):
    template = tmp_path / "template"
    project = home.folder.parent
    subprocess.run(["cp", "-a", project, template], check=True)  # with its hard links
    for change in range(1, 1000, 9):
        with stopped_before(change) as seen, suppress(KeyboardInterrupt):
            erase(home, GONE)
        if seen[0] < change:
            break
        for found in read_through_pointers(home):
            assert len(found) in (100, 102)
        check_all_is_done(*erase(home, GONE))
        assert_erased(home)
        shutil.rmtree(project)
        subprocess.run(["cp", "-a", template, project], check=True)
    assert change > 60


def test_a_reader_never_sees_half_of_it(home):
    states = set()
    here = get_ident()

    def hook(event, _):
        if event in CHANGES and get_ident() == here and not busy:
            busy.append(event)
            states.add(tuple(len(found) for found in read_through_pointers(home)))
            busy.clear()

    busy = []
    sys.addaudithook(hook)
    erase(home, GONE)
    busy.append("no more")
    # the file is switched an instant before the link, as when a run publishes
    assert states == {(102, 102), (100, 102), (100, 100)}


def test_looking_changes_nothing(home):
    before = files_with(home, GONE)
    found, unknown = search(home, [*GONE, "nobody"])
    assert unknown == ["nobody"]
    assert len(found.lines()) == 7
    assert not any(one in line for line in found.lines() for one in GONE)
    assert files_with(home, GONE) == before
    assert not home.suppression.exists()


def test_who_is_unknown_is_neither_erased_nor_kept_out_unasked(home):
    found, unknown = erase(home, [GONE[0], "kept-1 ", "nobody"])
    with pytest.raises(ErasureError, match="nobody is called kept-1 , nobody here"):
        check_all_is_done(found, unknown)
    assert suppressed_among(home, [GONE[0], "nobody", "kept-1 "]) == {GONE[0]}
    assert erase(home, ["nobody"], even_if_unknown=True)[1] == []
    assert erase(home, [GONE[0], "nobody"])[1] == []  # who was erased is known for ever


def test_a_foreign_file_is_named_and_left_alone(home):
    file = home.folder / "letter.txt"
    file.write_text(f"Dear {GONE[0]},")
    (home.folder / "other.txt").write_text(f"x{GONE[0]}x")
    with pytest.raises(ErasureError, match=r"letter\.txt\. Delete"):
        check_all_is_done(*erase(home, GONE))
    assert file.exists()


def test_orders_that_no_run_has_read_are_left_to_whom_they_belong(home):
    """A delivery in the home, and a database of somebody's: found, and not touched."""
    orders, copy = home.folder / "orders.parquet", home.folder / "copy.duckdb"
    with duckdb.connect(str(copy)) as session:
        session.execute("create table people as select $1 as customer_id", GONE[:1])
        session.sql("from people").write_parquet(str(orders))
    before = orders.read_bytes(), copy.read_bytes()
    with pytest.raises(ErasureError, match=r"copy\.duckdb, .*orders\.parquet\. Delete"):
        check_all_is_done(*erase(home, GONE))
    assert (orders.read_bytes(), copy.read_bytes()) == before


def test_a_release_that_nobody_can_read_stops_before_anything_is_done(home):
    file = home.release / "history" / "2024-01-29_first" / "marts.duckdb"
    file.unlink()
    file.write_bytes(b"no database")
    with pytest.raises(ErasureError, match=r"2024-01-29_first.*nobody knows whom"):
        erase(home, GONE)
    assert not home.suppression.exists()


def test_a_lost_salt_stops_before_anything_is_done(home):
    erase(home, GONE[:1])
    (home.suppression / "salt").unlink()
    with pytest.raises(SuppressionError, match="Restore it from a backup"):
        erase(home, GONE[1:])
    assert len(people(home.release / CURRENT)) == 101


def test_a_database_in_use_is_left_alone(home):
    script = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('open', "
    script += "flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home.working_database)],
        stdout=subprocess.PIPE,
    ) as process:
        process.stdout.readline()
        with pytest.raises(BusyError, match=r"has .*working\.duckdb open"):
            erase(home, GONE)
        process.kill()
    assert not home.suppression.exists()


def test_a_home_that_was_copied_without_its_hard_links_is_cleaned_too(home):
    copy = home.release / "copy"
    shutil.copy(home.release / CURRENT, copy)
    copy.replace(home.release / CURRENT)
    erase(home, GONE)
    assert_erased(home)


def test_ids_come_from_the_command_line_and_from_a_file(tmp_path):
    file = tmp_path / "ids.txt"
    for encoding in ("utf-8", "utf-8-sig"):  # some editors write a mark before all
        file.write_text("b \n\n a\nb\n", encoding=encoding)
        assert ids_of([" a"], file) == ["a", "b"]
    mail = ["Anna@Example.com\t", "Web:Anna@Example.com", "Anna"]
    assert ids_of(mail, None) == ["anna@example.com", "Web:anna@example.com", "Anna"]
    for given, source in (([" "], None), ([], tmp_path / "none.txt")):
        with pytest.raises(SettingsError):
            ids_of(given, source)
