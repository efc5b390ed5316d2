"""Plots of a model card: pictures of figures that stand in the card as numbers too."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SIZE, DPI = (6.0, 3.6), 90  # about 25 KB each
COLOURS = ("#1f5a99", "#c05a00", "#5b8c2a", "#888888")
CALIBRATION, CAPTURE, COVERAGE = "calibration.png", "capture.png", "coverage.png"


def plot_calibration(deciles: pd.DataFrame, path: Path) -> None:
    """Draw predicted beside realised means by tenth of predicted value.

    Parameters
    ----------
    deciles : DataFrame of shape (n_groups, >= 2)
        Indexed by tenth, with predicted_mean and realised_mean in money.
    path : Path
        PNG file to write.
    """
    figure, axes = _canvas("tenth of customers by predicted value", "mean value")
    places = np.arange(len(deciles))
    for k, name in enumerate(("predicted_mean", "realised_mean")):
        label = name.removesuffix("_mean")
        at = places + (k - 0.5) * 0.4
        axes.bar(at, deciles[name], 0.4, color=COLOURS[k], label=label)
    axes.set_xticks(places, [str(tenth) for tenth in deciles.index])
    _finish(figure, axes, path)


def capture_curve(value: Floats, score: Floats) -> tuple[Floats, Floats]:
    """Share of all positive value against the share of customers, best first.

    Parameters
    ----------
    value, score : ndarray of shape (n_customers,)
        Realised value, and what customers are ordered by. Ties share their value.

    Returns
    -------
    customers, held : ndarray of shape (n_distinct_scores + 1,), from 0 to 1
    """
    gains = np.maximum(value, 0.0)
    _, tie = np.unique(-score, return_inverse=True)
    customers = np.concatenate([[0], np.cumsum(np.bincount(tie))]) / len(value)
    held = np.concatenate([[0.0], np.cumsum(np.bincount(tie, gains))])
    return customers, held / max(held[-1], np.finfo(float).tiny)


def plot_capture(value: Floats, scores: Mapping[str, Floats], path: Path) -> None:
    """Draw a capture curve per model, and that of the perfect order.

    Parameters
    ----------
    value : ndarray of shape (n_customers,)
        Realised value.
    scores : mapping of model to ndarray of shape (n_customers,)
    path : Path
        PNG file to write.
    """
    figure, axes = _canvas("share of customers, best first", "share of value")
    lines = {**scores, "perfect order": value}
    for colour, (name, score) in zip(COLOURS, lines.items(), strict=False):
        customers, held = capture_curve(value, score)
        thin = np.unique(np.linspace(0, len(customers) - 1, 400).astype(int))
        style = "--" if name == "perfect order" else "-"
        axes.plot(customers[thin], held[thin], style, color=colour, label=name)
    axes.axvline(0.1, color="#bbbbbb", linewidth=0.8)
    _finish(figure, axes, path)


def plot_coverage(deciles: pd.DataFrame, level: float, path: Path) -> None:
    """Draw the share of intervals that held, by tenth of predicted value.

    Parameters
    ----------
    deciles : DataFrame of shape (n_groups, >= 1)
        Indexed by tenth, with coverage between 0 and 1.
    level : float
        What the intervals claim.
    path : Path
        PNG file to write.
    """
    figure, axes = _canvas("tenth of customers by predicted value", "covered")
    places = np.arange(len(deciles))
    axes.bar(places, deciles["coverage"], 0.7, color=COLOURS[0], label="realised")
    axes.axhline(level, color=COLOURS[1], label=f"claimed: {level:.0%}")
    axes.set_xticks(places, [str(tenth) for tenth in deciles.index])
    axes.set_ylim(0, 1)
    _finish(figure, axes, path)


def _canvas(across: str, up: str) -> tuple[Figure, Axes]:
    """Figure without a window: whoever trains may have no screen."""
    figure = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.spines[["top", "right"]].set_visible(b=False)
    return figure, axes


def _finish(figure: Figure, axes: Axes, path: Path) -> None:
    axes.legend(frameon=False)
    figure.savefig(path, format="png")
