"""Which group of inputs moved a boosted prediction, exactly and for many rows at once.

On its way down a tree a row passes splits; each moves the expected leaf value from that
of a node to that of its child, and the move belongs to the input that the node asks
about. Moves of all trees and the value at the roots add up to the raw prediction
(Saabas 2014, Interpreting Random Forests; Palczewska et al. 2014). All that depends on
the leaf alone is worked out once, in tables; a row then only has to be told its leaf.

Leaves are found without walking (Lucchese et al. 2015, QuickScorer, SIGIR): a split
whose answer is no rules out the leaves to its left, and the first leaf that nothing
rules out is the row's.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.errors import SettingsError

Floats = NDArray[np.float64]
MOST_LEAVES = 8  # a byte tells which leaves are ruled out
TREES_AT_ONCE = 3
BLOCK_ROWS = 8_192  # so that what is worked on stays in the processor's cache
FIRST_LEFT = np.array(
    [next((k for k in range(8) if not ruled >> k & 1), 7) for ruled in range(256)],
    dtype=np.uint16,
)


class Split(NamedTuple):
    """A question: is this input above that? Yes rules out the leaves left of it."""

    column: int
    threshold: float
    leaves_left: int


class Tree(NamedTuple):
    """Splits of one tree; moves of its leaves by group, shape (8, n_groups)."""

    splits: list[Split]
    root: float
    moves: Floats


class PathTables:
    """Moves by group of inputs, of a boosting as scikit-learn's histograms make it.

    Parameters
    ----------
    predictors : list of array
        Nodes of each tree, as HistGradientBoosting keeps them.
    baseline : float
        Raw prediction before the first tree.
    groups : ndarray of shape (n_inputs,)
        Number of each input's group, from 0.
    n_groups : int

    Attributes
    ----------
    root : float
        Raw prediction before any input is looked at: the mean over the training rows.

    Raises
    ------
    SettingsError
        A tree has more than 8 leaves.
    """

    def __init__(
        self,
        predictors: list[NDArray[np.void]],
        baseline: float,
        groups: NDArray[np.intp],
        n_groups: int,
    ) -> None:
        trees = [_tree(nodes, groups, n_groups) for nodes in predictors]
        self.n_groups = n_groups
        self.root = baseline + sum(tree.root for tree in trees)
        bundles = [
            trees[k : k + TREES_AT_ONCE] for k in range(0, len(trees), TREES_AT_ONCE)
        ]
        self._bundles = [
            ([tree.splits for tree in bundle], _joined(bundle)) for bundle in bundles
        ]

    def moves(self, inputs: Floats) -> Floats:
        """Tell the moves from the root to each row's raw prediction, by group.

        Parameters
        ----------
        inputs : ndarray of shape (n_rows, n_inputs)
            Without gaps.

        Returns
        -------
        ndarray of shape (n_rows, n_groups)
            A row's sum is its raw prediction less the root.
        """
        found = np.zeros((len(inputs), self.n_groups))
        for start in range(0, len(inputs), BLOCK_ROWS):
            block = slice(start, start + BLOCK_ROWS)
            columns = np.ascontiguousarray(inputs[block].T)
            for trees, table in self._bundles:
                found[block] += table[_joint_leaf(trees, columns)]
        return found


def _joint_leaf(trees: list[list[Split]], columns: Floats) -> NDArray[np.uint16]:
    """Leaves of a few trees as one number, shape (n_rows,)."""
    joint = np.zeros(columns.shape[1], dtype=np.uint16)
    for splits in trees[::-1]:
        ruled_out = np.zeros(columns.shape[1], dtype=np.uint8)
        for split in splits:
            is_above = columns[split.column] > split.threshold
            ruled_out |= is_above.view(np.uint8) * np.uint8(split.leaves_left)
        joint *= MOST_LEAVES
        joint += FIRST_LEFT[ruled_out]
    return joint


def _joined(trees: list[Tree]) -> Floats:
    """Add up the moves of every combination of leaves, (8 ** n_trees, n_groups)."""
    table = np.zeros((1, trees[0].moves.shape[1]))
    for tree in trees:
        table = (tree.moves[:, None, :] + table[None, :, :]).reshape(-1, table.shape[1])
    return table


def _tree(nodes: NDArray[np.void], groups: NDArray[np.intp], n_groups: int) -> Tree:
    """Walk a tree once; leaves are numbered from the left."""
    means = _means(nodes)
    splits: list[Split] = []
    moves: list[Floats] = []

    def walk(node: int, moved: Floats) -> None:
        if nodes["is_leaf"][node]:
            moves.append(moved)
            return
        column = int(nodes["feature_idx"][node])
        first = len(moves)
        left, right = int(nodes["left"][node]), int(nodes["right"][node])
        walk(left, _moved(moved, groups[column], means[left] - means[node]))
        left_of_it = (1 << len(moves)) - (1 << first)
        splits.append(Split(column, float(nodes["num_threshold"][node]), left_of_it))
        walk(right, _moved(moved, groups[column], means[right] - means[node]))

    walk(0, np.zeros(n_groups))
    if len(moves) > MOST_LEAVES:
        message = (
            f"a tree has {len(moves)} leaves, and reasons can be told of at most "
            f"{MOST_LEAVES}: set max_leaf_nodes to it in "
            "ml/estimators/blended_value.py."
        )
        raise SettingsError(message)
    filled = np.zeros((MOST_LEAVES, n_groups))
    filled[: len(moves)] = moves
    return Tree(splits, float(means[0]), filled)


def _moved(moved: Floats, group: np.intp, by: float) -> Floats:
    changed = moved.copy()
    changed[group] += by
    return changed


def _means(nodes: NDArray[np.void]) -> Floats:
    """Mean leaf value below each node, over the training rows, shape (n_nodes,)."""
    means = nodes["value"].astype(float)
    for node in range(len(nodes) - 1, -1, -1):  # children stand after their parent
        if not nodes["is_leaf"][node]:
            both = [nodes["left"][node], nodes["right"][node]]
            means[node] = np.average(means[both], weights=nodes["count"][both])
    return means
