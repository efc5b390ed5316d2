"""Groups of customers who shop alike, under names that outlive a training."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.utils import resample

from ml.clusters.grouping import ROWS, separation
from ml.clusters.segmenter import BehaviourSegmenter

Labels = NDArray[np.int64]
Words = Mapping[str, tuple[str, str]]
WORDS = 3  # at most, in a name, unless two names would be alike
TELLING = 0.5  # robust standard deviations from the average that are worth a word
KEPT_SHARE = 0.98  # of customers who keep their group while the groups go on
EARNED = 0.1  # new groups must have a mean silhouette so much larger than the present
OVERLAP = (
    0.5  # of two groups' customers together, from which on they are the same group
)


def fit_clusters(
    X: pd.DataFrame,
    n_clusters: int | None,
    words: Words,
    previous: tuple[BehaviourSegmenter, Sequence[str]] | None = None,
) -> tuple[BehaviourSegmenter, list[str]]:
    """Find groups, and name them.

    Where customers were grouped before, those groups go on under their names, and move
    only so far towards the customers of today that `KEPT_SHARE` of them stay. New
    groups take their place if they stand apart by so much more as `EARNED` says, if one
    has no customer any more, or if another number is asked for; then a name goes on to
    the group that most of its customers are in.

    Parameters
    ----------
    X : DataFrame of shape (n_customers, n_features)
    n_clusters : int or None
        None: chosen by stability and separation.
    words : mapping of feature to (word for low, word for high)
    previous : BehaviourSegmenter and names of its groups, default=None
        The champion's, fitted on some of the columns of X.

    Returns
    -------
    BehaviourSegmenter
    list of str
        Names of its groups.
    """
    found = BehaviourSegmenter(n_clusters).fit(X)
    labels = found.predict(X)
    if previous is None:
        return found, _names(found, labels, list(X.columns), words, {})
    present, old_names = previous
    known = X[present.feature_names_in_]
    old = present.predict(known)
    groups = len(np.unique(old))
    if groups == len(old_names) == (n_clusters or groups):
        moved = _moved(present, known, old)
        if _separation(found, X) < _separation(moved, known) + EARNED:
            return moved, list(old_names)
    kept = _names_that_go_on(labels, len(found.cluster_centers_), old, old_names)
    return found, _names(found, labels, list(X.columns), words, kept)


def _moved(
    present: BehaviourSegmenter, X: pd.DataFrame, labels: Labels
) -> BehaviourSegmenter:
    """Present groups after k-means, or so far on the way that most stay in theirs."""
    start = present.cluster_centers_
    kmeans = KMeans(len(start), init=start, n_init=1).fit(present.scaled(X))
    moved = copy(present)
    for step in (1, 1 / 2, 1 / 4, 1 / 8, 0):
        moved.cluster_centers_ = start + step * (kmeans.cluster_centers_ - start)
        if (moved.predict(X) == labels).mean() >= KEPT_SHARE:
            break
    return moved


def _separation(segmenter: BehaviourSegmenter, X: pd.DataFrame) -> float:
    """How far the groups stand apart, by some of the customers."""
    some = resample(X, replace=False, n_samples=min(ROWS, len(X)), random_state=0)
    return separation(segmenter.scaled(some), segmenter.predict(some))


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
            taken = [_words(name) for name in names.values()]
            names[group] = next(one for one in possible if _words(one) not in taken)
    return [names[group] for group in range(len(centres))]


def _words(name: str) -> set[str]:
    """Words of a name: in another order they are no other name."""
    return set(name.split(", "))


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
