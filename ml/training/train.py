"""Training: a challenger is fitted, judged out of time, and promoted if it earns it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ml.bundles.bundle import (
    Bundle,
    load_champion,
    promote,
    save_bundle,
)
from ml.errors import BundleError
from ml.estimators.customer_model import CustomerModel
from ml.reasons.explicable import unexplained
from ml.training.evaluation import judge_champion, out_of_time, split_by_time
from ml.training.model_card import write_card
from ml.training.rivals import RIVALS, rival_scores
from ml.training.warehouse import TrainingRows

# how far a challenger may stay behind the best of the others, in the figure's own unit
TOLERANCES = {"gini": 0.005, "spearman": 0.02, "capture": 0.02}
TOTAL_TOLERANCE = 0.10
COVERAGE_TOLERANCE = 0.07
REFUSED = "refused"  # folder of the card of the latest challenger that was refused


@dataclass(frozen=True)
class Outcome:
    """What a training came to.

    Attributes
    ----------
    table : DataFrame of shape (n_models, n_figures)
        Figures of challenger, champion (where it has not seen the test) and rivals.
    shortfalls : list of str
        Why the challenger was not promoted; empty if it was.
    left_out : str
        Why the champion is not in the table; empty if it is, or if there is none.
    bundle : Bundle or None
        What was saved; None if nothing was.
    card : Path or None
        The model card, also of a refused challenger; None on a dry run.
    """

    table: pd.DataFrame
    shortfalls: list[str]
    left_out: str
    bundle: Bundle | None = None
    card: Path | None = None


def train(rows: TrainingRows, bundles: Path, *, dry_run: bool = False) -> Outcome:
    """Train a challenger, judge it out of time and promote it if it earns it.

    The judged model is fitted on cut-offs whose outcome was complete on the day of the
    test. The bundle is then fitted on all cut-offs, and its interval measured on past
    ones by models that have not seen them. Both must be models whose scores can be
    explained, or no build could score with them.

    Parameters
    ----------
    rows : TrainingRows
    bundles : Path
        Folder of the shop's bundles.
    dry_run : bool
        Judge only; write and promote nothing.

    Raises
    ------
    NotEnoughHistoryError
        Nothing can be judged out of time.
    """
    judged = CustomerModel(horizon_days=rows.run["horizon_days"])
    table, scores = out_of_time(rows, judged)
    left_out = _add_champion(table, rows, bundles)
    shortfalls = find_shortfalls(table, judged.interval_level, len(scores))
    sample = rows.X.tail(500)
    shortfalls += unexplained(judged, sample)
    if dry_run:
        return Outcome(table, shortfalls, left_out)
    test, facts = evidence(rows, scores), describe(rows, table, left_out)
    if not shortfalls:
        model = _fitted_on_all(rows, bundles)
        shortfalls = unexplained(model, sample)
    if shortfalls:
        card = write_card(bundles / REFUSED, facts, table, shortfalls, test)
        return Outcome(table, shortfalls, left_out, card=card)
    bundle = save_bundle(bundles, model, facts, sample)
    folder = bundles / bundle.version
    facts = {**bundle.manifest, "version": bundle.version}
    card = write_card(folder, facts, table, shortfalls, test)
    promote(bundles, bundle.version)
    return Outcome(table, shortfalls, left_out, bundle, card)


def _fitted_on_all(rows: TrainingRows, bundles: Path) -> CustomerModel:
    """Fit the model that is to be in force, on all cut-offs."""
    model = CustomerModel(horizon_days=rows.run["horizon_days"])
    return model.fit(
        rows.X,
        rows.y,
        rows.keys["as_of_date"],
        rows.present,
        rows.run["as_of_date"],
        rows.words,
        _present_champion(bundles),
    )


def _add_champion(table: pd.DataFrame, rows: TrainingRows, bundles: Path) -> str:
    """Add the champion's figures; says why not, where there is one that has none."""
    try:
        champion = judge_champion(rows, bundles)
    except BundleError as error:
        return str(error)
    if champion is not None:
        table.loc["champion"] = pd.Series(champion)
    return ""


def _present_champion(bundles: Path) -> CustomerModel | None:
    """Find the model in force, whose clusters go on; a broken one is none."""
    try:
        bundle = load_champion(bundles)
    except BundleError:
        return None
    return None if bundle is None else bundle.model


def evidence(
    rows: TrainingRows, scores: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Outcomes of the test cut-off, and what challenger and rivals said of them."""
    _, test = split_by_time(rows)
    rivals = rival_scores(rows.X[test], rows.run["horizon_days"])
    beaten = {name: rivals[name] for name in RIVALS}
    return rows.y[test], {"challenger": scores, **beaten}


def find_shortfalls(table: pd.DataFrame, level: float, n_customers: int) -> list[str]:
    """Say by which figure, and how much, a challenger falls short of the others.

    Parameters
    ----------
    table : DataFrame of shape (n_models, n_figures)
        With a row "challenger".
    level : float
        What its interval coverage should be.
    n_customers : int
        How many were judged: the share of few customers is off by chance.
    """
    own, others = table.loc["challenger"], table.drop(index="challenger")
    if pd.isna(own["total"]):
        return ["nobody bought anything in the window it was to be judged by"]
    found = []
    for name, tolerance in TOLERANCES.items():
        figures = others[name].astype(float)
        if own[name] < figures.max() - tolerance:
            found.append(
                f"{name} {own[name]:.3f}, while {figures.idxmax()} has "
                f"{figures.max():.3f} (tolerance {tolerance})"
            )
    error = abs(own["total"] - 1)
    errors = (others["total"].astype(float) - 1).abs()
    if error > errors.min() + TOTAL_TOLERANCE:
        found.append(
            f"total {own['total']:.2f} of what came, which is {error:.2f} off, while "
            f"{errors.idxmin()} is {errors.min():.2f} off (tolerance {TOTAL_TOLERANCE})"
        )
    # anything from the level to what intervals from zero must cover will do
    goal = min(max(own["coverage"], level), max(own["with0"], level))
    by_chance = float(np.sqrt(goal * (1 - goal) / n_customers))
    tolerance = COVERAGE_TOLERANCE + 2 * by_chance
    if abs(own["coverage"] - goal) > tolerance:
        found.append(
            f"interval covers {own['coverage']:.1%}, not {goal:.0%} "
            f"(tolerance {tolerance:.1%})"
        )
    return found


def describe(
    rows: TrainingRows, table: pd.DataFrame, left_out: str = ""
) -> dict[str, object]:
    """Facts for the manifest: purpose, features, training data and figures."""
    dates = rows.keys["as_of_date"]
    horizon = pd.Timedelta(days=rows.run["horizon_days"])
    figures = table.astype(object).where(table.notna(), None)
    return {
        "horizon_days": rows.run["horizon_days"],
        "value_basis": rows.run["value_basis"],
        "currency": rows.run["currency"],
        "features": rows.features,
        "training": {
            "trained_until": str(rows.run["as_of_date"]),
            "labels_until": str((dates.max() + horizon).date()),
            "cutoffs": sorted({str(day.date()) for day in dates}),
            "rows": len(rows.X),
            "customers": int(rows.keys["customer_id"].nunique()),
            "lines_read": int(rows.run["line_count"]),
            "lines_accepted": int(rows.run["accepted_line_count"]),
        },
        "tested_at": str(dates.max().date()),
        "metrics": figures.to_dict("index"),
        "rivals": list(RIVALS),
        "champion_left_out": left_out,
    }
