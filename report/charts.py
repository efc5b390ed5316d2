"""Charts as static SVG that takes its colours from the page's style sheet.

matplotlib knows no CSS, so it is given stand-ins that are exchanged afterwards; text
stays text, to be read aloud, searched and scaled.
"""

import io
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, MaxNLocator

WIDTH = 5.4  # inches: 389 points, as wide as a phone
BAR, ROOM = 0.19, 0.75  # inches per bar; and for the axis and the legend
INK, MUTED, GRID = "#010101", "#020202", "#030303"
COLOURS = ("#0a0101", "#0a0202", "#0a0303")
STAND_INS = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    GRID: "var(--grid)",
    **{colour: f"var(--series-{n})" for n, colour in enumerate(COLOURS, start=1)},
}
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",  # the same marts give the same page
    "text.parse_math": False,  # a dollar is a dollar
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
Formatter = Callable[[float], str]


def bars(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    shown: Formatter,
    *,
    limit: tuple[str, float] | None = None,
) -> Markup:
    """Draw bars beside each other, one group per label, the first label on top.

    Parameters
    ----------
    labels : sequence of str
        A long one in several lines, so that the bars have room.
    series : mapping of name to one value per label
        At most three.
    shown : callable
        How a value is written on the axis.
    limit : (name, value), default=None
        A line across all bars.
    """
    rows = max(label.count("\n") + 1 for label in labels)
    height = ROOM + BAR * max(len(series) + 0.6, 1.1 * rows) * len(labels)
    with mpl.rc_context(STYLE):
        figure, axes = _canvas(height)
        places = np.arange(len(labels), dtype=float)
        thick = 0.8 / len(series)
        for n, (name, values) in enumerate(series.items()):
            at = places + (n - (len(series) - 1) / 2) * thick
            axes.barh(at, list(values), thick * 0.92, color=COLOURS[n], label=name)
        axes.set_yticks(places, list(labels))
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0)
        if limit is not None:
            axes.axvline(limit[1], color=INK, linestyle="--", label=limit[0])
        _finish(axes, shown, across=True)
        if len(series) > 1 or limit is not None:
            _legend(figure)
        return _svg(figure)


def lines(
    across: Sequence[float],
    series: Mapping[str, Sequence[float]],
    shown: Formatter,
    shown_across: Formatter,
    names: tuple[str, str],
) -> Markup:
    """Draw lines over a common axis.

    Parameters
    ----------
    across : sequence of float
    series : mapping of name to one value per place
    shown, shown_across : callable
        How values, and places, are written on the axes.
    names : (str, str)
        What the axes are: across, up.
    """
    with mpl.rc_context(STYLE):
        figure, axes = _canvas(3.1)
        for n, (name, values) in enumerate(series.items()):
            style = "--" if n else "-"
            axes.plot(across, values, style, color=COLOURS[n], label=name, linewidth=2)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: shown_across(x)))
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1])
        _finish(axes, shown, across=False)
        if len(series) > 1:
            _legend(figure)
        return _svg(figure)


def flow(
    moves: Mapping[tuple[str, str], float], order: Sequence[str], left: str, right: str
) -> Markup:
    """Draw how customers moved: bands from groups on the left to those on the right.

    Parameters
    ----------
    moves : mapping of (from, to) to a count
    order : sequence of str
        Every group, the one on top first.
    left, right : str
        What the two sides are.
    """
    befores, afters = (
        [group for group in order if group in {pair[side] for pair in moves}]
        for side in (0, 1)
    )
    ranked = sorted(
        moves, key=lambda pair: (order.index(pair[0]), order.index(pair[1]))
    )
    with mpl.rc_context(STYLE):
        figure, axes = _canvas(ROOM + 0.34 * max(len(befores), len(afters)))
        starts = _stacked(axes, befores, moves, 0)
        ends = _stacked(axes, afters, moves, 1)
        for before, after in ranked:
            width = moves[before, after]
            band = _band(starts[before], ends[after], width)
            colour = COLOURS[befores.index(before) % len(COLOURS)]
            axes.add_patch(PathPatch(band, color=colour, alpha=0.6, linewidth=0))
            starts[before] += width
            ends[after] += width
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(max(max(starts.values()), max(ends.values())), 0)
        axes.set_xticks([0, 1], [left, right])
        axes.set_yticks([])
        axes.spines[["left", "bottom"]].set_visible(b=False)
        return _svg(figure)


def _stacked(
    axes: Axes,
    groups: Sequence[str],
    moves: Mapping[tuple[str, str], float],
    side: int,
) -> dict[str, float]:
    """Write the groups of one side below each other; returns where each begins."""
    starts, at = {}, 0.0
    gap = 0.025 * sum(moves.values())
    for group in groups:
        size = sum(width for pair, width in moves.items() if pair[side] == group)
        room = max(size, 1.6 * gap)  # a small group has a name all the same
        starts[group] = at + (room - size) / 2
        place, towards = (-0.03, "right") if side == 0 else (1.03, "left")
        axes.text(place, at + room / 2, group, ha=towards, va="center")
        at += room + gap
    return starts


def _band(start: float, end: float, width: float) -> Path:
    """Band between two sides, level where it begins and where it ends."""
    up = [(0, start), (0.5, start), (0.5, end), (1, end)]
    down = [(x, y + width) for x, y in reversed(up)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]
    return Path([*up, *down], codes)


def _canvas(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.add_subplot()


def _finish(axes: Axes, shown: Formatter, *, across: bool) -> None:
    axis = axes.xaxis if across else axes.yaxis
    axis.set_major_formatter(FuncFormatter(lambda x, _: shown(x)))
    axis.set_major_locator(MaxNLocator(4))
    (axes.set_xlim if across else axes.set_ylim)(*_from_zero(axes, across=across))
    axes.grid(axis="x" if across else "y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def _from_zero(axes: Axes, *, across: bool) -> tuple[float, float]:
    """Limits that hold zero: a cut axis makes small things look large."""
    low, high = axes.get_xlim() if across else axes.get_ylim()
    return min(low, 0.0), max(high, 0.0)


def _legend(figure: Figure) -> None:
    figure.legend(
        loc="outside upper left", ncols=3, frameon=False, handlelength=1.2, fontsize=10
    )


def _svg(figure: Figure) -> Markup:
    """Give the picture's markup, to be laid into a page with others."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    markup = buffer.getvalue()
    markup = markup[markup.index("<svg") :]
    markup = re.sub(r"<metadata>.*?</metadata>", "", markup, flags=re.DOTALL)
    markup = re.sub(r' (?:width|height)="[\d.]+pt"', "", markup, count=2)
    for stand_in, colour in STAND_INS.items():
        markup = markup.replace(stand_in, colour)
    own = f"chart-{zlib.crc32(markup.encode())}-"  # an id may stand once on a page
    return Markup(re.sub(r'( id="|href="#|url\(#)', rf"\1{own}", markup))
