"""Files of an S3 server that the tests start: are they here as they are there?"""

import time

import pytest

from ml.deliveries import bucket
from ml.deliveries.bucket import land_files
from ml.errors import LandingError, SettingsError
from tests.code import s3_server

ADDRESS = "s3://shop/orders"


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
        if path.is_file() and path.name != bucket.MEMORY
    }


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
        ("s3://nobodys/orders", "NO_SUCH_BUCKET"),
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
        ("http://host/orders", "begins with none of s3, gs, abfss"),
        ("s3://key:secret@shop/orders", "leave it out"),
    ],
)
def test_what_is_no_address_is_told_without_a_secret(tmp_path, address, words):
    with pytest.raises(SettingsError, match=words) as refused:
        land_files(address, tmp_path)
    assert "secret" not in str(refused.value)


def test_no_name_leads_out_of_the_folder():
    with pytest.raises(LandingError, match="can be no file below"):
        bucket._name("shop/orders/../../x", "shop/orders")
