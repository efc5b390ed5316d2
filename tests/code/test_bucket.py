"""Files of an S3 server that the tests start: are they here as they are there?"""

import logging
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ml.__main__ import BUSY, main
from ml.deliveries import bucket
from ml.deliveries.bucket import land_files
from ml.errors import LandingError, SettingsError
from ml.home import Home
from ml.lock import held as locked
from tests.code import s3_server

ADDRESS = "s3://shop/orders"
ROOT = Path(__file__).parents[2]
LONG = 32 * 2**20  # bytes: takes long enough to be killed in


@pytest.fixture(scope="module")
def storage():
    with s3_server.server() as environment:
        yield environment


@pytest.fixture
def shop(storage, monkeypatch):
    """A bucket of three files and one that is none of the orders."""
    for name, value in storage.items():
        monkeypatch.setenv(name, value)
    shop = s3_server.bucket_of(storage, "shop")
    for name in ("orders/", "orders/a.csv", "orders/day=1/ü $.csv", "other/c.csv"):
        shop.put_object(Key=name, Body=name.encode())
    shop.put_object(Key="orders/a.csv.manifest.json", Body=b"{}")
    return shop


def held(folder):
    """Every file of a folder that a build may see, by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (bucket.MEMORY, ".lock")
    }


def landing(folder, *options, **more):
    """The command, in a process of its own."""
    command = [sys.executable, "-m", "ml", "land", ADDRESS, f"--out={folder}", *options]
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ, stderr=subprocess.PIPE, text=True, **more
    )


THREE = {
    "a.csv": b"orders/a.csv",
    "a.csv.manifest.json": b"{}",
    "day=1/ü $.csv": "orders/day=1/ü $.csv".encode(),
}


def test_a_folder_holds_what_the_address_holds(shop, tmp_path):
    said = land_files(ADDRESS, tmp_path / "new" / "folder")
    assert held(tmp_path / "new" / "folder") == THREE
    assert said == dict.fromkeys(THREE, "landed")


@pytest.mark.parametrize("address", [ADDRESS + "/", "s3://shop/orders/a.csv"])
def test_a_slash_at_the_end_and_a_single_file_are_addresses_too(
    shop, tmp_path, address
):
    land_files(address, tmp_path)
    assert held(tmp_path)["a.csv"] == b"orders/a.csv"


@pytest.mark.parametrize("name", ["my orders", "bücher & so", "100%20", "a+b#c"])
def test_an_address_is_written_as_the_names_are(shop, tmp_path, name):
    shop.put_object(Key=f"{name}/a.csv", Body=name.encode())
    land_files(f"s3://shop/{name}", tmp_path)
    assert held(tmp_path) == {"a.csv": name.encode()}


def test_files_keep_the_time_of_their_object(shop, tmp_path):
    time.sleep(1.1)  # the storage tells times in whole seconds
    land_files(ADDRESS, tmp_path)
    wanted = shop.Object("orders/a.csv").last_modified.timestamp()
    assert int((tmp_path / "a.csv").stat().st_mtime) == int(wanted)


def test_only_what_is_new_is_brought_again(shop, tmp_path):
    land_files(ADDRESS, tmp_path)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*.csv")}
    time.sleep(1.1)
    shop.put_object(Key="orders/a.csv", Body=b"orders/A.csv")  # of the same size
    shop.put_object(Key="orders/new.csv", Body=b"new")
    said = land_files(ADDRESS, tmp_path)
    assert [name for name, what in said.items() if what == "landed"] == [
        "a.csv",
        "new.csv",
    ]
    assert held(tmp_path) == THREE | {"a.csv": b"orders/A.csv", "new.csv": b"new"}
    again = tmp_path / "day=1" / "ü $.csv"
    assert again.stat().st_ino == before[again]
    assert set(land_files(ADDRESS, tmp_path).values()) == {"as it was"}


def test_what_is_here_is_not_asked_for(shop, tmp_path, caplog):
    caplog.set_level(logging.INFO, "werkzeug")  # the server tells every request
    land_files(ADDRESS, tmp_path)
    assert len(objects_sent(caplog)) == len(THREE)
    caplog.clear()
    land_files(ADDRESS, tmp_path)
    assert caplog.messages != []
    assert objects_sent(caplog) == []


def objects_sent(caplog):
    return [said for said in caplog.messages if "GET /shop/" in said]


def test_what_is_gone_is_removed_if_a_landing_brought_it(shop, tmp_path):
    land_files(ADDRESS, tmp_path)
    (tmp_path / "own.csv").write_bytes(b"mine")
    shop.Object("orders/a.csv").delete()
    assert land_files(ADDRESS, tmp_path)["a.csv"] == "removed"
    wanted = THREE | {"own.csv": b"mine"}
    del wanted["a.csv"]
    assert held(tmp_path) == wanted


def test_an_empty_address_removes_nothing(shop, tmp_path):
    land_files(ADDRESS, tmp_path)
    shop.objects.filter(Prefix="orders/").delete()
    with pytest.raises(LandingError, match="nothing was landed or removed"):
        land_files(ADDRESS, tmp_path)
    assert held(tmp_path) == THREE


def test_an_empty_address_can_be_accepted(shop, tmp_path):
    land_files(ADDRESS, tmp_path)
    (tmp_path / "own.csv").write_bytes(b"mine")
    shop.objects.filter(Prefix="orders/").delete()
    command = ["land", ADDRESS, f"--out={tmp_path}"]
    assert main(command) == 1
    assert len(held(tmp_path)) == len(THREE) + 1
    assert main([*command, "--even-if-empty"]) == 0
    assert held(tmp_path) == {"own.csv": b"mine"}


@pytest.mark.parametrize(
    "keys",
    [
        ["orders//a.csv"],
        ["orders/x.csv", "orders/x.csv/b.csv"],
        ["orders/a.csv/b.csv"],
        ["orders/day=1"],
    ],
)
def test_what_cannot_stand_in_a_folder_lands_nothing(shop, tmp_path, keys):
    land_files(ADDRESS, tmp_path)
    for name in ("orders/0.csv", *keys):
        shop.put_object(Key=name, Body=b"another")
    with pytest.raises(LandingError, match="nothing was landed"):
        land_files(ADDRESS, tmp_path)
    assert held(tmp_path) == THREE


def test_files_that_no_landing_brought_are_not_replaced(shop, tmp_path):
    (tmp_path / "a.csv").write_bytes(b"mine")
    with pytest.raises(SettingsError, match=r"a\.csv, which no landing has brought"):
        land_files(ADDRESS, tmp_path)
    assert held(tmp_path) == {"a.csv": b"mine"}


def test_a_folder_is_of_one_address(shop, tmp_path):
    land_files(ADDRESS, tmp_path)
    with pytest.raises(SettingsError, match="landed from s3://shop/orders"):
        land_files("s3://shop/other", tmp_path)
    assert held(tmp_path) == THREE


def test_an_interrupted_landing_leaves_the_old_files(shop, tmp_path, monkeypatch):
    land_files(ADDRESS, tmp_path)
    time.sleep(1.1)
    for name in ("orders/a.csv", "orders/a.csv.manifest.json"):
        shop.put_object(Key=name, Body=b"longer than it was before")
    real = bucket.fs.copy_files

    def broken(source, *others):
        if source.endswith("json"):
            raise KeyboardInterrupt
        real(source, *others)

    monkeypatch.setattr(bucket.fs, "copy_files", broken)
    with pytest.raises(KeyboardInterrupt):
        land_files(ADDRESS, tmp_path)
    assert held(tmp_path) == THREE


def test_a_killed_landing_leaves_whole_files_and_is_repaired(shop, tmp_path):
    land_files(ADDRESS, tmp_path)
    time.sleep(1.1)
    long = os.urandom(LONG)
    shop.put_object(Key="orders/a.csv", Body=long)
    unfinished = tmp_path / ".0.landing"
    with landing(tmp_path) as process:
        while process.poll() is None and not (
            unfinished.exists() and unfinished.stat().st_size
        ):
            time.sleep(0.001)
        process.kill()
    assert process.returncode == -9
    assert unfinished.stat().st_size < LONG
    assert {k: v for k, v in held(tmp_path).items() if k != unfinished.name} == THREE
    land_files(ADDRESS, tmp_path)
    assert held(tmp_path) == THREE | {"a.csv": long}


def test_a_disk_that_takes_no_more_changes_nothing(shop, tmp_path):
    land_files(ADDRESS, tmp_path)
    shop.put_object(Key="orders/0.csv", Body=b"small")
    shop.put_object(Key="orders/b.csv", Body=os.urandom(2**20))

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, 2**16))

    with landing(tmp_path, preexec_fn=small) as process:
        said = process.stderr.read()
    assert process.returncode == 1
    assert "Stop: nothing was landed from s3://shop/orders" in said
    assert "Traceback" not in said
    assert held(tmp_path) == THREE


def test_landings_of_one_folder_wait_for_each_other(shop, tmp_path):
    for i in range(40):
        shop.put_object(Key=f"orders/{i}.csv", Body=str(i).encode())
    with locked(Home(tmp_path), 0):
        assert main(["land", ADDRESS, f"--out={tmp_path}", "--wait=0"]) == BUSY
    assert held(tmp_path) == {}

    def landed(_):
        with landing(tmp_path) as process:
            said = process.stderr.read()
        return process.returncode, said

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(landed, range(3)))
    assert [code for code, _ in done] == [0, 0, 0], done
    wanted = {f"{i}.csv": str(i).encode() for i in range(40)}
    assert held(tmp_path) == THREE | wanted


def test_a_manifest_comes_before_its_file(shop, tmp_path, monkeypatch):
    replace = bucket.Path.replace

    def killed(self, target):
        if target.name == "a.csv":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(bucket.Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        land_files(ADDRESS, tmp_path)
    assert "a.csv.manifest.json" in held(tmp_path)


def test_a_landing_that_was_killed_is_known_to_the_next(shop, tmp_path, monkeypatch):
    seen, replace = [], bucket.Path.replace

    def killed(self, target):
        if seen:
            raise KeyboardInterrupt
        if target.name != bucket.MEMORY:
            seen.append(target)
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(bucket.Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            land_files(ADDRESS, tmp_path)
    assert len(held(tmp_path)) == 1
    shop.Object("orders/a.csv").delete()
    land_files(ADDRESS, tmp_path)
    assert "a.csv" not in held(tmp_path)


def test_a_file_that_is_not_whole_is_refused(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(
        bucket.fs, "copy_files", lambda _, path, *__: bucket.Path(path).touch()
    )
    with pytest.raises(LandingError, match="has changed while it was read"):
        land_files(ADDRESS, tmp_path)
    assert held(tmp_path) == {}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("s3://nobodys/orders", "NO_SUCH_BUCKET.*Mend the address"),
        ("s3://shop/nowhere", "there is no file at s3://shop/nowhere"),
    ],
)
def test_what_the_storage_refuses_is_told(shop, tmp_path, address, words):
    with pytest.raises(LandingError, match=words):
        land_files(address, tmp_path / "new")
    assert not (tmp_path / "new").exists() or held(tmp_path / "new") == {}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://key:secret@host/orders", "s3://bucket, gs://bucket, abfss://bucket"),
        ("s3://", "begins with one of s3://bucket"),
        ("s3:///orders", "begins with one of s3://bucket"),
        ("abfss://orders", "account name"),
        ("s3://key:secret@shop/orders", "leave it out"),
        ("abfss://c@a/orders?client_secret=secret", "leave it out"),
    ],
)
def test_what_is_no_address_is_told_without_a_secret(tmp_path, address, words):
    with pytest.raises((SettingsError, LandingError), match=words) as refused:
        land_files(address, tmp_path)
    assert "secret" not in str(refused.value)
    assert held(tmp_path) == {}


def test_keys_that_are_refused_are_told(shop, storage, tmp_path):
    words = pytest.raises(LandingError, match=r"DENIED.*keys in the environment")
    with s3_server.keys_are_asked(storage), words:
        land_files(ADDRESS, tmp_path)
    assert held(tmp_path) == {}


def test_no_name_leads_out_of_the_folder():
    with pytest.raises(LandingError, match="can be no file below"):
        bucket._name("shop/orders/../../x", "shop/orders")
