"""docs/bi.md is tried: every block of Python, and every way out of its settings."""

import re
from pathlib import Path

import duckdb
import pytest
from marts_by_hand import write_release

GUIDE = Path(__file__).parents[2] / "docs" / "bi.md"
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
WAYS_OUT = [
    "copy customer_value to 'stolen.csv'",
    "select * from read_text('secret.txt')",
    "select * from 'release/parquet/segment_summary.parquet'",
    "attach 'working.duckdb' as working",
    "set enable_external_access = true",
    "install httpfs",
    "delete from customer_value",
    "create table mine as select 1",
]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A shop's home with a release, a working database and a secret."""
    release = tmp_path / "release"
    write_release(release).rename(release / "current.duckdb")
    (release / "parquet").mkdir()
    with duckdb.connect(str(release / "current.duckdb"), read_only=True) as marts:
        target = release / "parquet" / "segment_summary.parquet"
        marts.execute(f"copy segment_summary to '{target}'")
    duckdb.connect(str(tmp_path / "working.duckdb")).close()
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def libraries(block):
    return re.findall(r"^(?:import|from) (\w+)", block, re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: libraries(block)[-1])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_block_of_the_guide_runs(home, block, capsys):
    for library in libraries(block):
        pytest.importorskip(library)
    exec(compile(block, str(GUIDE), "exec"), {})
    if "print" in block:
        assert capsys.readouterr().out.strip()
    else:
        assert (home / "segments.csv").read_text().startswith("as_of_date,rfm_segment")


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_the_settings_of_the_guide_leave_no_way_out(home, way_out):
    guarded = {"enable_external_access": False, "lock_configuration": True}
    file = str(home / "release" / "current.duckdb")
    with (
        duckdb.connect(file, read_only=True, config=guarded) as marts,
        pytest.raises(duckdb.Error),
    ):
        marts.execute(way_out).fetchall()
    assert not (home / "stolen.csv").exists()


def test_a_program_that_keeps_a_connection_goes_on_reading_the_old_release(home):
    file = home / "release" / "current.duckdb"
    count = "select count(*) from customer_value"
    with duckdb.connect(str(file), read_only=True) as kept:
        before = kept.execute(count).fetchall()
        new = write_release(home / "next", 7)
        new.replace(file)
        with duckdb.connect(str(file), read_only=True) as another:
            assert another.execute(count).fetchall() == before
    with duckdb.connect(str(file), read_only=True) as after_all_were_closed:
        assert after_all_were_closed.execute(count).fetchall() == [(7,)]


@pytest.mark.parametrize("way_out", WAYS_OUT[:4])
def test_without_them_a_reader_gets_out(home, way_out):
    file = str(home / "release" / "current.duckdb")
    with duckdb.connect(file, read_only=True) as marts:
        marts.execute(way_out)
