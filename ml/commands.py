"""What each command of `python -m ml` does; each returns the exit code.

A command imports what it needs when it runs: scikit-learn takes seconds.
"""

import argparse
import logging
from pathlib import Path

from ml.errors import NotEnoughHistoryError, SettingsError
from ml.lock import held
from ml.words import counted

log = logging.getLogger("ml")


def sample(options: argparse.Namespace) -> int:
    """Make a sample shop."""
    from ml.sample.shop import write_sample_shop

    folder = Path(options.out)
    if options.if_missing and (folder / "truth.parquet").exists():
        return 0
    log.info("Making a sample shop of %s customers in %s", options.customers, folder)
    write_sample_shop(
        folder,
        customers=options.customers,
        seed=options.seed,
        progress=lambda done, total: log.info("  %s of %s customers", done, total),
    )
    return 0


def land(options: argparse.Namespace) -> int:
    """Bring tables, or files of an object storage, to files that the build reads."""
    from ml.deliveries.bucket import land_files
    from ml.deliveries.landing import land
    from ml.home import Home

    folder, source = Path(options.out), options.source
    if len(source) > 1 and (addresses := [name for name in source if "://" in name]):
        message = f"land {addresses[0]} alone, in a folder of its own with --out."
        raise SettingsError(message)
    with held(Home(folder), options.wait):
        if "://" in source[0]:
            said = land_files(source[0], folder, even_if_empty=options.even_if_empty)
        else:
            new = land(options.database, source, folder)
            said = {name: "landed" if new[name] else "as it was" for name in new}
    for name, what in said.items():
        log.info("%s: %s", name, what)
    return 0


def train(options: argparse.Namespace) -> int:
    """Train a challenger, and promote it if it earns it."""
    from ml import reports
    from ml.bundles.bundle import champion_version
    from ml.home import Home
    from ml.training.train import train
    from ml.training.warehouse import training_rows

    home = Home.from_environment()
    if options.if_no_champion and champion_version(home.bundles) is not None:
        return 0
    with held(home, options.wait):
        try:
            rows = training_rows(options.vars)
            outcome = train(rows, home.bundles, dry_run=options.dry_run)
        except NotEnoughHistoryError as error:
            if not options.if_no_champion:
                raise
            log.warning("Nothing was trained, the baseline scores: %s", error)
            return 0
    reports.say(reports.outcome_text(outcome, dry_run=options.dry_run))
    return 3 if outcome.shortfalls and not options.if_no_champion else 0


def evaluate(options: argparse.Namespace) -> int:
    """Judge the champion at the latest cut-off with an outcome."""
    from ml import reports
    from ml.home import Home
    from ml.training.evaluation import evaluate_champion
    from ml.training.warehouse import training_rows

    home = Home.from_environment()
    with held(home, options.wait):
        table = evaluate_champion(training_rows(options.vars), home.bundles)
    reports.say(reports.figures_text(table))
    return 0


def backtest(options: argparse.Namespace) -> int:
    """Train before past cut-offs; judge, or write what was predicted."""
    from ml import reports
    from ml.home import Home
    from ml.training import backtest

    cells = [
        backtest.parse_cell(cutoff, horizon, options.vars)
        for cutoff in options.cutoff
        for horizon in options.horizon
    ]
    home = Home.from_environment()
    if options.out is None:
        with held(home, options.wait):
            table = backtest.run_cells(cells, log.warning)
        reports.say(reports.figures_text(table))
        return 0
    if len(cells) > 1:
        message = "--out takes the predictions of one --cutoff and one --horizon."
        raise SettingsError(message)
    with held(home, options.wait):
        count = backtest.write_predictions(cells[0], options.out)
    log.info("Wrote the predictions for %s", counted(count, "customer"))
    return 0


def run(options: argparse.Namespace) -> int:
    """Build tonight's release, or score past days."""
    from ml import runs
    from ml.home import Home

    home = Home.from_environment()
    if (options.first is None) != (options.last is None):
        message = "--from and --to go together: the first and the last day to score."
        raise SettingsError(message)
    with held(home, options.wait):
        if options.first is not None:
            days = runs.days_between(options.first, options.last)
            runs.build_days(home, options.vars, days, quiet=options.quiet)
            return 0
        before = runs.scored_days(home) if options.catch_up else set()
        status = runs.build(home, options.vars, quiet=options.quiet)
        if options.catch_up:
            missed = runs.missed_days(before, runs.scored_days(home))
            runs.build_days(home, options.vars, missed, quiet=options.quiet)
    log.info("%s: %s", status.status.capitalize(), status.message)
    return 0


def rollback(options: argparse.Namespace) -> int:
    """Make an older release the current one."""
    from ml.home import Home
    from ml.publishing.release_history import releases, roll_back
    from ml.reports import say

    home = Home.from_environment()
    if options.list:
        current = (home.release / "parquet").resolve().parent
        for path in releases(home.release):
            say(f"{path.name}{'  (current)' if path == current else ''}")
        return 0
    with held(home, options.wait):
        path = roll_back(home.release, options.to)
    log.info("Current release: %s. The next run publishes again.", path.name)
    return 0


def publish_postgres(options: argparse.Namespace) -> int:
    """Publish the current release to Postgres."""
    from ml.home import Home
    from ml.publishing.postgres import publish_to_postgres

    release = Home.from_environment().release
    counts = publish_to_postgres(release, options.schema, options.reader)
    for mart, rows in counts.items():
        log.info("%s.%s: %s", options.schema, mart, counted(rows, "row"))
    return 0


def erase(options: argparse.Namespace) -> int:
    """Erase customers on request, and keep them out for good."""
    from ml.erasure import erasing
    from ml.home import Home
    from ml.reports import say

    home = Home.from_environment()
    customers = erasing.ids_of(options.customer_id, options.file)
    with held(home, options.wait):
        if options.dry_run:
            found, unknown = erasing.search(home, customers)
        else:
            found, unknown = erasing.erase(
                home, customers, even_if_unknown=options.even_if_unknown
            )
    say("\n".join(found.lines()))
    erasing.check_all_is_done(found, unknown)
    if not options.dry_run:
        log.info("Erased. The next `dbt build` scores everybody else.")
    return 0


def export(options: argparse.Namespace) -> int:
    """Write an audience to a file."""
    from ml.home import Home
    from ml.publishing.exports import export_audience

    home = Home.from_environment()
    with held(home, options.wait):
        count = export_audience(
            home, options.audience, options.out, hashed_email=options.hashed_email
        )
    log.info("Wrote %s to %s", counted(count, "line"), options.out)
    return 0


def describe(_: argparse.Namespace) -> int:
    """Say what the champion is."""
    from ml import reports
    from ml.bundles.bundle import load_champion
    from ml.home import Home

    bundles = Home.from_environment().bundles
    reports.say(reports.champion_text(load_champion(bundles), bundles))
    return 0


def show(options: argparse.Namespace) -> int:
    """Print the first rows of the released marts."""
    from ml import reports
    from ml.home import Home

    reports.say(reports.release_text(Home.from_environment().release, options.rows))
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Say what orders these are, how to build with them, and how far to trust them."""
    from ml.doctor.examination import examine
    from ml.doctor.text import report_json, report_text
    from ml.reports import say

    report = examine(options.path, options.vars)
    say(report_json(report) if options.json else report_text(report))
    return 0 if report.is_ready else 1


def mapping(options: argparse.Namespace) -> int:
    """Write a first mapping model for a layout of one's own."""
    from ml.doctor.mapping import write_mapping

    written = write_mapping(options.path, options.name)
    log.info("Wrote %s, its entry in _staging.yml, and source_formats.", written.model)
    for role, column in written.roles.items():
        log.info("  %-12s from %r", role, column)
    if written.unused:
        log.info("  not used     %s", ", ".join(map(repr, written.unused)))
    log.info("Look at every line of it; then: python -m ml doctor %s", options.path)
    return 0
