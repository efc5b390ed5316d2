"""What the command line prints: figures and facts as plain text."""

import sys
from pathlib import Path

import duckdb
import pandas as pd

from ml.bundles.bundle import Bundle
from ml.errors import ScoringError
from ml.publishing.release_history import CURRENT, PAGE
from ml.training.model_card import CARD_FILE, NOTES
from ml.training.train import Outcome
from ml.words import counted

MISSING = "–"


class NothingReleasedError(ScoringError):
    """There is no release to show."""


def say(text: str) -> None:
    """Write to standard output."""
    sys.stdout.write(text + "\n")


def figures_text(table: pd.DataFrame) -> str:
    """Figures of merit, a row per model, with what each figure means below."""
    shown = table.astype(float).map(lambda x: "-" if pd.isna(x) else f"{x:.3f}")
    meanings = "\n".join(f"  {name:9} {note}" for name, note in NOTES.items())
    return f"{shown.to_string()}\n\n{meanings}"


def outcome_text(outcome: Outcome, *, dry_run: bool) -> str:
    """Say how a challenger did and whether it was promoted, and why not."""
    lines = ["Out of time, on the latest cut-off with an outcome:", ""]
    lines += [figures_text(outcome.table), ""]
    if outcome.left_out:
        lines += [f"The champion is not in the table: {outcome.left_out}", ""]
    if outcome.shortfalls:
        lines.append("Not promoted. The challenger falls short by:")
        lines += [f"  - {shortfall}" for shortfall in outcome.shortfalls]
        lines.append(
            "What scored before goes on: the champion, or the annual run rate."
        )
        lines += [] if outcome.card is None else [f"Its card: {outcome.card}"]
    elif outcome.bundle is None or dry_run:
        lines.append("It would be promoted (dry run: nothing was kept).")
    else:
        lines.append(f"Promoted: {outcome.bundle.version} is champion.")
        lines.append(f"Its card: {outcome.card}")
    return "\n".join(lines)


def champion_text(bundle: Bundle | None, bundles: Path) -> str:
    """Say what is champion, trained on what, how good it was, and where its card is."""
    if bundle is None:
        return (
            "No champion: the annual run rate scores (score_source = 'baseline'). "
            "Train one with: python -m ml train"
        )
    facts, training = bundle.manifest, bundle.manifest["training"]
    card = bundles / bundle.version / CARD_FILE
    lines = [
        f"Champion   {bundle.version}",
        f"Predicts   {facts['value_basis']} in {facts['currency']}, "
        f"{counted(facts['horizon_days'], 'day')} ahead",
        f"Trained    with orders until {training['trained_until']}: "
        f"{counted(training['rows'], 'row')} of "
        f"{counted(training['customers'], 'customer')}",
        f"Cut-offs   {', '.join(training['cutoffs'])}",
        f"Features   {len(bundle.features)}: {', '.join(bundle.features)}",
        f"Libraries  {', '.join(f'{k} {v}' for k, v in facts['libraries'].items())}",
        f"sha256     {facts['sha256']}",
        f"Card       {card if card.exists() else 'none'}",
        "",
        "Out of time, before it was promoted:",
        "",
        figures_text(pd.DataFrame(facts["metrics"]).T),
    ]
    return "\n".join(lines)


def release_text(release: Path, rows: int) -> str:
    """Say where the current release is, and show the first rows of each mart.

    Raises
    ------
    NothingReleasedError
        No build has published anything yet.
    """
    file = release / CURRENT
    if not file.exists():
        message = f"no release at {file} yet. Run: make build"
        raise NothingReleasedError(message)
    lines = [f"Marts: {file} (and as Parquet in {release / 'parquet'})"]
    if (release / PAGE).exists():
        lines.insert(0, f"Page:  {release / PAGE}")
    with duckdb.connect(str(file), read_only=True) as reader:
        for (name,) in reader.execute("show tables").fetchall():
            table = reader.table(name)
            lines += ["", f"{name} — {counted(table.shape[0], 'row')}"]
            if name == "release_info":
                facts = table.df().astype(str).T
                lines.append(facts.to_string(header=False))
            elif table.shape[0]:
                first = _first_rows(table, rows)
                lines.append(first.to_string(index=False, na_rep=MISSING))
    return "\n".join(lines)


def _first_rows(table: duckdb.DuckDBPyRelation, rows: int) -> pd.DataFrame:
    """First rows, the most valuable ones where a mart has values."""
    if "predicted_value" in table.columns:
        table = table.order("predicted_value desc")
    elif "spend" in table.columns:
        table = table.order("spend desc")
    first = table.limit(rows).df()
    # pandas writes None for a missing word, whatever na_rep says
    words = first.select_dtypes(exclude=["number", "datetime", "bool", "boolean"])
    return first.fillna(dict.fromkeys(words, MISSING))
