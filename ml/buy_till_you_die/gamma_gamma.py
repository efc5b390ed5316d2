"""What an order of a customer is worth on average: the Gamma-Gamma model.

Values of one customer's orders vary like a gamma distribution of shape p around an own
mean; the means vary between customers like an inverse gamma distribution (q, v).

Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value": x orders, mean value m
(their z-bar; their gamma is v here).
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln
from sklearn.utils.validation import check_is_fitted

from ml.buy_till_you_die.histories import HistoryEstimator
from ml.buy_till_you_die.maximum_likelihood import Floats, maximise
from ml.errors import NotEnoughHistoryError

# Logarithms, with money in units of the mean order value. q is kept above 1, for at
# q <= 1 the customers' means have no mean themselves.
BOUNDS = {"p": (-7.0, 10.0), "q - 1": (-5.0, 10.0), "v": (-12.0, 12.0)}
STARTS = ((1.0, 1.0, 0.0), (0.0, 0.0, 0.0))


class Parameters(NamedTuple):
    """Shape p within a customer; shape q and scale v between customers."""

    p: float
    q: float
    v: float


class Values(NamedTuple):
    """Order values, with the rows of one order count x to be summed together.

    `x` and `customers` have one entry per distinct order count, shape (k,); `group`
    (an index into them), `x_row` and `m_row` have one per customer, shape (n,).
    """

    x: Floats
    customers: Floats
    group: NDArray[np.intp]
    x_row: Floats
    m_row: Floats


def order_values(x: Floats, m: Floats) -> Values:
    """Prepare order counts x >= 1 and mean values m > 0, both of shape (n,)."""
    distinct, group = np.unique(x, return_inverse=True)
    customers = np.bincount(group).astype(float)
    return Values(distinct, customers, group, x, m)


def log_likelihood(theta: Floats, data: Values) -> tuple[float, Floats]:
    """Log-likelihood of all customers (eq. 1a) and its gradient.

    Gamma functions depend on the order count alone, so there are few of them.

    Parameters
    ----------
    theta : ndarray of shape (3,)
        Natural logarithms of p, q - 1 and v.
    data : Values

    Returns
    -------
    value : float
    gradient : ndarray of shape (3,)
        With respect to theta.
    """
    p, excess, v = np.exp(theta)
    q = 1 + excess
    x, n = data.x, data.customers

    spent = v + data.x_row * data.m_row
    log_m = np.bincount(data.group, np.log(data.m_row))
    log_spent = np.bincount(data.group, np.log(spent))
    per_spent = np.bincount(data.group, 1 / spent)

    shape = p * x + q
    gammas = gammaln(shape) - gammaln(p * x) - gammaln(q)
    constant = gammas + q * np.log(v) + p * x * np.log(x)
    value = n @ constant + (p * x - 1) @ log_m - shape @ log_spent

    joint = digamma(shape)
    by_p = n * (joint - digamma(p * x) + np.log(x)) + log_m - log_spent
    by_q = n * (joint - digamma(q) + np.log(v)) - log_spent
    by_v = n * q / v - shape * per_spent
    gradient = np.array([p * x @ by_p, excess * by_q.sum(), v * by_v.sum()])
    return float(value), gradient


def expected_value(x: Floats, m: Floats, given: Parameters) -> Floats:
    """Mean value of a customer's orders, given x of them with the mean m (eq. 5).

    A mean of m and of the population, p v / (q - 1), weighted by what each is known
    from. With x >= 1 it is finite whatever the parameters.

    Parameters
    ----------
    x, m : ndarray of shape (n,)
        m in any unit of money, the one of given.v.
    given : Parameters

    Returns
    -------
    ndarray of shape (n,)
    """
    p, q, v = given
    return p * (v + x * m) / (p * x + q - 1)


class GammaGamma(HistoryEstimator):
    """Gamma-Gamma: what an order of a customer is worth on average.

    Parameters
    ----------
    max_iter : int, default=500
        Most iterations of the optimiser, from each of two starts.

    Attributes
    ----------
    p_, q_, v_ : float
        Estimates; v_ in the money of X; q_ is held above 1, because at 1 and below the
        model's population mean p v / (q - 1) does not exist.
    population_mean_ : float
        Mean over the customers of the fit of what `predict` says. In a population that
        follows the model it is p v / (q - 1); with a few very large buyers it stays
        near the data where that ratio runs away.
    log_likelihood_ : float
        Of the customers of the fit, at the estimates.
    n_iter_ : int
        Iterations of the optimiser.

    Notes
    -----
    X has two columns: the number of orders and their mean value, in any unit of money.
    Rows without an order, or whose mean value is missing or zero, are left out of the
    fit. Those without an order or a value are predicted to be the population mean.
    """

    _columns = ("number of orders", "mean order value")

    def __init__(self, max_iter: int = 500) -> None:
        self.max_iter = max_iter

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Estimate the three parameters by maximum likelihood.

        Parameters
        ----------
        X : array-like of shape (n_customers, 2)
        y : ignored

        Raises
        ------
        ValueError
            X is not two columns of numbers that are not negative.
        NotEnoughHistoryError
            No customer has an order with a value.
        """
        x, m = self._history(X, reset=True).T
        bought = (x >= 1) & (m > 0)
        if not bought.any():
            msg = (
                "No customer has an order with a value above 0, so nothing is known "
                "about order values: load orders with values, or choose a later date."
            )
            raise NotEnoughHistoryError(msg)
        x, m = x[bought], m[bought]
        unit = float(m.mean())
        scaled = order_values(x, m / unit)
        best, self.n_iter_ = maximise(
            lambda theta: log_likelihood(theta, scaled),
            STARTS,
            list(BOUNDS.values()),
            self.max_iter,
        )
        p, excess, v = map(float, np.exp(best))
        self.p_, self.q_, self.v_ = p, 1 + excess, v * unit
        value, _ = log_likelihood(best, scaled)
        self.log_likelihood_ = value - len(m) * float(np.log(unit))
        known = expected_value(x, m, self._parameters())
        self.population_mean_ = float(known.mean())
        return self

    def predict(self, X: ArrayLike) -> Floats:
        """Mean value of a customer's orders to expect.

        Parameters
        ----------
        X : array-like of shape (n_customers, 2)

        Returns
        -------
        ndarray of shape (n_customers,)
            In the money of X.
        """
        check_is_fitted(self)
        x, m = self._history(X, reset=False).T
        bought = (x >= 1) & ~np.isnan(m)
        known = expected_value(
            np.where(bought, x, 1.0), np.where(bought, m, 0.0), self._parameters()
        )
        return np.where(bought, known, self.population_mean_)

    def _parameters(self) -> Parameters:
        return Parameters(self.p_, self.q_, self.v_)
