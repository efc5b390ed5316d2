"""The suppression list: who was erased, as salted hashes that nobody can read back.

`suppression/customers.csv` in the shop's home holds a row per erased customer, and
`suppression/salt` the secret without which its hashes mean nothing. Both are needed:
staging reads them in SQL (macros/is_erased.sql), by path, so that the salt stands in no
compiled file and no log.
"""

import csv
import hashlib
import hmac
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from ml.errors import SuppressionError
from ml.home import Home
from ml.publishing.release_history import flush

SALT, CUSTOMERS = "salt", "customers.csv"
UNFINISHED = "unfinished"  # there while an erasure goes on: no run may publish
SALT_LENGTH = 64  # hex digits; also the block of SHA-256, so the key needs no padding
BUCKETS = 65536
COLUMNS = ("customer_hash", "bucket", "duckdb_version", "salt_id")
Rows = dict[str, tuple[str, ...]]


def customer_hash(salt: bytes, customer_id: str) -> str:
    """HMAC-SHA-256 of a customer's id (RFC 2104), as 64 hex digits."""
    return hmac.new(salt, customer_id.encode(), hashlib.sha256).hexdigest()


def suppressed_among(home: Home, customers: Iterable[str]) -> set[str]:
    """Those of some customers who stand on the list already.

    Raises
    ------
    SuppressionError
        The list or its salt is lost, or they do not belong together.
    """
    if not home.suppression.exists():
        return set()
    salt = _read_salt(home.suppression)
    hashes = _read_rows(home.suppression, salt)
    return {one for one in customers if customer_hash(salt.encode(), one) in hashes}


def suppress(home: Home, customers: Iterable[str]) -> None:
    """Put customers on the list, for good; with the first ones the salt is made.

    Once this returns the disk has it; a crash before leaves the list as it was.

    Raises
    ------
    SuppressionError
        The list or its salt is lost, or they do not belong together.
    """
    folder = home.suppression
    if folder.exists():
        salt = _read_salt(folder)
        _write_rows(folder, _read_rows(folder, salt) | _rows(salt, customers))
        return
    salt = secrets.token_hex(SALT_LENGTH // 2)
    new = folder.with_name(".suppression.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True, mode=0o700)
    (new / SALT).touch(mode=0o600)
    (new / SALT).write_text(salt)
    flush(new / SALT)
    _write_rows(new, _rows(salt, customers))
    new.rename(folder)
    flush(folder.parent)


def begin_erasing(home: Home) -> None:
    """Keep runs from publishing until `end_erasing`, should this process die."""
    (home.suppression / UNFINISHED).touch(mode=0o600)
    flush(home.suppression)


def end_erasing(home: Home) -> None:
    """Let runs publish again."""
    (home.suppression / UNFINISHED).unlink(missing_ok=True)
    flush(home.suppression)


def _rows(salt: str, customers: Iterable[str]) -> Rows:
    """Rows of the list by their hash, fields in the order of COLUMNS.

    The bucket lets staging pass over nearly every line with DuckDB's quick hash; that
    hash belongs to a version of DuckDB, and with another one every line is looked at.
    """
    query = "select hash(?, ?) % ?, version()"
    with duckdb.connect() as session:
        quick = [
            (one, session.execute(query, [one, salt, BUCKETS]).fetchall()[0])
            for one in customers
        ]
    rows = [
        (customer_hash(salt.encode(), one), str(bucket), version, _salt_id(salt))
        for one, (bucket, version) in quick
    ]
    return {row[0]: row for row in rows}


def _salt_id(salt: str) -> str:
    """Sixteen digits that tell one salt from another, and nothing else."""
    return hashlib.sha256(salt.encode()).hexdigest()[:16]


def _read_salt(folder: Path) -> str:
    try:
        salt = (folder / SALT).read_text()
    except (OSError, ValueError) as error:
        message = (
            f"{folder / SALT} cannot be read. Restore it from a backup: without it the "
            "list recognises nobody. Is it lost for good? Then delete the folder "
            f"{folder} and erase every customer of your own records again."
        )
        raise SuppressionError(message) from error
    return salt


def _read_rows(folder: Path, salt: str) -> Rows:
    try:
        with (folder / CUSTOMERS).open(newline="") as file:
            header, *rows = (tuple(row) for row in csv.reader(file))
    except (OSError, ValueError) as error:
        message = (
            f"{folder / CUSTOMERS} cannot be read. Restore it from a backup: without "
            "it whoever was erased comes back with the next delivery."
        )
        raise SuppressionError(message) from error
    if header != COLUMNS or {row[-1] for row in rows} - {_salt_id(salt)}:
        message = (
            f"{folder / CUSTOMERS} was written with another salt than {folder / SALT}, "
            "or by something else. Restore both from the same backup."
        )
        raise SuppressionError(message)
    return {row[0]: row for row in rows}


def _write_rows(folder: Path, rows: Rows) -> None:
    """Replace the list in one step."""
    new = folder / f".{CUSTOMERS}.new"
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    with new.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [COLUMNS, *sorted(rows.values())]
        )
    flush(new)
    new.replace(folder / CUSTOMERS)
    flush(folder)
