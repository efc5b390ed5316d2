"""A manifest is held against its file, figure by figure."""

import gzip
import hashlib
import json

import duckdb
import pytest

from ml.deliveries.manifests import check_manifests


@pytest.fixture
def delivery(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text("net_amount\n1.50\n2.25\n-0.75\n")
    return file


def findings(file, said):
    (file.parent / f"{file.name}.manifest.json").write_text(said)
    with duckdb.connect() as session:
        files = session.sql(f"select '{file}' as file_name")
        lines = session.sql(
            f"select '{file}' as file_name, net_amount::decimal(18, 4) as net_amount "
            f"from read_csv('{file}')"
        )
        return check_manifests(files, lines, str(file.parent)).to_pylist()


def test_a_true_manifest_finds_nothing(delivery):
    digest = hashlib.sha256(delivery.read_bytes()).hexdigest()
    said = {"rows": 3, "control_total": 3.00, "sha256": digest.upper()}
    assert findings(delivery, json.dumps(said)) == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('{"rows": 4}', "rows is 3, in the manifest 4"),
        ('{"control_total": 3.01}', "control_total is 3.0000, in the manifest 3.01"),
        ('{"sha256": "00"}', "in the manifest 00"),
        ('{"row": 3}', "cannot be read"),
        ("{}", "cannot be read"),
        ("[3]", "cannot be read"),
        ('{"rows": "many"}', "cannot be read"),
        ('{"sha256": 7}', "cannot be read"),
        ('{"control_total": "a lot"}', "cannot be read"),
        ('{"rows": 3', "cannot be read"),
    ],
)
def test_a_manifest_that_is_not_true_is_found(delivery, said, words):
    found = findings(delivery, said)
    assert len(found) == 1
    assert words in found[0]["finding"]


def test_a_manifest_without_its_file_is_found(delivery):
    orphan = delivery.with_name("gone.csv.manifest.json")
    orphan.write_text('{"rows": 1}')
    found = findings(delivery, '{"rows": 3}')
    assert [row["file_name"] for row in found] == [str(delivery.with_name("gone.csv"))]


@pytest.mark.parametrize(("kept", "count"), [(1.0, 0), (0.7, 1)])
def test_a_compressed_file_without_its_end_is_found(tmp_path, kept, count):
    file = tmp_path / "orders.csv.gz"
    content = gzip.compress(b"net_amount\n" + b"1.50\n2.25\n-0.75\n" * 500)
    file.write_bytes(content[: int(len(content) * kept)])
    with duckdb.connect() as session:
        files = session.sql(f"select '{file}' as file_name")
        lines = session.sql("select '' as file_name, 0.00 as net_amount")
        found = check_manifests(files, lines, str(tmp_path)).to_pylist()
    assert [one["finding"] for one in found] == [
        "orders.csv.gz: its end is missing"
    ] * count
