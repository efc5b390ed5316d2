"""How often a customer will buy, and whether still at all: the BG/NBD model.

While active, a customer buys at random at an own rate; after every purchase he may
leave for good, with an own probability. Rates vary between customers like a gamma
distribution (r, alpha), leaving probabilities like a beta distribution (a, b).

The letters are those of Fader, Hardie & Lee (2005), "Counting Your Customers" the
Easy Way: An Alternative to the Pareto/NBD Model, Marketing Science 24(2), 275-284:
x repeat purchases, t_x recency (first to last purchase), T age (first purchase to now).
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, hyp2f1
from sklearn.utils.validation import check_is_fitted

from ml.buy_till_you_die.histories import (
    Histories,
    HistoryEstimator,
    distinct_histories,
    possible_histories,
)
from ml.buy_till_you_die.likelihood import BOUNDS, STARTS, Parameters, log_likelihood
from ml.buy_till_you_die.maximum_likelihood import Floats, maximise
from ml.errors import NotEnoughHistoryError, SettingsError

NEAR_ONE = (0.999, 1.001)


def probability_alive(x: Floats, t_x: Floats, T: Floats, given: Parameters) -> Floats:
    """Probability that a customer has not left for good by now.

    Fader, Hardie & Lee (2008), "Computing P(alive) Using the BG/NBD Model". It is 1
    without a repeat purchase: in this model nobody leaves before the first one.

    Parameters
    ----------
    x, t_x, T : ndarray of shape (n,)
    given : Parameters

    Returns
    -------
    ndarray of shape (n,), between 0 and 1
    """
    r, alpha, a, b = given
    silence = (r + x) * np.log1p((T - t_x) / (alpha + t_x))
    odds = np.log(a) - np.log(b + np.maximum(x, 1.0) - 1) + silence
    return np.where(x > 0, expit(-odds), 1.0)


def probability_active(
    x: Floats, t_x: Floats, T: Floats, horizon: float, given: Parameters
) -> Floats:
    """Probability of a purchase in (T, T + horizon].

    Nobody leaves between two purchases. So of those active at T only they stay away to
    whom chance brings none, at rates that are gamma (r + x, alpha + T) by then; the
    number of purchases before a first leaving does not matter, unlike in eq. 10.

    Parameters
    ----------
    x, t_x, T : ndarray of shape (n,)
    horizon : float
        In the unit of T.
    given : Parameters

    Returns
    -------
    ndarray of shape (n,), between 0 and 1
    """
    none = (given.r + x) * -np.log1p(horizon / (given.alpha + T))
    any_purchase: Floats = -np.expm1(none)
    return probability_alive(x, t_x, T, given) * any_purchase


def expected_if_alive(
    x: Floats, T: Floats, horizon: Floats | float, given: Parameters
) -> Floats:
    """Purchases to expect in (T, T + horizon] of a customer who is active at T.

    The numerator of eq. 10. As printed, its 2F1 overflows from about x = 300 on. By
    Euler's transformation (Abramowitz & Stegun 15.3.3), where z = t / (alpha + T + t),

        (1-z)^(r+x) 2F1(r+x, b+x; c; z) = (1-z)^(a-1) 2F1(a+b-1-r, a-1; c; z)

    x is left in c = a + b + x - 1 alone, and everything stays of moderate size.

    Parameters
    ----------
    x, T : ndarray of shape (n,)
    horizon : ndarray of shape (n,) or float
        In the unit of T.
    given : Parameters

    Returns
    -------
    ndarray of shape (n,), not negative
    """
    r, alpha, a, b = given
    if NEAR_ONE[0] < a < NEAR_ONE[1]:  # 0/0 at a = 1, and nearly a line around it
        ends = [expected_if_alive(x, T, horizon, given._replace(a=a)) for a in NEAR_ONE]
        share = (a - NEAR_ONE[0]) / (NEAR_ONE[1] - NEAR_ONE[0])
        return (1 - share) * ends[0] + share * ends[1]
    c = a + b + x - 1
    c = np.where(np.abs(c) < 1e-9, 1e-9, c)  # a pole that the product takes back
    z = horizon / (alpha + T + horizon)
    log_scale = (a - 1) * np.log1p(-z)
    kept = np.exp(log_scale) * hyp2f1(a + b - 1 - r, a - 1, c, z)
    never_leaving = (r + x) * horizon / (alpha + T)
    expected: Floats = np.clip(c / (a - 1) * (1 - kept), 0.0, never_leaving)
    return expected


class BetaGeometric(HistoryEstimator):
    """BG/NBD: expected purchases and the probability that a customer is still active.

    Parameters
    ----------
    horizon : float, default=90.0
        Length of the time that `predict` looks ahead, in the time unit of X.
    max_iter : int, default=500
        Most iterations of the optimiser, from each of three starts.

    Attributes
    ----------
    r_, alpha_, a_, b_ : float
        Estimates; alpha_ in the time unit of X. They are finite for every population:
        where the likelihood rises for ever (say, nobody repeats) a bound ends it.
    log_likelihood_ : float
        Of all customers, at the estimates.
    n_iter_ : int
        Iterations of the optimiser.

    Notes
    -----
    X has three columns in one time unit (say, days): repeat purchase days (whole
    numbers), recency (first to last purchase) and age (first purchase to now). A row
    with a missing number counts as a customer of age 0, without history.
    """

    _columns = ("repeat purchase days", "recency", "age")

    def __init__(self, horizon: float = 90.0, max_iter: int = 500) -> None:
        self.horizon = horizon
        self.max_iter = max_iter

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Estimate the four parameters by maximum likelihood.

        Parameters
        ----------
        X : array-like of shape (n_customers, 3)
        y : ignored

        Raises
        ------
        ValueError
            X is not three columns of possible histories.
        NotEnoughHistoryError
            Every customer has age 0.
        SettingsError
            The horizon is not positive.
        """
        if not self.horizon > 0:
            msg = f"horizon is {self.horizon}: give a length of time above 0, like 90."
            raise SettingsError(msg)
        data = distinct_histories(*possible_histories(self._history(X, reset=True)))
        unit = float(np.average(data.T, weights=data.customers))
        if unit <= 0:
            msg = (
                "All customers have age 0: no time has passed in which they could have "
                "bought again. Choose a later as-of date, or load older orders."
            )
            raise NotEnoughHistoryError(msg)
        scaled = data.in_unit(unit)
        start, _ = self._maximise(scaled.thinned(20_000), STARTS)
        best, self.n_iter_ = self._maximise(scaled, [start])
        self.r_, self.alpha_, self.a_, self.b_ = map(float, np.exp(best))
        self.alpha_ *= unit
        value, _ = log_likelihood(best, scaled)
        per_unit = float(data.x @ data.customers)  # a density has 1/time per repeat
        self.log_likelihood_ = value - per_unit * float(np.log(unit))
        return self

    def predict(self, X: ArrayLike) -> Floats:
        """Purchases to expect in (now, now + horizon].

        Parameters
        ----------
        X : array-like of shape (n_customers, 3)

        Returns
        -------
        ndarray of shape (n_customers,)
            Purchase days within the horizon.
        """
        check_is_fitted(self)
        x, t_x, T = possible_histories(self._history(X, reset=False))
        given = self.parameters()
        alive = probability_alive(x, t_x, T, given)
        return alive * expected_if_alive(x, T, float(self.horizon), given)

    def probability_alive(self, X: ArrayLike) -> Floats:
        """Probability that a customer has not left for good by now.

        Parameters
        ----------
        X : array-like of shape (n_customers, 3)

        Returns
        -------
        ndarray of shape (n_customers,), between 0 and 1
        """
        check_is_fitted(self)
        x, t_x, T = possible_histories(self._history(X, reset=False))
        return probability_alive(x, t_x, T, self.parameters())

    def probability_active(self, X: ArrayLike) -> Floats:
        """Probability of a purchase in (now, now + horizon].

        Parameters
        ----------
        X : array-like of shape (n_customers, 3)

        Returns
        -------
        ndarray of shape (n_customers,), between 0 and 1
        """
        check_is_fitted(self)
        x, t_x, T = possible_histories(self._history(X, reset=False))
        return probability_active(x, t_x, T, float(self.horizon), self.parameters())

    def _maximise(
        self, data: Histories, starts: Sequence[ArrayLike]
    ) -> tuple[Floats, int]:
        """Log-parameters of the highest likelihood, and the iterations they took."""
        bounds = list(BOUNDS.values())
        return maximise(
            lambda theta: log_likelihood(theta, data), starts, bounds, self.max_iter
        )

    def parameters(self) -> Parameters:
        """Estimates, as the formulae take them."""
        return Parameters(self.r_, self.alpha_, self.a_, self.b_)
