"""Commands that start fast: forked from a process that has imported dbt already.

What runs is dbt's own command line, or the project's, in a process of its own; only the
libraries are there beforehand. The project's own code is imported anew, from the folder
that the command runs in.
"""

import logging
import multiprocessing
import os
import resource
import runpy
import signal
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORKS = multiprocessing.get_context("forkserver")
IMPORTED = ["dbt.cli.main", "dbt.adapters.duckdb.impl", "skops.io", "scipy.special"]
IMPORTED += ["sklearn.cluster", "sklearn.ensemble", "matplotlib.figure"]
FORKS.set_forkserver_preload(IMPORTED)
# a killed build cannot give its semaphores back; the tracker does, and need not say so
sys.warnoptions.append("ignore:resource_tracker")


@dataclass(frozen=True)
class Run:
    """What a command came to."""

    code: int
    words: str


class Command:
    """A command under way: `dbt …` or `python -m ml …`, in a folder.

    Parameters
    ----------
    folder : Path
        Where it runs.
    environment : dict
        All of its environment.
    words : sequence of str
        Program and arguments.
    limits : sequence of (int, int)
        Limits of the operating system, as `resource.setrlimit` takes them.
    """

    def __init__(self, folder, environment, words, limits=()):
        self.log = Path(tempfile.mkstemp(dir=folder, suffix=".log")[1])
        job = (folder, environment, words, self.log, limits)
        self.process = FORKS.Process(target=_be, args=job)
        self.process.start()

    @property
    def words(self):
        return self.log.read_text(errors="replace")

    def kill(self):
        """Kill -9 its whole process group."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def wait(self, seconds=None):
        """Wait for its end; None if it goes on after so many seconds."""
        self.process.join(seconds)
        if self.process.exitcode is None:
            return None
        return Run(self.process.exitcode, self.words)


def _be(folder, environment, words, log, limits):
    """Be the command, in a process group of its own."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != ROOT]
    own = ("ml", "report")
    for name in [name for name in sys.modules if name.split(".")[0] in own]:
        del sys.modules[name]
    logging.getLogger().handlers.clear()  # a library that was imported left some
    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    for limit, value in limits:
        resource.setrlimit(limit, (value, value))
    if words[0] == "dbt":
        from dbt.cli.main import cli

        cli(words[1:])
    sys.path.insert(0, str(folder))
    sys.argv[1:] = words[3:]
    runpy.run_module("ml", run_name="__main__", alter_sys=True)
