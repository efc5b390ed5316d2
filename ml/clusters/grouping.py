"""How many groups of customers there are, and in which order they are told."""

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

Floats = NDArray[np.float64]
COUNTS = range(3, 9)  # fewer say nothing, more nobody remembers
ROWS = 2_000  # of each resample
RESAMPLES = 4


def count_groups(scaled: Floats, random: np.random.RandomState) -> int:
    """Choose the number of groups by stability and separation, which count alike.

    Two halves of a resample are grouped apart. Stability: how far both groupings agree
    about the whole of it (adjusted Rand index, Hubert and Arabie 1985; the procedure is
    that of Ben-Hur, Elisseeff and Guyon 2002). Separation: its mean silhouette.
    The smallest number within one standard error of the best is taken (Breiman,
    Friedman, Olshen and Stone 1984).

    Parameters
    ----------
    scaled : ndarray of shape (n_customers, n_features)
        On one scale, without gaps.
    random : RandomState

    Returns
    -------
    int
        One of `COUNTS`; the smallest where there are too few distinct customers.
    """
    kinds = len(np.unique(scaled[:ROWS], axis=0))
    possible = [count for count in COUNTS if 4 * count <= kinds]
    if len(possible) < 2:
        return COUNTS[0]
    scores = np.zeros((RESAMPLES, len(possible)))
    for resample in scores:
        rows = random.choice(len(scaled), min(ROWS, len(scaled)), replace=False)
        for place, count in enumerate(possible):
            resample[place] = _stability_and_separation(scaled[rows], count, random)
    means, best = scores.mean(axis=0), int(np.argmax(scores.mean(axis=0)))
    error = scores[:, best].std(ddof=1) / np.sqrt(RESAMPLES)
    return possible[int(np.argmax(means >= means[best] - error))]


def _stability_and_separation(
    sample: Floats, count: int, random: np.random.RandomState
) -> float:
    """Sum of both, each at most 1."""
    half = len(sample) // 2
    labels = [
        KMeans(count, n_init=2, random_state=random).fit(part).predict(sample)
        for part in (sample[:half], sample[half:])
    ]
    stability = adjusted_rand_score(*labels)
    return float(stability) + separation(sample, labels[0])


def separation(scaled: Floats, labels: NDArray[np.integer]) -> float:
    """Mean silhouette (Rousseeuw 1987); 0 for one group."""
    if len(np.unique(labels)) < 2:
        return 0.0
    return float(silhouette_score(scaled, labels))


def order_of_groups(labels: NDArray[np.int32], by: Floats | None) -> NDArray[np.intp]:
    """Old labels in the order of the new ones: by rising mean, or by falling size.

    Parameters
    ----------
    labels : ndarray of shape (n_customers,)
    by : ndarray of shape (n_customers,) or None
        None: by size.
    """
    sizes = np.bincount(labels)
    if by is None:
        return np.argsort(-sizes, kind="stable")
    gaps = np.isnan(by)
    known = np.where(gaps, 0.0, by)
    counts = np.bincount(labels, ~gaps)
    means = np.bincount(labels, known) / np.maximum(counts, 1)
    return np.argsort(means, kind="stable")
