"""What lies at a path: files that the pipeline can read, or one clear sentence.

Judged by content: a name may lie.
"""

import codecs
import gzip
import zipfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ml.doctor.encoding import UTF16, encoding_of, readable, refuse
from ml.errors import SourceError

HEAD = 1 << 16
AS_CSV = "save it as CSV (UTF-8, one header line)"
# what begins so is no table: first bytes, where they stand, what it is, what to do
MAGIC = [
    (b"\x89PNG", 0, "an image", "point to a file of orders"),
    (b"\xff\xd8\xff", 0, "an image", "point to a file of orders"),
    (b"GIF8", 0, "an image", "point to a file of orders"),
    (b"WEBP", 8, "an image", "point to a file of orders"),
    (b"BM", 0, "an image", "point to a file of orders"),
    (b"%PDF", 0, "a PDF document", "export the orders as CSV"),
    (b"\xd0\xcf\x11\xe0", 0, "an old Excel or Word file", AS_CSV),
    (b"SQLite format 3", 0, "an SQLite database", "export its orders as CSV"),
    (b"\x28\xb5\x2f\xfd", 0, "a zstd archive", "unpack it"),
    (b"BZh", 0, "a bzip2 archive", "unpack it"),
    (b"7z\xbc\xaf", 0, "a 7-zip archive", "unpack it"),
    (b"Rar!", 0, "a RAR archive", "unpack it"),
    (b"\xfd7zXZ", 0, "an xz archive", "unpack it"),
    (b"ustar", 257, "a tar archive", "unpack it"),
    (b"Obj\x01", 0, "an Avro file", "convert it to Parquet"),
    (b"ORC", 0, "an ORC file", "convert it to Parquet"),
    (b"ARROW1", 0, "an Arrow file", "convert it to Parquet"),
]
# kinds that the pipeline reads, what they are in words, and the names they may have
ENDINGS = {
    "parquet": ("Parquet", (".parquet",)),
    "csv": ("text", (".csv", ".tsv", ".txt")),
    "zipped": ("zipped text", (".csv.gz", ".tsv.gz", ".txt.gz")),
    "json": ("JSON", (".json", ".jsonl")),
    "duckdb": ("a DuckDB database", (".duckdb",)),
}
FILES = """
select file from glob($1)
where file not like '%.manifest.json' and not regexp_matches(substr(file, $2), '/[._]')
order by file
"""
# the rule of macros/is_a.sql for a path, and DuckDB's wildcards
FORBIDDEN = "'\n;{}*?[]"


@dataclass(frozen=True)
class Delivery:
    """Files of one kind that lie at a path.

    Attributes
    ----------
    path : str
        As it was given: the setting source_path.
    files : list of str
        As the pipeline will find them.
    kind : str
        parquet, csv (also zipped), json or duckdb.
    size : int
        Bytes.
    encoding : str
        utf-8, latin-1 or utf-16; of CSV.
    """

    path: str
    files: list[str]
    kind: str
    size: int
    encoding: str


def look_at(path: str) -> Delivery:
    """Find the files at a path, and what they are by their content.

    Raises
    ------
    SourceError
        They cannot be read as orders: the sentence says what they are and what to do.
    """
    files = _files(path)
    kinds = {file: _kind(Path(file)) for file in files}
    if len(set(kinds.values())) > 1:
        examples = {kind: Path(file).name for file, kind in kinds.items()}
        listed = ", ".join(
            f"{ENDINGS[kind][0]} ({examples[kind]})" for kind in examples
        )
        message = f"{path} mixes {listed}. Keep one kind in it."
        raise SourceError(message)
    kind = next(iter(kinds.values()))
    encoding = encoding_of(files) if kind == "csv" else "utf-8"
    size = sum(Path(file).stat().st_size for file in files)
    return Delivery(path, files, kind, size, encoding)


def _files(path: str) -> list[str]:
    """List the files as macros/reading/raw_lines.sql does."""
    if "://" in path:
        message = (
            f"{path} is an address. Bring its files to a folder: python -m ml land "
            f"{path} --out FOLDER"
        )
        raise SourceError(message)
    if any(sign in path for sign in FORBIDDEN):
        message = (
            f"{path!r} holds one of {FORBIDDEN!r}, which a path may not. Rename it."
        )
        raise SourceError(message)
    place = Path(path)
    if not place.exists():
        message = f"there is nothing at {path}. Point to a file, or a folder of files."
        raise SourceError(message)
    if not place.is_dir():
        return [path]
    folder = path.rstrip("/")
    with duckdb.connect() as session:
        found = session.execute(FILES, [f"{folder}/**/[!._]*", len(folder) + 1])
        files = [name for (name,) in found.fetchall()]
    if not files:
        message = (
            f"the folder {path} holds no file of orders. Put .parquet, .csv or .csv.gz "
            "files into it."
        )
        raise SourceError(message)
    return files


def _kind(file: Path) -> str:
    """Tell the kind by the first bytes; what the pipeline cannot read is refused."""
    with readable(file):
        if not file.is_file():
            refuse(file, "no regular file", "point to a file of orders")
        head = _head(file)
        is_zipped = head[:2] == b"\x1f\x8b"
        if is_zipped:
            with gzip.open(file) as opened:
                head = opened.read(HEAD)
        kind = "zipped" if is_zipped else _kind_of(file, head)
    if is_zipped and _kind_of(file, head) != "csv":
        refuse(file, "zipped, but no zipped text", "unpack it")
    noun, endings = ENDINGS[kind]
    if not file.name.lower().endswith(endings):
        refuse(file, f"{noun} by its content", f"rename it to …{endings[0]}")
    return "csv" if is_zipped else kind


def _kind_of(file: Path, head: bytes) -> str:
    if head[:4] == b"PAR1":
        return "parquet"
    if head[8:12] == b"DUCK":
        return "duckdb"
    _refuse_binaries(file, head)
    text = head.removeprefix(codecs.BOM_UTF8).strip()
    if not text:
        refuse(file, "an empty file", "export the orders again")
    if text[:1] == b"<":
        refuse(file, "a web page or XML", "export the orders as CSV or Parquet")
    return "json" if text[:1] in (b"{", b"[") else "csv"


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(HEAD)


def _refuse_binaries(file: Path, head: bytes) -> None:
    for magic, place, noun, remedy in MAGIC:
        is_it = head[place : place + len(magic)] == magic
        if is_it and not head.isascii():
            refuse(file, noun, remedy)
    if head[:4] == b"PK\x03\x04":
        is_excel = zipfile.is_zipfile(file) and _holds_sheets(file)
        noun = "an Excel workbook" if is_excel else "a zip archive"
        refuse(file, noun, AS_CSV if is_excel else "unpack it")
    if b"\0" in head and not head.startswith(UTF16):
        refuse(file, "a binary file of no known kind", "export the orders as CSV")


def _holds_sheets(file: Path) -> bool:
    with zipfile.ZipFile(file) as archive:
        return any(name.startswith("xl/") for name in archive.namelist())
