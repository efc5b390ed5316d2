"""Moves by group against trees walked one row at a time."""
# ruff: noqa: N806  X is the letter of scikit-learn

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier as Classifier
from sklearn.ensemble import HistGradientBoostingRegressor as Regressor
from threadpoolctl import threadpool_limits

from ml.errors import SettingsError
from ml.reasons.tree_paths import BLOCK_ROWS, PathTables

GROUPS = np.array([0, 1, 1, 2, 0])
NODE = [
    ("value", float),
    ("count", int),
    ("feature_idx", int),
    ("num_threshold", float),
]
NODE += [("left", int), ("right", int), ("is_leaf", bool)]

# x0 <= 5? no: leaf 10 (30 rows). yes: x1 <= 2? yes: leaf 0 (50), no: leaf 4 (20).
BY_HAND = np.array(
    [
        (0, 100, 0, 5.0, 1, 4, False),
        (0, 70, 1, 2.0, 2, 3, False),
        (0, 50, 0, 0.0, 0, 0, True),
        (4, 20, 0, 0.0, 0, 0, True),
        (10, 30, 0, 0.0, 0, 0, True),
    ],
    dtype=NODE,
)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    with threadpool_limits(1):
        yield


def test_a_tree_by_hand():
    """The mean of all is 3.8, that of x0 <= 5 is 80 / 70."""
    tables = PathTables([BY_HAND], 1.0, np.array([0, 1]), 2)
    assert tables.root == pytest.approx(4.8)
    rows = np.array([[6.0, 0.0], [5.0, 2.0], [5.0, 2.1]])
    low = 80 / 70
    expected = [[6.2, 0], [low - 3.8, -low], [low - 3.8, 4 - low]]
    np.testing.assert_allclose(tables.moves(rows), expected)


def boosting(estimator, **options):
    rng = np.random.default_rng(3)
    X = np.round(rng.normal(size=(3000, 5)), 1)  # many values on the thresholds
    y = X[:, 0] * X[:, 1] + np.maximum(X[:, 3], 0) + rng.normal(size=len(X))
    target = y > 0 if estimator is Classifier else y
    options = {"max_iter": 11, "max_leaf_nodes": 8} | options
    model = estimator(early_stopping=False, **options).fit(X, target)
    return model, X


def tables_of(model):
    trees = [stage[0].nodes for stage in model._predictors]
    return PathTables(trees, float(model._baseline_prediction[0, 0]), GROUPS, 3)


def walked(model, row):
    """Moves of one row by group, node by node."""
    found = np.zeros(3)
    for stage in model._predictors:
        nodes, node = stage[0].nodes, 0
        while not nodes[node]["is_leaf"]:
            here = nodes[node]
            above = row[here["feature_idx"]] > here["num_threshold"]
            then = here["right"] if above else here["left"]
            found[GROUPS[here["feature_idx"]]] += below(nodes, then)
            found[GROUPS[here["feature_idx"]]] -= below(nodes, node)
            node = then
    return found


def below(nodes, node):
    """Mean leaf value below a node, all its leaves weighed by their rows."""
    leaves, open_nodes = [], [node]
    while open_nodes:
        here = nodes[open_nodes.pop()]
        if here["is_leaf"]:
            leaves.append((here["value"], here["count"]))
        else:
            open_nodes += [here["left"], here["right"]]
    values, counts = zip(*leaves, strict=True)
    return np.average(values, weights=counts)


@pytest.mark.parametrize("estimator", [Classifier, Regressor])
@pytest.mark.parametrize("leaves", [2, 5, 8])
def test_moves_are_those_of_a_walk(estimator, leaves):
    model, X = boosting(estimator, max_leaf_nodes=leaves)
    expected = [walked(model, row) for row in X[:60]]
    np.testing.assert_allclose(tables_of(model).moves(X[:60]), expected, atol=1e-12)


@pytest.mark.parametrize("estimator", [Classifier, Regressor])
@pytest.mark.parametrize("trees", [1, 3, 4])
def test_moves_and_the_root_add_up_to_the_raw_prediction(estimator, trees):
    model, X = boosting(estimator, max_iter=trees)
    X = np.concatenate([X] * 3)
    assert len(X) > BLOCK_ROWS
    tables = tables_of(model)
    raw = model._raw_predict(X).ravel()
    np.testing.assert_allclose(tables.root + tables.moves(X).sum(axis=1), raw, 1e-10)


def test_a_tree_with_more_leaves_than_a_byte_is_refused():
    model, _ = boosting(Regressor, max_leaf_nodes=9)
    with pytest.raises(SettingsError, match="9 leaves"):
        tables_of(model)
