"""A model card: what a model is for, how it was judged, and what it cannot do.

After Mitchell et al. (2019), Model Cards for Model Reporting, FAT*. People read it; no
program does, so it is not among the files whose sha256 is checked before scoring.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.training.card_plots import (
    CALIBRATION,
    CAPTURE,
    COVERAGE,
    plot_calibration,
    plot_capture,
    plot_coverage,
)
from ml.words import counted

CARD_FILE = "model_card.md"
NOTES = {
    "gini": "1 orders customers as they turned out",
    "spearman": "rank correlation with what came",
    "capture": "share of value held by the top tenth",
    "total": "predicted by realised",
    "wape": "absolute error by realised value",
    "auc": "who is active, 0.5 is chance",
    "ece": "distance of probability and what happened",
    "coverage": "share of customers within their interval",
    "least": "the same, in the worst tenth by prediction",
    "with0": "coverage to be had where so many spend nothing",
}
LIMITS = """\
* It knows a customer by orders and returns alone: no visits, no campaigns, no prices of
  rivals. What it has never seen happen, it does not expect.
* It says what is likely if the shop goes on as before, not what a campaign would do.
* A value is a mean. Few customers spend just that; the interval says how far off one
  may be, and very large buyers are the hardest.
* Somebody who has not bought yet is not scored.
* One cut-off is one draw: the mart `model_scorecard` shows how it does later on.
* Not for decisions about a person's credit, price or access."""


def deciles_of(y: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Compare predictions with what came, by tenth of predicted value.

    Parameters
    ----------
    y : DataFrame of shape (n_customers, >= 2)
        net_value and is_active.
    scores : DataFrame of shape (n_customers, 8)
        The columns of `ml.estimators.customer_model.SCORES`.

    Returns
    -------
    DataFrame of shape (n_groups, 6)
        Indexed by tenth, 1 the lowest: customers, predicted_mean and realised_mean
        (money), predicted_active, realised_active and coverage (shares). Ties stay
        together.
    """
    value = y["net_value"].to_numpy(float)
    predicted = scores["predicted_value"].to_numpy(float)
    rank = pd.Series(predicted).rank().to_numpy()
    lower, upper = scores["predicted_value_lower"], scores["predicted_value_upper"]
    rows = pd.DataFrame(
        {
            "tenth": np.ceil(rank * 10 / len(rank)).astype(int),
            "predicted_mean": predicted,
            "realised_mean": value,
            "predicted_active": scores["probability_active"].to_numpy(float),
            "realised_active": y["is_active"].to_numpy(float),
            "coverage": ((lower <= value) & (value <= upper)).to_numpy(float),
        }
    )
    groups = rows.groupby("tenth")
    means = groups.mean()
    means.insert(0, "customers", groups.size())
    return means


def write_card(
    folder: Path,
    facts: Mapping[str, Any],
    table: pd.DataFrame,
    shortfalls: Sequence[str],
    test: tuple[pd.DataFrame, Mapping[str, pd.DataFrame]],
) -> Path:
    """Write `model_card.md` and its three plots.

    Parameters
    ----------
    folder : Path
        Where to; made if it is not there.
    facts : mapping
        As `ml.training.train.describe` gives them, with a version if it was promoted.
    table : DataFrame of shape (n_models, n_figures)
        Out of time, with a row "challenger".
    shortfalls : sequence of str
        Why it was refused; empty if it was promoted.
    test : tuple
        Outcomes of the test cut-off, and scores of each model on it, the challenger's
        first.

    Returns
    -------
    Path
        The card.
    """
    y, scores = test
    folder.mkdir(parents=True, exist_ok=True)
    challenger = next(iter(scores.values()))
    deciles = deciles_of(y, challenger)
    level = float(challenger["interval_level"].iloc[0])
    plot_calibration(deciles, folder / CALIBRATION)
    values = {k: v["predicted_value"].to_numpy(float) for k, v in scores.items()}
    plot_capture(y["net_value"].to_numpy(float), values, folder / CAPTURE)
    plot_coverage(deciles, level, folder / COVERAGE)
    card = folder / CARD_FILE
    text = card_text(facts, table, shortfalls, deciles)
    card.write_text(text, encoding="utf-8")
    return card


def card_text(
    facts: Mapping[str, Any],
    table: pd.DataFrame,
    shortfalls: Sequence[str],
    deciles: pd.DataFrame,
) -> str:
    """Write a card as Markdown; arguments as those of `write_card`."""
    training, days = facts["training"], counted(facts["horizon_days"], "day")
    judged = counted(deciles["customers"].sum(), "customer")
    verdict = (
        "**Refused.** It falls short by:\n\n"
        + "\n".join(f"* {reason}" for reason in shortfalls)
        if shortfalls
        else "**Promoted.** It stood its ground beside everybody in the table below."
    )
    if left_out := facts.get("champion_left_out"):
        verdict += f"\n\nThe champion before it is not in the table: {left_out}"
    parts = [
        f"# Model card: {facts.get('version', 'a refused challenger')}",
        verdict,
        "## What it is for",
        f"It expects, for every customer who has bought, the {facts['value_basis']} in "
        f"{facts['currency']} of the next {days}, with an interval, the "
        "probability of an order, and the number of orders. To choose whom to keep, "
        "win back or leave alone, and to plan revenue.",
        "## What it learnt from",
        f"Orders until {training['trained_until']}: {counted(training['rows'], 'row')} "
        f"of {counted(training['customers'], 'customer')} at "
        f"{counted(len(training['cutoffs']), 'cut-off')} from "
        f"{training['cutoffs'][0]} to {training['cutoffs'][-1]}, outcomes until "
        f"{training['labels_until']}. {training['lines_accepted']:,} of "
        f"{training['lines_read']:,} delivered lines were trusted. It has "
        f"{len(facts['features'])} features.",
        "## How it was judged",
        f"By what {judged} did in the {days} after {facts['tested_at']}. A copy "
        "of it was trained on outcomes that were complete by that day, and stands "
        "beside rules on the same customers.",
        _markdown(table.astype(float).round(3)),
        "\n".join(
            f"* `{name}`: {note}" for name, note in NOTES.items() if name in table
        ),
        "## By tenth of predicted value",
        f"![Predicted and realised means]({CALIBRATION})",
        f"![Share of value held by the best customers]({CAPTURE})",
        f"![Intervals that held]({COVERAGE})",
        _markdown(deciles.round(3)),
        "## What it cannot do",
        LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


def _markdown(table: pd.DataFrame) -> str:
    """Table as Markdown; gaps as a dash."""
    shown = table.astype(object).where(table.notna(), "-")
    lines = [["", *map(str, shown.columns)], ["---", *["---:"] * shown.shape[1]]]
    lines += [
        [str(name), *map(str, row)]
        for name, row in zip(shown.index, shown.to_numpy(), strict=True)
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
