"""How the text of files is encoded, found out by reading every byte of it."""

import codecs
import gzip
import logging
import shlex
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

from ml.errors import SourceError

log = logging.getLogger("ml")
CHUNK = 1 << 24
BIG = 1 << 30  # from so many bytes on, a person is told that it takes a while
SIGNS = bytes(range(0x80, 0xA0))  # none in Latin-1, where DuckDB refuses them
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def refuse(file: Path, noun: str, remedy: str) -> NoReturn:
    """Stop: a file is something else than orders.

    Raises
    ------
    SourceError
        Always.
    """
    message = f"{file} is {noun}; {remedy}."
    raise SourceError(message)


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """Tell in a sentence what the system says of a file that cannot be read.

    Raises
    ------
    SourceError
        The file is damaged, or may not be read.
    """
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as error:
        message = f"{file} is cut off or damaged ({error}). Export or copy it again."
        raise SourceError(message) from error
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror or error}."
        raise SourceError(message) from error


def encoding_of(files: list[str]) -> str:
    """Find the encoding that reads all files: one umlaut in the last line decides.

    Returns
    -------
    str
        utf-8, utf-16 or latin-1.

    Raises
    ------
    SourceError
        They differ, or one of them is damaged.
    """
    found = {}
    for name in files:
        file = Path(name)
        if file.stat().st_size > BIG:
            log.info("Reading %s, to know its encoding …", file.name)
        with readable(file), _opened(file) as opened:
            found[name] = _encoding_of(file, opened)
    kinds = set(found.values()) - {"ascii"}
    if len(kinds) > 1:
        message = (
            f"the files at {Path(files[0]).parent} mix encodings ({', '.join(kinds)}). "
            "Save all of them as UTF-8."
        )
        raise SourceError(message)
    return next(iter(kinds), "utf-8")


def _opened(file: Path) -> IO[bytes]:
    is_zipped = file.name.lower().endswith(".gz")
    return gzip.open(file) if is_zipped else file.open("rb")  # type: ignore[return-value]


def _encoding_of(file: Path, opened: IO[bytes]) -> str:
    """Say ascii, utf-8, utf-16 or latin-1, of all bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii, is_utf8, has_signs = True, True, False
    while chunk := opened.read(CHUNK):
        if is_ascii and chunk.startswith(UTF16):
            return "utf-16"
        if b"\0" in chunk:
            refuse(file, "damaged: it holds binary zeros", "export the orders again")
        is_ascii = is_ascii and chunk.isascii()
        is_utf8 = is_utf8 and (is_ascii or _decodes(decoder, chunk))
        has_signs |= not is_ascii and len(chunk.translate(None, SIGNS)) < len(chunk)
    if is_utf8 and _decodes(decoder, b"", final=True):
        return "ascii" if is_ascii else "utf-8"
    if has_signs:
        remedy = f"make a copy in UTF-8 ({_recoding(file)}), and point to that"
        refuse(file, "text in Windows-1252 or another old encoding", remedy)
    return "latin-1"


def _recoding(file: Path) -> str:
    """Write the command that makes a copy in UTF-8, in a folder of its own."""
    given, convert = shlex.quote(str(file)), "iconv -f WINDOWS-1252 -t UTF-8"
    steps, name = f"{convert} {given}", file.name
    if name.lower().endswith(".gz"):
        steps, name = f"gzip -dc {given} | {convert}", name[:-3]
    return f"mkdir -p utf8 && {steps} > {shlex.quote(f'utf8/{name}')}"


def _decodes(
    decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False
) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
