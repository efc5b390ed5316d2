"""Manifests beside deliveries: what a sender says of a file, held against the file."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

SUFFIX = ".manifest.json"
COLUMNS = pa.schema({"file_name": pa.string(), "finding": pa.string()})


def check_manifests(
    files: duckdb.DuckDBPyRelation, lines: duckdb.DuckDBPyRelation, sources: str
) -> pa.Table:
    """Hold new files against their manifests.

    A manifest is `<file>.manifest.json` beside a file: an object with any of `rows`
    (lines in the file), `sha256` (of the file's bytes) and `control_total` (sum of the
    net amounts). A file without one is not checked, and not read.

    Parameters
    ----------
    files : relation with file_name
        The new files.
    lines : relation with file_name and net_amount
        Every raw line.
    sources : str
        Where files are delivered, a path in each line: below a folder, a manifest
        without its file is found.

    Returns
    -------
    pyarrow.Table
        One row per disagreement: file_name, finding.
    """
    names = [name for (name,) in files.project("file_name").fetchall()]
    findings: list[tuple[str, str]] = []
    for name in names:
        said = _found_in(Path(name), lines)
        findings += [(name, f"{Path(name).name}: {words}") for words in said]
    for source in sources.splitlines():
        for manifest in sorted(Path(source).rglob(f"*{SUFFIX}")):
            file = str(manifest).removesuffix(SUFFIX)
            if not Path(file).exists():
                said = f"{manifest.name} is there, but its file is not"
                findings.append((file, said))
    columns = [list(column) for column in zip(*findings, strict=True)] or [[], []]
    return pa.table(columns, schema=COLUMNS)


def _found_in(file: Path, lines: duckdb.DuckDBPyRelation) -> Iterable[str]:
    """Say what is wrong with a file: its end, and where its manifest differs."""
    if file.suffix == ".gz" and not _is_whole(file):
        yield "its end is missing"
    manifest = Path(f"{file}{SUFFIX}")
    if manifest.exists():
        yield from _disagreements(file, manifest, lines)


def _disagreements(
    file: Path, manifest: Path, lines: duckdb.DuckDBPyRelation
) -> Iterable[str]:
    """Say, figure by figure, where a file and its manifest differ."""
    try:
        said = _read(manifest)
    except (ValueError, TypeError, InvalidOperation) as error:
        return [f"its manifest cannot be read: {error}"]
    found: dict[str, Any] = {}
    if "sha256" in said and file.is_dir():
        return ["sha256 is of a file; for a folder give rows or control_total"]
    if "sha256" in said:
        with file.open("rb") as opened:
            found["sha256"] = hashlib.file_digest(opened, "sha256").hexdigest()
    if "rows" in said or "control_total" in said:
        name, value = duckdb.ColumnExpression("file_name"), str(file)
        own = lines.filter(name == duckdb.ConstantExpression(value))
        count, net = own.aggregate("count(*), sum(net_amount)").fetchall()[0]
        found |= {"rows": count, "control_total": net or Decimal(0)}
    return [
        f"{name} is {found[name]}, in the manifest {value}"
        for name, value in said.items()
        if found[name] != value
    ]


def _is_whole(file: Path) -> bool:
    """Whether a compressed file ends as it should; DuckDB reads on without asking."""
    try:
        with gzip.open(file) as opened:
            while opened.read(1 << 20):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return True


def _read(manifest: Path) -> dict[str, Any]:
    """Read what a manifest says, in the types that are compared."""
    kinds: dict[str, Callable[[Any], Any]]
    kinds = {"rows": int, "sha256": str.lower, "control_total": Decimal}
    said = json.loads(manifest.read_text(), parse_float=str)
    if not isinstance(said, dict) or not said or set(said) - set(kinds):
        message = f"it may hold {', '.join(kinds)}, nothing else"
        raise ValueError(message)
    return {name: kinds[name](value) for name, value in said.items()}
