"""Groups of customers who shop alike, under names that outlive a training."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ml.segmenter import BehaviourSegmenter

Labels = NDArray[np.int64]
Words = Mapping[str, tuple[str, str]]
WORDS = 3  # at most, in a name, unless two names would be alike
TELLING = 0.5  # robust standard deviations from the average that are worth a word
KEPT_SHARE = 0.95  # of customers who keep their group, or the groups are found anew
OVERLAP = (
    0.5  # of two groups' customers together, from which on they are the same group
)


def fit_clusters(
    X: pd.DataFrame,
    n_clusters: int | None,
    words: Words,
    previous: tuple[Labels, Sequence[str]] | None = None,
) -> tuple[BehaviourSegmenter, list[str]]:
    """Find groups, and name them.

    Where customers were grouped before, the fit starts from those groups, and they keep
    their names. Only if that would move more customers than `KEPT_SHARE` lets, groups
    are found anew; then a name goes on to the group that most of its customers are in.

    Parameters
    ----------
    X : DataFrame of shape (n_customers, n_features)
    n_clusters : int or None
        None: chosen by stability and separation.
    words : mapping of feature to (word for low, word for high)
    previous : labels of shape (n_customers,) and names of the groups, default=None
        What the champion calls the same customers.

    Returns
    -------
    BehaviourSegmenter
    list of str
        Names of its groups.
    """
    values = X.to_numpy(float)
    if previous is not None:
        old, old_names = previous
        if len(np.unique(old)) == len(old_names):
            refit = BehaviourSegmenter(len(old_names)).fit(values, start=old)
            if (refit.predict(values) == old).mean() >= KEPT_SHARE:
                return refit, list(old_names)
    segmenter = BehaviourSegmenter(n_clusters).fit(values)
    labels = segmenter.predict(values)
    kept: dict[int, str] = {}
    if previous is not None:
        kept = _names_that_go_on(labels, len(segmenter.cluster_centers_), *previous)
    return segmenter, _names(segmenter, labels, list(X.columns), words, kept)


def _names_that_go_on(
    labels: Labels, count: int, old: Labels, old_names: Sequence[str]
) -> dict[int, str]:
    """Old names of the groups that hold mostly the same customers (Jaccard index)."""
    both = np.zeros((count, len(old_names)))
    np.add.at(both, (labels, old), 1)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0) - both
    overlap = both / np.maximum(either, 1)
    pairs = zip(*linear_sum_assignment(-overlap), strict=True)
    return {
        int(new): old_names[was] for new, was in pairs if overlap[new, was] >= OVERLAP
    }


def _names(
    segmenter: BehaviourSegmenter,
    labels: Labels,
    columns: Sequence[str],
    words: Words,
    kept: Mapping[int, str],
) -> list[str]:
    """One name for each group, no two alike."""
    centres = segmenter.cluster_centers_
    sizes = np.bincount(labels, minlength=len(centres))
    distances = centres - np.average(centres, axis=0, weights=sizes)
    names = dict(kept)
    for group in range(len(centres)):
        if group not in names:
            possible = _possible_names(distances[group], columns, words)
            taken = set(names.values())
            names[group] = next(name for name in possible if name not in taken)
    return [names[group] for group in range(len(centres))]


def _possible_names(
    distances: NDArray[np.float64], columns: Sequence[str], words: Words
) -> Iterator[str]:
    """Names from the strongest words, ever longer; numbered when there are no more."""
    order = np.argsort(-np.abs(distances), kind="stable")
    told = [
        (abs(distances[place]), words[columns[place]][int(distances[place] > 0)])
        for place in order
        if columns[place] in words
    ]
    strong = [word for distance, word in told if distance >= TELLING]
    spoken = list(dict.fromkeys(strong)) or ["average"]
    rest = [word for _, word in told if word not in spoken]
    first = min(WORDS, len(spoken))
    for count in range(first, len(spoken) + 1):
        yield ", ".join(spoken[:count])
    for count in range(1, len(rest) + 1):
        yield ", ".join([*spoken, *rest[:count]])
    number = 2
    while True:
        yield f"{', '.join(spoken[:first])} ({number})"
        number += 1
