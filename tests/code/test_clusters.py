"""Groups keep their customers and their names from one training to the next."""
# ruff: noqa: N806  X is the letter of scikit-learn

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from ml.clusters.grouping import count_groups
from ml.clusters.named_clusters import fit_clusters

WORDS = {
    "orders": ("rare", "frequent"),
    "basket": ("small baskets", "big baskets"),
    "weekend": ("weekday", "weekend"),
}


def customers(kinds, seed=0, size=400):
    """Customers around the given centres, in units of their spread, and their kind."""
    random = np.random.default_rng(seed)
    kind = random.integers(0, len(kinds), size * len(kinds))
    noise = random.normal(size=(len(kind), len(WORDS)))
    X = np.exp(np.asarray(kinds, dtype=float)[kind] + 0.35 * noise)
    return pd.DataFrame(X, columns=list(WORDS)), kind


FOUR = [(0, 0, 0), (4, 0, 0), (0, 4, 4), (4, 4, -4)]


@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_as_many_groups_as_were_planted_are_found(count):
    random = np.random.RandomState(count)
    centres = 8 * np.eye(7)[:count]
    kind = random.randint(count, size=900)
    scaled = centres[kind] + random.normal(size=(900, 7))
    assert count_groups(scaled, random) == count


def test_customers_all_alike_are_few_groups():
    scaled = np.zeros((50, 3))
    assert count_groups(scaled, np.random.RandomState(0)) == 3
    segmenter, names = fit_clusters(pd.DataFrame(scaled), None, {})
    assert len(names) == len(segmenter.cluster_centers_) == 1


def test_a_name_says_what_is_special_about_its_customers():
    X, _ = customers(FOUR)
    segmenter, names = fit_clusters(X, 4, WORDS)
    labels = segmenter.predict(X)
    for place, name in enumerate(names):
        of = X[labels == place]
        for column, (low, high) in WORDS.items():
            assert low not in name or of[column].median() < X[column].mean()
            assert high not in name or of[column].median() > X[column].median()
    assert len(set(names)) == 4
    assert any("frequent" in name and "weekday" in name for name in names)


def test_names_without_words_are_still_told_apart():
    X, _ = customers(FOUR)
    _, names = fit_clusters(X, 4, {})
    assert len(set(names)) == 4


def test_words_in_another_order_are_no_other_name():
    random = np.random.default_rng(1)
    X = pd.DataFrame(np.exp(random.normal(size=(900, 3))), columns=list(WORDS))
    _, names = fit_clusters(X, 8, WORDS)
    assert len({frozenset(name.split(", ")) for name in names}) == 8


@pytest.mark.parametrize("seed", range(8))
def test_a_refit_with_a_tenth_of_new_customers_renames_hardly_anybody(seed):
    # no clear groups at all, and everybody has drifted: the hardest case for labels
    random = np.random.default_rng(seed)
    X = pd.DataFrame(np.exp(random.normal(size=(3000, 3))), columns=list(WORDS))
    first, names = fit_clusters(X, 5, WORDS)
    drift = np.exp(random.normal(0.2, 0.4, size=(3300, 3)))
    new = pd.DataFrame(np.exp(random.normal(size=(300, 3))), columns=list(WORDS))
    later = pd.concat([X, new], ignore_index=True) * drift
    refit, new_names = fit_clusters(later, 5, WORDS, (first, names))
    called = np.array(names)[first.predict(X)] == np.array(new_names)[refit.predict(X)]
    assert called.mean() >= 0.95


def test_groups_follow_their_customers_in_small_steps():
    X, kind = customers(FOUR)
    first, names = fit_clusters(X, 4, WORDS)
    later = X * np.where(kind == 1, 1.5, 1.0)[:, None]
    refit, new_names = fit_clusters(later, 4, WORDS, (first, names))
    assert new_names == names
    one = first.predict(X)[kind == 1][0]
    assert (refit.cluster_centers_[one] > first.cluster_centers_[one]).any()
    assert (refit.predict(later) == first.predict(later)).mean() >= 0.98


def test_a_group_that_clearly_stands_apart_earns_new_groups():
    X, _ = customers(FOUR[:3])
    first, names = fit_clusters(X, None, WORDS)
    assert len(names) == 3
    later, kind = customers(FOUR, seed=1)
    refit, new_names = fit_clusters(later, None, WORDS, (first, names))
    labels = refit.predict(later)
    assert adjusted_rand_score(kind, labels) > 0.95
    assert len(set(new_names) & set(names)) >= 2


def test_a_feature_that_is_added_moves_nobody():
    X, _ = customers(FOUR)
    first, names = fit_clusters(X, 4, WORDS)
    more = X.assign(new=np.random.default_rng(2).normal(size=len(X)))
    refit, new_names = fit_clusters(more, 4, WORDS, (first, names))
    assert new_names == names
    assert (refit.predict(X) == first.predict(X)).all()


def test_when_a_group_is_gone_the_others_keep_their_names():
    X, _ = customers(FOUR)
    segmenter, names = fit_clusters(X, 4, WORDS)
    later, kind = customers(FOUR[:3], seed=1)
    before = segmenter.predict(later)
    refit, new_names = fit_clusters(later, 3, WORDS, (segmenter, names))
    labels = refit.predict(later)
    for one in range(3):
        old = pd.Series(np.array(names)[before[kind == one]]).mode()[0]
        assert pd.Series(np.array(new_names)[labels[kind == one]]).mode()[0] == old
    assert len(set(new_names)) == 3
