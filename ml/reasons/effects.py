"""Why a customer's value is not the typical one: effects of themes, adding up exactly.

A predicted value is an average of two models (`ml.estimators.blended_value`), times a
season that is the same for everybody. Both start from a typical customer, and whatever
moves this one away is told by theme, so that

    predicted value = value of the typical customer + sum of the effects.

* The boosting multiplies a probability by an amount, each a function of a sum of moves
  (`tree_paths`). A function of a sum is shared out in proportion to the moves, which
  is its integrated gradient along a straight line (Sundararajan, Taly & Yan 2017);
  a product by the mean over both orders in which its factors can change (Shapley 1953).
* The buy-till-you-die value is a product of three factors: the chance of being there
  still, the orders if so, and the money per order. It is shared out likewise; the
  factors belong to recency, frequency and order value.
* Where a tree asks for an expectation of that model, its move belongs to the factors
  which moved that expectation in its direction, by their logarithms.
* In that model nobody leaves before a second order, so the chance of a one-time buyer
  says nothing: it is taken to be typical, and the rest is frequency.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from ml.estimators.blended_value import tree_inputs
from ml.estimators.customer_model import CustomerModel
from ml.estimators.factors import MOST_CERTAIN, expected_and_alive, factors_of
from ml.estimators.mean_factor import MeanFactor, to_mean
from ml.reasons.tree_paths import PathTables

Floats = NDArray[np.float64]
RECENCY, FREQUENCY, ORDER_VALUE = "recency", "frequency", "order_value"
GENERAL = "general"  # of features that say no theme
FACTORS = (RECENCY, FREQUENCY, ORDER_VALUE)
MIXTURES = ((0, 1), (0, 1), (0, 1, 2))  # the factors of orders, any order and money
LEAST = np.finfo(float).tiny


class Explained(NamedTuple):
    """Effects in money of shape (n_customers, n_themes), and what they start from."""

    themes: tuple[str, ...]
    effects: Floats
    typical_value: Floats

    def strongest(self, count: int = 3) -> pd.DataFrame:
        """Name the themes with the largest effects, up or down, largest first.

        Returns
        -------
        DataFrame of shape (n_customers, 2 * count)
            reason_1_theme, reason_1_effect (money, with its sign) and so on; gaps
            where there are fewer effects.
        """
        names: NDArray[np.object_] = np.array(self.themes, dtype=object)
        size = np.abs(self.effects)
        row = np.arange(len(size))
        found: dict[str, object] = {}
        for place in range(1, count + 1):
            best = size.argmax(axis=1)
            effect = self.effects[row, best]
            there = size[row, best] > 0
            found[f"reason_{place}_theme"] = np.where(there, names[best], None)
            found[f"reason_{place}_effect"] = np.where(there, effect, np.nan)
            size[row, best] = 0.0
        return pd.DataFrame(found)


class Reasons:
    """Effects of themes on the values that a customer model predicts.

    Parameters
    ----------
    model : CustomerModel
        Fitted.
    themes : mapping of feature to theme
        Features that are not in it belong to the general theme.
    """

    def __init__(self, model: CustomerModel, themes: Mapping[str, str]) -> None:
        self._model = model
        own = [themes.get(str(name), GENERAL) for name in model.own_features_]
        self.themes: tuple[str, ...] = tuple(dict.fromkeys([*FACTORS, *own]))
        count = len(self.themes)
        number = {theme: k for k, theme in enumerate(self.themes)}
        # orders, any order, money: groups of their own, until their factors are known
        expected = [count, count + 1, number[ORDER_VALUE], count + 2]
        groups = np.array([*(number[theme] for theme in own), *expected])
        parts = model.value_.two_part_
        self._active = _tables(parts.classifier_, groups, count + len(MIXTURES))
        self._amount = _tables(parts.regressor_, groups, count + len(MIXTURES))

    def explain(self, X: pd.DataFrame) -> Explained:
        """Effects for customers, each against the typical one of the same date.

        Parameters
        ----------
        X : DataFrame of shape (n_customers, n_features)
            With the features of training, in any order.
        """
        model, value = self._model, self._model.value_
        own = X[model.own_features_]
        share = value.boosting_weight
        expected, alive = expected_and_alive(value, own)
        typical = model.typical_factors_
        factors = factors_of(expected, alive, float(typical[0]))
        boosted, start = self._boosted(tree_inputs(own, expected), factors / typical)
        effects = share * boosted
        died = _shared_product(factors, typical)
        effects[:, : len(FACTORS)] += (1 - share) * died
        start = share * start + (1 - share) * float(typical.prod())
        season = model._season_factors(X)[1]
        return Explained(self.themes, effects * season[:, None], start * season)

    def _boosted(self, inputs: Floats, ratios: Floats) -> tuple[Floats, float]:
        """Effects on the boosting's value, (n_customers, n_themes), and its start."""
        value = self._model.value_
        parts = value.two_part_
        given = MeanFactor(parts.amounts_, parts.factors_)

        def amount(raw: Floats) -> Floats:
            return to_mean(np.maximum(np.expm1(raw), 0.0), given)

        sides = []
        for tables, link in ((self._active, expit), (self._amount, amount)):
            moves = _without_mixtures(tables.moves(inputs), ratios)
            total = moves.sum(axis=1)
            before = float(link(np.array([tables.root]))[0])
            after = link(tables.root + total)
            moved = after - before
            slope = np.divide(moved, total, out=np.zeros_like(total), where=total != 0)
            sides.append((moves * slope[:, None], before, after))
        (of_active, active, actives), (of_amount, money, moneys) = sides
        effects = of_active * (moneys + money)[:, None]
        effects += of_amount * (actives + active)[:, None]
        scale = value.boosting_scale_
        return effects * (scale / 2), scale * active * money


def _tables(estimator: object, groups: NDArray[np.intp], count: int) -> PathTables:
    """Tables of a boosting; of a constant, which has no trees."""
    if hasattr(estimator, "_predictors"):
        trees = [stage[0].nodes for stage in estimator._predictors]
        baseline = float(np.ravel(getattr(estimator, "_baseline_prediction"))[0])  # noqa: B009
        return PathTables(trees, baseline, groups, count)
    if hasattr(estimator, "class_prior_"):
        chance = float(np.ravel(estimator.class_prior_)[-1])
        if not np.any(np.asarray(getattr(estimator, "classes_", [1])) == 1):
            chance = 0.0
        bounded = np.clip(chance, MOST_CERTAIN, 1 - MOST_CERTAIN)
        return PathTables([], float(logit(bounded)), groups, count)
    constant = float(np.ravel(getattr(estimator, "constant_", 0.0))[0])
    return PathTables([], constant, groups, count)


def _shared_product(factors: Floats, typical: Floats) -> Floats:
    """Shapley values of three factors, shape (n_customers, 3)."""
    found = np.empty_like(factors)
    for k in range(3):
        one, other = (k + 1) % 3, (k + 2) % 3
        a, b = factors[:, one], factors[:, other]
        a0, b0 = typical[one], typical[other]
        both = (a * b + a0 * b0) / 3 + (a * b0 + a0 * b) / 6
        found[:, k] = (factors[:, k] - typical[k]) * both
    return found


def _without_mixtures(moves: Floats, ratios: Floats) -> Floats:
    """Give moves of expected orders, any order and money to what moved these.

    Parameters
    ----------
    moves : ndarray of shape (n_customers, n_themes + 3)
    ratios : ndarray of shape (n_customers, 3)
        Of a customer's factors to the typical ones.

    Returns
    -------
    ndarray of shape (n_customers, n_themes)
    """
    logs = np.log(np.maximum(ratios, LEAST))
    kept = moves[:, : -len(MIXTURES)].copy()
    for column, factors in enumerate(MIXTURES, start=kept.shape[1]):
        members = logs[:, factors]
        with_it = members * np.sign(members.sum(axis=1))[:, None]
        shares = np.zeros_like(logs)
        shares[:, factors] = np.maximum(with_it, 0.0)
        total = shares.sum(axis=1, keepdims=True)
        unmoved = np.zeros_like(logs)
        unmoved[:, FACTORS.index(FREQUENCY)] = 1.0
        shares = np.divide(shares, total, out=unmoved, where=total > 0)
        kept[:, : len(FACTORS)] += moves[:, column, None] * shares
    return kept
