"""python -m bench.example: the report of an example shop, and pictures of it.

The shop is `python -m ml sample`'s, in a home of its own. Two past days are scored
first, so that there is something to grade and somebody has moved.
"""

import argparse
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
from playwright.sync_api import Browser, sync_playwright

from ml.home import Home

HOME = Path("shops/example")
PAST_DAYS = ("2025-09-30", "2025-11-30")
IMAGES = Path("docs/images")
PICTURES = {  # name: section at the top, width, height, scheme
    "report-summary": ("summary", 1280, 560, "light"),
    "report-saving": ("saving", 1280, 560, "light"),
}


def main() -> None:
    """Score the shop, making it if it is not there, and take the pictures."""
    argparse.ArgumentParser("python -m bench.example", description=__doc__).parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Stop: pictures need Chromium (Debian: apt install chromium).")
    build()
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        for name in PICTURES:
            take(browser, name)


def build() -> None:
    """Orders, a champion, two past days, and today: always, for the page may change."""
    os.environ["SCORING_HOME"] = str(HOME)
    HOME.mkdir(parents=True, exist_ok=True)
    is_new = not (HOME / "release" / "current.duckdb").exists()
    days = PAST_DAYS if is_new else ()
    past = [["run", "--quiet", "--from", day, "--to", day] for day in days]
    steps = [["sample", "--if-missing"], ["train", "--if-no-champion"], *past]
    for step in [*steps, ["run", "--quiet"]]:
        subprocess.run([sys.executable, "-m", "ml", *step], check=True)


def take(browser: Browser, name: str) -> None:
    """Take one picture, on the day after the page's as-of date."""
    section, width, height, scheme = PICTURES[name]
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=scheme
    )
    page.clock.set_fixed_time(day_after())
    page.goto((Home(HOME).release / "report.html").resolve().as_uri())
    if section != "summary":
        page.evaluate("key => document.getElementById(key).scrollIntoView()", section)
    page.screenshot(path=IMAGES / f"{name}.png")
    page.close()


def day_after() -> str:
    """Noon of the day after the as-of date: the pictures do not depend on the clock."""
    file = Home(HOME).release / "current.duckdb"
    with duckdb.connect(str(file), read_only=True) as marts:
        (as_of,) = marts.execute("select as_of_date from release_info").fetchall()[0]
    return f"{as_of + timedelta(days=1)}T12:00:00Z"


if __name__ == "__main__":
    main()
