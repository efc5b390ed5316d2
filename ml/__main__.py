"""The command line: python -m ml <command> --help."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from ml import commands
from ml.errors import ScoringError, SettingsError
from ml.lock import BusyError

log = logging.getLogger("ml")
BUSY = 75  # os.EX_TEMPFAIL: try again later


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    0: done; 1: stopped with a message that says what to do; 3: the challenger was not
    promoted; 75: another run works in this home.
    """
    # OpenMP threads that wait for a busy core burn more time than they save; read when
    # a command imports scikit-learn, so it must be said before
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except ScoringError as error:
        log.error("Stop: %s", error)  # noqa: TRY400
        return BUSY if isinstance(error, BusyError) else 1
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        log.error("Stop: %s: %s", type(error).__name__, error)  # noqa: TRY400
        return 1


def _variables(text: str) -> dict[str, Any]:
    """Read settings for dbt, written as in its own --vars."""
    try:
        found = yaml.safe_load(text) or {}
    except (yaml.YAMLError, ValueError) as error:  # ValueError: no such day
        message = f"--vars cannot be read: {text!r} ({error})"
        raise SettingsError(message) from error
    if not isinstance(found, dict):
        message = f"--vars must be like '{{name: value}}', not {text!r}"
        raise SettingsError(message)
    # a date comes as a date object; dbt wants it as it was written
    return {str(k): str(v) if hasattr(v, "isoformat") else v for k, v in found.items()}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ml",
        description="Train, judge and describe what dbt scores with.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="command")

    sample = subparsers.add_parser("sample", help="make a sample shop with known truth")
    sample.add_argument("--out", default="data/sample", help="folder (%(default)s)")
    sample.add_argument("--customers", type=int, default=5000, help="(%(default)s)")
    sample.add_argument("--seed", type=int, default=7, help="(%(default)s)")
    sample.add_argument(
        "--if-missing", action="store_true", help="keep the shop that is there"
    )
    sample.set_defaults(command=commands.sample)

    doctor = subparsers.add_parser(
        "doctor", help="say what orders these are, and how far they can be trusted"
    )
    doctor.add_argument("path", help="a file, or a folder of files")
    _add_vars(doctor)
    doctor.add_argument("--json", action="store_true", help="print it as JSON")
    doctor.set_defaults(command=commands.doctor)

    mapping = subparsers.add_parser(
        "mapping", help="write a mapping model for a layout of your own, to be edited"
    )
    mapping.add_argument("path", help="a file, or a folder of files of one layout")
    mapping.add_argument("--name", required=True, help="of the format, as myshop")
    mapping.set_defaults(command=commands.mapping)

    land = subparsers.add_parser(
        "land",
        help="bring tables of a Postgres, or files of an object storage, to files that "
        "the build reads",
    )
    land.add_argument(
        "source",
        nargs="+",
        help="tables, as table or schema.table; or one address, as s3://bucket/folder",
    )
    land.add_argument(
        "--database",
        default="postgresql://",
        help="address of the Postgres; what it leaves out, and a password, comes from "
        "PGHOST, PGPASSWORD, PGSERVICE and the like",
    )
    land.add_argument("--out", default="data/landed", help="folder (%(default)s)")
    land.add_argument(
        "--even-if-empty", action="store_true", help="accept that an address is empty"
    )
    _add_wait(land)
    land.set_defaults(command=commands.land)

    train = subparsers.add_parser(
        "train", help="train a challenger, and promote it if it earns it"
    )
    _add_vars(train)
    _add_wait(train)
    train.add_argument("--dry-run", action="store_true", help="judge it, keep nothing")
    train.add_argument(
        "--if-no-champion",
        action="store_true",
        help="do nothing if there is a champion; let the baseline score if this fails",
    )
    train.set_defaults(command=commands.train)

    evaluate = subparsers.add_parser(
        "evaluate", help="judge the champion at the latest cut-off with an outcome"
    )
    _add_vars(evaluate)
    _add_wait(evaluate)
    evaluate.set_defaults(command=commands.evaluate)

    backtest = subparsers.add_parser(
        "backtest", help="train before past cut-offs, and judge or write what it says"
    )
    _add_vars(backtest)
    _add_wait(backtest)
    backtest.add_argument(
        "--cutoff", nargs="+", required=True, help="first day not known, YYYY-MM-DD"
    )
    backtest.add_argument(
        "--horizon", nargs="+", required=True, type=int, help="days to look ahead"
    )
    backtest.add_argument(
        "--out",
        type=Path,
        help="Parquet file for the predictions; without it a table is printed",
    )
    backtest.set_defaults(command=commands.backtest)

    run = subparsers.add_parser(
        "run", help="run `dbt build`; say in one line what came of it"
    )
    _add_vars(run)
    _add_wait(run)
    run.add_argument("--from", dest="first", type=_day, help="score past days, from …")
    run.add_argument("--to", dest="last", type=_day, help="… to, YYYY-MM-DD")
    run.add_argument(
        "--catch-up",
        action="store_true",
        help="also score the days of the last month that nobody scored",
    )
    run.add_argument("--quiet", action="store_true", help="nothing but the last line")
    run.set_defaults(command=commands.run)

    rollback = subparsers.add_parser(
        "rollback", help="make the release before the current one the current one"
    )
    _add_wait(rollback)
    rollback.add_argument("--to", help="name of a release, as --list prints them")
    rollback.add_argument("--list", action="store_true", help="print the releases kept")
    rollback.set_defaults(command=commands.rollback)

    postgres = subparsers.add_parser(
        "publish-postgres",
        help="publish the current release to the Postgres that SCORING_POSTGRES names",
    )
    postgres.add_argument("--schema", default="customer_scoring", help="(%(default)s)")
    postgres.add_argument("--reader", help="role that may read it, and nothing else")
    postgres.set_defaults(command=commands.publish_postgres)

    erase = subparsers.add_parser(
        "erase", help="erase customers on request, and keep them out for good"
    )
    erase.add_argument("customer_id", nargs="*", help="as it stands in the marts")
    erase.add_argument("--file", type=Path, help="file with an id in each line")
    erase.add_argument("--dry-run", action="store_true", help="say where they stand")
    erase.add_argument(
        "--even-if-unknown",
        action="store_true",
        help="keep out also who stands nowhere yet",
    )
    _add_wait(erase)
    erase.set_defaults(command=commands.erase)

    export = subparsers.add_parser(
        "export", help="write who of an audience may be written to, as CSV or Parquet"
    )
    export.add_argument("audience", help="its name in seeds/audience_rules.csv")
    export.add_argument("--out", type=Path, required=True, help=".csv or .parquet file")
    export.add_argument(
        "--hashed-email",
        action="store_true",
        help="SHA-256 of the e-mail addresses and nothing else, for ad platforms",
    )
    _add_wait(export)
    export.set_defaults(command=commands.export)

    describe = subparsers.add_parser("describe", help="say what the champion is")
    describe.set_defaults(command=commands.describe)

    show = subparsers.add_parser(
        "show", help="print the first rows of the released marts"
    )
    show.add_argument("--rows", type=int, default=5, help="rows per mart (%(default)s)")
    show.set_defaults(command=commands.show)
    return parser


def _day(text: str) -> date:
    """Read a day of the calendar."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no day of the calendar, written YYYY-MM-DD"
        raise argparse.ArgumentTypeError(message) from error


def _add_wait(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wait",
        type=float,
        default=600,
        help="seconds to wait for another run (%(default)s); then exit code 75",
    )


def _add_vars(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--vars",
        type=_variables,
        default={},
        help="settings, as in dbt: '{source_format: online_retail}'",
    )


if __name__ == "__main__":
    sys.exit(main())
