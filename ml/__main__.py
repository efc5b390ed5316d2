"""The command line: python -m ml <command> --help."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from ml.errors import NotEnoughHistoryError, ScoringError, SettingsError

log = logging.getLogger("ml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    0: done; 1: stopped with a message that says what to do; 3: the challenger was not
    promoted.
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
        return 1


def _sample(options: argparse.Namespace) -> int:
    from ml.sample_shop import write_sample_shop

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


def _train(options: argparse.Namespace) -> int:
    from ml import reports
    from ml.bundle import champion_version
    from ml.home import Home
    from ml.training import train
    from ml.warehouse import build_training_rows, read_training_rows

    bundles = Home.from_environment().bundles
    if options.if_no_champion and champion_version(bundles) is not None:
        return 0
    log.info("Computing features and outcomes of past cut-offs …")
    build_training_rows(options.vars)
    try:
        rows = read_training_rows()
        log.info(
            "Training on %s rows of %s cut-offs …",
            f"{len(rows.X):,}",
            rows.keys["as_of_date"].nunique(),
        )
        outcome = train(rows, bundles, dry_run=options.dry_run)
    except NotEnoughHistoryError as error:
        if not options.if_no_champion:
            raise
        log.warning("Nothing was trained, the baseline scores: %s", error)
        return 0
    reports.say(reports.outcome_text(outcome, dry_run=options.dry_run))
    return 3 if outcome.shortfalls and not options.if_no_champion else 0


def _evaluate(options: argparse.Namespace) -> int:
    from ml import reports
    from ml.evaluation import evaluate_champion
    from ml.home import Home
    from ml.warehouse import build_training_rows, read_training_rows

    log.info("Computing features and outcomes of past cut-offs …")
    build_training_rows(options.vars)
    table = evaluate_champion(read_training_rows(), Home.from_environment().bundles)
    reports.say(reports.figures_text(table))
    return 0


def _backtest(options: argparse.Namespace) -> int:
    from ml import backtest, reports

    cells = [
        backtest.parse_cell(cutoff, horizon, options.vars)
        for cutoff in options.cutoff
        for horizon in options.horizon
    ]
    if options.out is None:
        table = backtest.run_cells(cells, log.warning)
        reports.say(reports.figures_text(table))
        return 0
    if len(cells) > 1:
        message = "--out takes the predictions of one --cutoff and one --horizon."
        raise SettingsError(message)
    features, scores = backtest.predict_cell(cells[0])
    backtest.predictions_of(features, scores).to_parquet(options.out, index=False)
    log.info("Wrote the predictions for %s customers", f"{len(scores):,}")
    return 0


def _describe(options: argparse.Namespace) -> int:
    from ml import reports
    from ml.bundle import load_champion
    from ml.home import Home

    del options
    bundles = Home.from_environment().bundles
    reports.say(reports.champion_text(load_champion(bundles), bundles))
    return 0


def _show(options: argparse.Namespace) -> int:
    from ml import reports
    from ml.home import Home

    reports.say(reports.release_text(Home.from_environment().release, options.rows))
    return 0


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
    commands = parser.add_subparsers(required=True, metavar="command")

    sample = commands.add_parser("sample", help="make a sample shop with known truth")
    sample.add_argument("--out", default="data/sample", help="folder (%(default)s)")
    sample.add_argument("--customers", type=int, default=5000, help="(%(default)s)")
    sample.add_argument("--seed", type=int, default=7, help="(%(default)s)")
    sample.add_argument(
        "--if-missing", action="store_true", help="keep the shop that is there"
    )
    sample.set_defaults(command=_sample)

    train = commands.add_parser(
        "train", help="train a challenger, and promote it if it earns it"
    )
    _add_vars(train)
    train.add_argument("--dry-run", action="store_true", help="judge it, keep nothing")
    train.add_argument(
        "--if-no-champion",
        action="store_true",
        help="do nothing if there is a champion; let the baseline score if this fails",
    )
    train.set_defaults(command=_train)

    evaluate = commands.add_parser(
        "evaluate", help="judge the champion at the latest cut-off with an outcome"
    )
    _add_vars(evaluate)
    evaluate.set_defaults(command=_evaluate)

    backtest = commands.add_parser(
        "backtest", help="train before past cut-offs, and judge or write what it says"
    )
    _add_vars(backtest)
    backtest.add_argument(
        "--cutoff", nargs="+", required=True, help="first day not known, YYYY-MM-DD"
    )
    backtest.add_argument(
        "--horizon", nargs="+", required=True, type=int, help="days to look ahead"
    )
    backtest.add_argument(
        "--out", help="Parquet file for the predictions; without it a table is printed"
    )
    backtest.set_defaults(command=_backtest)

    describe = commands.add_parser("describe", help="say what the champion is")
    describe.set_defaults(command=_describe)

    show = commands.add_parser(
        "show", help="print the first rows of the released marts"
    )
    show.add_argument("--rows", type=int, default=5, help="rows per mart (%(default)s)")
    show.set_defaults(command=_show)
    return parser


def _add_vars(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--vars",
        type=_variables,
        default={},
        help="settings, as in dbt: '{source_format: online_retail}'",
    )


if __name__ == "__main__":
    sys.exit(main())
