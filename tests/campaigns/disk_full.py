"""A disk that is full, files that may not grow, memory that runs out.

The shop lies on a small file system of its own, which is filled up to a given number of
free bytes. Without the right to mount one, only files' sizes and memory are limited.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path

from tests.campaigns.workbench import (
    Build,
    Tally,
    build,
    command,
    correct,
    dice_of,
    different_marts,
    rebuilt,
    say,
    workshop,
)

ROOM = 512 * 2**20
LOOK_AT_EVERY = 5


@contextmanager
def small_disk():
    """A file system in memory; None without the right to mount one."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", folder]
        try:
            subprocess.run(mount, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(disk, free):
    """Fill a disk up to so many free bytes."""
    left = os.statvfs(disk)
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, left.f_bavail * left.f_frsize - free)
    try:
        yield
    finally:
        ballast.unlink()


def disk_full(shop, runs, files, memory, seed):
    """Build on `runs` full disks, with `files` limits of size, `memory` of memory."""
    tally = Tally("releases that changed", "unsaid failures", "failures to repair")
    dice = dice_of(seed)
    if runs:
        full_disks(shop, dice, tally, runs)
    largest = (shop.home / "working.duckdb").stat().st_size
    for size in spaced(0, 1.2 * largest, files):
        limits = [(resource.RLIMIT_FSIZE, size)]
        attempt(shop, dice, tally, "file size limits", limits=limits)
    for size in spaced(1, 60, memory):
        least = {"SCORING_MEMORY": f"{size}MB"}
        attempt(shop, dice, tally, "memory limits", environment=least)
    return tally


def full_disks(shop, dice, tally, runs):
    """Work on a small disk, with less room than a build needs, or just enough."""
    with small_disk() as disk:
        if disk is None:
            say("no right to mount a small disk: only files are limited")
            return
        small = workshop.Shop(disk / "shop")
        shutil.copytree(shop.folder, small.folder, symlinks=True)
        for size in spaced(0, 1.1 * needed(small, disk, dice), runs):
            attempt(small, dice, tally, "full disks", filled(disk, size))


def spaced(first, last, count):
    """So many whole numbers between the first and the last."""
    step = (last - first) / max(count, 1)
    return [int(first + (number + 0.5) * step) for number in range(count)]


def needed(shop, disk, dice):
    """Bytes that a build needs beside what lies on the disk already, at most."""
    correct(shop, dice)
    before = least = os.statvfs(disk).f_bavail
    running = Build(shop)
    while running.wait(0.02) is None:
        least = min(least, os.statvfs(disk).f_bavail)
    return (before - least) * os.statvfs(disk).f_frsize


def attempt(shop, dice, tally, trouble, room=None, **limits):
    """Build in trouble: if that fails, nothing may have changed; then run plainly."""
    correct(shop, dice)
    before = shop.fingerprint()
    with room or nullcontext():
        run = build(shop, **limits)
    tally.done[trouble] += 1
    say(f"  {trouble} {tally.done[trouble]}: exit code {run.code}")
    if run.code == 0:
        tally.done["had enough"] += 1
        return
    changed = set(shop.fingerprint().items()) ^ set(before.items())
    tally.check("releases that changed", not changed, f"{trouble}: {changed}")
    tally.check("unsaid failures", run.words.strip(), f"{trouble} {limits}")
    run = build(shop)
    if tally.check("failures to repair", run.code == 0, run.words[-2000:]):
        tally.done["repairs by the next run"] += 1
        if tally.done["repairs by the next run"] % LOOK_AT_EVERY == 1:
            found = different_marts(shop, rebuilt(shop))
            tally.check("failures to repair", not found, found)


def main():
    return command(disk_full, runs=30, files=30, memory=10)


if __name__ == "__main__":
    sys.exit(main())
