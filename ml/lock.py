"""One run at a time: whoever changes a shop's home holds its lock."""

import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ml.errors import ScoringError
from ml.home import Home

log = logging.getLogger("ml")
POLL_SECONDS = 0.5


class BusyError(ScoringError):
    """Another run holds the home, and did not end in time."""


@contextmanager
def held(home: Home, wait_seconds: float) -> Iterator[None]:
    """Hold the home's lock; the system frees it whatever happens to the process.

    Parameters
    ----------
    home : Home
    wait_seconds : float
        How long to wait for another run.

    Raises
    ------
    BusyError
        The other run was not done by then. Nothing was touched.
    """
    home.folder.mkdir(parents=True, exist_ok=True)
    with (home.folder / ".lock").open("w") as file:
        deadline = time.monotonic() + wait_seconds
        told = False
        while not _locked(file.fileno()):
            if time.monotonic() >= deadline:
                message = (
                    f"another run works in {home.folder} and was not done after "
                    f"{wait_seconds:.0f} s. Nothing was touched; try again later."
                )
                raise BusyError(message)
            if not told:
                log.info("Another run works in %s; waiting for it …", home.folder)
                told = True
            time.sleep(POLL_SECONDS)
        yield


def _locked(descriptor: int) -> bool:
    """Try once to take the lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
