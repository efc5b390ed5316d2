"""Files of an object storage, brought to a folder that the build reads.

S3 and what speaks like it, Google's and Azure's, by pyarrow's own file systems
(https://arrow.apache.org/docs/python/filesystems.html). Keys and endpoints come from
where the storage's own tools look for them, of S3 for instance AWS_ACCESS_KEY_ID,
AWS_ENDPOINT_URL and ~/.aws.
"""

import json
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from pyarrow import ArrowException, fs

from ml.deliveries.manifests import SUFFIX
from ml.errors import LandingError, SettingsError

log = logging.getLogger("ml")

SCHEMES = ("s3", "gs", "abfss")
MEMORY = ".landed.json"  # what landings brought: the only files that they remove
UNFINISHED = ".{}.landing"  # a file that is not whole yet; no build reads hidden ones
SECOND = 1_000_000_000  # in nanoseconds
# Google's own limit is a quarter of an hour, without a word
LIMITS = {"gs": "?retry_limit_seconds=60"}
REMEDIES = {
    "NO_SUCH_BUCKET": "Mend the address: there is no such bucket.",
    "ACCESS_DENIED": "Give keys in the environment that may list and read there.",
    "INVALID_ACCESS_KEY_ID": "Give other keys in the environment: these are unknown.",
    "SIGNATURE_DOES_NOT_MATCH": "Give the secret that belongs to the key.",
    "NETWORK_CONNECTION": "See whether AWS_ENDPOINT_URL and the network are right.",
    "No space left": "Make room, and land again.",
}


def land_files(
    address: str, folder: Path, *, even_if_empty: bool = False
) -> dict[str, str]:
    """Make a folder hold the files below an address, as they are now.

    A file of the same size and time as the one that is here is left alone: the build
    takes it as read. All that is new is brought before the first file is replaced, by a
    rename; a manifest before its file, which would pass unchecked without it. A file
    that is gone from the address is removed here if a landing brought it; any other
    file stays. Two landings in one folder at a time are the caller's to prevent.

    Parameters
    ----------
    address : str
        `s3://bucket/folder`, `gs://bucket/folder` or
        `abfss://container@account.dfs.core.windows.net/folder`; of a file, too. Names
        stand as they are, blanks and all, as S3's own command takes them.
    folder : Path
        Made if it is not there.
    even_if_empty : bool, default=False
        Whether to remove all that landings brought if there is no file any more.

    Returns
    -------
    dict of str to str
        By path below the folder: "landed", "as it was" or "removed".

    Raises
    ------
    SettingsError
        It is no such address, or holds a key; or the folder holds what was landed from
        another one.
    LandingError
        The storage cannot be reached, refuses, or holds no file there; or its files
        cannot stand in one folder. The folder is as it was.
    """
    uri = _uri(address)
    before = _remembered(address, folder)
    try:
        there, brought = _bring_new(uri, folder, before)
        if not there and not even_if_empty:
            message = (
                f"there is no file at {address}, so nothing was landed or removed. If "
                "that is right: --even-if-empty removes what was landed from there."
            )
            raise LandingError(message)
        gone = [name for name in before if name not in there]
        # remembered before it is there: if this is killed, the next landing knows of it
        _remember(address, {*before, *there}, folder)
        for name in sorted(brought, key=_is_no_manifest):
            brought[name].replace(folder / name)
        for name in sorted(gone, key=_is_no_manifest, reverse=True):
            (folder / name).unlink(missing_ok=True)
        _remember(address, there, folder)
    finally:
        for path in folder.glob(UNFINISHED.format("*")):
            path.unlink()
    landed = {name: "landed" if name in brought else "as it was" for name in there}
    return landed | dict.fromkeys(gone, "removed")


def _bring_new(
    uri: str, folder: Path, before: Sequence[str]
) -> tuple[list[str], dict[str, Path]]:
    """Names of all files below an address; and where the new ones were brought to."""
    try:
        storage, path = fs.FileSystem.from_uri(uri)
        there = _files_below(storage, path)
        new = [name for name in there if not _is_here(there[name], folder / name)]
        _check_strangers(folder, set(new) - set(before))
        brought = {name: folder / UNFINISHED.format(i) for i, name in enumerate(new)}
        for place, name in enumerate(new, 1):
            log.info("  %s of %s: %s", place, len(new), name)
            _bring(storage, there[name], brought[name])
        for name in new:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
    except (OSError, ArrowException) as error:
        said = str(error).splitlines()[0].rstrip(".")
        fitting = (do for sign, do in REMEDIES.items() if sign in said)
        do = next(fitting, "Mend that, or the keys in the environment, and land again.")
        message = f"nothing was landed from {uri.partition('?')[0]}: {said}. {do}"
        raise LandingError(message) from error
    return sorted(there), brought


def _uri(address: str) -> str:
    """Write an address as pyarrow reads it; one that holds a secret is not told."""
    scheme, _, place = address.partition("://")
    bucket, _, path = place.partition("/")
    if scheme not in SCHEMES or not bucket:
        known = ", ".join(f"{known}://bucket" for known in SCHEMES)
        message = f"an address begins with one of {known}, and not with {scheme}://."
        raise SettingsError(message)
    if "?" in place or ":" in bucket:
        message = (
            f"an address would show a key in every log: leave it out of {scheme}://…, "
            "before an @ or behind a ?, and give it in the environment."
        )
        raise SettingsError(message)
    return f"{scheme}://{bucket}/{quote(path)}{LIMITS.get(scheme, '')}"


def _files_below(storage: fs.FileSystem, path: str) -> dict[str, fs.FileInfo]:
    """Files by their path below the address; a file itself by its name."""
    own = storage.get_file_info(path)
    if own.is_file:
        return {own.base_name: own}
    try:
        found = storage.get_file_info(fs.FileSelector(path, recursive=True))
    except FileNotFoundError:  # a bucket that is not there raises another OSError
        return {}
    files = {_name(file.path, path): file for file in found if file.is_file}
    for name in files:
        for above in PurePosixPath(name).parents:
            if str(above) in files:
                message = f"nothing was landed: {above} is a file and a folder, too."
                raise LandingError(message)
    return files


def _name(path: str, base: str) -> str:
    """Path of a file below the folder; one that no folder can hold is refused."""
    name = PurePosixPath(path).relative_to(base)
    if "//" in path or ".." in name.parts or str(name) == MEMORY:
        message = f"nothing was landed: {path} can be no file below a folder."
        raise LandingError(message)
    return str(name)


def _is_no_manifest(name: str) -> bool:
    return not name.endswith(SUFFIX)


def _is_here(file: fs.FileInfo, path: Path) -> bool:
    """Whether a file is as it was landed; times are compared in whole seconds."""
    if not path.is_file():
        return False
    here = path.stat()
    same_time = here.st_mtime_ns // SECOND == file.mtime_ns // SECOND
    return same_time and here.st_size == int(file.size)


def _check_strangers(folder: Path, names: Iterable[str]) -> None:
    strangers = [name for name in names if (folder / name).exists()]
    if strangers:
        message = (
            f"{folder} holds {strangers[0]}, which no landing has brought. Name a "
            "folder of its own with --out."
        )
        raise SettingsError(message)


def _bring(storage: fs.FileSystem, file: fs.FileInfo, path: Path) -> None:
    """Copy a file with its time; what is not whole raises an OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fs.copy_files(file.path, str(path), storage, fs.LocalFileSystem())
    if path.stat().st_size != file.size:
        message = f"{file.path} has changed while it was read. Land it again."
        raise OSError(message)
    os.utime(path, ns=(file.mtime_ns, file.mtime_ns))
    with path.open("rb") as brought:
        os.fsync(brought.fileno())


def _remembered(address: str, folder: Path) -> list[str]:
    """Names of the files that landings have brought into the folder."""
    memory = folder / MEMORY
    if not memory.exists():
        return []
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
        landed_from, files = known["address"], list(known["files"])
    except (ValueError, KeyError, TypeError) as error:
        message = f"{memory} is damaged. Delete the folder, and land again."
        raise LandingError(message) from error
    if landed_from != address:
        message = (
            f"{folder} holds what was landed from {landed_from}. Give {address} a "
            "folder of its own with --out."
        )
        raise SettingsError(message)
    return files


def _remember(address: str, names: Iterable[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / UNFINISHED.format(MEMORY)
    known = {"address": address, "files": sorted(names)}
    with new.open("w", encoding="utf-8") as file:
        json.dump(known, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / MEMORY)
